"""The door of this room: a definition file in, an :class:`Election` or all its faults out.

The way of a definition: ``source`` (or ``workbook``) reads plain data with places;
``schema`` checks each field; ``profiles`` reads the rules; ``check`` compares the fields;
``build`` makes the frozen values.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from omr.election.build import build
from omr.election.check import cross_faults
from omr.election.definition import definition_text
from omr.election.fault import DefinitionError, Fault
from omr.election.model import Election
from omr.election.profiles import RulesRead, read_rules, rules_file
from omr.election.schema import ElectionFields, faults_of
from omr.election.source import Source, read_yaml
from omr.election.workbook import read_workbook

WORKBOOKS = frozenset({".xlsx", ".xlsm"})
"""Suffixes read as Excel workbooks; anything else is read as YAML."""


def load_election(path: Path) -> Election:
    """Read the definition of a vote.

    Args:
        path: A YAML file or an Excel workbook (``.xlsx``).

    Raises:
        DefinitionError: The file cannot be used; the error carries every fault.
    """
    source = read_source(path)
    fields, rules, faults = _validate(source)
    if faults or fields is None or rules.profile is None:
        raise DefinitionError(faults)
    return build(fields, rules.profile)


def check_definition(path: Path) -> list[Fault]:
    """Return every fault of a definition, in the order of its lines; [] for a good one."""
    _, _, faults = _validate(read_source(path))
    return sorted(set(faults))


def locate(path: Path, field: str) -> int | None:
    """Return the line (for a workbook: the row) of a field such as ``groups[0].officials[3]``.

    Where the field is left out, the line of the nearest field around it is returned; None if
    the file cannot be read.
    """
    return read_source(path).line(field)


def companion(path: Path) -> Path | None:
    """Return the rules file that a definition cannot be moved without; None if it needs none.

    Args:
        path: A definition without faults.
    """
    return rules_file(read_source(path))


def read_source(path: Path) -> Source:
    """Read a definition of either kind as plain data with places."""
    if path.suffix.lower() in WORKBOOKS:
        return read_workbook(path)
    return read_yaml(path)


def election_from_workbook(path: Path) -> str:
    """Return the YAML definition that an Excel workbook amounts to, all defaults spelled out.

    Raises:
        DefinitionError: The workbook has faults, each with its sheet and cell.
    """
    return definition_text(load_election(path))


def _validate(source: Source) -> tuple[ElectionFields | None, RulesRead, list[Fault]]:
    """Look at every field, then across them; a file that cannot be read stops at once."""
    faults = list(source.faults)
    if not source.data:
        return None, RulesRead(None), faults
    fields = None
    try:
        fields = ElectionFields.model_validate(source.data)
    except ValidationError as error:
        faults.extend(faults_of(source, error, "", ""))
    rules = read_rules(source)
    faults.extend(rules.faults)
    faults.extend(cross_faults(source, rules))
    # A cell that could not be read has been told of; what it would mean is not judged again.
    unread = {(fault.line, fault.field) for fault in source.faults}
    judged = [fault for fault in faults if (fault.line, fault.field) not in unread]
    return fields, rules, [*source.faults, *judged]
