"""Moving the mark that says how far somebody was reminded of a row, and who is there to be told."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone

from governance.reviewing import SOON_DAYS, Stage, next_stage
from registry.models import Person


def advance(row: models.Model, on: date, *, soon_days: int = SOON_DAYS, mark: str = "reminded") -> Stage | None:
    """Move a row, which the caller holds locked, to the stage of its day; None when there is nothing to say.

    Args:
        row: what is due.
        on: the last day on which it is in time.
        soon_days: how many days before it is soon.
        mark: the field that says how far somebody was reminded.
    """
    stage = next_stage(getattr(row, mark), on, timezone.localdate(), soon_days)
    if stage is not None:
        setattr(row, mark, stage)
        row.save(update_fields=[mark])
    return stage


def still_here(owner: Person | None) -> set[int]:
    """Return the owner as the one to be told; empty where that person has gone or nobody is named."""
    return {owner.pk} if owner is not None and owner.is_active else set()
