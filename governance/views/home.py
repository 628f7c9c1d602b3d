"""Home: a person's own work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import models
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from governance.models import Release
from governance.workflow import State
from registry.catalog.documents import completeness
from registry.catalog.loader import template
from registry.http import Request
from registry.models import Version
from registry.policy import Actor

MOST: Final = 8
SOON: Final = timedelta(days=30)


@require_GET
def home(request: Request) -> HttpResponse:
    """Show what waits for this person, first things first."""
    actor = request.actor
    context = {
        "waiting": _waiting(actor),
        "drafts": _drafts(actor),
        "mine": _mine(actor),
        "expiring": _expiring(actor),
        "teams": bool(actor.teams),
        "roles": actor.reviewer_roles,
    }
    return render(request, "governance/home.html", context)


def _waiting(actor: Actor) -> models.QuerySet[Release]:
    return Release.objects.visible_to(actor).waiting_for(actor).for_page().order_by("submitted_at")[:MOST]


def _mine(actor: Actor) -> models.QuerySet[Release]:
    own = Release.objects.open().filter(version__asset__team_id__in=list(actor.teams))
    return own.for_page().order_by("-submitted_at")[:MOST]


def _expiring(actor: Actor) -> models.QuerySet[Release]:
    promoted = Release.objects.visible_to(actor).filter(state=State.PROMOTED, expires_at__lt=timezone.now() + SOON)
    return promoted.for_page().order_by("expires_at")[:MOST]


def _drafts(actor: Actor) -> list[dict[str, Any]]:
    versions = Version.objects.filter(authors=actor.person_id, releases=None).for_page().newest_first()[:MOST]
    return [_draft(version) for version in versions]


def _draft(version: Version) -> dict[str, Any]:
    state = completeness(template(version.document.template_key), version.document.content)
    return {"version": version, "done": state.essential_filled, "total": state.essential_total}
