"""A requirement that a team asked to have set aside for a time, and what became of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from governance.attestation import fingerprint, waiver
from governance.models.release import Release
from registry.models import Snapshot
from registry.policy import REVIEWER_ROLES, Actor, Target


class WaiverQuerySet(models.QuerySet["Waiver"]):
    """Reads of waivers."""

    def visible_to(self, actor: Actor) -> WaiverQuerySet:
        """Waivers of the releases that the actor sees."""
        if actor.sees_everything:
            return self
        return self.filter(release__version__asset__team_id__in=list(actor.teams))

    def for_page(self) -> WaiverQuerySet:
        """With what a page shows of them."""
        return self.select_related("release__version__asset", "snapshot", "requested_by", "decided_by", "ended_by")

    def requested(self) -> WaiverQuerySet:
        """Those that nobody has answered, about what is still judged."""
        return self.filter(state=Waiver.State.REQUESTED, snapshot=models.F("release__snapshot")).filter(
            release__in=Release.objects.open().values("pk")
        )

    def granted(self) -> WaiverQuerySet:
        """Those that were granted and not taken back; some may have ended by the clock."""
        return self.filter(state=Waiver.State.GRANTED)

    def waiting_for(self, actor: Actor) -> WaiverQuerySet:
        """Requests that this person may answer."""
        return self.requested().filter(role__in=actor.reviewer_roles).exclude(snapshot__authors=actor.id).exclude(requested_by=actor.id)


class Waiver(models.Model):
    """One requirement of one snapshot of a release, asked to be set aside, in the role that the policy names.

    The row moves from asked for to answered to ended; each step writes its
    fingerprint into the journal, and a promotion's attestation holds it.
    """

    class State(models.TextChoices):
        """What became of it."""

        REQUESTED = "requested", "Asked for"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Taken back"
        REVOKED = "revoked", "Revoked"

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="waivers")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    requirement = models.CharField(max_length=100, help_text="Key of the requirement, such as framework:nist_ai_rmf.")
    title = models.CharField(max_length=200, help_text="The requirement in words, as it was shown.")
    role = models.CharField(max_length=40, choices=[(role, role) for role in REVIEWER_ROLES], help_text="Who may grant it.")
    state = models.CharField(max_length=20, choices=State, default=State.REQUESTED)
    reason = models.TextField(max_length=5000)
    days = models.PositiveIntegerField(help_text="For how long it is asked for, or was granted.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(max_length=5000, blank=True)
    until = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(max_length=5000, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["release", "snapshot", "requirement"], condition=Q(state="requested"), name="one_open_request_for_a_waiver"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "revoked"])
                | Q(decided_by__isnull=False, decided_at__isnull=False, until__isnull=False) & ~Q(comment=""),
                name="a_granted_waiver_has_person_comment_and_end",
            ),
            models.CheckConstraint(condition=~Q(reason="") & Q(days__gte=1), name="a_waiver_has_a_reason_and_days"),
            models.CheckConstraint(condition=~Q(decided_by=models.F("requested_by")), name="nobody_answers_their_own_waiver"),
        ]

    def __str__(self) -> str:
        return f"{self.requirement} of release {self.release_id}, {self.state}"

    def target(self) -> Target:
        """What the permission page needs to know; who asked counts as an author."""
        authors = self.snapshot.author_ids | {self.requested_by_id}
        return Target(team_id=self.release.version.asset.team_id, authors=authors, role=self.role, person_id=self.requested_by_id)

    def told(self) -> dict[str, Any]:
        """What the waiver says, in the shape that its fingerprint is over."""
        return waiver(
            [
                *(self.pk, self.release_id, self.snapshot.digest, self.requirement, self.title, self.role, self.state),
                *(self.reason, self.days),
                *(self.requested_by_id, self.requested_at, self.decided_by_id, self.decided_at, self.comment, self.until),
                *(self.ended_by_id, self.ended_at, self.end_reason),
            ]
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 over what the waiver says; the journal and the attestation hold it."""
        return fingerprint(self.told())
