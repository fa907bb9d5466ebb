"""Contact sheets of pretend papers, to be looked at: do they look like real scans?

    python benchmarks/look_at_sheets.py damaged --offices 3 --seed 1 --out /tmp/sheets

writes for every office of a family one picture with up to eight pages, and with ``--pages`` the
pages themselves at full size.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from handsheets.sheet import Pixels
from trials.specimens import FAMILY_NAMES, specimens

_COLUMNS, _ROWS = 4, 2
_TILE = (560, 792)


def _tile(page: Pixels) -> Pixels:
    colour = page if page.ndim == 3 else cv2.cvtColor(page, cv2.COLOR_GRAY2BGR)
    if colour.shape[1] > colour.shape[0]:
        colour = np.rot90(colour)
    return np.asarray(cv2.resize(colour, _TILE, interpolation=cv2.INTER_AREA), np.uint8)


def main() -> None:
    """Write contact sheets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("family", choices=FAMILY_NAMES)
    parser.add_argument("--offices", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="number of the first office")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("sheets"))
    parser.add_argument("--pages", action="store_true", help="write every page at full size too")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for office in range(options.first, options.first + options.offices):
        tiles = []
        for specimen in specimens(options.family, options.seed, office):
            for at, (page, dpi) in enumerate(specimen.pictures(), start=1):
                tiles.append(_tile(page))
                if options.pages:
                    name = f"{options.family}-{specimen.number:05d}-{at}-{dpi or 'no-'}dpi.png"
                    cv2.imwrite(str(options.out / name), page)
            print(specimen.number, specimen.truth["kinds"], specimen.truth["wear"])
        tiles = tiles[: _COLUMNS * _ROWS]
        while len(tiles) < _COLUMNS * _ROWS:
            tiles.append(np.full_like(tiles[0], 128))
        rows = [np.hstack(tiles[at : at + _COLUMNS]) for at in range(0, len(tiles), _COLUMNS)]
        cv2.imwrite(str(options.out / f"{options.family}-{office:03d}.png"), np.vstack(rows))


if __name__ == "__main__":
    main()
