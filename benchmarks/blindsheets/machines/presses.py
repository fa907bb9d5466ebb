"""Which printer an office has: good, ordinary, or one that should have been serviced."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blindsheets.machines.printer import Printer, Spots, Streak, copied

# Circumferences of common drums and fuser rollers, mm.
_TURNS_MM = (37.7, 56.5, 63.0, 75.5, 94.2)
# Share of the ink missing where a fault is at its worst: text is plain to the eye below this.
_MOST_FADE = 0.6


def choose_printer(rng: np.random.Generator, severity: str) -> Printer:
    """Choose the printer of one office."""
    if severity == "neat":
        return _fitted(_good(rng), rng, 0.97, 0.001)
    hard = 1.0 if severity == "office" else 2.0
    kind = rng.choice(["laser", "worn", "copier", "inkjet"], p=_KINDS[severity])
    if kind == "inkjet":
        made = _inkjet(rng, hard)
    elif kind == "laser":
        made = _good(rng)
    else:
        made = _worn(rng, hard)
    made = _fitted(made, rng, 0.94, 0.005)
    return copied(made, rng, hard) if kind == "copier" else made


_KINDS = {"office": (0.45, 0.25, 0.18, 0.12), "damaged": (0.2, 0.4, 0.25, 0.15)}


def _good(rng: np.random.Generator) -> Printer:
    tone = float(rng.uniform(22, 48))
    return Printer(
        ink=(tone, tone - 1, tone),
        skew_deg=float(rng.uniform(0.03, 0.15)),
        shift_mm=(float(rng.normal(0, 0.4)), float(rng.normal(0, 0.6))),
        spread_mm=float(rng.uniform(-0.01, 0.03)),
        ragged=float(rng.uniform(2, 7)),
    )


def _fitted(printer: Printer, rng: np.random.Generator, least: float, unequal: float) -> Printer:
    usual = (rng.uniform(least, 1), 0.97, least)
    scale = 1.0 if rng.uniform() < 0.35 else float(rng.choice(usual))
    stretch = float(rng.uniform(-unequal, unequal))
    words = printer.words if scale == 1 else (*printer.words, f"printed at {scale:.1%}")
    return replace(printer, words=words, scale_x=scale, scale_y=min(1.0, scale * (1 + stretch)))


def _worn(rng: np.random.Generator, hard: float) -> Printer:
    made = _good(rng)
    made = replace(
        made,
        skew_deg=float(rng.uniform(0.05, 0.35)) * hard**0.5,
        shift_mm=(float(rng.normal(0, 1.0)), float(rng.normal(0, 1.3))),
        spread_mm=float(rng.uniform(-0.035, 0.055)),
        ragged=float(rng.uniform(5, 12)),
    )
    faults = list(_FAULTS)
    rng.shuffle(faults)
    for name in faults[: int(rng.integers(1, 3 + int(hard)))]:
        made = _FAULTS[name](made, rng, hard)
        made = replace(made, words=(*made.words, name))
    return made


def _light(made: Printer, rng: np.random.Generator, hard: float) -> Printer:
    tone = float(rng.uniform(70, 100 + 16 * hard))
    return replace(
        made,
        ink=(tone, tone - 2, tone),
        mottle=float(rng.uniform(8, 18)) * hard**0.5,
        unevenness=float(rng.uniform(0, 0.2)) * hard,
        spread_mm=float(rng.uniform(-0.035, 0.01)),
    )


def _economy(made: Printer, rng: np.random.Generator, hard: float) -> Printer:
    return replace(made, economy=float(rng.uniform(0.35, 0.6)), soft_px=5)


def _banded(made: Printer, rng: np.random.Generator, hard: float) -> Printer:
    depth = min(_MOST_FADE, float(rng.uniform(0.1, 0.3)) * hard)
    return replace(made, banding=(depth, float(rng.choice([2.5, 6.0, 19.0, *_TURNS_MM]))))


def _ghosted(made: Printer, rng: np.random.Generator, hard: float) -> Printer:
    depth = float(rng.uniform(0.02, 0.05)) * hard
    return replace(made, ghost=(depth, float(rng.choice(_TURNS_MM))))


def _pale_streak(made: Printer, rng: np.random.Generator, hard: float) -> Printer:
    streak = Streak(
        float(rng.uniform(0.05, 0.95)),
        float(rng.uniform(1, 8)),
        min(_MOST_FADE, float(rng.uniform(0.2, 0.4)) * hard),
        0.0,
    )
    return replace(made, streaks=(*made.streaks, streak))


def _dark_streak(made: Printer, rng: np.random.Generator, hard: float) -> Printer:
    streak = Streak(
        float(rng.uniform(0.02, 0.98)),
        float(rng.choice([rng.uniform(0.15, 0.6), rng.uniform(1, 6)])),
        0.0,
        float(rng.uniform(8, 28)) * hard,
    )
    return replace(made, streaks=(*made.streaks, streak))


def _spotted(made: Printer, rng: np.random.Generator, hard: float) -> Printer:
    turn = float(rng.choice(_TURNS_MM))
    spots = tuple(
        Spots(
            float(rng.uniform(0.03, 0.97)),
            turn,
            float(rng.uniform(0.2, 0.65)),
            int(rng.choice([30, 120, 255])),
        )
        for _ in range(int(rng.integers(1, 2 + int(2 * hard))))
    )
    return replace(made, spots=spots)


def _foggy(made: Printer, rng: np.random.Generator, hard: float) -> Printer:
    return replace(made, fog=int(rng.integers(100, 700) * hard))


_FAULTS = {
    "light toner": _light,
    "toner-saving screen": _economy,
    "banding": _banded,
    "ghost image": _ghosted,
    "pale streak": _pale_streak,
    "dark streak": _dark_streak,
    "drum spots": _spotted,
    "toner fog": _foggy,
}


def _inkjet(rng: np.random.Generator, hard: float) -> Printer:
    tone = float(rng.uniform(35, 75))
    draft = rng.uniform() < 0.5
    words = ["inkjet"]
    shift = float(rng.uniform(0, 0.08)) * hard if draft else 0.0
    gap = float(rng.uniform(0.05, 0.1)) if rng.uniform() < 0.3 * hard else 0.0
    if shift > 0.05:
        words.append("passes out of line")
    if gap:
        words.append("blocked nozzle")
    return Printer(
        words=tuple(words),
        # Dye inks are a little blue or brown where they are thin.
        ink=(tone + float(rng.uniform(-6, 10)), tone, tone + float(rng.uniform(-4, 8))),
        skew_deg=float(rng.uniform(0.1, 0.4)),
        shift_mm=(float(rng.normal(0, 0.8)), float(rng.normal(0, 1.2))),
        spread_mm=float(rng.uniform(0.02, 0.06)),
        soft_px=5,
        ragged=float(rng.uniform(8, 15)),
        banding=(float(rng.uniform(0, 0.12)) * hard, 8.5),
        swath_mm=float(rng.choice([4.2, 8.5, 12.7])),
        swath_shift_mm=min(0.13, shift),
        gap_mm=gap,
    )
