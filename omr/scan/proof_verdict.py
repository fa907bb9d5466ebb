"""Verdicts on a proof: which measure of which page reaches what the vote needs.

The limits are stricter than the reader's own: what the vote brings later, pens, folds and worn
toner, needs the room between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from omr.scan.proof import PageProof, PlacedProof
from omr.scan.reading import PageSource
from omr.scan.settings import ReaderSettings

Point = Literal[
    "identity",  # the page was recognised and brought into place
    "scale",  # printed true to size
    "toner",  # print dark enough and even
    "marks",  # registration marks seen, and how well they fit
    "codes",  # each code by each reader
    "resolution",
    "tone",  # brightness and sharpness of the scan
    "background",  # clean paper: no grain, shade, show-through, streaks
    "skew",
    "edges",  # the whole sheet in the picture, and one sheet only
    "boxes",  # every box empty, with room to spare
    "ink",  # nothing seen that was not printed
]
Verdict = Literal["good", "mend", "unknown"]


@dataclass(frozen=True, slots=True)
class ProofLimits:
    """What a proof must reach.

    Attributes:
        least_scale, most_scale: Printed size against the layout. "Fit to page" prints at 94 to
            97 %: it is read, but it shows that the printer was not set as asked, and the next
            machine may cut off the marks.
        solid: Darkness of the registration marks; ordinary office printers reach 0.8.
        palest: The same of the palest mark of a page.
        thin: What is left of the box outlines; 0.75 and more on ordinary printers.
        residual_mm: Misfit of the registration marks; 0.1 and less on a sound machine.
        shade: Darkness of the darkest smudge on open paper; faint ink in a box is
            looked for from 0.12.
        score: Ink found in an empty box, as a share of its area: a speck of 0.6 mm across.
        margin: Darkness of the darkest place in any box, as a share of what counts as ink.
    """

    least_scale: float = 0.975
    most_scale: float = 1.02
    solid: float = 0.65
    palest: float = 0.55
    thin: float = 0.6
    residual_mm: float = 0.3
    shade: float = 0.12
    score: float = 0.0035
    margin: float = 0.8


@dataclass(frozen=True, slots=True)
class PointVerdict:
    """What all pages together say on one point.

    Attributes:
        pages: Those on which it fails.
    """

    point: Point
    verdict: Verdict
    pages: tuple[PageSource, ...]


def judge_proof(
    pages: Sequence[PageProof], settings: ReaderSettings, limits: ProofLimits | None = None
) -> tuple[PointVerdict, ...]:
    """Judge all pages of a proof, point by point.

    A point that no page could be measured on is unknown.

    Args:
        pages: At least one; empty backs left out.
        settings: The reader's numbers.
        limits: What must be reached.
    """
    limits = limits or ProofLimits()
    verdicts = [_verdict("identity", [page for page in pages if page.placed is None], known=True)]
    results = [
        (page, _passes(page, page.placed, settings, limits)) for page in pages if page.placed
    ]
    for point in get_args(Point)[1:]:
        known = any(passed[point] is not None for _, passed in results)
        bad = [page for page, passed in results if passed[point] is False]
        verdicts.append(_verdict(point, bad, known))
    return tuple(verdicts)


def _verdict(point: Point, bad: Sequence[PageProof], known: bool) -> PointVerdict:
    pages = tuple(page.reading.source for page in bad)
    if bad:
        return PointVerdict(point, "mend", pages)
    return PointVerdict(point, "good" if known else "unknown", pages)


def _passes(
    page: PageProof, it: PlacedProof, settings: ReaderSettings, limits: ProofLimits
) -> dict[Point, bool | None]:
    """Tell for each point whether a page reaches it; None where it cannot be told."""
    tone, marks = it.tone, page.reading.marks
    grades = {grade.code for grade in page.reading.grades}
    scale = it.scale
    return {
        "scale": None if scale is None else limits.least_scale <= scale <= limits.most_scale,
        "toner": tone.solid >= limits.solid
        and tone.palest >= limits.palest
        and tone.thin >= limits.thin,
        "marks": it.marks == it.marks_printed and it.residual_mm <= limits.residual_mm,
        "codes": all(all(read) for read in it.codes.values()),
        "resolution": it.dpi >= settings.coarse_dpi,
        "tone": not grades & {"dark", "light", "contrast", "blurred"},
        "background": it.shade < limits.shade
        and not it.grain
        and not grades & {"streak", "white-streak"},
        "skew": abs(it.skew_deg) <= settings.skew_deg,
        "edges": not grades & {"clipped", "double-feed", "stretched"},
        "boxes": None
        if not marks
        else all(mark.state == "empty" for mark in marks)
        and it.score <= limits.score
        and it.darkest <= limits.margin,
        "ink": not page.reading.findings,
    }
