"""Phone photographs: a sheet on a table, seen aslant, in whatever light there was.

A photograph differs from a scan in everything but the paper: perspective, a sheet that does
not lie flat, light that falls off, shadows, a lens that blurs towards the edge, sharpening
and strong compression by the phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from handsheets.sheet import Float32, Pixels, Sheet, between_nodes, smooth_noise

Table = Literal["wood", "dark", "cloth", "grey"]
_TABLES: dict[Table, tuple[float, float, float]] = {
    "wood": (70.0, 105.0, 150.0),
    "dark": (45.0, 42.0, 40.0),
    "cloth": (120.0, 90.0, 60.0),
    "grey": (140.0, 140.0, 138.0),
}


@dataclass(frozen=True, slots=True)
class Camera:
    """One phone in one place.

    Attributes:
        height_px: Long side of the picture.
        table: What the paper lies on.
        warmth: Gain of red against blue, as light bulbs have it.
        falloff: How much darker the far side is, 0 to 1.
        vignette: Darkening towards the corners, 0 to 1.
        noise: Deviation, grey levels.
        halo: Strength of the phone's sharpening.
        quality: Of JPEG.
    """

    height_px: int
    table: Table
    warmth: float
    falloff: float
    vignette: float
    noise: float
    halo: float
    quality: int


@dataclass(frozen=True, slots=True)
class Shot:
    """How one picture was taken; lengths are shares of the page's width.

    Attributes:
        corners: How far each corner of the page lies off an upright rectangle, shape (4, 2).
        fills: Share of the picture's width that the page takes.
        quarter_turns: 0 to 3, clockwise.
        blur_mm: Focus and shake, one deviation on the paper.
        shake_mm: Length of motion blur; 0 for none.
        shadow: Depth of the photographer's shadow; 0 for none.
        curl_mm: How high the sheet stands, as displacement in the picture.
    """

    corners: tuple[tuple[float, float], ...]
    fills: float
    quarter_turns: int
    blur_mm: float
    shake_mm: float
    shadow: float
    curl_mm: float
    seed: int


def choose_camera(rng: np.random.Generator) -> Camera:
    """Draw a phone."""
    tables: tuple[Table, ...] = ("wood", "dark", "cloth", "grey")
    return Camera(
        height_px=int(rng.choice([2600, 3000, 3264, 3600])),
        table=tables[int(rng.integers(4))],
        warmth=float(np.exp(rng.normal(0.04, 0.06))),
        falloff=float(rng.uniform(0.0, 0.4)),
        vignette=float(rng.uniform(0.0, 0.25)),
        noise=float(rng.uniform(1.0, 4.0)),
        halo=float(rng.uniform(0.0, 0.9)),
        quality=int(rng.integers(60, 93)),
    )


def choose_shot(rng: np.random.Generator) -> Shot:
    """Draw how the next picture is taken."""
    slant = rng.uniform(0.0, 0.06)
    corners = tuple(
        (float(rng.normal(0.0, slant)), float(rng.normal(0.0, slant))) for _ in range(4)
    )
    return Shot(
        corners=corners,
        fills=float(rng.uniform(0.78, 0.96)),
        quarter_turns=int(rng.choice([0, 1, 2, 3], p=[0.85, 0.05, 0.05, 0.05])),
        blur_mm=float(rng.uniform(0.05, 0.16)),
        shake_mm=float(rng.uniform(0.1, 0.35)) if rng.random() < 0.15 else 0.0,
        shadow=float(rng.uniform(0.15, 0.45)) if rng.random() < 0.35 else 0.0,
        curl_mm=float(rng.uniform(0.0, 1.6)) if rng.random() < 0.5 else 0.0,
        seed=int(rng.integers(2**31)),
    )


def photograph(sheet: Sheet, camera: Camera, shot: Shot) -> Pixels:
    """Take a picture of a sheet.

    Returns:
        Shape (h, w, 3), BGR.
    """
    rng = np.random.default_rng(shot.seed)
    height = camera.height_px
    width = round(height * 3 / 4)
    soft = cv2.GaussianBlur(sheet.pixels, (0, 0), max(0.4, shot.blur_mm * sheet.px_per_mm))
    if shot.shake_mm > 0:
        soft = _shaken(np.asarray(soft, np.uint8), shot.shake_mm * sheet.px_per_mm, rng)
    map_x, map_y = _maps(sheet, shot, width, height, rng)
    border = cv2.BORDER_CONSTANT
    seen = cv2.remap(soft, map_x, map_y, cv2.INTER_LINEAR, borderMode=border, borderValue=0)
    whole = np.full(sheet.pixels.shape[:2], 255, np.uint8)
    if sheet.gone is not None:
        whole = 255 - sheet.gone
    there = cv2.remap(whole, map_x, map_y, cv2.INTER_LINEAR, borderMode=border, borderValue=0)
    picture = _on_table(np.asarray(seen, np.uint8), np.asarray(there, np.uint8), camera, rng)
    picture = _lit(picture, camera, shot, rng)
    if camera.halo > 0:
        blurred = cv2.GaussianBlur(picture, (0, 0), 1.6)
        sharp = cv2.addWeighted(picture, 1 + camera.halo, blurred, -camera.halo, 0)
        picture = np.asarray(sharp, np.uint8)
    picture = np.ascontiguousarray(np.rot90(picture, -shot.quarter_turns))
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, camera.quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _shaken(pixels: Pixels, length_px: float, rng: np.random.Generator) -> Pixels:
    side = max(2, int(length_px)) | 1
    kernel = np.zeros((side, side), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = side / 2 * np.array([np.cos(angle), np.sin(angle)])
    a, b = np.rint(side // 2 - reach).astype(int), np.rint(side // 2 + reach).astype(int)
    cv2.line(kernel, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 1.0, 1)
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum()), np.uint8)


def _maps(
    sheet: Sheet, shot: Shot, width: int, height: int, rng: np.random.Generator
) -> tuple[Float32, Float32]:
    """Return where on the sheet each pixel of the picture looks."""
    sheet_h, sheet_w = sheet.pixels.shape[:2]
    page_w = shot.fills * width
    page_h = page_w * sheet_h / sheet_w
    if page_h > 0.97 * height:
        page_w, page_h = page_w * 0.97 * height / page_h, 0.97 * height
    left, top = (width - page_w) / 2, (height - page_h) / 2
    upright = np.array(
        [[left, top], [left + page_w, top], [left + page_w, top + page_h], [left, top + page_h]]
    )
    seen = (upright + page_w * np.array(shot.corners)).astype(np.float32)
    real = np.array([[0, 0], [sheet_w, 0], [sheet_w, sheet_h], [0, sheet_h]], np.float32)
    back = cv2.getPerspectiveTransform(seen, real)
    x, y = np.meshgrid(np.linspace(0, width - 1, 48), np.linspace(0, height - 1, 64))
    grid = np.column_stack([x.ravel(), y.ravel(), np.ones(x.size)]) @ np.asarray(back).T
    grid = grid[:, :2] / grid[:, 2:]
    grid = grid.reshape(64, 48, 2)
    if shot.curl_mm > 0:
        wave = np.sin(np.pi * (grid[:, :, 0] / sheet_w) + float(rng.uniform(0, 3)))
        grid[:, :, 1] += shot.curl_mm * sheet.px_per_mm * wave
    if sheet.bulge_mm is not None:
        bulge = cv2.resize(sheet.bulge_mm, (48, 64), interpolation=cv2.INTER_CUBIC)
        grid = grid + bulge * sheet.px_per_mm
    return between_nodes(grid.astype(np.float32), (height, width))


def _on_table(page: Pixels, there: Pixels, camera: Camera, rng: np.random.Generator) -> Pixels:
    """Put the page on the table, with the thin shadow of its edge."""
    height, width = there.shape
    grain = smooth_noise((height // 8, width // 8), 5.0, rng)
    if camera.table == "wood":
        rings = smooth_noise((4, width // 8), 9.0, rng)[:1]
        grain = 0.5 * grain + np.repeat(rings, height // 8, axis=0)
    base = np.array(_TABLES[camera.table], np.float32)
    small = np.clip(base * (1 + 0.12 * grain[:, :, None]), 0, 255).astype(np.uint8)
    table = np.asarray(cv2.resize(small, (width, height)), np.uint8)
    shade = cv2.GaussianBlur(there, (0, 0), 7.0)
    dark = cv2.merge([255 - np.asarray(shade // 3, np.uint8)] * 3)
    table = np.asarray(cv2.multiply(table, dark, scale=1 / 255), np.uint8)
    mask = cv2.merge([there] * 3)
    over = cv2.multiply(page, mask, scale=1 / 255)
    under = cv2.multiply(table, 255 - mask, scale=1 / 255)
    return np.asarray(cv2.add(over, under), np.uint8)


def _lit(picture: Pixels, camera: Camera, shot: Shot, rng: np.random.Generator) -> Pixels:
    """Lay light over the picture: fall-off, vignette, a hand's shadow, warmth, noise."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[-1:1:60j, -1:1:45j]
    angle = float(rng.uniform(0, 2 * np.pi))
    light = 1.0 - camera.falloff * (0.5 + 0.5 * (np.cos(angle) * x + np.sin(angle) * y) / 1.4)
    light = light - camera.vignette * (x**2 + y**2) / 2
    if shot.shadow > 0:
        turn, off = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(-0.2, 0.6))
        edge = np.cos(turn) * x + np.sin(turn) * y - off
        light = light * (1.0 - shot.shadow / (1.0 + np.exp(-edge / 0.05)))
    light = light / light.max() * float(rng.uniform(0.75, 1.05))
    warm = np.array([1.0 / camera.warmth, 1.0, camera.warmth])
    field = np.clip(light[:, :, None] * warm, 0.05, 1.3).astype(np.float32)
    fine = np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC))
    lit = cv2.multiply(picture, fine, dtype=cv2.CV_8U)
    tile = rng.standard_normal((512, 512, 3), dtype=np.float32) * camera.noise
    noise = np.tile(np.rint(tile).astype(np.int8), (height // 512 + 1, width // 512 + 1, 1))
    noise = np.ascontiguousarray(noise[:height, :width])
    return np.asarray(cv2.add(lit, noise, dtype=cv2.CV_8U), np.uint8)
