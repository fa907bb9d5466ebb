"""Rule profiles: the rules that differ between bodies, read from data files.

Goes in: the ``rules`` of a definition (a profile's name, a file beside the definition, or a
mapping that changes a profile). Comes out: a :class:`RuleProfile`, or faults at their lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from omr.election import contradictions, wording
from omr.election.fault import DefinitionError, Fault
from omr.election.model import Defect, Quorum, RuleProfile, Scope, Threshold
from omr.election.schema import RulesFields, TextFields, ThresholdFields, faults_of, slug
from omr.election.source import Source, join, read_yaml
from omr.errors import Text

DEFAULT = "tld-2021"
_FOLDER = Path(__file__).parent / "profiles"
_NEEDED = ("name", "scope", "blank", "denominator", "thresholds")
_DEFECTS: tuple[Defect, ...] = ("not-issued", "name-struck", "annotation", "blank", "overvote")


def profile_names() -> tuple[str, ...]:
    """Return the names of the shipped rule profiles, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def load_profile(name: str) -> RuleProfile:
    """Return a shipped rule profile.

    Raises:
        DefinitionError: There is none of this name.
    """
    if name not in profile_names():
        message = contradictions.unknown_profile(name, profile_names())
        raise DefinitionError([Fault(name, None, "", message.text, message.remedy)])
    profile, faults = _from_file(_FOLDER / f"{name}.yaml")
    if profile is None:
        raise DefinitionError(faults)
    return profile


@dataclass(frozen=True, slots=True)
class RulesRead:
    """The rules of a definition, as far as they could be read.

    Attributes:
        profile: None where a fault stands in the way.
        own_thresholds: Whether the thresholds stand in the definition itself.
        faults: What must be put right first.
    """

    profile: RuleProfile | None
    own_thresholds: bool = False
    faults: tuple[Fault, ...] = ()


def read_rules(source: Source) -> RulesRead:
    """Read the ``rules`` of a definition; left out, they are those of ``tld-2021``."""
    rules = source.data.get("rules", DEFAULT)
    if isinstance(rules, str):
        return _named(source, "rules", rules.strip() or DEFAULT)
    if not isinstance(rules, dict):
        return RulesRead(None, faults=(source.fault("rules", contradictions.not_rules()),))
    fields, faults = _validated(source, rules, "rules")
    base = RulesRead(None)
    if "profile" not in rules:
        faults.append(source.fault("rules.profile", wording.missing("profile")))
    elif isinstance(rules["profile"], str):
        base = _named(source, "rules.profile", rules["profile"].strip())
        faults.extend(base.faults)
    if fields is None or base.profile is None:
        return RulesRead(None, faults=tuple(faults))
    changed = _changed(base.profile, fields)
    if changed != base.profile:
        changed = _renamed(changed, base.profile, fields)
    return RulesRead(changed, fields.thresholds is not None, tuple(faults))


def rules_file(source: Source) -> Path | None:
    """Return the file beside a definition in which its rules stand, None where there is none.

    Rules of one file never lead to another, so that this file is all that a definition needs.
    """
    rules = source.data.get("rules", DEFAULT)
    name = rules.get("profile") if isinstance(rules, dict) else rules
    if not isinstance(name, str) or name.strip() in ("", *profile_names()):
        return None
    return source.path.parent / name.strip()


def _named(source: Source, path: str, name: str) -> RulesRead:
    """Read a profile by its shipped name, or from a file beside the definition."""
    if name in profile_names():
        return RulesRead(load_profile(name))
    if not name.lower().endswith((".yaml", ".yml")):
        message = contradictions.unknown_profile(name, profile_names())
        return RulesRead(None, faults=(source.fault(path, message),))
    # A count folder is zipped and moved as one: rules elsewhere would be left behind.
    if Path(name).name != name or not (source.path.parent / name).is_file():
        return RulesRead(
            None, faults=(source.fault(path, contradictions.profile_not_beside(name)),)
        )
    profile, faults = _from_file(source.path.parent / name)
    return RulesRead(profile, faults=tuple(faults))


def _from_file(path: Path) -> tuple[RuleProfile | None, list[Fault]]:
    """Read a profile file, shipped or of a body's own."""
    source = read_yaml(path)
    if source.faults:
        return None, source.faults
    fields, faults = _validated(source, source.data, "")
    if fields is None:
        return None, faults
    if fields.profile is None:
        for key in _NEEDED:
            if key not in source.data:
                faults.append(source.fault(key, wording.missing(key)))
        settled = fields.scope.given() if fields.scope else {}
        for defect in _DEFECTS:
            if fields.scope and defect not in settled:
                faults.append(source.fault(join("scope", defect), wording.missing(defect)))
        return (None, faults) if faults else (_whole(path, fields), [])
    if fields.profile not in profile_names():
        known = profile_names()
        is_file = fields.profile.lower().endswith((".yaml", ".yml"))
        message = (
            contradictions.nested_profile()
            if is_file
            else contradictions.unknown_profile(fields.profile, known)
        )
        return None, [*faults, source.fault("profile", message)]
    changed = _changed(load_profile(fields.profile), fields)
    return replace(changed, id=fields.id or slug(path.stem)), faults


def _validated(
    source: Source, data: dict[str, Any], prefix: str
) -> tuple[RulesFields | None, list[Fault]]:
    try:
        return RulesFields.model_validate(data), []
    except ValidationError as error:
        return None, list(faults_of(source, error, prefix, "rules"))


def _whole(path: Path, fields: RulesFields) -> RuleProfile:
    """Make a profile from a file that says everything itself."""
    assert fields.name and fields.scope and fields.blank and fields.denominator
    empty = RuleProfile(
        id=fields.id or slug(path.stem),
        name=_text(fields.name),
        source="",
        scope={},
        blank=fields.blank,
        denominator=fields.denominator,
        thresholds=(),
    )
    return _changed(empty, fields)


def _changed(base: RuleProfile, fields: RulesFields) -> RuleProfile:
    """Return ``base`` with everything that ``fields`` gives put in its place."""
    scope: dict[Defect, Scope] = dict(base.scope)
    if fields.scope:
        scope.update(fields.scope.given())
    thresholds = base.thresholds
    if fields.thresholds is not None:
        thresholds = tuple(_threshold(given) for given in fields.thresholds)
    quorum = base.quorum
    if fields.quorum is not None:
        given = fields.quorum
        quorum = Quorum(given.numerator, given.comparison, given.fraction, given.of)
    return replace(
        base,
        name=_text(fields.name) if fields.name else base.name,
        source=base.source if fields.source is None else fields.source,
        scope=scope,
        blank=fields.blank or base.blank,
        denominator=fields.denominator or base.denominator,
        thresholds=thresholds,
        quorum=quorum,
        decimals=base.decimals if fields.decimals is None else fields.decimals,
        seal_required=(
            base.seal_required if fields.seal_required is None else fields.seal_required
        ),
    )


def _renamed(changed: RuleProfile, base: RuleProfile, fields: RulesFields) -> RuleProfile:
    """Give changed rules a name that does not pass for the profile they started from."""
    name = changed.name
    if fields.name is None:
        name = Text(f"{base.name.vi} (có điều chỉnh)", f"{base.name.en} (adjusted)")
    return replace(changed, id=fields.id or f"{base.id}-adjusted", name=name)


def _threshold(fields: ThresholdFields) -> Threshold:
    return Threshold(
        fields.id,
        fields.option,
        fields.comparison,
        fields.fraction,
        fields.of,
        _text(fields.wording),
    )


def _text(fields: TextFields) -> Text:
    return Text(fields.vi, fields.en)
