"""What every background job's row has in common.

The truth about a job is its row. A worker claims it, beats, and finishes it
under the attempt it claimed; a sweep rings again for rows that lost their
bell or whose worker went silent.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models


class JobState(models.TextChoices):
    """Where a background job stands."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Finished"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Job(models.Model):
    """A row that a worker works on."""

    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    attempt = models.PositiveIntegerField(default=0, help_text="Grows with each claim and never goes back.")
    losses = models.PositiveSmallIntegerField(default=0, help_text="Workers that went silent since it was asked for.")
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    error = models.TextField(blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        """Whether the job has ended: well, badly, or because somebody cancelled it."""
        return self.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}

    @property
    def under_way(self) -> str:
        """How the job is waited for, in words."""
        return "Waiting for a worker" if self.state == JobState.QUEUED else "Being made"


def abandoned(*, unheard: datetime, silent: datetime) -> models.Q:
    """Rows that no worker took since a moment, and rows whose worker went silent before another."""
    return models.Q(state=JobState.QUEUED, requested_at__lt=unheard) | models.Q(state=JobState.RUNNING, heartbeat_at__lt=silent)
