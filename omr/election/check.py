"""Checks between fields: what is given twice, what is missing, what contradicts.

``schema`` looks at one field at a time; this looks across them. It reads the plain data and
passes over whatever has the wrong form, so that all faults come to light in one go.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from omr.election import contradictions
from omr.election.fault import Fault, Message
from omr.election.model import RuleProfile
from omr.election.profiles import RulesRead
from omr.election.schema import says_no
from omr.election.source import Source, join

MAX_GROUPS = 30
"""A page code has room for the group's index; no body has more kinds of voters."""

MAX_OFFICIALS = 100
"""Far more than the largest committee; beyond it the list is another list."""

MIN_OPTIONS, MAX_OPTIONS = 2, 6
"""One option is no choice; more than six columns of boxes leave no room for names on A4."""

RESERVED = frozenset({"blank", "multiple", "uncertain", "invalid"})
"""Outcomes of a line that stand beside the option ids in the record."""

DEFAULT_OPTIONS = ("high", "confidence", "low")


def fold(text: str) -> str:
    """Return a text as readers compare it: NFC, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def group_id(index: int) -> str:
    """Return the id of the group at ``index`` that gives none: a to z, then a2, b2 and on."""
    letter, round_ = chr(ord("a") + index % 26), index // 26
    return letter if round_ == 0 else f"{letter}{round_ + 1}"


def official_id(index: int) -> str:
    """Return the id of the official at ``index`` who is given none: c1, c2 and on."""
    return f"c{index + 1}"


def cross_faults(source: Source, rules: RulesRead) -> Iterator[Fault]:
    """Yield every fault that lies between fields.

    Args:
        source: The definition as written.
        rules: Its rules as far as they could be read.
    """
    yield from _groups(source)
    yield from _options(source)
    yield from _people(source)
    if rules.profile is not None:
        yield from _thresholds(source, rules.profile, rules.own_thresholds)
        yield from _figures(source, rules.profile)
        yield from _seal(source, rules.profile)


@dataclass(frozen=True, slots=True)
class _Item:
    """One mapping of a list, with its path."""

    path: str
    index: int
    fields: dict[str, Any]

    def text(self, key: str) -> str:
        """Return a text field, or "" where it is missing or something else."""
        value = self.fields.get(key, "")
        return value if isinstance(value, str) else ""

    def place(self, key: str) -> str:
        """Return the path of a field, or of the mapping where the field is not given."""
        return join(self.path, key) if key in self.fields else self.path


def _items(parent: dict[str, Any], key: str, path: str) -> list[_Item]:
    values = parent.get(key)
    if not isinstance(values, list):
        return []
    return [
        _Item(join(path, index), index, value)
        for index, value in enumerate(values)
        if isinstance(value, dict)
    ]


def _twice(
    source: Source,
    items: list[_Item],
    key: str,
    words: Callable[[str, str], Message],
    default: Callable[[int], str] | None = None,
) -> Iterator[Fault]:
    """Yield a fault for each item whose ``key`` says the same as an earlier one."""
    first: dict[str, str] = {}
    for item in items:
        shown = " ".join(item.text(key).split()) or (default(item.index) if default else "")
        folded = fold(shown)
        if folded and folded in first:
            yield source.fault(item.place(key), words(shown, first[folded]))
        elif folded:
            first[folded] = source.cells.get(item.place(key), item.path)


def _groups(source: Source) -> Iterator[Fault]:
    listed = source.data.get("groups")
    groups = _items(source.data, "groups", "groups")
    if isinstance(listed, list) and not listed:
        yield source.fault("groups", contradictions.no_groups())
    if len(groups) > MAX_GROUPS:
        yield source.fault("groups", contradictions.too_many(len(groups), MAX_GROUPS))
    yield from _twice(source, groups, "id", contradictions.duplicate_id, group_id)
    yield from _twice(source, groups, "name", contradictions.duplicate_label)
    for group in groups:
        yield from _officials(source, group)
        members, convened = group.text("members").strip(), group.text("convened").strip()
        if members.isdecimal() and convened.isdecimal() and 0 < int(members) < int(convened):
            yield source.fault(
                join(group.path, "convened"),
                contradictions.convened_above_members(int(convened), int(members)),
            )


def _officials(source: Source, group: _Item) -> Iterator[Fault]:
    path = join(group.path, "officials")
    officials = _items(group.fields, "officials", path)
    if group.fields.get("officials") == []:
        yield source.fault(path, contradictions.empty_group())
    if len(officials) > MAX_OFFICIALS:
        yield source.fault(path, contradictions.too_many(len(officials), MAX_OFFICIALS))
    yield from _twice(source, officials, "id", contradictions.duplicate_id, official_id)
    yield from _twice(source, officials, "name", contradictions.duplicate_official)


def _options(source: Source) -> Iterator[Fault]:
    listed = source.data.get("options")
    options = _items(source.data, "options", "options")
    if isinstance(listed, list) and len(listed) < MIN_OPTIONS:
        yield source.fault("options", contradictions.too_few_options(len(listed)))
    if len(options) > MAX_OPTIONS:
        yield source.fault("options", contradictions.too_many_options(len(options), MAX_OPTIONS))
    yield from _twice(source, options, "id", contradictions.duplicate_id)
    yield from _twice(source, options, "label", contradictions.duplicate_label)
    for option in options:
        value = option.text("id").strip()
        if value in RESERVED:
            yield source.fault(option.place("id"), contradictions.reserved_id(value))


def _people(source: Source) -> Iterator[Fault]:
    board = _items(source.data, "board", "board")
    witnesses = _items(source.data, "witnesses", "witnesses")
    yield from _twice(source, board + witnesses, "name", contradictions.duplicate_person)


def _thresholds(source: Source, profile: RuleProfile, own: bool) -> Iterator[Fault]:
    known = [option.text("id").strip() for option in _items(source.data, "options", "options")]
    known = [value for value in known if value] if "options" in source.data else []
    known = known or list(DEFAULT_OPTIONS)
    reported: set[str] = set()
    for index, threshold in enumerate(profile.thresholds):
        if threshold.option in known or (threshold.option in reported and not own):
            continue
        reported.add(threshold.option)
        path = f"rules.thresholds[{index}].option" if own else "rules"
        yield source.fault(path, contradictions.unknown_option(threshold.option, known))


def _figures(source: Source, profile: RuleProfile) -> Iterator[Fault]:
    """Yield a fault for each group that lacks a number which the rules take shares of."""
    used = {profile.denominator, *(threshold.of for threshold in profile.thresholds)}
    if profile.quorum is not None:
        used |= {profile.quorum.numerator, profile.quorum.of}
    for group in _items(source.data, "groups", "groups"):
        for key in sorted(used & {"members", "convened"}):
            if key not in group.fields:
                yield source.fault(join(group.path, key), contradictions.figure_needed(key))


def _seal(source: Source, profile: RuleProfile) -> Iterator[Fault]:
    """Yield a fault where the rules require a seal that the ballot has no place for."""
    ballot = source.data.get("ballot")
    if profile.seal_required and isinstance(ballot, dict) and says_no(ballot.get("seal")):
        yield source.fault("ballot.seal", contradictions.no_place_for_seal())
