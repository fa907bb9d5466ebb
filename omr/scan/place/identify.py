"""Whose page is this? Codes found on a page, verified against the vote's key and layouts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from omr.ballot.codes import CodeError, read_code, short_fingerprint, verify
from omr.ballot.layout import ballot_layouts
from omr.ballot.model import BallotLayout, CodeText, PageLayout
from omr.ballot.proof import proof_layouts
from omr.election.model import Election
from omr.geometry import FloatArray
from omr.scan.place.found_code import FoundCode
from omr.scan.reading import PageStatus


@dataclass(frozen=True, slots=True)
class BallotKey:
    """What the reader must know of a vote: its key, fingerprint and layouts. Small and picklable.

    Attributes:
        election: The five characters by which codes name the vote.
        groups: Ids of the voter groups, in the order of the definition.
        layouts: By group id.
        proofs: Short fingerprints of the proof sheets, which are never ballots.
    """

    secret: bytes
    election: str
    groups: tuple[str, ...]
    layouts: Mapping[str, BallotLayout]
    proofs: frozenset[str] = frozenset()


def ballot_key(election: Election, secret: bytes) -> BallotKey:
    """Gather what the reader must know of a vote."""
    return BallotKey(
        secret=secret,
        election=short_fingerprint(election.fingerprint),
        groups=tuple(group.id for group in election.groups),
        layouts=ballot_layouts(election),
        proofs=frozenset(
            short_fingerprint(layout.fingerprint) for layout in proof_layouts(election).values()
        ),
    )


def proof_key(election: Election, secret: bytes) -> BallotKey:
    """Gather what is known of a vote's proof sheets, for reading these instead of ballots."""
    return replace(
        ballot_key(election, secret), layouts=proof_layouts(election), proofs=frozenset()
    )


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """A page whose codes say, under a good signature, which page of which ballot it is.

    Attributes:
        text: The text of its codes, from which they can be drawn again.
        corners_px: For each code that was read, its corners, shape (4, 2).
        mask: The mask pattern its codes are printed with, where it is known.
    """

    serial: str
    group: str
    layout: PageLayout
    text: str
    corners_px: tuple[FloatArray, ...]
    mask: int | None = None

    def scaled(self, scale: float) -> Identity:
        """Return the identity in the pixels of the same image at another size."""
        # Pixel centres lie half a pixel in from the edge, at either size.
        corners = tuple((corners + 0.5) * scale - 0.5 for corners in self.corners_px)
        return replace(self, corners_px=corners)


@dataclass(frozen=True, slots=True)
class Unidentified:
    """A page that cannot be tied to a ballot, and why."""

    status: PageStatus
    detail: str = ""


_Kind = Literal["good", "foreign", "bad-signature", "wrong-layout", "proof"]

# The detail of a page that was printed to try printer and scanner.
PROOF_PRINT = "proof print"


def identify(codes: Sequence[FoundCode], key: BallotKey) -> Identity | Unidentified:
    """Tie a page to a ballot by its codes.

    A code of another maker beside a good one does not matter here (it is foreign ink and
    found as such); a code of ours that is forged or of another ballot does.

    Args:
        codes: What was found on the page.
        key: What is known of the vote.

    Returns:
        The identity, or why there is none.
    """
    if not codes:
        return Unidentified("no-code")
    sorted_codes = [(_kind(code.text, key), code) for code in codes]
    kinds = {kind for kind, _ in sorted_codes}
    good = [code for kind, code in sorted_codes if kind == "good"]
    if not good:
        for kind in ("bad-signature", "wrong-layout"):
            if kind in kinds:
                return Unidentified(kind)
        if "proof" in kinds:
            return Unidentified("foreign", PROOF_PRINT)
        return Unidentified("foreign", "code of another vote")
    if kinds & {"bad-signature", "wrong-layout", "proof"}:
        return Unidentified("code-conflict", "a good and a forged code on one page")
    texts = {code.text for code in good}
    if len(texts) > 1 or len(good) > 2:
        return Unidentified("code-conflict", "codes of two ballots on one page")
    content = read_code(good[0].text)
    group = key.groups[content.group]
    return Identity(
        serial=content.serial,
        group=group,
        layout=key.layouts[group].pages[content.page - 1],
        text=good[0].text,
        corners_px=tuple(np.asarray(code.corners_px, dtype=np.float64) for code in good),
        mask=next((code.mask for code in good if code.mask is not None), None),
    )


def _kind(text: str, key: BallotKey) -> _Kind:
    try:
        content = read_code(text)
    except CodeError:
        return "foreign"
    if content.election != key.election:
        return "foreign"
    if not verify(text, key.secret):
        return "bad-signature"
    if content.layout in key.proofs:
        return "proof"
    return "good" if _fits(content, key) else "wrong-layout"


def _fits(content: CodeText, key: BallotKey) -> bool:
    """Tell whether the code's layout is one that the definition gives today."""
    if content.group >= len(key.groups):
        return False
    layout = key.layouts[key.groups[content.group]]
    return short_fingerprint(layout.fingerprint) == content.layout and 1 <= content.page <= len(
        layout.pages
    )
