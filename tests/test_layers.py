"""Holds the rooms to their order: who may import whom, no cycles, files of a readable size."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

# Each room, and what it may import besides itself: rooms, or single modules of a room.
# "errors" and "geometry" hold only values; they and "fonts", the type in which everything is
# printed, are open to everyone, as are "stages", by which time is measured. The election
# as plain frozen values ("election.model") is what the rooms of counting and showing speak of;
# they never load or check a definition.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "geometry": frozenset(),
    "fonts": frozenset({"errors"}),
    "stages": frozenset(),
    "election": frozenset(),
    "ballot": frozenset({"election"}),
    "scan": frozenset({"ballot", "election.model"}),
    "tally": frozenset({"election.model"}),
    "store": frozenset({"election.model", "tally", "scan.reading"}),
    "review": frozenset({"store", "tally", "election.model"}),
    "report": frozenset({"store", "tally", "election.model"}),
    "rehearse": frozenset({"ballot", "election.model"}),
    "cli": frozenset(
        {"election", "ballot", "scan", "tally", "store", "review", "report", "rehearse"}
    ),
    "__main__": frozenset({"cli"}),
}
# The rooms within "scan", in the order in which a page walks through them: none may import one
# that comes after it. Single modules of "scan" itself tell the whole story, and stand above.
WITHIN_SCAN = ("pages", "place", "ink", "wear", "marks", "foreign", "grade")
# Values that every stage of reading speaks of.
SCAN_VALUES = frozenset({"omr.scan.reading", "omr.scan.settings"})
OPEN_TO_ALL = frozenset({"errors", "geometry", "fonts", "stages"})
# tests/ballot and the like are packages of tests, not rooms; _data holds the templates in a wheel.
NOT_ROOMS = frozenset({"__init__", "_data"})

MOST_LINES = 450
SAYS_NOTHING = frozenset({"util", "utils", "helper", "helpers", "common", "manager", "misc"})


def modules(root: Path) -> dict[str, Path]:
    """Return every module under ``root / "omr"`` by its dotted name."""
    found = {}
    for path in sorted((root / "omr").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path, known: dict[str, Path]) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of each of our modules that a module imports, wherever it does."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "omr":
                    yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            if base.split(".")[0] != "omr":
                continue
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield node.lineno, inner if inner in known else base


def room_of(name: str) -> str:
    """Return the room of a dotted module name; the package itself belongs to no room."""
    return name.split(".")[1] if "." in name else ""


def allowed(room: str, target: str) -> bool:
    """Tell whether a room may import a module."""
    if target == "omr":
        return True
    other = room_of(target)
    if room in OPEN_TO_ALL:
        return other == room or other in MAY_IMPORT[room]
    if other in OPEN_TO_ALL or other == room:
        return True
    within = target.removeprefix("omr.")
    return any(within == may or within.startswith(f"{may}.") for may in MAY_IMPORT[room])


def in_order(name: str, target: str) -> bool:
    """Tell whether a module of the scanning room imports only what stands before it."""
    rooms = [module.split(".")[2] if module.count(".") > 2 else "" for module in (name, target)]
    if not name.startswith("omr.scan.") or not target.startswith("omr.scan.") or not rooms[0]:
        return True
    if not rooms[1]:
        return target in SCAN_VALUES
    return WITHIN_SCAN.index(rooms[1]) <= WITHIN_SCAN.index(rooms[0])


def violations(root: Path) -> list[str]:
    """Return one line for each way in which the tree under ``root`` breaks the rules."""
    known = modules(root)
    faults = []
    edges: dict[str, set[str]] = {name: set() for name in known}
    for name, path in known.items():
        room = room_of(name)
        if room not in MAY_IMPORT:
            if room and room not in NOT_ROOMS:
                faults.append(f"{name}: unknown room {room}")
            elif any(True for _ in imports(name, path, known)):
                faults.append(f"{name}: the package itself imports nothing of ours")
            continue
        for line, target in imports(name, path, known):
            if not allowed(room, target):
                faults.append(f"{name}:{line}: {room} may not import {target}")
            elif not in_order(name, target):
                faults.append(f"{name}:{line}: {target} comes later in the reading")
            if target in known and target != name:
                edges[name].add(target)
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        faults.append("import cycle: " + " <- ".join(error.args[1]))
    return faults


def crowded(root: Path) -> list[str]:
    """Return the Python files that are too long, or whose names say nothing."""
    faults = []
    for folder in ("omr", "tests", "docs", "benchmarks"):
        for path in sorted((root / folder).rglob("*.py")):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            shown = path.relative_to(root)
            if lines > MOST_LINES:
                faults.append(f"{shown}: {lines} lines")
            if SAYS_NOTHING & set(path.stem.split("_")):
                faults.append(f"{shown}: the name says nothing")
    return faults


def test_every_room_imports_only_what_it_may() -> None:
    assert violations(REPOSITORY) == []


def test_files_are_short_and_well_named() -> None:
    assert crowded(REPOSITORY) == []


def test_every_room_of_the_table_exists() -> None:
    found = {room_of(name) for name in modules(REPOSITORY)} - {""}
    assert found == set(MAY_IMPORT)


def build(root: Path, files: dict[str, str]) -> Path:
    """Write a made-up tree."""
    for name, text in {"omr/__init__.py": "", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        (
            {"omr/errors.py": "from omr.geometry import Rect\n", "omr/geometry.py": ""},
            "omr.errors:1: errors may not import omr.geometry",
        ),
        (
            {"omr/tally/count.py": "def f():\n    import omr.store.record\n"},
            "omr.tally.count:2: tally may not import omr.store.record",
        ),
        (
            {"omr/store/record.py": "from ..scan import pipeline\n", "omr/scan/pipeline.py": ""},
            "omr.store.record:1: store may not import omr.scan.pipeline",
        ),
        (
            {
                "omr/scan/page.py": "from omr.election.load import load\n",
                "omr/election/load.py": "",
            },
            "omr.scan.page:1: scan may not import omr.election.load",
        ),
        (
            {"omr/report/minutes.py": "import omr.cli\n", "omr/cli/__init__.py": ""},
            "omr.report.minutes:1: report may not import omr.cli",
        ),
        (
            {
                "omr/scan/ink/ink_map.py": "from omr.scan.marks.legs import f\n",
                "omr/scan/marks/legs.py": "",
            },
            "omr.scan.ink.ink_map:1: omr.scan.marks.legs comes later in the reading",
        ),
        (
            {
                "omr/scan/ink/ink_map.py": "from omr.scan import pipeline\n",
                "omr/scan/pipeline.py": "",
            },
            "omr.scan.ink.ink_map:1: omr.scan.pipeline comes later in the reading",
        ),
        ({"omr/kitchen/stove.py": ""}, "omr.kitchen.stove: unknown room kitchen"),
        ({"omr/pantry.py": ""}, "omr.pantry: unknown room pantry"),
        (
            {"omr/__init__.py": "from omr.errors import Text\n", "omr/errors.py": ""},
            "omr: the package itself imports nothing of ours",
        ),
    ],
)
def test_a_breach_is_found(tmp_path: Path, files: dict[str, str], fault: str) -> None:
    assert violations(build(tmp_path, files)) == [fault]


def test_a_cycle_within_a_room_is_found(tmp_path: Path) -> None:
    root = build(
        tmp_path,
        {
            "omr/ballot/draw.py": "from omr.ballot import layout\n",
            "omr/ballot/layout.py": "def f():\n    from .draw import line\n",
        },
    )
    (fault,) = violations(root)
    assert fault.startswith("import cycle: ")
    assert "omr.ballot.draw" in fault
    assert "omr.ballot.layout" in fault


def test_what_is_allowed_passes(tmp_path: Path) -> None:
    root = build(
        tmp_path,
        {
            "omr/errors.py": "",
            "omr/geometry.py": "",
            "omr/election/model.py": "from omr.errors import Text\n",
            "omr/ballot/layout.py": "from omr.election import model\nimport omr.geometry\n",
            "omr/scan/reading.py": "from omr import __version__\n",
            "omr/scan/page.py": "from ..ballot.layout import f\nfrom .reading import g\n",
            "omr/store/record.py": "from omr.scan.reading import PageReading\n",
            "omr/cli/main.py": "from omr.scan import page\nfrom omr.store.record import r\n",
        },
    )
    assert violations(root) == []


def test_a_crowded_or_nameless_file_is_found(tmp_path: Path) -> None:
    root = build(
        tmp_path,
        {"omr/scan/long.py": "x = 1\n" * (MOST_LINES + 1), "omr/scan/image_utils.py": ""},
    )
    assert crowded(root) == [
        "omr/scan/image_utils.py: the name says nothing",
        f"omr/scan/long.py: {MOST_LINES + 1} lines",
    ]
