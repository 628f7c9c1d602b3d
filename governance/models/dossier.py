"""A PDF of a release, made by a job."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from governance.models.job import Job
from governance.models.release import Release


class Dossier(Job):
    """One rendering; made again only when what it shows has changed."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="dossiers")
    # Unlike other jobs, this one may have been asked for by nobody.
    requested_by = models.ForeignKey(  # type: ignore[assignment]
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Nobody: a command on the house's own machine.",
    )
    choices = models.JSONField(default=dict, help_text="How much of it, on which paper, in which language.")
    content_digest = models.CharField(max_length=64, db_index=True, help_text="Of everything that the PDF shows.")
    manuscript = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what the rendering was made from.")
    unsigned_sha256 = models.CharField(max_length=64, blank=True, db_index=True, help_text="Of the PDF's bytes before it was signed.")
    made_with = models.JSONField(default=dict, help_text="Versions of the libraries and digests of the fonts of the first rendering.")
    remark = models.TextField(blank=True, help_text="What differed when it was made again.")
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
