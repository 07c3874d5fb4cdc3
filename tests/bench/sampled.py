"""A worker whose delivering thread is looked at every few milliseconds: `python -m tests.bench.sampled`, as `python -m celery`.

Every second, what it has been doing is written to worker.json in SPORTELLO_HOME: samples by stage, since that file was last removed.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from celery.__main__ import main as celery

FILE = Path(os.environ["SPORTELLO_HOME"]) / "worker.json"
EACH = 0.005  # seconds
STAGES = {
    "waiting_channels": "looking for work",
    "room": "asking the bucket",
    "book": "asking the bucket",
    "claim": "claiming",
    "_record": "recording",
    "wait": "waiting for Meta",
    "sleep": "idle",
}
_seen: Counter[str] = Counter()


def stage_of(frame: FrameType | None) -> str:
    """The outermost stage of a thread that delivers; "" for any other thread."""
    names = []
    while frame is not None:
        names.append(frame.f_code.co_name)
        if frame.f_code.co_name == "_drain":
            return next((STAGES[name] for name in reversed(names) if name in STAGES), "between")
        frame = frame.f_back
    return ""


def look() -> None:
    written = time.monotonic()
    while True:
        time.sleep(EACH)
        _seen.update(stage for frame in sys._current_frames().values() if (stage := stage_of(frame)))
        if time.monotonic() - written > 1.0:
            written = time.monotonic()
            if not FILE.exists():
                _seen.clear()
            FILE.write_text(json.dumps(_seen))


if __name__ == "__main__":
    threading.Thread(target=look, daemon=True).start()
    sys.exit(celery())
