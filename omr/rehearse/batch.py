"""One batch: papers of one voter group through one printer and one scanner, as in an office.

In come the plans of the papers; out come scanned pages in stack order and what is true of
them. What does not belong in the stack is slipped in here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from omr.ballot.model import BallotLayout, PageLayout
from omr.ballot.serials import issue_serials
from omr.election.model import Election
from omr.rehearse.designs import ballot_pages, empty_back, invitation, overlapped, photocopied
from omr.rehearse.paper import choose_wear
from omr.rehearse.pens import Pixels
from omr.rehearse.printer import Printer
from omr.rehearse.scanner import Scanner, choose_shot
from omr.rehearse.sheet import Passage, SealWords, draw_page, draw_plain
from omr.rehearse.truth import PagePlace, loose_truth, paper_truth
from omr.rehearse.voters import Kind, PaperPlan

# Which papers of a batch with strangers meet what, counted from 0.
_LOSES_PAGE, _COPIED, _BEFORE_STRANGERS = 2, 3, 4


@dataclass(frozen=True, slots=True)
class Office:
    """What a batch is made with.

    Attributes:
        group: Place of the voter group in the definition.
        layout: Its ballot style.
        key: Signs the codes.
        kind: How hard paper is treated.
    """

    election: Election
    group: int
    layout: BallotLayout
    key: bytes
    kind: Kind
    printer: Printer
    scanner: Scanner


def _clean_pair(plans: Sequence[PaperPlan]) -> int | None:
    """Return where two neighbours begin that can be fed as one without losing a planned fault."""
    for number in range(_BEFORE_STRANGERS, len(plans) - 1):
        if plans[number].look == plans[number + 1].look == "no":
            return number
    return None


@dataclass(slots=True)
class Batch:
    """The scanned pages of a batch and their truth, growing as papers go through."""

    office: Office
    rng: np.random.Generator
    pages: list[Pixels] = field(default_factory=list)
    truth: list[dict[str, Any]] = field(default_factory=list)

    def scan(self, plans: Sequence[PaperPlan], strangers: bool) -> None:
        """Put papers through, in order.

        Args:
            plans: What the voters did.
            strangers: Whether a copy, a lost page, a double feed and pages that do not belong
                are slipped in.
        """
        office = self.office
        designs = ballot_pages(
            office.layout,
            office.election.fingerprint,
            office.group,
            [plan.serial for plan in plans],
            office.key,
        )
        doubled = _clean_pair(plans) if strangers and len(designs[0]) == 1 else None
        number = 0
        while number < len(plans):
            plan, own = plans[number], designs[number]
            if number == doubled:
                self._feed_double(plans[number : number + 2], [own[0], designs[number + 1][0]])
                number += 2
                continue
            lost = strangers and number == _LOSES_PAGE and len(own) > 1
            copied = strangers and number == _COPIED
            self._feed(plan, own, lost, copied)
            number += 1
            if strangers and number == _BEFORE_STRANGERS:
                self._feed_strangers()

    def _feed(self, plan: PaperPlan, own: Sequence[Pixels], lost: bool, copied: bool) -> None:
        """Put one paper through, twice where somebody slipped in a photocopy of it."""
        places: list[PagePlace] = []
        worn: dict[str, None] = {}
        for copy in (False, True)[: 1 + copied]:
            for page, design in zip(self.office.layout.pages, own, strict=True):
                if lost and page.page == len(own):
                    continue
                passage = self._passage(page)
                worn |= dict.fromkeys(passage.wear.words())
                picture = self._picture(page, design, plan, own, passage)
                self.pages.append(photocopied(picture) if copy else picture)
                places.append(PagePlace("", len(self.pages)))
        if "codes-lost" in plan.faults:
            # Without a legible code a page cannot be tied to its ballot: it waits as a page.
            self.truth += [loose_truth(place, "no-code", "codes blotted") for place in places]
        else:
            fact = paper_truth(plan, places, copied, lost)
            self.truth.append({**fact, "wear": list(worn), "scan": self._scan_words()})
        if self.office.layout.two_sided and len(own) % 2 and not lost:
            last = self.office.layout.pages[-1]
            back = draw_plain(empty_back(last), self._passage(last), own[-1])
            self._add_loose(back, "blank", "the empty back of a ballot")

    def _feed_double(self, plans: Sequence[PaperPlan], designs: Sequence[Pixels]) -> None:
        """Put two papers through at once: one picture, of which neither can be read whole."""
        page = self.office.layout.pages[0]
        passage = self._passage(page)
        level = replace(passage, shot=replace(passage.shot, quarter_turns=0))
        words = self._seal_words()
        upper, lower = (
            draw_page(page, design, plan, level, words)
            for plan, design in zip(plans, designs, strict=True)
        )
        both = overlapped(upper, lower, self.office.scanner.dpi, self.rng)
        self._add_loose(both, "code-conflict", "two ballots fed as one")

    def _feed_strangers(self) -> None:
        """Add papers that are not of this vote, and an empty back."""
        office, page = self.office, self.office.layout.pages[0]
        serials = issue_serials(2, frozenset(), f"stranger-{int(self.rng.integers(2**31))}")
        other_key = bytes(255 - byte for byte in office.key)
        other_vote = office.election.fingerprint[::-1]
        own_vote = office.election.fingerprint
        ((forged, *_),) = ballot_pages(
            office.layout, own_vote, office.group, serials[:1], other_key
        )
        ((other, *_),) = ballot_pages(
            office.layout, other_vote, office.group, serials[1:], office.key
        )
        for reason, what, design in (
            ("bad-signature", "a ballot signed with another key", forged),
            ("foreign", "a ballot of another vote", other),
            ("no-code", "a letter", invitation(page)),
            ("blank", "an empty back", empty_back(page)),
        ):
            self._add_loose(draw_plain(design, self._passage(page)), reason, what)

    def _add_loose(self, picture: Pixels, reason: str, what: str) -> None:
        self.pages.append(picture)
        self.truth.append(loose_truth(PagePlace("", len(self.pages)), reason, what))

    def _scan_words(self) -> dict[str, Any]:
        scanner = self.office.scanner
        return {"dpi": scanner.dpi, "mode": scanner.mode}

    def _picture(
        self,
        page: PageLayout,
        design: Pixels,
        plan: PaperPlan,
        own: Sequence[Pixels],
        passage: Passage,
    ) -> Pixels:
        two_sided = self.office.layout.two_sided
        behind = (page.page - 1) ^ 1
        back = own[behind] if two_sided and behind < len(own) else None
        return draw_page(page, design, plan, passage, self._seal_words(), back, two_sided)

    def _passage(self, page: PageLayout) -> Passage:
        office = self.office
        return Passage(
            sheet=office.printer.sheet(page.width, page.height, self.rng),
            wear=choose_wear(self.rng, office.kind),
            scanner=office.scanner,
            shot=choose_shot(office.scanner, self.rng),
        )

    def _seal_words(self) -> SealWords:
        """The seal names the body whose Executive Committee stamps the papers (R4)."""
        left = self.office.election.header.left
        issuer = left[-1] if left else self.office.election.id
        return SealWords(issuer.upper(), ("BAN", "CHẤP HÀNH"))
