"""Which scanner an office has, and how it is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from blindsheets.machines.encoding import Encoding, words_of
from blindsheets.machines.feed import Feed
from blindsheets.machines.raster import Colour
from blindsheets.machines.scanner import Scanner, tone_of
from blindsheets.machines.soiling import Line, Rollers

_A4_MM = (210.0, 297.0)
_LETTER_MM = (215.9, 297.0)
_WHITE_LID: Colour = (246.0, 247.0, 246.0)
_GREY_LID: Colour = (150.0, 152.0, 151.0)
_BLACK_LID: Colour = (18.0, 17.0, 19.0)

# The palest stroke that is a vote all the same, as a share of the paper's level, and how much of
# its contrast a scan must keep.
_PENCIL = 0.66
_KEPT = 0.65

_DPI = (150, 200, 240, 300, 400, 600)
_DPI_WEIGHTS = {
    "neat": (0, 0.45, 0.05, 0.5, 0, 0),
    "office": (0.06, 0.44, 0.06, 0.36, 0.06, 0.02),
    "damaged": (0.16, 0.42, 0.08, 0.28, 0.05, 0.01),
}


def choose_scanner(rng: np.random.Generator, severity: str, paper: float) -> Scanner:
    """Choose the scanner of one office.

    Args:
        severity: "neat", "office" or "damaged".
        paper: Grey level of the paper it is set for.
    """
    dpi = int(rng.choice(_DPI, p=_DPI_WEIGHTS[severity]))
    flat = bool(rng.uniform() < (0.3 if severity == "neat" else 0.35))
    hard = {"neat": 0.0, "office": 1.0, "damaged": 2.0}[severity]
    feed = _flatbed(rng, hard) if flat else _feeder(rng, hard)
    # Files of 400 dpi and more are too large in colour for most offices.
    colour = bool(rng.uniform() < (0.6 if dpi < 400 else 0.25))
    encoding = _encoding(rng, severity, dpi)
    if encoding.bilevel:
        colour = False
    made = Scanner(
        words=(),
        dpi=dpi,
        colour=colour,
        feed=feed,
        encoding=encoding,
        green_only=not colour and bool(rng.uniform() < 0.3),
        coarse_optics=dpi >= 300 and bool(rng.uniform() < 0.45),
        sharpen=float(rng.choice([0.0, 0.0, rng.uniform(-0.6, -0.2)])),
        bend=float(rng.normal(0, 0.08)),
        gain=float(rng.uniform(1.0, 1.06)),
        lift=float(rng.uniform(-6, 2)),
        noise=float(rng.uniform(0.6, 1.8)),
        columns=float(rng.uniform(0, 0.5)),
    )
    if hard:
        made = _ordinary_faults(made, rng, hard)
    if severity == "damaged":
        faults = list(_FAULTS)
        rng.shuffle(faults)
        for name in faults[: int(rng.choice([0, 1, 2], p=[0.35, 0.45, 0.2]))]:
            made = _FAULTS[name](made, rng)
            made = replace(made, words=(*made.words, name))
    made = _readable(made, paper)
    kind = "flatbed" if flat else "feeder"
    tone = "one bit" if made.encoding.bilevel else "colour" if made.colour else "grey"
    words = (f"{kind}, {made.dpi} dpi, {tone}, {words_of(made.encoding)}", *made.words)
    return replace(made, words=words)


def _encoding(rng: np.random.Generator, severity: str, dpi: int) -> Encoding:
    if severity == "neat":
        return Encoding("jpeg", int(rng.integers(80, 96)), str(rng.choice(["420", "422", "444"])))
    kinds = ("jpeg", "global", "adaptive", "diffused", "layers", "plain")
    odds = (0.74, 0.07, 0.06, 0.03, 0.06, 0.04)
    kind = rng.choice(kinds, p=odds)
    least = 55 if severity == "office" else 40
    quality = int(rng.integers(least, 96))
    sampling = str(rng.choice(["420", "420", "422", "444"]))
    if kind == "jpeg":
        return Encoding("jpeg", quality, sampling)
    if kind == "global":
        return Encoding("global", threshold=int(rng.integers(72, 85)))
    if kind == "adaptive":
        # Wider than a box, so that a filled box does not turn hollow.
        side = int(dpi * rng.uniform(0.5, 1.0)) | 1
        return Encoding("adaptive", threshold=int(rng.integers(14, 32)), block_px=side)
    if kind == "diffused":
        return Encoding("diffused")
    if kind == "layers":
        side = int(dpi * 0.2) | 1
        return Encoding(
            "layers", max(quality, 50), threshold=int(rng.integers(28, 50)), block_px=side
        )
    return Encoding("plain")


def _readable(made: Scanner, paper: float) -> Scanner:
    """Turn the settings back until a pencil is as plain in the scan as a person needs it."""
    pencil = _PENCIL * paper
    for _ in range(8):
        kept = tone_of(made, paper) - tone_of(made, pencil)
        if kept >= _KEPT * (paper - pencil):
            break
        made = replace(
            made, bend=made.bend * 0.6, gain=1 + (made.gain - 1) * 0.6, lift=made.lift * 0.6
        )
    if made.encoding.kind != "global":
        return made
    share = 100 * tone_of(made, pencil) / tone_of(made, paper) + 4
    threshold = min(90, max(made.encoding.threshold, round(share)))
    return replace(made, encoding=replace(made.encoding, threshold=threshold))


def _feeder(rng: np.random.Generator, hard: float) -> Feed:
    lid = (_WHITE_LID, _GREY_LID, _BLACK_LID)[int(rng.choice(3, p=[0.6, 0.1, 0.3]))]
    # Feeders lead the sheet by its sides; the scan often begins a little late or early.
    place = (float(rng.normal(0, 0.4)), float(rng.normal(0, 0.8)))
    return Feed(
        area_mm=(0.0, 0.0),
        place_mm=place,
        wander_mm=0.25 + 0.2 * hard,
        skew_deg=float(rng.uniform(0.08, 0.2)) + 0.22 * hard * float(rng.uniform()),
        most_skew_deg=0.5 if hard == 0 else 1.5 * hard,
        trapezoid=0.0004 * hard * float(rng.uniform()),
        bow_mm=0.0 if rng.uniform() < 0.5 else 0.12 * hard * float(rng.uniform()),
        speed=1 + float(rng.normal(0, 0.0012 + 0.0012 * hard)),
        end_stretch=float(rng.normal(0, 0.006 * hard)) if rng.uniform() < 0.3 * hard else 0.0,
        end_mm=float(rng.uniform(8, 25)),
        lid=lid,
        turns=int(rng.choice([0, 1, 2, 3], p=[0.9, 0.04, 0.03, 0.03])) if hard else 0,
        upside_down=0.04 * hard,
    )


def _flatbed(rng: np.random.Generator, hard: float) -> Feed:
    lid = _WHITE_LID if rng.uniform() < 0.8 else _GREY_LID
    if hard and rng.uniform() < 0.12:
        # Scanned with the lid open in a dim room.
        lid = _BLACK_LID
    # The glass is A4 or a little wider; some programs scan a whole long glass.
    area = _A4_MM if rng.uniform() < 0.6 or hard == 0 else _LETTER_MM
    if hard and rng.uniform() < 0.1:
        area = (215.9, 310.0)
    return Feed(
        area_mm=area,
        place_mm=(float(rng.normal(0.3, 0.5)), float(rng.normal(0.3, 0.5))),
        wander_mm=0.3 + 0.4 * hard,
        skew_deg=float(rng.uniform(0.1, 0.25)) + 0.3 * hard * float(rng.uniform()),
        most_skew_deg=0.5 if hard == 0 else 1.5 * hard,
        speed=1 + float(rng.normal(0, 0.001)),
        lid=lid,
        turns=int(rng.choice([0, 1, 2, 3], p=[0.86, 0.05, 0.04, 0.05])) if hard else 0,
        upside_down=0.04 * hard,
    )


def _ordinary_faults(made: Scanner, rng: np.random.Generator, hard: float) -> Scanner:
    """Add what an office does not notice about its scanner."""
    words = list(made.words)
    made = replace(
        made,
        bend=float(rng.normal(0, 0.16)),
        gain=float(rng.uniform(0.92, 1.1)),
        lift=float(rng.uniform(-12, 10)),
        noise=float(rng.uniform(0.8, 2.0 + 1.6 * hard)),
        columns=float(rng.uniform(0, 0.7 * hard)),
        cast=_cast(rng, 0.015 * hard) if rng.uniform() < 0.4 else made.cast,
    )
    if rng.uniform() < 0.25:
        # Background removal: paper is pushed to pure white.
        gain = float(rng.uniform(1.15, 1.4))
        made = replace(made, gain=gain, lift=255 - gain * float(rng.uniform(222, 240)))
        words.append("background removed")
    if rng.uniform() < 0.35:
        made = replace(made, sharpen=float(rng.uniform(0.4, 1.4)))
        words.append("sharpened")
    if rng.uniform() < 0.4:
        shift = float(rng.uniform(0.15, 0.5 + 0.3 * hard))
        made = replace(made, fringe_px=(shift, -shift * float(rng.uniform(0.5, 1))))
    if rng.uniform() < 0.18 * hard:
        made = replace(made, lines=_lines(rng, made, int(rng.integers(1, 2 + int(hard)))))
        words.append("dirt on the glass")
    if rng.uniform() < 0.15:
        made = replace(made, unevenness=float(rng.uniform(0.02, 0.05)) * hard)
    if rng.uniform() < 0.2:
        made = replace(
            made, edge_shadow=float(rng.uniform(0.1, 0.35)) * hard, edge=int(rng.integers(0, 4))
        )
        words.append("shadow along an edge")
    if rng.uniform() < 0.06 * hard:
        made = _rolled(made, rng)
        words.append("roller marks")
    return replace(made, words=tuple(words))


def _cast(rng: np.random.Generator, depth: float) -> Colour:
    blue, red = (1 - abs(float(rng.normal(0, depth))) for _ in range(2))
    return (blue, 1.0, red)


def _lines(rng: np.random.Generator, made: Scanner, count: int) -> tuple[Line, ...]:
    lines = []
    for _ in range(count):
        colour = _LINE_COLOURS[int(rng.choice(len(_LINE_COLOURS), p=_LINE_ODDS))]
        whole = rng.uniform() < 0.65
        start = 0.0 if whole else float(rng.uniform(0, 0.7))
        end = 1.0 if whole else float(rng.uniform(start + 0.1, 1))
        width = int(rng.choice([1, 1, 2, 2, 3, 4]))
        depth = float(rng.uniform(0.15, 0.75))
        lines.append(Line(float(rng.uniform(0.01, 0.99)), width, colour, depth, start, end))
    return tuple(lines)


_LINE_COLOURS: tuple[Colour, ...] = (
    (40, 40, 40),
    (120, 122, 121),
    (255, 255, 255),
    (60, 190, 60),
    (200, 90, 120),
    (70, 200, 230),
)
_LINE_ODDS = (0.3, 0.25, 0.2, 0.1, 0.08, 0.07)


def _rolled(made: Scanner, rng: np.random.Generator) -> Scanner:
    middle = float(rng.uniform(0.3, 0.5))
    places = (middle, 1 - middle)
    rollers = Rollers(
        places,
        float(rng.uniform(8, 20)),
        float(rng.uniform(35, 75)),
        float(rng.uniform(0.03, 0.12)),
    )
    return replace(made, rollers=rollers)


def _skewed(made: Scanner, rng: np.random.Generator) -> Scanner:
    feed = replace(made.feed, skew_deg=float(rng.uniform(1.2, 2.2)), most_skew_deg=3.0)
    return replace(made, feed=replace(feed, trapezoid=float(rng.uniform(0, 0.0015))))


def _shaken(made: Scanner, rng: np.random.Generator) -> Scanner:
    return replace(
        made,
        feed=replace(
            made.feed,
            jitter_mm=float(rng.uniform(0.06, 0.22)),
            jitter_period_mm=float(rng.uniform(1.5, 9)),
        ),
    )


def _stretched(made: Scanner, rng: np.random.Generator) -> Scanner:
    stretch = float(rng.uniform(0.015, 0.05)) * (1 if rng.uniform() < 0.5 else -1)
    slip = float(rng.uniform(0.2, 0.8)) if rng.uniform() < 0.5 else 0.0
    return replace(
        made,
        feed=replace(
            made.feed, end_stretch=stretch, end_mm=float(rng.uniform(12, 40)), slip_mm=slip
        ),
    )


def _clipped(made: Scanner, rng: np.random.Generator) -> Scanner:
    cut = [float(rng.normal(0, 0.5)), float(rng.normal(0, 0.5))]
    cut[int(rng.integers(0, 2))] = float(rng.uniform(2, 4.5)) * (1 if rng.uniform() < 0.5 else -1)
    area = made.feed.area_mm if rng.uniform() < 0.5 else (0.0, 0.0)
    return replace(made, feed=replace(made.feed, place_mm=(cut[0], cut[1]), area_mm=area))


def _large(made: Scanner, rng: np.random.Generator) -> Scanner:
    lid = (_BLACK_LID, _GREY_LID, (90.0, 100.0, 112.0))[int(rng.integers(0, 3))]
    area = (float(rng.uniform(216, 225)), float(rng.uniform(303, 320)))
    place = (float(rng.uniform(2, 8)), float(rng.uniform(2, 12)))
    return replace(made, feed=replace(made.feed, lid=lid, area_mm=area, place_mm=place))


def _dirty(made: Scanner, rng: np.random.Generator) -> Scanner:
    return replace(made, lines=_lines(rng, made, int(rng.integers(3, 8))))


def _spined(made: Scanner, rng: np.random.Generator) -> Scanner:
    return replace(made, spine=float(rng.uniform(0.04, 0.1)))


def _noisy(made: Scanner, rng: np.random.Generator) -> Scanner:
    noise = float(rng.uniform(5, 11))
    return replace(made, noise=noise, columns=float(rng.uniform(1, 3)), sharpen=0.8)


def _dim(made: Scanner, rng: np.random.Generator) -> Scanner:
    return replace(
        made,
        gain=float(rng.uniform(0.62, 0.78)),
        lift=float(rng.uniform(0, 26)),
        unevenness=float(rng.uniform(0.06, 0.16)),
        bend=float(rng.uniform(-0.3, 0.0)),
    )


def _blown(made: Scanner, rng: np.random.Generator) -> Scanner:
    # Bright enough to thin the strokes, never to lose a pencil: mid grey stays below 210.
    return replace(
        made, gain=1.15, lift=float(rng.uniform(4, 12)), bend=float(rng.uniform(0.1, 0.25))
    )


def _halo(made: Scanner, rng: np.random.Generator) -> Scanner:
    return replace(made, sharpen=float(rng.uniform(2.0, 3.5)), coarse_optics=True)


def _fringed(made: Scanner, rng: np.random.Generator) -> Scanner:
    shift = float(rng.uniform(0.8, 1.8))
    return replace(made, fringe_px=(shift, -shift))


def _lossy(made: Scanner, rng: np.random.Generator) -> Scanner:
    return replace(made, encoding=Encoding("jpeg", int(rng.integers(40, 52)), "420"))


_FAULTS: dict[str, Callable[[Scanner, np.random.Generator], Scanner]] = {
    "skewed feed": _skewed,
    "shaking carriage": _shaken,
    "feed slips": _stretched,
    "edge cut off": _clipped,
    "large glass": _large,
    "dirty glass": _dirty,
    "sheet off the glass at the left": _spined,
    "noisy sensor": _noisy,
    "dim lamp": _dim,
    "too bright": _blown,
    "hard sharpening": _halo,
    "colour lines apart": _fringed,
    "hard compression": _lossy,
    "roller marks": _rolled,
}
