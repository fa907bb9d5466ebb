"""Makes ``samples/`` again: a district union's vote, marked, worn and scanned, with its truth.

    python benchmarks/make_samples.py FOLDER

The key is public on purpose, so that anyone can make the same papers; it signs nothing else.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

from omr.ballot.keys import write_key
from omr.ballot.layout import ballot_layouts
from omr.ballot.serials import format_serial
from omr.election.load import load_election
from omr.election.templates import find_template
from omr.rehearse.stack import Recipe, make_stack

_RECIPE = Recipe(
    seed=20210715, papers=64, kind="ordinary", every_fault=True, strangers=True, small=True
)


def make(folder: Path) -> None:
    """Write definition, key, scans, truth and the list of printed serials."""
    folder.mkdir(parents=True, exist_ok=True)
    definition = folder / "election.yaml"
    definition.write_bytes(find_template("tin-nhiem.vi").read_bytes())
    election = load_election(definition)
    key = hashlib.sha256(b"the public key of omr's samples").digest()
    (folder / "keys").mkdir(exist_ok=True)
    (folder / "keys" / "ballot.key").unlink(missing_ok=True)
    write_key(folder / "keys" / "ballot.key", key)
    stack = make_stack(election, ballot_layouts(election), key, folder, _RECIPE)
    with (folder / "prints.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("serial", "group"))
        for group, serials in stack.serials.items():
            # Sorted, as a list of what was printed must not tell the order of printing.
            rows.writerows((format_serial(serial), group) for serial in sorted(serials))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    make(Path(sys.argv[1]))
