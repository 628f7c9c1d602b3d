"""How Assay is put together and started."""

from __future__ import annotations

from config.celery import app as celery_app

__all__ = ["celery_app"]
