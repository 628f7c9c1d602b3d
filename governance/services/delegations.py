"""Naming somebody who does one's reviews while one is away.

The rule: a delegation moves work and never rights. It is made by the person
alone, for one role and some days, to somebody who holds that role; who stands
in is asked for their own right at each review.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from governance.models import Delegation
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Person
from registry.policy import REVIEWER_ROLES, Action, Actor, Target, role_title
from registry.services.notices import NoticeKind, notify

LONGEST: Final = timedelta(days=366)


@transaction.atomic
def delegate(*, actor: Actor, role: str, delegate_id: int, starts_on: date, ends_on: date) -> Delegation:
    """Let somebody do the actor's reviews in a role, from a day to a day.

    Raises:
        ForbiddenError: the actor does not hold the role.
        DomainError: the delegate does not, or the days are wrong.
        ConflictError: the actor delegates the role on one of these days already.
    """
    policy.require(actor, Action.DELEGATION_MAKE, Target(person_id=actor.id, role=role))
    Person.objects.select_for_update(no_key=True).get(pk=actor.id)
    _check_days(starts_on, ends_on)
    other = Person.objects.filter(pk=delegate_id, is_active=True, grants__role=REVIEWER_ROLES[role]).exclude(pk=actor.id).first()
    if other is None:
        text = f"Choose somebody else who holds the reviewing role “{role_title(role)}”."
        raise DomainError(text)
    held = Delegation.objects.holding().filter(person_id=actor.id, role=role, starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if held is not None:
        text = f"You delegate this role from {held.starts_on:%-d %B} to {held.ends_on:%-d %B %Y} already. Take that back first."
        raise ConflictError(text)
    made = Delegation.objects.create(person_id=actor.id, delegate=other, role=role, starts_on=starts_on, ends_on=ends_on)
    detail = {"delegated": role, "to": other.pk, "name": other.name, "from": starts_on.isoformat(), "until": ends_on.isoformat()}
    audit.record(actor, Action.DELEGATION_MAKE, f"person/{actor.id}", detail)
    text = (
        f"From {starts_on:%-d %B %Y} to {ends_on:%-d %B %Y} their {role_title(role)} reviews come to you, where you may do them yourself."
    )
    _tell(other.pk, f"{actor.name} delegates reviews to you", text)
    return made


@transaction.atomic
def take_back(*, actor: Actor, delegation_id: int) -> Delegation:
    """End a delegation at once; what was decided meanwhile stands.

    Raises:
        ForbiddenError: it is somebody else's.
        ConflictError: it is taken back already.
    """
    found = Delegation.objects.select_for_update(no_key=True).get(pk=delegation_id)
    policy.require(actor, Action.DELEGATION_END, Target(person_id=found.person_id))
    if found.taken_back_at is not None:
        text = "This delegation is taken back already."
        raise ConflictError(text)
    found.taken_back_at = timezone.now()
    found.save(update_fields=["taken_back_at"])
    audit.record(actor, Action.DELEGATION_END, f"person/{actor.id}", {"taken_back": found.role, "from": found.delegate_id})
    if found.ends_on >= timezone.localdate():
        _tell(found.delegate_id, f"{actor.name} no longer delegates reviews to you", "They do them again themselves.")
    return found


def _check_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        text = "The last day lies before the first."
        raise DomainError(text)
    if ends_on < timezone.localdate():
        text = "These days are past."
        raise DomainError(text)
    if ends_on - starts_on > LONGEST:
        text = "A delegation lasts a year at most. Give the role to somebody else instead."
        raise DomainError(text)


def _tell(person_id: int, subject: str, text: str) -> None:
    notify(kind=NoticeKind.DELEGATION, person_ids=[person_id], subject=subject, text=text, url=reverse("delegations"))
