"""Codes, serials and keys: what they say, and that nothing altered passes."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import os
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyzbar.pyzbar import decode as zbar_decode

from omr.ballot import base32, codes, keys, serials
from omr.ballot.model import CodeText
from omr.errors import InputError, RefusedError

KEY = bytes(range(32))
ELECTION = hashlib.sha256(b"election").hexdigest()
letters = st.sampled_from(base32.ALPHABET)
bodies = st.text(letters, min_size=7, max_size=7)


@st.composite
def code_texts(draw: st.DrawFn) -> CodeText:
    body = draw(bodies)
    return CodeText(
        election=draw(st.text(letters, min_size=5, max_size=5)),
        layout=draw(st.text(letters, min_size=5, max_size=5)),
        group=draw(st.integers(0, 1023)),
        page=draw(st.integers(1, 1023)),
        serial=body + base32.check_character(body),
    )


def sample(serial_body: str = "7F3K9QW") -> CodeText:
    serial = serial_body + base32.check_character(serial_body)
    return CodeText("ABCDE", "12345", 1, 2, serial)


@given(code_texts())
def test_a_code_says_what_was_put_in(said: CodeText) -> None:
    text = codes.code_text(said, KEY)
    assert len(text) == codes.CODE_LENGTH
    assert text.startswith("OMR1")
    assert codes.read_code(text) == said
    assert codes.verify(text, KEY)
    assert not codes.verify(text, KEY[::-1])


def test_signature_is_65_bits_of_hmac_over_all_before_it() -> None:
    text = codes.code_text(sample(), KEY)
    digest = hmac.new(KEY, text[:-13].encode(), hashlib.sha256).digest()
    bits = "".join(f"{byte:08b}" for byte in digest)[:65]
    assert base32.decode(text[-13:]) == int(bits, 2)


def test_every_altered_character_breaks_the_signature() -> None:
    text = codes.code_text(sample(), KEY)
    for place, letter in itertools.product(range(len(text)), base32.ALPHABET):
        altered = text[:place] + letter + text[place + 1 :]
        assert codes.verify(altered, KEY) == (altered == text)


@given(st.text(max_size=60))
def test_any_text_is_either_refused_or_read(text: str) -> None:
    assert not codes.verify(text, KEY)
    with pytest.raises(codes.CodeError):
        codes.read_code(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("https://example.org", "not-omr"),
        ("", "not-omr"),
        ("OMR2ABC", "wrong-version"),
        ("OMR", "wrong-version"),
        ("OMR1ABC", "malformed"),
    ],
)
def test_a_refused_code_says_why(text: str, fault: str) -> None:
    with pytest.raises(codes.CodeError) as caught:
        codes.read_code(text)
    assert caught.value.fault == fault
    assert caught.value.text.vi != caught.value.text.en


def test_wrong_serial_check_or_page_zero_is_malformed() -> None:
    text = codes.code_text(sample(), KEY)
    for place, letter in ((18, "Z"), (25, "0" if text[25] != "0" else "1")):
        with pytest.raises(codes.CodeError) as caught:
            codes.read_code(text[:place] + letter + text[place + 1 :])
        assert caught.value.fault == "malformed"
    zero = codes.code_text(CodeText("ABCDE", "12345", 1, 0, sample().serial), KEY)
    with pytest.raises(codes.CodeError):
        codes.read_code(zero)


@pytest.mark.parametrize(
    "said",
    [
        CodeText("ABCD", "12345", 0, 1, "7F3K9QW0"),
        CodeText("ABCDE", "1234u", 0, 1, "7F3K9QW0"),
        CodeText("ABCDE", "12345", 1024, 1, "7F3K9QW0"),
        CodeText("ABCDE", "12345", 0, -1, "7F3K9QW0"),
    ],
)
def test_what_does_not_fit_a_code_is_refused(said: CodeText) -> None:
    with pytest.raises(ValueError, match="base32"):
        codes.code_text(said, KEY)


@settings(max_examples=25, deadline=None)
@given(code_texts())
def test_both_readers_read_the_symbol(said: CodeText) -> None:
    text = codes.code_text(said, KEY)
    modules = codes.qr_modules(text)
    assert modules.shape == (codes.QR_MODULES, codes.QR_MODULES) == (33, 33)
    white = np.pad(modules, codes.QUIET_MODULES)
    image = np.kron(np.where(white, 0, 255), np.ones((4, 4))).astype(np.uint8)
    (found,) = zxingcpp.read_barcodes(image)
    assert found.text == text
    (seen,) = zbar_decode(Image.fromarray(image))
    assert seen.data.decode() == text


def test_fingerprints_are_shortened_to_their_first_25_bits() -> None:
    short = codes.short_fingerprint(ELECTION)
    assert base32.decode(short) == int(ELECTION, 16) >> (256 - 25)
    with pytest.raises(ValueError, match="SHA-256"):
        codes.short_fingerprint("abcd")


@given(bodies, st.integers(0, 7), letters)
def test_check_character_catches_any_wrong_character(body: str, place: int, wrong: str) -> None:
    serial = body + base32.check_character(body)
    altered = serial[:place] + wrong + serial[place + 1 :]
    assert base32.has_valid_check(altered) == (altered == serial)


@given(bodies, st.integers(0, 6))
def test_check_character_catches_any_swap_of_neighbours(body: str, place: int) -> None:
    serial = body + base32.check_character(body)
    swapped = serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]
    assert base32.has_valid_check(swapped) == (swapped == serial)


@given(st.integers(0, 2**65 - 1))
def test_base32_goes_both_ways(number: int) -> None:
    assert base32.decode(base32.encode(number, 13)) == number


def test_serials_are_new_valid_and_in_no_order() -> None:
    taken = set(serials.issue_serials(300, set()))
    issued = serials.issue_serials(500, taken)
    assert len(set(issued)) == 500
    assert not taken & set(issued)
    assert all(serials.check_serial(serial) == serial for serial in issued)
    # Rank correlation with the order of issue: beyond 0.2 by chance once in about 10^5 runs.
    ranks = np.argsort(np.argsort([base32.decode(serial) for serial in issued]))
    assert abs(np.corrcoef(ranks, np.arange(500))[0, 1]) < 0.2
    assert serials.issue_serials(500, taken) != issued


def test_a_seed_repeats_the_draw_and_still_keeps_off_taken_serials() -> None:
    first = serials.issue_serials(20, set(), "rehearsal")
    assert serials.issue_serials(20, set(), "rehearsal") == first
    assert serials.issue_serials(20, set(), 7) != first
    assert not set(serials.issue_serials(20, set(first), "rehearsal")) & set(first)
    with pytest.raises(InputError):
        serials.issue_serials(-1, set())


def test_typed_serials_are_forgiven_their_form_but_not_their_errors() -> None:
    body = "70K1A9Q"
    serial = body + base32.check_character(body)
    shown = serials.format_serial(serial)
    assert shown[4] == "-"
    assert len(shown) == 9
    typed = shown.lower().replace("0", "o").replace("1", "l")
    for text in (
        shown,
        shown.lower(),
        typed,
        f" {serial[:3]} {serial[3:]} ",
        shown.replace("-", "–"),
    ):
        assert serials.check_serial(text) == serial
    wrong = serial[:-1] + ("2" if serial[-1] != "2" else "3")
    for text in ("", serial[:-1], serial + "0", "U" + serial[1:], wrong):
        with pytest.raises(InputError) as caught:
            serials.check_serial(text)
        assert caught.value.text.vi != caught.value.text.en


def test_a_key_is_written_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ballot.key"
    key = keys.write_key(path)
    assert len(key) == keys.KEY_LENGTH
    assert keys.read_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.new_key() != keys.new_key()
    with pytest.raises(RefusedError):
        keys.write_key(path)
    assert keys.read_key(path) == key


def test_a_key_that_is_missing_short_or_open_to_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ballot.key"
    with pytest.raises(InputError, match="missing"):
        keys.read_key(path)
    keys.write_key(path, KEY)
    os.chmod(path, 0o640)
    with pytest.raises(RefusedError, match="chmod"):
        keys.read_key(path)
    os.chmod(path, 0o600)
    path.write_bytes(KEY[:-1])
    with pytest.raises(InputError, match="31"):
        keys.read_key(path)
    with pytest.raises(ValueError, match="32 bytes"):
        keys.write_key(tmp_path / "other.key", b"short")
