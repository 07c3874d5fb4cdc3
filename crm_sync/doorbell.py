"""Tell a worker that jobs are waiting. A lost ring costs at most one sweep (D23)."""

from __future__ import annotations

import logging

from celery import current_app

logger = logging.getLogger("sportello.crm")

DRAIN = "crm_sync.drain"


def ring() -> None:
    try:
        current_app.send_task(DRAIN, ignore_result=True, retry=False, expires=60)
    except Exception:  # a broker that is down must not undo what is committed
        logger.warning("wake.lost", extra={"bell": DRAIN})
