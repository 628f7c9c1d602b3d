"""Home: a person's own work, and what comes to an end next."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.models import Emergency, ItemAssignment
from governance.services.agenda import Agenda
from governance.services.asks import asks_of
from registry.http import Request
from registry.models import Comment, SectionAssignment, Version
from registry.policy import Actor, Role
from registry.services.documents import state_of, template_of

MOST: Final = 8
MOST_ITEMS: Final = 200


@require_GET
def home(request: Request) -> HttpResponse:
    """Show what waits for this person, first things first."""
    actor, agenda = request.actor, Agenda(request.actor)
    roles, keeps = actor.reviewer_roles, Role.POLICY_ADMINISTRATOR in actor.roles
    context = {
        "roles": roles,
        "teams": bool(actor.teams),
        "works": bool(roles or actor.teams or keeps),
        "keeps_only": keeps and not roles and not actor.teams,
        "asks": asks_of(actor),
        "notes": Emergency.objects.for_page().standing().visible_to(actor).order_by("review_due", "pk")[:MOST],
        "reviews": agenda.reviews() if roles else [],
        "places": agenda.open_places() if roles else [],
        "threads": Comment.objects.for_home(actor.id)[:MOST],
        "assignments": _assignments(actor),
        "items": _items(actor),
        "drafts": [_draft(version) for version in agenda.drafts()],
        "mine": agenda.releases() if actor.teams else [],
        "expiring": agenda.expiring(),
        "today": agenda.today,
    }
    return render(request, "governance/home.html", context)


def _assignments(actor: Actor) -> list[dict[str, Any]]:
    asked = SectionAssignment.objects.for_home(actor.id)[:MOST]
    return [{"one": one, "title": template_of(one.version.document).section(one.section).title} for one in asked]


def _items(actor: Actor) -> list[dict[str, Any]]:
    """Return what the person is asked to answer, together by checklist, who asked and day, the most urgent first (one query)."""
    found: dict[tuple[Any, ...], list[ItemAssignment]] = {}
    for one in ItemAssignment.objects.for_home(actor.id)[:MOST_ITEMS]:
        found.setdefault((one.version_id, one.framework_key, one.assigned_by_id, one.due_on, one.note), []).append(one)
    return [{"one": rows[0], "items": [row.item for row in rows]} for rows in list(found.values())[:MOST]]


def _draft(version: Version) -> dict[str, Any]:
    state = state_of(version.document)
    return {"version": version, "done": state.essential_filled, "total": state.essential_total}
