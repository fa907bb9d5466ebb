"""Whether a ballot without the seal is an exception that a board has to see.

Rules may require the seal outright. Where they do not, most bodies stamp all their ballots all the
same (R4): then one that has none stands out, and somebody has to look how it came into the box.
"""

from __future__ import annotations

from dataclasses import dataclass

from omr.election.model import RuleProfile

# The seal is a habit of the board where so many ballots bear it, and so many for each without.
_SEALED, _FOR_EACH = 20, 20


@dataclass(frozen=True, slots=True)
class SealCount:
    """What the whole record shows of seals.

    Attributes:
        sealed: Ballots that bear one.
        unsealed: Ballots that bear none; those of which it is not clear are not counted.
    """

    sealed: int = 0
    unsealed: int = 0

    @property
    def is_habit(self) -> bool:
        """Whether ballots of this vote bear the seal but for few."""
        return self.sealed >= max(_SEALED, _FOR_EACH * self.unsealed)


def lacks_seal(seen: bool | None, profile: RuleProfile, count: SealCount) -> str | None:
    """Tell why a ballot without a seal is put before people.

    Args:
        seen: Whether its seal is seen; None where that is not clear.
        profile: The rules.
        count: The seals of all ballots of the record.

    Returns:
        The detail of the flag, or None where nobody need look.
    """
    if seen is not False:
        return None
    if profile.seal_required:
        return "required"
    return "all-others-sealed" if count.is_habit else None
