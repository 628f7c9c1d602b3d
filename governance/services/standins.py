"""Who stands in for whom today, read once for a whole page or task (a constant number of queries)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial

from django.db.models import Count
from django.utils import timezone

from governance.models import Assignment, Delegation, Release
from governance.reviewing import standing_in
from registry import policy
from registry.models import Person
from registry.policy import REVIEWER_ROLES, Action, Actor


def why_not(person: Person, release: Release, role: str) -> str | None:
    """Return why a person may not review a release in a role, as a sentence about them; None when they may."""
    return why_not_as(person.actor(), release, role) if person.is_active else f"The account of {person.name} is closed."


def why_not_as(who: Actor, release: Release, role: str) -> str | None:
    """Return why somebody with an open account may not review a release in a role; None when they may."""
    reason = policy.refusal(who, Action.RELEASE_DECIDE, release.target(role))
    if reason is None:
        return None
    if who.person_id in release.snapshot.author_ids:
        return f"{who.name} wrote, froze or submitted part of this content, and nobody decides on their own work."
    if REVIEWER_ROLES.get(role) not in who.roles:
        return f"{who.name} does not hold the reviewing role “{policy.role_title(role)}”."
    return f"{who.name} may not review it. {reason}"


class StandIns:
    """Who works today for whom, by role."""

    def __init__(self) -> None:
        self._delegates: dict[str, dict[int, int]] = {}
        rows = list(Delegation.objects.on(timezone.localdate()).order_by("pk"))
        for row in rows:
            self._delegates.setdefault(row.role, {})[row.person_id] = row.delegate_id
        ids = {row.delegate_id for row in rows}
        people = Person.objects.filter(pk__in=ids, is_active=True).prefetch_related("grants", "memberships") if ids else ()
        self._actors = {person.pk: person.actor() for person in people}

    def acting(self, person_id: int, role: str, release: Release) -> int:
        """Return who does a person's review of a release today: themselves, or a stand-in who may."""
        return standing_in(person_id, self._delegates.get(role, {}), lambda one: self._may(one, release, role))

    def is_away(self, person_id: int, role: str) -> bool:
        """Whether a person delegates a role today."""
        return person_id in self._delegates.get(role, {})

    def people_of(self, person_id: int) -> set[int]:
        """Return whose work may have come to a person today, themselves included."""
        found = {person_id}
        for delegates in self._delegates.values():
            found |= {one for one in delegates if standing_in(one, delegates, lambda who: who == person_id) == person_id}
        return found

    def load(self, person_ids: Iterable[int]) -> Counter[int]:
        """Return how many reviews wait for each person today, those of whom they stand in for included."""
        found = Counter[int]()
        for person_id, role, number in Assignment.objects.waiting().order_by().values_list("person_id", "role").annotate(Count("pk")):
            delegates = self._delegates.get(role, {})
            found[standing_in(person_id, delegates, partial(self._holds, role))] += number
        return Counter({one: found[one] for one in person_ids})

    def _may(self, person_id: int, release: Release, role: str) -> bool:
        who = self._actors.get(person_id)
        return who is not None and why_not_as(who, release, role) is None

    def _holds(self, role: str, person_id: int) -> bool:
        who = self._actors.get(person_id)
        return who is not None and role in who.reviewer_roles
