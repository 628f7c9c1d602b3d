"""A framework applied to a version: answers, and the evidence that supports them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from registry.models import Version


class Value(models.TextChoices):
    """What can be answered to a checklist item."""

    YES = "yes", "Yes"
    PARTLY = "partly", "Partly"
    NO = "no", "No"
    NOT_APPLICABLE = "not-applicable", "Not applicable"


class Assessment(models.Model):
    """One framework on one version."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="assessments")
    framework_key = models.CharField(max_length=60)
    framework_version = models.CharField(max_length=40)
    framework_digest = models.CharField(max_length=64)
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "framework_key"], name="one_assessment_per_framework"),
        ]

    def __str__(self) -> str:
        return f"{self.framework_key} on {self.version_id}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Reads of evidence."""

    def files(self) -> EvidenceQuerySet:
        """Files only, no links."""
        return self.exclude(sha256="")

    def only_for(self, answer: Answer) -> EvidenceQuerySet:
        """Evidence that supports this answer and no other."""
        supporting = self.filter(pk__in=answer.evidence.values("pk"))
        return supporting.annotate(supported=models.Count("answers")).filter(supported=1)

    def for_page(self) -> EvidenceQuerySet:
        """In the order in which it was added, with who added it."""
        return self.select_related("added_by").order_by("pk")


class Evidence(models.Model):
    """A file, kept by its digest, or a link."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(url="") ^ models.Q(sha256=""), name="evidence_is_a_file_or_a_link"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_file(self) -> bool:
        """Whether it is a file rather than a link."""
        return bool(self.sha256)


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Reads of answers."""

    def on(self, version: Version, framework_key: str = "") -> AnswerQuerySet:
        """Answers about a version, to one framework or to all."""
        found = self.filter(assessment__version=version)
        return found.filter(assessment__framework_key=framework_key) if framework_key else found

    def for_page(self) -> AnswerQuerySet:
        """With who answered, and how many pieces of evidence there are (``pieces``)."""
        return self.select_related("assessment", "answered_by").annotate(pieces=models.Count("evidence"))


class Answer(models.Model):
    """One answer to one item."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    item = models.CharField(max_length=80, help_text="The item's official id.")
    value = models.CharField(max_length=16, choices=Value)
    justification = models.TextField(blank=True, max_length=20_000)
    evidence: models.ManyToManyField[Evidence, models.Model] = models.ManyToManyField(Evidence, related_name="answers")
    answered_at = models.DateTimeField(auto_now=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "item"], name="one_answer_per_item"),
            models.CheckConstraint(
                condition=~models.Q(value="not-applicable", justification=""),
                name="not_applicable_needs_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.value}"

    @property
    def stamp(self) -> str:
        """Which answer this is, for whoever wants to replace the one that they saw."""
        return self.answered_at.isoformat()
