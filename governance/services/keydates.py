"""The dates from which something applies: the organisation's own list, or the one that comes with the product."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from django.db import transaction

from governance.models import KeyDates
from governance.triage import TAGS, KeyDate, dates_for, shipped_dates
from registry import audit, policy
from registry.errors import DomainError
from registry.policy import Action, Actor

SUBJECT: Final = "key-dates"
MOST: Final = 100


def key_dates() -> tuple[KeyDate, ...]:
    """Return the dates that hold now, in order."""
    kept = KeyDates.objects.first()
    return kept.dates if kept else shipped_dates()


def are_shipped() -> bool:
    """Whether nobody has changed the list that comes with the product."""
    return not KeyDates.objects.exists()


def concerning(tags: Collection[str]) -> tuple[KeyDate, ...]:
    """Return the dates that concern a model with these tags, in order."""
    return dates_for(tags, key_dates())


@transaction.atomic
def change_key_dates(*, actor: Actor, dates: Sequence[KeyDate]) -> tuple[KeyDate, ...]:
    """Replace the list.

    Raises:
        ForbiddenError: no policy administrator.
        DomainError: a date without an event or for nobody, or too many.
    """
    policy.require(actor, Action.KEY_DATES_EDIT)
    if any(not one.event.strip() or not one.applies or set(one.applies) - set(TAGS) for one in dates):
        message = "Give each date an event, and say for whom it is."
        raise DomainError(message)
    if len(dates) > MOST:
        message = f"At most {MOST} dates are kept. Take out those that have passed."
        raise DomainError(message)
    before, wanted = key_dates(), tuple(sorted(dates))
    if wanted == before:
        return before
    content = [one.to_json() for one in wanted]
    KeyDates.objects.update_or_create(pk=1, defaults={"content": content, "changed_by_id": actor.id})
    audit.record(actor, Action.KEY_DATES_EDIT, SUBJECT, {"before": [one.to_json() for one in before], "after": content})
    return wanted


@transaction.atomic
def restore_key_dates(*, actor: Actor) -> tuple[KeyDate, ...]:
    """Go back to the list that comes with the product.

    Raises:
        ForbiddenError: no policy administrator.
    """
    policy.require(actor, Action.KEY_DATES_EDIT)
    if kept := KeyDates.objects.first():
        before = [one.to_json() for one in kept.dates]
        kept.delete()
        audit.record(actor, Action.KEY_DATES_EDIT, SUBJECT, {"before": before, "after": "those that come with the product"})
    return shipped_dates()
