"""Proof sheets: ballots printed to try printer and scanner, which can never be counted.

A proof sheet has everything where the ballot has it, and says in large type that it is none.
These words make it a layout of its own with a fingerprint of its own; as every code carries
the fingerprint under its signature, a count refuses the sheet by its code alone, on any
machine, whatever else the record says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from omr.ballot import words
from omr.ballot.layout import ballot_layouts, layout_fingerprint
from omr.ballot.model import BallotLayout, PageLayout, TextRun
from omr.ballot.typeset import Style
from omr.election.model import Election
from omr.errors import Language

# Large enough to be seen on a stack from across the table.
_MOST_PT = 20.0
# White between the words and the marks and numbers beside them, as around any print there.
_CLEAR_MM = 3.0


def proof_layouts(election: Election) -> dict[str, BallotLayout]:
    """Return the proof sheet of every voter group's ballot, by group id, in order.

    Raises:
        DoesNotFitError: Something is too long for the ballot; the message names the field.
        InputError: No usable font is installed.
    """
    return {
        group: _proof_layout(layout, election.form.language)
        for group, layout in ballot_layouts(election).items()
    }


def _proof_layout(layout: BallotLayout, language: Language) -> BallotLayout:
    pages = tuple(
        replace(page, texts=(*page.texts, *_marked(page, language))) for page in layout.pages
    )
    return replace(layout, pages=pages, fingerprint=layout_fingerprint(pages))


def _marked(page: PageLayout, language: Language) -> Iterator[TextRun]:
    """Yield the words: in the strip at the head that ballots leave white, and for the voter."""
    mark = min(page.fiducials, key=lambda each: each.rect.x + each.rect.y).rect
    left = mark.right + 1.5 * _CLEAR_MM
    width = page.serials[0].x - _CLEAR_MM - left
    yield _set(words.PROOF_LINE.say(language), left, mark.y, width)
    for zone in page.zones:
        if zone.kind == "signature":
            inner = zone.rect.grown(-_CLEAR_MM)
            height = Style("bold", _MOST_PT).line_mm
            said = words.PROOF.say(language)
            yield _set(said, inner.x, inner.bottom - height, inner.w)


def _set(text: str, left: float, top: float, width: float) -> TextRun:
    """Set a line as large as its room allows."""
    full = Style("bold", _MOST_PT)
    size = min(_MOST_PT, _MOST_PT * width / full.width(text))
    style = Style("bold", round(size - 0.05, 1))
    return TextRun(round(left, 2), round(top + style.rise_mm, 2), text, "bold", style.size_pt)
