"""The figures that a card can take from the newest evaluation, for the editor to pick from."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.fairness.metrics import RATES
from governance.services import figurelist
from registry.http import Request
from registry.views.frame import find_model_version, version_frame


@require_GET
def evaluation_figures(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """List the gaps and rates of the newest evaluation with the tokens that claim them; htmx gets the list alone."""
    version = find_model_version(request.actor, kind, slug, name)
    search = request.GET.get("group", "").strip()[:100]
    context = {
        "asset": version.asset,
        "version": version,
        "offered": figurelist.offered(version, request.GET.get("rate", ""), search),
        "rates": [(key, title) for key, (title, _) in RATES.items()],
        "search": search,
        "is_part": request.htmx,
    }
    if request.htmx:
        response = render(request, "governance/figures.html", context)
    else:
        frame = version_frame(request, version, "Evaluations", "Figures for the card")
        response = render(request, "governance/figures_page.html", {**context, **frame})
    response["Vary"] = "HX-Request"
    return response
