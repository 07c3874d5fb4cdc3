"""Pictures as they are sent: upright, without where and with what they were taken, no larger than needed (C34)."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 50_000_000  # a picture that claims more is no photo, and would fill the memory
QUALITIES = (85, 75, 60, 45)
LARGEST = 5 * 1024 * 1024  # of WhatsApp (facts §8)


class NotAPicture(Exception):
    """It cannot be read as one."""


def is_animated(file: Path) -> bool:
    try:
        with Image.open(file) as picture:
            return bool(getattr(picture, "is_animated", False))
    except (OSError, UnidentifiedImageError, ValueError):
        return False


def size_of(file: Path) -> tuple[int, int]:
    """Width and height; (0, 0) of what is no picture."""
    try:
        with Image.open(file) as picture:
            return picture.size
    except (OSError, UnidentifiedImageError, ValueError):
        return 0, 0


def recompressed(file: Path, *, longest: int, largest: int = LARGEST) -> bytes | None:
    """As a JPEG whose sides fit into `longest` × ¾ `longest` (either way up), or None when the picture is small enough as it is.

    `longest` 0: the sides stay. Raises NotAPicture.
    """
    try:
        with Image.open(file) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAPicture
            box = _box(picture, longest)
            fits = picture.width <= box[0] and picture.height <= box[1] and file.stat().st_size <= largest
            if fits and not picture.getexif():
                return None
            if fits and picture.format == "PNG":
                return None
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail(_box(upright, longest))
            return _as_jpeg(_on_white(upright), largest)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise NotAPicture from problem


def _box(picture: Image.Image, longest: int) -> tuple[int, int]:
    if not longest:
        return picture.size
    shorter = longest * 3 // 4
    return (longest, shorter) if picture.width >= picture.height else (shorter, longest)


def _on_white(picture: Image.Image) -> Image.Image:
    """JPEG knows no transparency."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        ground = Image.new("RGB", clear.size, "white")
        ground.paste(clear, mask=clear.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _as_jpeg(picture: Image.Image, largest: int) -> bytes:
    for quality in QUALITIES:
        into = io.BytesIO()
        picture.save(into, "JPEG", quality=quality, optimize=True, progressive=True)
        if into.tell() <= largest:
            break
    return into.getvalue()
