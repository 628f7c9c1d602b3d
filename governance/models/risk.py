"""The risk register of a model, the incidents of its use, and the scale by which all are rated."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from governance.models.release import Release
from governance.reviewing import STAGES
from governance.risk import SIZE, Rating, RiskState, Scale, Treatment, is_above, needs_acceptance, present
from registry.models import Asset, Version
from registry.policy import Actor, Target

STEP = [MinValueValidator(1), MaxValueValidator(SIZE)]
SCORE = models.ExpressionWrapper(models.F("present_likelihood") * models.F("present_impact"), output_field=models.IntegerField())


class RiskScale(models.Model):
    """The words, the appetite and the role; one row, and the defaults until it is there."""

    content = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="one_risk_scale")]

    def __str__(self) -> str:
        return "The risk scale"

    @property
    def scale(self) -> Scale:
        """The scale as a value."""
        content = self.content
        return Scale(
            likelihood=tuple(content["likelihood"]),
            impact=tuple(content["impact"]),
            appetite=content["appetite"],
            role=content["role"],
            longest_days=content["longest_days"],
        )


class RiskQuerySet(models.QuerySet["Risk"]):
    """Reads of risks."""

    def visible_to(self, actor: Actor) -> RiskQuerySet:
        """Risks of the models that the actor sees."""
        if actor.sees_everything:
            return self
        return self.filter(asset__team_id__in=list(actor.teams))

    def open(self) -> RiskQuerySet:
        """Risks that are still there."""
        return self.filter(state=RiskState.OPEN)

    def above(self, appetite: int) -> RiskQuerySet:
        """Risks with a larger score than this."""
        return self.annotate(score=SCORE).filter(score__gt=appetite)

    def unaccepted(self, today: date) -> RiskQuerySet:
        """Risks that nobody's acceptance covers on a day."""
        return self.exclude(accepted_until__gte=today)

    def for_page(self) -> RiskQuerySet:
        """With what a list shows, the gravest open ones first."""
        return self.select_related("asset__team", "owner").order_by("-state", SCORE.desc(), "pk")

    def for_review(self, until: date) -> RiskQuerySet:
        """Open risks whose review falls due by a day."""
        return self.open().filter(review_on__lte=until).select_related("asset", "owner").order_by("review_on", "pk")


