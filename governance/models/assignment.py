"""Who is to review a release in which role until when, and who stands in for whom.

The rule: an assignment is a plan and gives no right. Whoever decides must be
allowed to by themselves, assigned or not.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models

from governance.models.release import OPEN, Release
from governance.reviewing import STAGES
from governance.workflow import State
from registry.models import Snapshot
from registry.policy import REVIEWER_ROLES

ROLES = [(role, role) for role in REVIEWER_ROLES]


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Reads of assignments."""

    def active(self) -> AssignmentQuerySet:
        """Assignments that nobody has ended."""
        return self.filter(ended_at=None)

    def waiting(self) -> AssignmentQuerySet:
        """Active assignments whose review is still to be done: of an open release, or one that wants a re-review."""
        in_review = models.Q(release__state__in=OPEN) & ~models.Q(done_for=models.F("release__snapshot"))
        not_decided = models.Q(release__state__in=OPEN, done_for=None)
        rereview = models.Q(release__state=State.PROMOTED, release__rereview_at__isnull=False)
        return self.active().filter(in_review | not_decided | rereview)

    def for_page(self) -> AssignmentQuerySet:
        """With what a list of assignments shows."""
        return self.select_related("release__version__asset__team", "release__snapshot", "person", "done_by")


class Assignment(models.Model):
    """One person is to review one release in one role."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=40, choices=ROLES)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="review_assignments")
    due_on = models.DateField(db_index=True)
    assigned_at = models.DateTimeField(auto_now_add=True)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty: Assay did."
    )
    done_for = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="+", help_text="The snapshot decided on.")
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Who decided: the person, or a stand-in."
    )
    reminded = models.CharField(max_length=10, blank=True, choices=STAGES)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["release", "person"], condition=models.Q(ended_at=None), name="one_active_assignment_per_person"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person"], condition=models.Q(ended_at=None), name="assignment_of_person")]

    def __str__(self) -> str:
        return f"{self.release_id} {self.role} {self.person_id}"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Reads of delegations."""

    def holding(self) -> DelegationQuerySet:
        """Delegations that nobody has taken back."""
        return self.filter(taken_back_at=None)

    def on(self, day: date) -> DelegationQuerySet:
        """Delegations that hold on a day."""
        return self.holding().filter(starts_on__lte=day, ends_on__gte=day)


class Delegation(models.Model):
    """While one person is away, another does their reviews in one role."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_to_me")
    role = models.CharField(max_length=40, choices=ROLES)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day.")
    made_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="a_delegation_ends_after_it_starts"),
            models.CheckConstraint(condition=~models.Q(person=models.F("delegate")), name="nobody_delegates_to_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} to {self.delegate_id} as {self.role}"
