"""What keeps a good definition from being printed: letters without a glyph, texts without room.

``omr check`` shows these beside the faults of the definition itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from omr.ballot.layout import ballot_layout
from omr.ballot.typeset import DoesNotFitError
from omr.election.fault import Fault
from omr.election.load import locate
from omr.election.model import Election
from omr.errors import Text
from omr.fonts import missing_letters


def printing_faults(election: Election, path: Path) -> list[Fault]:
    """Return what cannot be printed, in the order of the file; [] if all can.

    Args:
        election: The loaded definition.
        path: The file it was loaded from, to name the lines.

    Raises:
        InputError: No usable font is installed.
    """
    faults = [
        _fault(
            path,
            field,
            Text(
                f"phông chữ in phiếu không có ký tự {_named(letters)}",
                f"the font of the ballot lacks {_named(letters)}",
            ),
            Text("gõ lại bằng chữ khác", "type it with other letters"),
        )
        for field, text in printed_texts(election)
        if (letters := missing_letters(text))
    ]
    for group in election.groups:
        try:
            ballot_layout(election, group)
        except DoesNotFitError as error:
            faults.append(_fault(path, error.field, error.message.text, error.message.remedy))
    return sorted(set(faults))


def printed_texts(election: Election) -> Iterator[tuple[str, str]]:
    """Yield every text of the definition that stands on a ballot, with its field."""
    form = election.form
    yield "place", election.place
    yield "locality", election.locality
    for side, lines in (("left", election.header.left), ("right", election.header.right)):
        yield from ((f"header.{side}[{index}]", line) for index, line in enumerate(lines))
    yield "ballot.title", form.title
    yield "ballot.subtitle", form.subtitle
    for name, items in (("criteria", form.criteria), ("instructions", form.instructions)):
        yield from ((f"ballot.{name}[{index}]", item) for index, item in enumerate(items))
    for index, option in enumerate(election.options):
        yield f"options[{index}].label", option.label
    for number, group in enumerate(election.groups):
        yield f"groups[{number}].name", group.name
        yield f"groups[{number}].voters", group.voters
        for index, contest in enumerate(group.contests):
            yield f"groups[{number}].officials[{index}].name", contest.name
            yield f"groups[{number}].officials[{index}].post", contest.post


def _fault(path: Path, field: str, text: Text, remedy: Text) -> Fault:
    return Fault(path.name, locate(path, field), field, text, remedy)


def _named(letters: str) -> str:
    """Show letters with their code points, for those that look like others."""
    return ", ".join(f"“{letter}” (U+{ord(letter):04X})" for letter in letters)
