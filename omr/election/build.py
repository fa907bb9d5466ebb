"""The frozen election out of a definition whose every field has been found in order.

Goes in: the fields of ``schema`` and the rule profile. Comes out: the :class:`Election`, with
what was left out filled in, in the language of the ballot, and with its fingerprint.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any

from omr.election.check import DEFAULT_OPTIONS, group_id, official_id
from omr.election.model import (
    BallotForm,
    Contest,
    Election,
    Header,
    Option,
    Person,
    RuleProfile,
    VoterGroup,
)
from omr.election.schema import BallotFields, ElectionFields, GroupFields, PersonFields
from omr.errors import Language

_LABELS: dict[Language, tuple[str, str, str]] = {
    "vi": ("Tín nhiệm cao", "Tín nhiệm", "Tín nhiệm thấp"),
    "en": ("High confidence", "Confidence", "Low confidence"),
}
_TITLES: dict[Language, str] = {"vi": "PHIẾU TÍN NHIỆM", "en": "CONFIDENCE BALLOT"}
_COUNTRY: dict[Language, tuple[str, str]] = {
    "vi": ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
    "en": ("SOCIALIST REPUBLIC OF VIET NAM", "Independence - Freedom - Happiness"),
}


def default_options(language: Language) -> tuple[Option, ...]:
    """Return the three levels of confidence (R3), labelled in the ballot's language."""
    pairs = zip(DEFAULT_OPTIONS, _LABELS[language], strict=True)
    return tuple(Option(option, label) for option, label in pairs)


def default_title(language: Language) -> str:
    """Return the heading of a ballot that gives none."""
    return _TITLES[language]


def build(fields: ElectionFields, profile: RuleProfile) -> Election:
    """Make the election that a faultless definition describes."""
    language = fields.ballot.language
    options = default_options(language)
    if fields.options is not None:
        options = tuple(Option(option.id, option.label) for option in fields.options)
    right = _COUNTRY[language] if fields.header.right is None else tuple(fields.header.right)
    election = Election(
        id=fields.id,
        title=fields.title,
        conference=fields.conference,
        place=fields.place,
        date=fields.date,
        header=Header(tuple(fields.header.left), right),
        form=_form(fields.ballot),
        options=options,
        groups=tuple(_group(index, group) for index, group in enumerate(fields.groups)),
        profile=profile,
        board=_people(fields.board),
        witnesses=_people(fields.witnesses),
        secrecy=fields.secrecy,
        recipients=tuple(fields.recipients),
        locality=fields.locality,
    )
    return replace(election, fingerprint=fingerprint(election))


def fingerprint(election: Election) -> str:
    """Return the SHA-256, in hex, of all that voters see and of the rules they vote under.

    Left out is what may be settled later without touching a printed ballot: the numbers of
    members and convened, board, witnesses, secrecy mark and recipients.
    """
    matter = asdict(election)
    for key in ("board", "witnesses", "secrecy", "recipients", "fingerprint"):
        del matter[key]
    if not election.locality:
        # Where it is not given, it changes nothing of what voters see.
        del matter["locality"]
    for group in matter["groups"]:
        del group["members"], group["convened"]
    canonical = json.dumps(
        matter, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_exactly
    )
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _exactly(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"no canonical form for {type(value).__name__}")


def _form(fields: BallotFields) -> BallotForm:
    return BallotForm(
        title=fields.title or default_title(fields.language),
        subtitle=fields.subtitle,
        paper=fields.paper,
        language=fields.language,
        criteria=tuple(fields.criteria),
        criteria_on=fields.criteria_on,
        instructions=tuple(fields.instructions),
        signature=fields.signature,
        seal=fields.seal,
        duplex=fields.duplex,
    )


def _group(index: int, fields: GroupFields) -> VoterGroup:
    contests = tuple(
        Contest(official.id or official_id(place), official.name, official.post)
        for place, official in enumerate(fields.officials)
    )
    return VoterGroup(
        id=fields.id or group_id(index),
        name=fields.name,
        voters=fields.voters,
        contests=contests,
        members=fields.members,
        convened=fields.convened,
    )


def _people(fields: list[PersonFields]) -> tuple[Person, ...]:
    return tuple(Person(person.name, person.role) for person in fields)
