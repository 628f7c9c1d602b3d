"""What was answered about a model to find its tier, and tiers that people set otherwise."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from governance.triage import Answers, KeyDate, Reason, Result
from registry.models import Asset, Tier
from registry.policy import Actor, Target

CONFIRMED_BY = "legal"


class TriageQuerySet(models.QuerySet["Triage"]):
    """Reads of triages."""

    def current(self) -> TriageQuerySet:
        """The newest of each model."""
        return self.filter(is_current=True)

    def for_page(self) -> TriageQuerySet:
        """With what a page shows of them, the newest first."""
        return self.select_related("made_by", "asset").order_by("-pk")


class Triage(models.Model):
    """One filled-in questionnaire and what it led to; written once and never changed."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="triages")
    is_current = models.BooleanField(default=True)
    questionnaire = models.JSONField(help_text="Key, version and digest of the questions.")
    answers = models.JSONField(help_text="Ids of the chosen options by question.")
    told = models.JSONField(help_text="Questions and answers in the words in which they were read.")
    tier = models.CharField(max_length=12, choices=Tier)
    reasons = models.JSONField()
    tags = models.JSONField(help_text="Whom key dates are for that concern the model.")
    points = models.PositiveSmallIntegerField()
    frameworks = models.JSONField(help_text="Keys of the frameworks that apply.")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = TriageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset"], condition=Q(is_current=True), name="one_current_triage_per_model"),
        ]

    def __str__(self) -> str:
        return f"{self.tier} for {self.asset_id}"

    @property
    def result(self) -> Result:
        """What it led to."""
        reasons = tuple(Reason(**one) for one in self.reasons)
        return Result(self.tier, reasons, frozenset(self.tags), self.points)

    @property
    def given(self) -> Answers:
        """The answers, as the rules take them."""
        return {question: tuple(chosen) for question, chosen in self.answers.items()}


class TierOverrideQuerySet(models.QuerySet["TierOverride"]):
    """Reads of overrides."""

    def proposed(self) -> TierOverrideQuerySet:
        """Those that wait for a second person."""
        return self.filter(state=TierOverride.State.PROPOSED)

    def in_force(self) -> TierOverrideQuerySet:
        """Those that set a tier now."""
        return self.filter(state=TierOverride.State.CONFIRMED)

    def standing(self) -> TierOverrideQuerySet:
        """Those that wait or hold."""
        return self.filter(state__in=[TierOverride.State.PROPOSED, TierOverride.State.CONFIRMED])

    def for_page(self) -> TierOverrideQuerySet:
        """With what a page shows of them, the newest first."""
        return self.select_related("asset", "triage", "proposed_by", "decided_by", "ended_by").order_by("-pk")

    def waiting_for(self, actor: Actor) -> TierOverrideQuerySet:
        """Proposals that this person may answer."""
        if CONFIRMED_BY not in actor.reviewer_roles:
            return self.none()
        return self.proposed().exclude(proposed_by=actor.id).exclude(triage__made_by=actor.id)


class TierOverride(models.Model):
    """Another tier than the triage gives: proposed with a reason, and in force once a second person has confirmed it."""

    class State(models.TextChoices):
        """What became of it."""

        PROPOSED = "proposed", "Waits for a second person"
        CONFIRMED = "confirmed", "In force"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Taken back"
        ENDED = "ended", "Ended"

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="tier_overrides")
    triage = models.ForeignKey(Triage, on_delete=models.PROTECT, related_name="overrides")
    tier = models.CharField(max_length=12, choices=Tier)
    reason = models.TextField(max_length=2000)
    state = models.CharField(max_length=12, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(auto_now_add=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    comment = models.TextField(max_length=2000, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = TierOverrideQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset"], condition=Q(state="proposed"), name="one_proposed_tier_per_model"),
            models.UniqueConstraint(fields=["asset"], condition=Q(state="confirmed"), name="one_override_in_force_per_model"),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "declined"]) | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(comment=""),
                name="an_answered_override_has_person_and_comment",
            ),
            models.CheckConstraint(condition=~Q(decided_by=models.F("proposed_by")), name="nobody_confirms_their_own_override"),
        ]

    def __str__(self) -> str:
        return f"{self.tier} for {self.asset_id}, {self.state}"

    def target(self) -> Target:
        """What the permission page needs to know; who proposed it or answered the triage counts as an author."""
        authors = frozenset({self.proposed_by_id, self.triage.made_by_id})
        return Target(team_id=self.asset.team_id, authors=authors, role=CONFIRMED_BY, person_id=self.proposed_by_id)


class KeyDates(models.Model):
    """The organisation's key dates; without the row, those that come with the product hold."""

    content = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "key dates"
        constraints: ClassVar = [models.CheckConstraint(condition=Q(pk=1), name="one_list_of_key_dates")]

    def __str__(self) -> str:
        return f"{len(self.content)} key dates"

    @property
    def dates(self) -> tuple[KeyDate, ...]:
        """The dates, in order."""
        return tuple(sorted(KeyDate.from_json(one) for one in self.content))
