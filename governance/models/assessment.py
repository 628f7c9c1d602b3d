"""A framework applied to a version or answered for the whole organisation, and the evidence that supports the answers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from governance.reviewing import STAGES
from registry.models import Asset, Version


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


class ChosenFramework(models.Model):
    """A framework that a model is asked besides those that every model is asked."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="chosen_frameworks")
    framework_key = models.CharField(max_length=60)
    chosen_at = models.DateTimeField(auto_now_add=True)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "framework_key"], name="one_choice_per_framework"),
        ]

    def __str__(self) -> str:
        return f"{self.framework_key} for {self.asset_id}"


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
        return self.select_related("added_by", "owner").order_by("pk")


class Evidence(models.Model):
    """A file, kept by its digest, a link, or something that the registry knows."""

    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, related_name="evidence", help_text="Null: evidence of the organisation."
    )
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True)
    refers_to = models.CharField(max_length=400, blank=True, help_text="What it is in the registry, such as ``card#primary_uses``.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Who keeps it current."
    )
    expires_on = models.DateField(null=True, help_text="The last day on which it counts.")
    reminded = models.CharField(max_length=10, blank=True, choices=STAGES)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sha256="", refers_to="") & ~models.Q(url="")
                | models.Q(url="", refers_to="") & ~models.Q(sha256="")
                | models.Q(url="", sha256="") & ~models.Q(refers_to=""),
                name="evidence_is_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(version__isnull=False) | models.Q(refers_to=""), name="the_organisation_has_files_and_links"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_expired(self) -> bool:
        """Whether its last day has passed."""
        return self.expires_on is not None and self.expires_on < timezone.localdate()

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

    def standing(self) -> AnswerQuerySet:
        """Answers that somebody gave or confirmed about this very version."""
        return self.filter(to_confirm=False)

    def for_page(self) -> AnswerQuerySet:
        """With who answered, where it comes from, how many pieces of evidence there are (``pieces``) and how many expired (``expired``)."""
        return self.select_related("assessment", "answered_by", "carried_from").annotate(
            pieces=models.Count("evidence"),
            expired=models.Count("evidence", filter=models.Q(evidence__expires_on__lt=timezone.localdate())),
        )


class Answer(models.Model):
    """One answer to one item; one that was carried forward counts as open until somebody confirms it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    item = models.CharField(max_length=80, help_text="The item's official id.")
    value = models.CharField(max_length=16, choices=Value)
    justification = models.TextField(blank=True, max_length=20_000)
    evidence: models.ManyToManyField[Evidence, models.Model] = models.ManyToManyField(Evidence, related_name="answers")
    answered_at = models.DateTimeField(auto_now=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    carried_from = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, related_name="+", help_text="The version about which somebody last stood by it."
    )
    to_confirm = models.BooleanField(default=False, help_text="It was carried forward, and nobody has confirmed it yet.")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "item"], name="one_answer_per_item"),
            models.CheckConstraint(
                condition=~models.Q(value="not-applicable", justification=""),
                name="not_applicable_needs_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(to_confirm=False) | models.Q(carried_from__isnull=False),
                name="only_what_was_carried_is_to_confirm",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.value}"

    @property
    def is_inherited(self) -> bool:
        """Whether it is the organisation's, shown where the version has no answer of its own."""
        return self.pk is None

    @property
    def stamp(self) -> str:
        """Which answer this is, for whoever wants to replace the one that they saw; empty for one that is not the version's own."""
        return "" if self.is_inherited else self.answered_at.isoformat()


class OrganisationAnswer(models.Model):
    """The organisation's answer to an item of its scope, which every model inherits that does not answer for itself."""

    framework_key = models.CharField(max_length=60)
    item = models.CharField(max_length=80, help_text="The item's official id.")
    value = models.CharField(max_length=16, choices=Value)
    justification = models.TextField(max_length=20_000)
    evidence: models.ManyToManyField[Evidence, models.Model] = models.ManyToManyField(Evidence, related_name="organisation_answers")
    answered_at = models.DateTimeField(auto_now=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["framework_key", "item"], name="one_organisation_answer_per_item"),
            models.CheckConstraint(condition=~models.Q(justification=""), name="an_organisation_answer_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.value}"

    @property
    def stamp(self) -> str:
        """Which answer this is, for whoever wants to replace the one that they saw."""
        return self.answered_at.isoformat()


def stamp_of(answer: Answer | OrganisationAnswer | None) -> str:
    """Return which answer stands, for whoever wants to replace the one that they saw; empty where none does."""
    return answer.stamp if answer else ""
