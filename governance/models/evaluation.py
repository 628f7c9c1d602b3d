"""Predictions that were uploaded, and the jobs that measure them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from governance.models.job import Job, JobState
from registry.models import Version
from registry.policy import Actor


class PredictionsQuerySet(models.QuerySet["Predictions"]):
    """Reads of uploaded files."""

    def kept(self) -> PredictionsQuerySet:
        """Files whose bytes have not been deleted."""
        return self.filter(deleted_at=None)


class Predictions(models.Model):
    """A file of predictions, kept under its SHA-256, with what was seen in it."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="predictions")
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    preview = models.JSONField()
    ranges = models.JSONField(default=dict, help_text="Reach of the columns of many numbers, and where they might be cut.")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    deleted_at = models.DateTimeField(null=True, help_text="When the file and what was seen in it were deleted, as the policy says.")

    objects = PredictionsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "predictions"

    def __str__(self) -> str:
        return self.filename


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    """Reads of evaluations."""

    def visible_to(self, actor: Actor) -> EvaluationQuerySet:
        """Evaluations of the versions that the actor sees."""
        if actor.sees_everything:
            return self
        return self.filter(version__asset__team_id__in=list(actor.teams))

    def finished(self) -> EvaluationQuerySet:
        """Evaluations with a result, the newest first."""
        return self.filter(state=JobState.DONE).order_by("-finished_at", "-pk")


class Evaluation(Job):
    """One job over predictions; its truth is this row, not the queue."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="evaluations")
    predictions = models.ForeignKey(Predictions, on_delete=models.PROTECT, related_name="evaluations")
    name = models.CharField(max_length=120)
    columns = models.JSONField(help_text="Which column means what, and which outcome is favourable.")
    counts = models.JSONField(null=True)
    witness = models.JSONField(null=True)
    scores = models.JSONField(null=True, help_text="Score metrics by group, as decimal text; null without a score.")
    extras = models.JSONField(default=dict, help_text="Significance, Simpson's paradox, notes, and rows that were left out.")

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(counts__isnull=False, finished_at__isnull=False, progress=100),
                name="a_finished_evaluation_has_counts",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cancelled") | models.Q(finished_at__isnull=False, counts__isnull=True),
                name="a_cancelled_evaluation_has_ended_without_counts",
            ),
            models.CheckConstraint(condition=~models.Q(state="failed") | ~models.Q(error=""), name="a_failed_evaluation_says_why"),
        ]

    def __str__(self) -> str:
        return self.name


class Finding(models.Model):
    """A metric on an attribute, with interval and verdict; fractions are ``n/d`` in text."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="findings")
    position = models.PositiveIntegerField()
    metric = models.CharField(max_length=60)
    attribute = models.CharField(max_length=300)
    value = models.CharField(max_length=200, blank=True, help_text="Empty: undefined.")
    verdict = models.CharField(max_length=16)
    body = models.JSONField(help_text="Everything the engine said, as it said it.")

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "metric", "attribute"], name="one_finding_per_metric_and_attribute"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} by {self.attribute}"
