"""PDFs of many releases as one ZIP, made by a job."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from governance.models.job import Job


class Bundle(Job):
    """What one person asked for; it holds what that person could see then."""

    choices = models.JSONField(help_text="How much of each release, on which paper, in which language.")
    releases = models.JSONField(help_text="Primary keys of the releases, in the order in which they are put in.")
    remark = models.TextField(blank=True, help_text="What is not in it, and why.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"bundle {self.pk}"
