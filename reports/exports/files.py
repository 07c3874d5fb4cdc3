"""Where files of reports lie: under MEDIA_ROOT/reports, served only by views that ask for the right (never by address)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from reports.exports import csv_file, xlsx_file
from reports.models import WeeklyReport

FORMAT = 1  # grows when the same figures shall look different
RENDERERS: dict[str, Callable[[WeeklyReport], bytes]] = {"xlsx": xlsx_file.render, "csv": csv_file.render}
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def path(report: WeeklyReport) -> Path:
    """Without its extension. The digest is in the name: a file once written never changes."""
    folder = Path(settings.MEDIA_ROOT) / "reports" / str(report.channel_id or "all")
    return folder / f"{report.week.isoformat()}-{report.digest[:16]}-{FORMAT}"


def write(report: WeeklyReport) -> None:
    for extension, render in RENDERERS.items():
        _put(path(report).with_suffix(f".{extension}"), render(report))


def read(report: WeeklyReport, extension: str) -> bytes:
    """The file's bytes; made again from the row's figures where it is missing (another machine, a restore)."""
    place = path(report).with_suffix(f".{extension}")
    if not place.exists():
        _put(place, RENDERERS[extension](report))
    return place.read_bytes()


def remove(former: Path) -> None:
    for extension in RENDERERS:
        former.with_suffix(f".{extension}").unlink(missing_ok=True)


def _put(place: Path, data: bytes) -> None:
    """Whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
