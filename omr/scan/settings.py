"""Every threshold of the reader, with its unit and the reason for its value.

One frozen value holds them all; its hash is stored with each reading, so that a
reading can always be traced to the numbers that made it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """The numbers that the reader works with.

    Attributes:
        px_per_mm: Resolution of the straightened page. 8 px/mm is 203 dpi: a pen line of
            0.3 mm is then two to three pixels wide, and a 300 dpi scan loses little.
        coarse_px_per_mm: Resolution at which the print is matched piece by piece.
        search_mm: How far a piece of the print may lie from where the marks say it is.
            Paper stretch and folds move print by up to about 1 mm on a page.
        tile_mm: Edge of the pieces; holds at least one word or one box corner.
        tile_match: Least correlation at which the place of a piece is believed.
        mark_residual_mm: A page whose registration marks fit worse than this is not read:
            at that error a box could be taken for its neighbour's surroundings.
        box_match: Share of a box's outline that must be there. With a corner of 2.4 mm torn out
            of it 0.94 is left; a fold through the box, which sets its sides up to 1.5 mm apart,
            leaves 0.7 to 0.8, and then outline is easily taken for ink.
        poor_box_match: The same where the press left gaps in the outlines all over the page: with
            one side wholly gone 0.7 is left.
        box_residual_mm: A box farther than this from its place after all bends are undone: what
            is expected there, the outline above all, is no longer surely told from ink.
        print_share: Share of the pieces of print that must be recognised. A page that lacks a
            corner and an edge keeps 0.7; a wrong or crumpled one has less than a third.
        print_margin_mm: Ink this close to expected print is taken for print. Laser print
            spreads by up to 0.1 mm and registration leaves up to 0.2 mm.
        ink: Darkness relative to the local paper (0 paper, 1 black) from which a pixel is
            ink. Blue pen gives 0.5 to 0.8, pencil 0.25 to 0.5, show-through below 0.15.
        faint_ink: Darkness from which a pixel inside a box may be very faint ink; such ink
            alone never makes a mark, it asks for a person.
        dust_mm: Ink in a box whose extent is below this is dust or paper grain.
        mark_extent_mm: A stroke of this extent inside a box is a mark.
        mark_area_mm2: and it has at least this area of ink.
        dot_area_mm2: A compact spot of this area is a dot made on purpose (1.1 mm across); a
            pen put down in hesitation leaves less.
        leg_share: A stroke that has less than this share of its in-box ink in a second box,
            and stays out of that box's middle, is a leg that strayed there.
        core_share: Edge of the box's middle, as a share of the box.
        inside_share: A stroke with less than this share of its ink inside the box, and none
            in the middle, was perhaps not meant for the box.
        ring_mm: How far outside the outline a circle round the box may run.
        ring_coverage: Share of directions from the centre in which a circle shows ink.
        reach_mm: A stroke may leave its box by this much and still be only a mark.
        annotation_mm: Foreign ink of this extent is put before people. Shorter than the
            4 mm of pen stroke that must be found, longer than staples' shadows and dust.
        strike_mm: A straight run of ink this long over a name is a strike: no letter at
            ballot sizes has a stroke as long.
        edge_mm: Long ink nearer than this to the paper's edge is a shadow of the edge.
        seal_spill_mm: A seal may be stamped over the edge of its zone by this much.
        signature_spill_mm: The same for a signature that starts in its box.
        paper_dark: Where the local background is darker than this share of the page's paper
            white, there is no paper: a hole, a tear, the scanner's black lid.
        print_seen: Least share of a row's expected print that must be found on the page.
        min_dpi: Below this the scan is too coarse to trust a thin mark. The coarsest scan that
            is asked for, 150 dpi of a print shrunk to 92 %, has 138.
        coarse_dpi: Below this a page is read, but the next ones should be scanned finer: a thin
            pen line of 0.3 mm is then under two pixels wide. A 200 dpi scan of a print shrunk
            to 92 % has 184.
        skew_deg: Skew from which it is told; up to 5 degrees are read. Feeders with their guides
            set right stay below 1.
        stretch_percent: Difference of the print's scale down and across from which the feed is
            said to slip. Good feeders stay below 1 %.
        dark_paper: Brightness of paper below which a scan is too dark; recycled paper and
            default settings of office scanners give 0.75 and more.
        grain: Share of dark pixels on open paper above which the scan is too dark: the paper
            itself turns into specks.
        solid_print: Darkness of solid print below which contrast is lost. A pen is paler than
            print, and its ink counts from 0.22.
        thin_print: What must be left of thin lines, as a share of solid print's darkness.
        edge_blur_mm: Width of an edge above which the scan is blurred. It is 0.15 to 0.3 at
            200 dpi; at 0.5 a pen line of 0.3 mm has lost half its darkness.
    """

    px_per_mm: int = 8
    coarse_px_per_mm: int = 4
    search_mm: float = 1.75
    tile_mm: float = 22.0
    tile_match: float = 0.45
    mark_residual_mm: float = 1.0
    box_match: float = 0.85
    poor_box_match: float = 0.75
    box_residual_mm: float = 0.6
    print_share: float = 0.5
    print_margin_mm: float = 0.32
    ink: float = 0.22
    faint_ink: float = 0.12
    dust_mm: float = 0.7
    mark_extent_mm: float = 2.4
    mark_area_mm2: float = 0.45
    dot_area_mm2: float = 0.95
    leg_share: float = 0.3
    core_share: float = 0.5
    inside_share: float = 0.35
    ring_mm: float = 4.5
    ring_coverage: float = 0.72
    reach_mm: float = 9.0
    annotation_mm: float = 2.6
    strike_mm: float = 5.0
    edge_mm: float = 6.5
    seal_spill_mm: float = 9.0
    signature_spill_mm: float = 12.0
    paper_dark: float = 0.55
    print_seen: float = 0.7
    min_dpi: float = 135.0
    coarse_dpi: float = 175.0
    skew_deg: float = 2.0
    stretch_percent: float = 2.0
    dark_paper: float = 0.6
    grain: float = 0.004
    solid_print: float = 0.5
    thin_print: float = 0.5
    edge_blur_mm: float = 0.5

    def fingerprint(self) -> str:
        """Return the hash under which these settings are stored with a reading."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]
