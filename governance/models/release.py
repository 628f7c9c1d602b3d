"""A request to promote a version to an environment, and what people decided on it."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from governance.attestation import decision, fingerprint
from governance.workflow import DECISIONS, LIVE_STATES, OPEN_STATES, State
from registry.models import Snapshot, Version
from registry.policy import Actor, Target

OPEN = tuple(state.value for state in OPEN_STATES)
IN_JUDGEMENT = (State.IN_REVIEW.value, State.CHANGES_REQUESTED.value)


class Environment(models.TextChoices):
    """Where a version can be promoted to."""

    STAGING = "staging", "Staging"
    PRODUCTION = "production", "Production"


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Reads of releases."""

    def visible_to(self, actor: Actor) -> ReleaseQuerySet:
        """Releases of the versions that the actor sees."""
        if actor.sees_everything:
            return self
        return self.filter(version__asset__team_id__in=list(actor.teams))

    def for_page(self) -> ReleaseQuerySet:
        """With what a list or a page of releases shows."""
        return self.select_related("version__asset__team", "snapshot", "submitted_by", "promoted_by")

    def open(self) -> ReleaseQuerySet:
        """Releases that people still work on."""
        return self.filter(state__in=OPEN)

    def live(self) -> ReleaseQuerySet:
        """Releases that hold a place in their environment, suspended or not."""
        return self.filter(state__in=[state.value for state in LIVE_STATES])

    def waiting_for(self, actor: Actor) -> ReleaseQuerySet:
        """Open releases that want a decision which this person may take and has not taken."""
        roles = actor.reviewer_roles
        if not roles:
            return self.none()
        wanted = models.Q()
        for role in roles:
            wanted |= models.Q(wanted_roles__contains=f"|{role}|")
        decided = Decision.objects.filter(release=models.OuterRef("pk"), snapshot=models.OuterRef("snapshot"), person_id=actor.id)
        return self.open().filter(wanted).exclude(snapshot__authors=actor.id).exclude(models.Exists(decided))


class Release(models.Model):
    """One request, about one snapshot at a time."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="releases")
    environment = models.CharField(max_length=20, choices=Environment)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="releases")
    policy_key = models.CharField(max_length=60)
    policy_version = models.CharField(max_length=40)
    policy_digest = models.CharField(max_length=64)
    wanted_roles = models.CharField(max_length=200, help_text="Roles that the policy names, as |ml|legal|.")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in State])
    message = models.TextField(blank=True, max_length=5000)
    submitted_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    promoted_at = models.DateTimeField(null=True)
    promoted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "environment"],
                condition=models.Q(state__in=IN_JUDGEMENT),
                name="one_open_release_per_environment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["promoted", "suspended", "superseded", "revoked"])
                | models.Q(promoted_at__isnull=False, promoted_by__isnull=False, expires_at__isnull=False),
                name="a_promotion_has_time_person_and_end",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["environment", "state"], name="release_by_state")]

    def __str__(self) -> str:
        return f"{self.version} to {self.environment}"

    def get_absolute_url(self) -> str:
        """Return the page of the release."""
        return reverse("release", args=[*self.version.url_args, self.pk])

    @property
    def subject(self) -> str:
        """The release's name in the journal."""
        return f"{self.version.subject}/release/{self.pk}"

    @cached_property
    def policy_content(self) -> dict[str, Any]:
        """The policy as it was frozen in the snapshot."""
        value: dict[str, Any] = self.snapshot.content["policy"]
        return value

    @property
    def roles(self) -> tuple[str, ...]:
        """The reviewing roles that the policy names."""
        return tuple(filter(None, self.wanted_roles.split("|")))

    @property
    def is_open(self) -> bool:
        """Whether people still work on it."""
        return self.state in OPEN

    def target(self, role: str | None = None) -> Target:
        """What the permission page needs to know, for a decision in a role."""
        return Target(team_id=self.version.asset.team_id, authors=self.snapshot.author_ids, role=role)


class Decision(models.Model):
    """One person's step in one role on one snapshot; never changed, only followed by another."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="decisions")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    role = models.CharField(max_length=40)
    step = models.CharField(max_length=20, choices=[(step.value, step.value) for step in DECISIONS])
    comment = models.TextField(max_length=10_000)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(comment=""), name="a_decision_has_a_comment"),
        ]

    def __str__(self) -> str:
        return f"{self.step} by {self.person_id} as {self.role}"

    def told(self) -> dict[str, Any]:
        """What the decision says, in the shape that its fingerprint is over; of the comment, its SHA-256."""
        return decision(
            person=self.person_id,
            role=self.role,
            step=self.step,
            snapshot=self.snapshot.digest,
            comment=self.comment,
            at=self.decided_at,
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 over what the decision says; the journal and the attestation hold it."""
        return fingerprint(self.told())
