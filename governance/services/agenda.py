"""What waits for a person: reviews, releases without a reviewer, drafts, approvals that end.

The rule: each list is cut to what a page can show and costs a constant number
of queries, however much there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from django.db import models
from django.utils import timezone

from governance.models import Assignment, Decision, Release
from governance.models.release import OPEN, wants_any
from governance.services.assignments import open_places
from governance.services.standins import StandIns, why_not_as
from governance.workflow import State
from registry.models import Version
from registry.policy import Actor

MOST: Final = 12
SOON: Final = timedelta(days=30)


@dataclass(frozen=True)
class OwnReview:
    """A review that somebody does today, and for whom when it is not their own."""

    assignment: Assignment
    behalf: str
    is_overdue: bool


@dataclass(frozen=True)
class OpenPlace:
    """A role of a release that nobody fills and that somebody may take."""

    release: Release
    role: str


class Agenda:
    """One person's agenda today."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.today = timezone.localdate()

    @cached_property
    def standins(self) -> StandIns:
        """Who stands in for whom today."""
        return StandIns()

    def reviews(self) -> list[OwnReview]:
        """Reviews that are the person's today, the most urgent first, those of whom they stand in for included."""
        ids = self.standins.people_of(self.actor.id)
        found = []
        for row in Assignment.objects.waiting().filter(person_id__in=ids).for_page().order_by("due_on", "pk")[: 2 * MOST]:
            if self.standins.acting(row.person_id, row.role, row.release) == self.actor.person_id:
                behalf = row.person.name if row.person_id != self.actor.person_id else ""
                found.append(OwnReview(row, behalf, is_overdue=row.due_on < self.today))
        return found[:MOST]

    def open_places(self) -> list[OpenPlace]:
        """Roles that nobody fills yet and that the person may take, the oldest release first."""
        found = []
        for release in self._wanting().order_by("submitted_at")[: 2 * MOST]:
            places = open_places(release, release.active_assignments)  # type: ignore[attr-defined]
            mine = [role for role in self.actor.reviewer_roles if places.get(role) and why_not_as(self.actor, release, role) is None]
            found += [OpenPlace(release, role) for role in mine[:1]]
        return found[:MOST]

    def releases(self) -> list[Release]:
        """Open releases of the person's teams, the newest first, each with the roles that nobody fills."""
        own = Release.objects.open().filter(version__asset__team_id__in=list(self.actor.teams))
        found = list(own.for_page().prefetch_related(self._active()).order_by("-submitted_at")[:MOST])
        for release in found:
            places = open_places(release, release.active_assignments)  # type: ignore[attr-defined]
            release.unassigned = [role for role, number in places.items() if number]  # type: ignore[attr-defined]
        return found

    def drafts(self) -> models.QuerySet[Version]:
        """Versions that the person writes and that were never submitted, the newest first."""
        return Version.objects.filter(authors=self.actor.person_id, releases=None).for_page().newest_first()[:MOST]

    def expiring(self) -> models.QuerySet[Release]:
        """Promotions whose approval ends soon or has ended, the next first."""
        promoted = Release.objects.visible_to(self.actor).filter(state=State.PROMOTED, expires_at__lt=timezone.now() + SOON)
        return promoted.for_page().order_by("expires_at")[:MOST]

    @staticmethod
    def _active() -> models.Prefetch[str]:
        return models.Prefetch("assignments", Assignment.objects.active(), to_attr="active_assignments")

    def _wanting(self) -> models.QuerySet[Release]:
        """Releases that name a role of the person, in which they did not decide and have no assignment."""
        in_review = models.Q(state__in=OPEN) | models.Q(state=State.PROMOTED, rereview_at__isnull=False)
        own = Assignment.objects.active().filter(release=models.OuterRef("pk"), person_id=self.actor.id)
        decided = Decision.objects.filter(release=models.OuterRef("pk"), snapshot=models.OuterRef("snapshot"), person_id=self.actor.id)
        done = models.Q(models.Exists(decided), state__in=OPEN)
        found = (
            Release.objects.visible_to(self.actor)
            .filter(wants_any(self.actor.reviewer_roles), in_review)
            .exclude(snapshot__authors=self.actor.id)
        )
        return found.exclude(models.Exists(own)).exclude(done).for_page().prefetch_related(self._active())
