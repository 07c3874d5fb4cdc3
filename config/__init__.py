"""The top floor: it composes the five apps, and nobody imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
