"""Crockford base32: the alphabet of serials and codes, and its check character.

No letter of it is mistaken for a digit, and all of it is in the alphanumeric
mode of QR codes. Used by ``serials`` and ``codes``; knows nothing of ballots.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS_PER_CHARACTER = 5

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive: powers of 2 reach all 31 non-zero values


def is_base32(text: str) -> bool:
    """Tell whether every character is of the alphabet (upper case only)."""
    return all(character in _VALUES for character in text)


def fold(text: str) -> str:
    """Return typed text in upper case, without spaces and dashes, look-alike letters as digits."""
    kept = "".join(character for character in text if not character.isspace())
    for dash in "-‐‑–—":
        kept = kept.replace(dash, "")
    return kept.upper().translate(_LOOKALIKES)


def encode(number: int, length: int) -> str:
    """Return a number as exactly ``length`` characters, most significant first.

    Raises:
        ValueError: The number is negative or needs more characters.
    """
    if number < 0 or number >> (BITS_PER_CHARACTER * length):
        raise ValueError(f"{number} does not fit {length} base32 characters")
    return "".join(
        ALPHABET[(number >> (BITS_PER_CHARACTER * place)) & 31]
        for place in range(length - 1, -1, -1)
    )


def decode(text: str) -> int:
    """Return the number that ``encode`` wrote.

    Raises:
        ValueError: A character is not of the alphabet.
    """
    number = 0
    for character in text:
        if character not in _VALUES:
            raise ValueError(f"{character!r} is not a base32 character")
        number = (number << BITS_PER_CHARACTER) | _VALUES[character]
    return number


def leading_bits(digest: bytes, characters: int) -> str:
    """Return the first ``5 * characters`` bits of a digest as base32."""
    bits = len(digest) * 8
    number = int.from_bytes(digest, "big") >> (bits - BITS_PER_CHARACTER * characters)
    return encode(number, characters)


def check_character(text: str) -> str:
    """Return the character that completes ``text``.

    With the characters as elements of GF(32) (modulus x^5 + x^2 + 1) and a = x, the
    whole word d1 … dn c satisfies ``d1·a^n + … + dn·a + c = 0``. All weights differ and
    none is zero, so any single wrong character and any swap of two different
    characters, neighbours or not, breaks the equation (for words of up to 31).
    """
    total = 0
    for character in text:
        total = _times_a(total ^ _VALUES[character])
    return ALPHABET[total]


def has_valid_check(text: str) -> bool:
    """Tell whether the last character is the check character of those before it."""
    return len(text) > 1 and is_base32(text) and check_character(text[:-1]) == text[-1]


def _times_a(value: int) -> int:
    doubled = value << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled & 32 else doubled
