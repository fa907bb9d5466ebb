"""Scanners: one pass of a sheet through a feeder or over a glass, to the pixels of a file."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blindsheets.machines.encoding import Encoding, encoded
from blindsheets.machines.feed import Feed, Pass, take_pass
from blindsheets.machines.lamp import FULL_LIGHT, light_of
from blindsheets.machines.raster import Colour, Pixels, add_grain, grain, halved, pixels
from blindsheets.machines.sheet import WornPage
from blindsheets.machines.soiling import Line, Rollers, draw_lines, draw_rollers, soft_band

# Above this many source pixels for one of the scan's, halving first costs less than aliasing.
_HALVE_ABOVE = 1.7
_BLUR_ABOVE = 1.5
# Least share of the light in a scan that one threshold for the whole sheet turns to one bit.
_FLATTEST = 0.88


@dataclass(frozen=True, slots=True)
class Scanner:
    """One scanner with the settings it is used with.

    Attributes:
        dpi: Resolution of the file.
        colour: Three channels; otherwise grey.
        green_only: A grey scan made with one green lamp, which sees red ink as dark.
        feed: How the sheet lies or runs.
        encoding: How the file keeps its pixels.
        coarse_optics: Whether the lens resolves no more than 200 dpi, whatever the file says.
        bend: Mid tones lifted (above 0) or lowered, levels at mid grey / 64.
        gain: Stretch of the tones.
        lift: Added after the stretch, levels.
        cast: Factor for each channel: the white of the lamp.
        sharpen: Amount of the unsharp mask; below 0 the optics blur by that share.
        noise: Standard deviation of the sensor's noise, levels.
        columns: Standard deviation between the sensor's cells, levels.
        fringe_px: Shift down of the blue and the red line against the green.
        unevenness: Depth of the lamp's fall to the ends, 0 to 1.
        edge_shadow: Depth of the shadow along an edge of the scan, 0 to 1.
        edge: Which edge: 0 left, 1 right, 2 top, 3 bottom.
        lines: Dirt on the glass and dead cells.
        rollers: Marks of the feed's rollers.
        spine: Share of the width at the left that does not lie on the glass.
    """

    words: tuple[str, ...]
    dpi: int
    colour: bool
    feed: Feed
    encoding: Encoding
    green_only: bool = False
    coarse_optics: bool = False
    bend: float = 0.0
    gain: float = 1.0
    lift: float = 0.0
    cast: Colour = (1.0, 1.0, 1.0)
    sharpen: float = 0.0
    noise: float = 1.0
    columns: float = 0.3
    fringe_px: tuple[float, float] = (0.0, 0.0)
    unevenness: float = 0.0
    edge_shadow: float = 0.0
    edge: int = 0
    lines: tuple[Line, ...] = ()
    rollers: Rollers | None = None
    spine: float = 0.0


def tone_of(scanner: Scanner, level: float) -> float:
    """Return the level in a scan of a level of the paper, before noise."""
    bent = level + scanner.bend * level * (255 - level) / 255
    return min(255.0, max(0.0, bent * scanner.gain + scanner.lift))


def scan(scanner: Scanner, worn: WornPage, px_per_mm: float, rng: np.random.Generator) -> Pixels:
    """Pass a sheet once.

    Returns:
        Shape (h, w) or (h, w, 3), BGR.
    """
    run = take_pass(scanner.feed, worn, px_per_mm, scanner.dpi, rng)
    image = _sampled(scanner, worn, px_per_mm, run)
    if worn.gone is not None:
        _show_lid(image, worn.gone, run, scanner.feed.lid)
    light = light_of(worn, run, scanner)
    if light is not None:
        if scanner.encoding.kind == "global":
            # A place whose black-and-white scans come out black scans them again, flatter.
            np.maximum(light, round(_FLATTEST * FULL_LIGHT), out=light)
        _multiply(image, light)
    if scanner.spine > 0:
        soft_band(image, scanner.spine)
    _toned(scanner, worn, image, rng)
    if scanner.rollers is not None:
        draw_rollers(image, scanner.rollers, scanner.dpi, rng)
    draw_lines(image, scanner.lines, rng)
    if scanner.colour and scanner.fringe_px != (0.0, 0.0):
        _fringed(image, scanner.fringe_px)
    image = encoded(image, scanner.encoding)
    return np.ascontiguousarray(np.rot90(image, run.turns)) if run.turns else image


def _sampled(scanner: Scanner, worn: WornPage, px_per_mm: float, run: Pass) -> Pixels:
    source = worn.pixels
    lid: tuple[float, ...] = scanner.feed.lid
    if not scanner.colour:
        code = cv2.COLOR_BGR2GRAY
        grey = cv2.extractChannel(source, 1) if scanner.green_only else cv2.cvtColor(source, code)
        source = pixels(grey)
        lid = (lid[1],)
    ratio = px_per_mm * 25.4 / scanner.dpi
    shrunk = 1.0
    if ratio > _HALVE_ABOVE or (scanner.coarse_optics and ratio > 1):
        source = halved(source)
        shrunk = 2.0
    elif ratio > _BLUR_ABOVE:
        source = pixels(cv2.blur(source, (3, 3)))
    return run.sample(source, shrunk, lid)


def _show_lid(image: Pixels, gone: Pixels, run: Pass, lid: Colour) -> None:
    shrunk = run.source_width / gone.shape[1]
    mask = run.sample(gone, shrunk)
    image[mask > 127] = np.rint(lid).astype(np.uint8) if image.ndim == 3 else round(lid[1])


def _multiply(image: Pixels, light: Pixels) -> None:
    # Full light is below 255, so that a scan may also be lighter than flat paper.
    if image.ndim == 3:
        light = pixels(cv2.cvtColor(light, cv2.COLOR_GRAY2BGR))
    cv2.multiply(image, light, dst=image, scale=1 / FULL_LIGHT)


def _toned(scanner: Scanner, worn: WornPage, image: Pixels, rng: np.random.Generator) -> None:
    if scanner.cast != (1.0, 1.0, 1.0) and image.ndim == 3:
        cv2.multiply(image, np.array([*scanner.cast, 0.0]), dst=image)
    if scanner.bend:
        # A curve through black and white with its belly at mid grey: x + k x (255 - x).
        belly = cv2.multiply(image, cv2.bitwise_not(image), scale=abs(scanner.bend) / 255)
        if scanner.bend > 0:
            cv2.add(image, belly, dst=image)
        else:
            cv2.subtract(image, belly, dst=image)
    if scanner.sharpen:
        soft = cv2.blur(image, (3, 3))
        cv2.addWeighted(image, 1 + scanner.sharpen, soft, -scanner.sharpen, 0, dst=image)
    channels = 3 if image.ndim == 3 else 1
    depth = round(float(np.hypot(scanner.noise, worn.grain)), 1)
    strip = grain(depth, 0.6, channels, image.shape[1], round(scanner.columns, 1))
    add_grain(image, strip, rng, scanner.gain, scanner.lift)


def _fringed(image: Pixels, shifts: tuple[float, float]) -> None:
    for channel, shift in zip((0, 2), shifts, strict=True):
        plane = pixels(cv2.extractChannel(image, channel))
        matrix = np.array([[1, 0, 0], [0, 1, shift]], np.float32)
        size = (plane.shape[1], plane.shape[0])
        moved = cv2.warpAffine(plane, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        cv2.insertChannel(moved, image, channel)
