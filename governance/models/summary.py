"""A summary of a bias audit as PDF, made by a job."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from governance.models.evaluation import Evaluation
from governance.models.job import Job


class BiasAuditSummary(Job):
    """One rendering of what New York City's Local Law 144 asks to publish, with the words that a person gave for it."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="summaries")
    choices = models.JSONField(help_text="What the person chose and wrote: categories, dates, source, reason.")
    content_digest = models.CharField(max_length=64, help_text="Of everything that the PDF shows.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)
    pages = models.PositiveIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name_plural = "bias audit summaries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "content_digest"], name="one_summary_per_content"),
        ]

    def __str__(self) -> str:
        return f"bias audit summary of {self.evaluation_id}"
