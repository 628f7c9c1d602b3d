"""The register of all models, as PDF and as CSV, made by a job."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from governance.models.job import Job


class Register(Job):
    """Every model and what of it is in force, at one moment."""

    # Unlike other jobs, this one may have been asked for by nobody.
    requested_by = models.ForeignKey(  # type: ignore[assignment]
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, help_text="Nobody: it is made after each quarter."
    )
    quarter = models.CharField(max_length=7, help_text="The quarter that it is for, such as 2026-Q4.")
    is_scheduled = models.BooleanField(default=False)
    choices = models.JSONField(help_text="On which paper, in which language.")
    unsigned_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the PDF's bytes before it was signed.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)
    pages = models.PositiveIntegerField(null=True)
    csv_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["quarter"], condition=models.Q(is_scheduled=True), name="one_scheduled_register_per_quarter"),
        ]

    def __str__(self) -> str:
        return f"register of {self.quarter}"
