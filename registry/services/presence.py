"""Who has the editor of a document open; kept for less than a minute, and no part of the journal."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from registry import policy
from registry.models import Document, Presence
from registry.models.document import STAYS
from registry.policy import Action, Actor

FORGET = timedelta(hours=1)


@transaction.atomic
def be_present(*, actor: Actor, document: Document, session: str, section: str) -> list[Presence]:
    """Say that somebody has a section open, and return the others who have the document open, by name.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    policy.require(actor, Action.DOCUMENT_WRITE, document.version.target)
    now = timezone.now()
    Presence.objects.update_or_create(
        document=document, person_id=actor.id, session=session[:40], defaults={"section": section[:60], "seen_at": now}
    )
    document.presences.filter(seen_at__lt=now - FORGET).delete()
    return others(actor=actor, document=document)


@transaction.atomic
def leave(*, actor: Actor, document: Document, session: str) -> None:
    """Say that a page was closed."""
    document.presences.filter(person_id=actor.id, session=session[:40]).delete()


def others(*, actor: Actor, document: Document) -> list[Presence]:
    """Return who else has the document open: the latest page of each person."""
    near = document.presences.filter(seen_at__gte=timezone.now() - STAYS).exclude(person_id=actor.id)
    latest = {row.person_id: row for row in near.select_related("person").order_by("seen_at")}
    return sorted(latest.values(), key=lambda row: row.person.name)
