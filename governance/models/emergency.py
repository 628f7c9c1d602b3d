"""A promotion that could not wait for the reviewers: asked for, confirmed by another person, and reviewed afterwards."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from governance.attestation import decision, emergency, fingerprint
from governance.models.release import Release
from governance.workflow import Step
from registry.models import Snapshot
from registry.policy import REVIEWER_ROLES, Actor, Target

ROLES = [(role, role) for role in REVIEWER_ROLES]
# What a reviewer says afterwards.
AFTERWARDS = (Step.APPROVE, Step.REQUEST_CHANGES, Step.REJECT)


class EmergencyQuerySet(models.QuerySet["Emergency"]):
    """Reads of emergencies."""

    def visible_to(self, actor: Actor) -> EmergencyQuerySet:
        """Emergencies of the releases that the actor sees."""
        if actor.sees_everything:
            return self
        return self.filter(release__version__asset__team_id__in=list(actor.teams))

    def for_page(self) -> EmergencyQuerySet:
        """With what a page shows of them."""
        return self.select_related("release__version__asset__team", "snapshot", "asked_by", "decided_by")

    def asked(self) -> EmergencyQuerySet:
        """Those that nobody has answered, about what is still judged."""
        open_now = Q(release__in=Release.objects.open().values("pk"), snapshot=models.F("release__snapshot"))
        return self.filter(open_now, state=Emergency.State.ASKED)

    def waiting_for(self, actor: Actor) -> EmergencyQuerySet:
        """Requests that this person may answer."""
        return (
            self.asked().filter(role__in=actor.reviewer_roles).exclude(snapshot__authors=actor.person_id).exclude(asked_by=actor.person_id)
        )

    def confirmed(self) -> EmergencyQuerySet:
        """Promotions that were made in an emergency, whatever became of them."""
        return self.filter(state=Emergency.State.CONFIRMED)

    def owed(self) -> EmergencyQuerySet:
        """Those whose review has not been done."""
        return self.confirmed().filter(reviewed_at=None)

    def standing(self) -> EmergencyQuerySet:
        """What everybody should see: promotions that still hold, and reviews that are owed."""
        holds = Q(release__in=Release.objects.live().filter(expires_at__gt=timezone.now()).values("pk"))
        return self.confirmed().filter(holds | Q(reviewed_at=None))


class Emergency(models.Model):
    """One request to promote a snapshot without all approvals, and what became of it."""

    class State(models.TextChoices):
        """What became of it."""

        ASKED = "asked", "Asked for"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Taken back"

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="emergencies")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, choices=ROLES, help_text="Who may confirm it.")
    state = models.CharField(max_length=20, choices=State, default=State.ASKED)
    reason = models.TextField(max_length=5000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(max_length=5000, blank=True)
    review_due = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True, help_text="When the normal review was complete.")

    objects = EmergencyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["release", "snapshot"], condition=Q(state="asked"), name="one_open_emergency_of_a_release"),
            models.UniqueConstraint(fields=["release"], condition=Q(state="confirmed"), name="one_emergency_promotion_of_a_release"),
            models.CheckConstraint(condition=~Q(decided_by=models.F("asked_by")), name="nobody_confirms_their_own_emergency"),
            models.CheckConstraint(condition=~Q(reason=""), name="an_emergency_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | Q(decided_by__isnull=False, decided_at__isnull=False, review_due__isnull=False) & ~Q(comment=""),
                name="a_confirmed_emergency_has_person_comment_and_due_day",
            ),
        ]

    def __str__(self) -> str:
        return f"Emergency of release {self.release_id}, {self.state}"

    @property
    def is_overdue(self) -> bool:
        """Whether the review was owed by now and is not done."""
        return self.review_due is not None and self.reviewed_at is None and self.review_due <= timezone.now()

    def target(self, role: str | None = None) -> Target:
        """What the permission page needs to know; who asked counts as an author."""
        authors = self.snapshot.author_ids | {self.asked_by_id}
        return Target(team_id=self.release.version.asset.team_id, authors=authors, role=role or self.role)

    def told(self) -> dict[str, Any]:
        """What the emergency says, in the shape that its fingerprint is over."""
        return emergency(
            [
                *(self.pk, self.release_id, self.snapshot.digest, self.role, self.state, self.reason, self.asked_by_id, self.asked_at),
                *(self.decided_by_id, self.decided_at, self.comment, self.review_due, self.reviewed_at),
            ]
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 over what the emergency says; the journal holds it."""
        return fingerprint(self.told())


class AfterReview(models.Model):
    """One person's step in one role after a promotion in an emergency; never changed, only followed by another."""

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="reviews")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, choices=ROLES)
    step = models.CharField(max_length=20, choices=[(step.value, step.value) for step in AFTERWARDS])
    comment = models.TextField(max_length=10_000)
    decided_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(comment=""), name="a_review_afterwards_has_a_comment"),
        ]

    def __str__(self) -> str:
        return f"{self.step} by {self.person_id} as {self.role}, afterwards"

    @property
    def release(self) -> Release:
        """The release that was promoted."""
        return self.emergency.release

    @property
    def fingerprint(self) -> str:
        """SHA-256 over what the review says; the journal holds it."""
        said = decision(
            person=self.person_id,
            role=self.role,
            step=self.step,
            snapshot=self.emergency.snapshot.digest,
            comment=self.comment,
            at=self.decided_at,
        )
        return fingerprint(said)
