"""Environments: added, renamed, put in order, and told how to take the gate's verdict."""

from __future__ import annotations

from typing import Literal

from django.core.exceptions import ValidationError
from django.db import transaction

from governance.gate.mode import Mode
from governance.models import Environment
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.policy import Action, Actor


@transaction.atomic
def add_environment(*, actor: Actor, key: str, title: str, mode: str = Mode.PREVENT) -> Environment:
    """Add an environment after all others.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        DomainError: a key, a title or a mode that cannot be.
        ConflictError: the key or the title is taken.
    """
    policy.require(actor, Action.ENVIRONMENT_MANAGE)
    there = list(Environment.objects.select_for_update(no_key=True))
    made = Environment(key=key.strip(), title=title.strip(), mode=mode, order=max((one.order for one in there), default=0) + 1)
    if any(one.key == made.key for one in there):
        message = f"There is already an environment with the key “{made.key}”."
        raise ConflictError(message)
    _refuse_wrong(made, there)
    made.save(force_insert=True)
    audit.record(actor, Action.ENVIRONMENT_MANAGE, made.subject, {"added": made.title, "mode": made.mode})
    return made


@transaction.atomic
def edit_environment(*, actor: Actor, key: str, title: str, mode: str) -> Environment:
    """Rename an environment and set its mode; the key stays, because releases and policies name it.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        DomainError: a title or a mode that cannot be.
        ConflictError: the title is taken, or nothing would change.
    """
    policy.require(actor, Action.ENVIRONMENT_MANAGE)
    there = list(Environment.objects.select_for_update(no_key=True))
    found = next((one for one in there if one.key == key), None)
    if found is None:
        raise Environment.DoesNotExist
    before = {"title": found.title, "mode": found.mode}
    found.title, found.mode = title.strip(), mode
    after = {"title": found.title, "mode": found.mode}
    if before == after:
        message = "Nothing was changed."
        raise ConflictError(message)
    _refuse_wrong(found, [one for one in there if one is not found])
    found.save(update_fields=["title", "mode"])
    audit.record(actor, Action.ENVIRONMENT_MANAGE, found.subject, {"before": before, "after": after})
    return found


@transaction.atomic
def move_environment(*, actor: Actor, key: str, towards: Literal["earlier", "later"]) -> Environment:
    """Change places with the environment before or after.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        ConflictError: it is the first or the last already.
    """
    policy.require(actor, Action.ENVIRONMENT_MANAGE)
    there = list(Environment.objects.select_for_update(no_key=True))
    place = next((number for number, one in enumerate(there) if one.key == key), None)
    if place is None:
        raise Environment.DoesNotExist
    other = place - 1 if towards == "earlier" else place + 1
    if not 0 <= other < len(there):
        message = f"“{there[place].title}” is the {'first' if towards == 'earlier' else 'last'} environment already."
        raise ConflictError(message)
    there[place], there[other] = there[other], there[place]
    for number, one in enumerate(there, start=1):
        one.order = number
    Environment.objects.bulk_update(there, ["order"])
    audit.record(actor, Action.ENVIRONMENT_MANAGE, f"environment/{key}", {"order": [one.key for one in there]})
    return there[other]


def known_environment(key: str) -> Environment:
    """Return an environment by its key.

    Raises:
        DomainError: there is none; the message names those that there are.
    """
    there = {one.key: one for one in Environment.objects.all()}
    if key not in there:
        message = f"There is no environment “{key}”. Choose from {', '.join(there)}."
        raise DomainError(message)
    return there[key]


def _refuse_wrong(environment: Environment, others: list[Environment]) -> None:
    if any(one.title.casefold() == environment.title.casefold() for one in others):
        message = f"There is already an environment named “{environment.title}”."
        raise ConflictError(message)
    try:
        environment.clean_fields(exclude=["order"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        message = f"{field.capitalize()}: {messages[0]}"
        raise DomainError(message) from error
