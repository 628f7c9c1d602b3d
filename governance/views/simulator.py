"""The simulator: which releases an edition would have stopped, and why."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from governance.services import policyeditions
from governance.services.simulation import Judged, Outcome, releases_under, simulate
from governance.views.policyeditions import find_edition
from registry.http import Request, page_of, query_without_page
from registry.policy import Action, require

# Releases that are judged for one page; each is read whole.
PAGE: Final = 10
WORDS: Final = {
    Outcome.STOPPED: ("Would have been stopped", "bad"),
    Outcome.MORE: ("More would be asked", "warning"),
    Outcome.SAME: ("Waits for the same", "neutral"),
    Outcome.PASSES: ("Passes", "good"),
}


@require_GET
def edition_simulate(request: Request, key: str, pk: int) -> HttpResponse:
    """Judge the releases of this tier and environment by an edition, page by page; nothing is changed."""
    require(request.actor, Action.POLICY_WRITE)
    edition = find_edition(request, key, pk)
    reading = policyeditions.reading_of(edition)
    page = page_of(request, releases_under(edition), PAGE)
    judged = simulate(actor=request.actor, policy=reading.policy, releases=page) if reading.policy else []
    context = {
        "edition": edition,
        "policy": reading.policy,
        "faults": reading.faults,
        "page": page,
        "query": query_without_page(request),
        "rows": [_row(one) for one in judged],
        "stopped": sum(one.outcome is Outcome.STOPPED for one in judged),
        "breadcrumb": [
            {"label": "Policies", "url": reverse("policy-list")},
            {"label": edition.key, "url": reverse("policy", args=[edition.key])},
            {"label": f"Edition {edition.version or edition.pk}", "url": edition.get_absolute_url()},
        ],
    }
    return render(request, "governance/edition_simulate.html", context)


def _row(one: Judged) -> dict[str, Any]:
    label, tone = WORDS[one.outcome]
    return {"release": one.release, "label": label, "tone": tone, "reasons": one.reasons, "moment": one.moment}
