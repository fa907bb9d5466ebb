"""The documents say what the program says."""

from __future__ import annotations

import ast
import re
import runpy
import sys
import tomllib
from pathlib import Path

from omr.cli.main import cli

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"

# Where a distribution is imported under another name.
IMPORTED_AS = {
    "opencv-python": "cv2",
    "pillow": "PIL",
    "pyyaml": "yaml",
    "zxing-cpp": "zxingcpp",
}


# pydantic's own core, where the types of its errors live.
WITHIN_DECLARED = {"pydantic_core"}


def declared() -> set[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[<>=~]", line)[0] for line in project["dependencies"]}


def imported() -> set[str]:
    names = set()
    for path in (REPOSITORY / "omr").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names


def test_the_page_of_commands_is_current() -> None:
    made = runpy.run_path(str(DOCS / "make_commands.py"))["render"]()
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == made, "run: make docs"


def test_every_command_stands_on_it() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert re.findall(r"^## `omr ([a-z]+)`", text, re.MULTILINE) == list(cli.commands)


def test_every_dependency_is_used_and_explained() -> None:
    explained = re.findall(
        r"^\| ([a-z0-9-]+) \| .+ \| .+ \|$",
        (DOCS / "dependencies.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert set(explained) - {"package"} == declared()
    assert {IMPORTED_AS.get(name, name) for name in declared()} <= imported()


def test_nothing_is_imported_that_is_not_declared() -> None:
    ours = {IMPORTED_AS.get(name, name) for name in declared()}
    foreign = imported() - {"omr"} - set(sys.stdlib_module_names)
    assert foreign - WITHIN_DECLARED <= ours


def test_the_locks_have_hashes_and_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        packages = re.findall(r"^[a-z].*==.*\\$", text, re.MULTILINE)
        assert len(packages) > 20
        for block in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]:
            assert "--hash=sha256:" in block
