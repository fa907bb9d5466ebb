"""Render ballots through places, to be looked at.

``python -m blindsheets.machines.look damaged 4 8 /tmp/look`` writes the scans of eight places from
the fourth on as PNG, with a line for each that tells what is peculiar there; "photo" and
"bilevel" show sheets of ordinary offices in those ways; "wear" shows every wear alone.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
from handsheets.ballots import ballot_style, printed_pages

from blindsheets.machines import Severity, bilevel200, choose_office, photographed
from blindsheets.machines.raster import Pixels
from blindsheets.machines.scanner import Scanner, scan
from blindsheets.machines.sheet import Sheet
from blindsheets.machines.wear import WEARS, happen
from omr.ballot.serials import issue_serials

PX_PER_MM = 16.0


def _pens(page: Pixels) -> None:
    # Stand-ins for a seal and for marks, so that what wet ink does can be seen; no voter's hand.
    height, width = page.shape[:2]
    middle = (round(width * 0.21), round(height * 0.125))
    for radius, wide in ((0.086, 22), (0.06, 10)):
        cv2.circle(page, middle, round(radius * width), (70, 60, 215), wide, cv2.LINE_AA)
    inks = ((150, 60, 30), (40, 38, 36), (60, 50, 200), (150, 150, 152))
    for at, ink in enumerate(inks):
        x, y = round(width * (0.63 + 0.11 * (at % 3))), round(height * (0.585 + 0.068 * at))
        for lean in (-1, 1):
            cv2.line(page, (x - 60, y - 70 * lean), (x + 60, y + 70 * lean), ink, 9, cv2.LINE_AA)


def _severity(name: str) -> Severity:
    severities: tuple[Severity, ...] = get_args(Severity)
    return next((severity for severity in severities if severity == name), "office")


def main(kind: str, first: int, count: int, folder: Path) -> None:
    """Write pictures.

    Args:
        kind: A severity, "photo", "bilevel" or "wear".
        first: Seed of the first place.
        count: Places; for "wear", every wear once for each.
        folder: Where the pictures go.
    """
    folder.mkdir(parents=True, exist_ok=True)
    style = ballot_style("tin-nhiem.vi", "b")
    serials = sorted(issue_serials(1, set(), 1))
    front, back = printed_pages(style, serials, PX_PER_MM)[0][:2]
    for seed in range(first, first + count):
        rng = np.random.default_rng(seed)
        office = choose_office(rng, _severity(kind))
        page = office.printed(front, PX_PER_MM, rng)
        _pens(page)
        if kind == "wear":
            _every_wear(page, office.scanner, seed, folder)
            continue
        worn = office.worn(page, PX_PER_MM, rng, office.printed(back, PX_PER_MM, rng))
        passes = {"photo": photographed, "bilevel": bilevel200}
        scanned, dpi = passes.get(kind, office.scanned)(worn, PX_PER_MM, rng)
        cv2.imwrite(str(folder / f"{kind}-{seed}.png"), scanned)
        print(seed, scanned.shape, dpi, "; ".join([*office.words(), *worn.words]))


def _every_wear(page: Pixels, scanner: Scanner, seed: int, folder: Path) -> None:
    for at, name in enumerate(WEARS):
        rng = np.random.default_rng([seed, at])
        sheet = Sheet(page, PX_PER_MM)
        happen(sheet, name, 2.0, rng)
        scanned = scan(scanner, sheet.worn(None, 0.0, 0.8), PX_PER_MM, rng)
        cv2.imwrite(str(folder / f"wear-{seed}-{name.replace(' ', '-')}.png"), scanned)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
