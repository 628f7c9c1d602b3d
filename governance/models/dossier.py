"""A PDF of a release, made by a job."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from governance.models.job import Job
from governance.models.release import Release


class Dossier(Job):
    """One rendering; made again only when what it shows has changed."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="dossiers")
    content_digest = models.CharField(max_length=64, help_text="Of everything that the PDF shows.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)
    pages = models.PositiveIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["release", "content_digest"], name="one_dossier_per_content"),
        ]

    def __str__(self) -> str:
        return f"dossier of {self.release_id}"