class Risk(models.Model):
    """What may happen because of a model: cause, event, harm, and what is done about it."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="risks")
    title = models.CharField(max_length=200)
    cause = models.TextField(max_length=5000, blank=True)
    event = models.TextField(max_length=5000, blank=True)
    harm = models.TextField(max_length=5000, blank=True)
    harmed = models.CharField(max_length=500, blank=True, help_text="Who is harmed.")
    inherent_likelihood = models.PositiveSmallIntegerField(validators=STEP)
    inherent_impact = models.PositiveSmallIntegerField(validators=STEP)
    residual_likelihood = models.PositiveSmallIntegerField(null=True, validators=STEP)
    residual_impact = models.PositiveSmallIntegerField(null=True, validators=STEP)
    present_likelihood = models.PositiveSmallIntegerField(validators=STEP, help_text="The residual rating, or the inherent one.")
    present_impact = models.PositiveSmallIntegerField(validators=STEP)
    treatment = models.CharField(max_length=10, choices=[(one.value, one.value.capitalize()) for one in Treatment])
    plan = models.TextField(max_length=5000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="risks")
    review_on = models.DateField(null=True)
    state = models.CharField(max_length=10, default=RiskState.OPEN, choices=[(one.value, one.value.capitalize()) for one in RiskState])
    closed_reason = models.TextField(max_length=5000, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_reason = models.TextField(max_length=5000, blank=True)
    accepted_until = models.DateField(null=True)
    review_reminded = models.CharField(max_length=10, blank=True, choices=STAGES)
    acceptance_reminded = models.CharField(max_length=10, blank=True, choices=STAGES)
    writers: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = RiskQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(residual_likelihood__isnull=True, residual_impact__isnull=True)
                | models.Q(residual_likelihood__isnull=False, residual_impact__isnull=False),
                name="risk_is_rated_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_by__isnull=True, accepted_until__isnull=True)
                | models.Q(accepted_by__isnull=False, accepted_until__isnull=False),
                name="risk_is_accepted_by_somebody_until_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page of the risk."""
        return reverse("risk", args=[self.pk])

    @property
    def inherent(self) -> Rating:
        """The rating before any treatment."""
        return Rating(self.inherent_likelihood, self.inherent_impact)

    @property
    def residual(self) -> Rating | None:
        """The rating that the treatment leaves, where somebody has rated it."""
        if self.residual_likelihood is None or self.residual_impact is None:
            return None
        return Rating(self.residual_likelihood, self.residual_impact)

    @property
    def present(self) -> Rating:
        """The rating that counts."""
        return present(self.inherent, self.residual)

    @property
    def is_open(self) -> bool:
        """Whether it is still there."""
        return self.state == RiskState.OPEN

    def is_above(self, scale: Scale) -> bool:
        """Whether it is open and more than the organisation bears without asking."""
        return self.is_open and is_above(self.present, scale.appetite)

    def needs_acceptance(self, scale: Scale, today: date) -> bool:
        """Whether it lies above the appetite and nobody's acceptance holds."""
        return needs_acceptance(RiskState(self.state), self.present, scale.appetite, self.accepted_until, today)

    @property
    def subject(self) -> str:
        """The risk's name in the journal."""
        return f"{self.asset.subject}/-/risk/{self.pk}"

    def target(self, role: str | None = None) -> Target:
        """What the permission page needs to know; the writers are its authors."""
        authors = frozenset(self.writers.values_list("pk", flat=True))
        return Target(team_id=self.asset.team_id, authors=authors, role=role)


class RiskRating(models.Model):
    """How a risk stood from a moment on; one row for each change, so that a trend can be drawn."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="ratings")
    at = models.DateTimeField(auto_now_add=True)
    score = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.risk_id}: {self.score}"


class Incident(models.Model):
    """What happened in use."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="incidents")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, related_name="incidents")
    title = models.CharField(max_length=200)
    happened_on = models.DateField()
    what = models.TextField(max_length=10_000)
    harm = models.TextField(max_length=5000, blank=True)
    impact = models.PositiveSmallIntegerField(validators=STEP)
    risks: models.ManyToManyField[Risk, models.Model] = models.ManyToManyField(Risk, related_name="incidents")
    suspended = models.ForeignKey(Release, on_delete=models.PROTECT, null=True, related_name="incidents")
    state = models.CharField(max_length=10, default=RiskState.OPEN, choices=[(one.value, one.value.capitalize()) for one in RiskState])
    outcome = models.TextField(max_length=5000, blank=True)
    reported_at = models.DateTimeField(auto_now_add=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-happened_on", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page of the incident."""
        return reverse("incident", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it is still worked on."""
        return self.state == RiskState.OPEN

    @property
    def subject(self) -> str:
        """The incident's name in the journal."""
        return f"{self.asset.subject}/-/incident/{self.pk}"


class RiskAction(models.Model):
    """Something that somebody does about a risk or an incident, by a day."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, null=True, related_name="actions")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, null=True, related_name="actions")
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="risk_actions")
    due_on = models.DateField(null=True)
    reminded = models.CharField(max_length=10, blank=True, choices=STAGES)
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["done_on", "due_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(risk__isnull=True) ^ models.Q(incident__isnull=True),
                name="action_is_about_a_risk_or_an_incident",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class RiskLink(models.Model):
    """What a risk came from: an item of a checklist or an evaluation of a version."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="links")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="risk_links")
    anchor = models.CharField(max_length=200, help_text="Such as assessments/nist_ai_rmf/GOVERN 1.1 or evaluations/12.")
    title = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["risk", "version", "anchor"], name="one_link_per_place")]

    def __str__(self) -> str:
        return self.anchor
