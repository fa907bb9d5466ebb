"""The real ballots: definitions that voters meet, printed by the program's own print file.

The ready-made definitions of the program are used as they are; ``dense.vi.yaml`` beside this
module is a long list with six levels, so that many positions are read for each page.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pypdfium2

from handsheets.sheet import Pixels
from omr.ballot.draw import print_ballots
from omr.ballot.layout import ballot_layouts
from omr.ballot.model import BallotLayout, PageLayout
from omr.election.load import load_election
from omr.election.model import Election
from omr.election.templates import find_template

DENSE = "dense.vi"
# Which group of which definition, and how many offices in a hundred use it: three officials on
# one page, eleven on two, four levels, yes or no on A5, and the dense list on four pages.
STYLES: tuple[tuple[str, str, float], ...] = (
    ("tin-nhiem.vi", "a", 20),
    ("tin-nhiem.vi", "b", 30),
    ("bon-muc.vi", "a", 20),
    ("dong-y.vi", "a", 5),
    (DENSE, "a", 25),
)
_OWN = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class BallotStyle:
    """One ballot style of one vote, with the key that signs it.

    Attributes:
        index: Place of the voter group in the definition.
    """

    template: str
    election: Election
    index: int
    layout: BallotLayout
    key: bytes

    @property
    def group(self) -> str:
        """Id of the voter group."""
        return self.layout.group

    @property
    def options(self) -> tuple[str, ...]:
        """Ids of the levels, best first."""
        return tuple(option.id for option in self.election.options)

    @property
    def rim(self) -> str:
        """Lettering of the body's seal."""
        left = self.election.header.left
        return (left[-1] if left else self.election.id).upper()


@lru_cache(maxsize=16)
def ballot_style(template: str, group: str) -> BallotStyle:
    """Load a definition and lay its ballot out."""
    own = _OWN / f"{template}.yaml"
    election = load_election(own if own.exists() else find_template(template))
    layouts = ballot_layouts(election)
    ids = [member.id for member in election.groups]
    # Test keys are public: they sign nothing but pretend papers.
    key = hashlib.sha256(f"handsheets {template}".encode()).digest()
    return BallotStyle(template, election, ids.index(group), layouts[group], key)


def contests_of(style: BallotStyle) -> tuple[str, ...]:
    """Return the ids of the officials on a ballot, in its order."""
    return tuple(contest.id for contest in style.election.groups[style.index].contests)


def printed_pages(
    style: BallotStyle, serials: Sequence[str], px_per_mm: float, key: bytes | None = None
) -> list[list[Pixels]]:
    """Print ballots and return their pages as designed.

    Args:
        style: Which ballot.
        serials: One for each ballot.
        px_per_mm: Resolution wanted.
        key: In place of the style's own, for forgeries.

    Returns:
        For each ballot its pages with boxes or text, shape (h, w), 255 = white.
    """
    count = len(style.layout.pages)
    step = count + count % 2 if style.layout.two_sided else count
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "print.pdf")
        fingerprint = style.election.fingerprint
        print_ballots(style.layout, fingerprint, style.index, serials, key or style.key, path)
        document = pypdfium2.PdfDocument(path)
        pages = [_raster(document, at, px_per_mm) for at in range(len(document))]
        document.close()
    return [pages[at * step : at * step + count] for at in range(len(serials))]


def _raster(document: pypdfium2.PdfDocument, at: int, px_per_mm: float) -> Pixels:
    bitmap = document[at].render(scale=px_per_mm * 25.4 / 72, grayscale=True)
    pixels = np.asarray(bitmap.to_numpy(), dtype=np.uint8)
    return np.ascontiguousarray(pixels.reshape(pixels.shape[0], pixels.shape[1]))


def page_of(style: BallotStyle, contest: str) -> PageLayout:
    """Return the page on which an official stands."""
    return next(
        page for page in style.layout.pages if any(box.contest == contest for box in page.boxes)
    )
