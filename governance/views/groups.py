"""The page of all groups of one attribute of an evaluation, however many there are."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from governance.fairness.counts import CountTable
from governance.fairness.metrics import RATES
from governance.views.attributes import ORDERS, group_of, in_order, overall_of, unknown_of
from governance.views.frame import find_evaluation
from registry.http import Request, page_of, query_without_page
from registry.views.frame import version_frame

PAGE: Final = 50


@require_GET
def evaluation_groups(request: Request, kind: str, slug: str, name: str, pk: int, *, number: int) -> HttpResponse:
    """List the groups of the attribute at a place, from 1, in a chosen order."""
    evaluation = find_evaluation(request.actor, kind, slug, name, pk, finished=True)
    table = CountTable.from_json(evaluation.counts or {})
    if not 0 < number <= len(table.attributes):
        message = "There is no such attribute"
        raise Http404(message)
    counts = table.attributes[number - 1]
    by = request.GET.get("by", "name")
    page = page_of(request, in_order(counts, by), PAGE)
    context = {
        **version_frame(request, evaluation.version, "Evaluations", f"Groups by {counts.attribute}"),
        "evaluation": evaluation,
        "page": page,
        "query": query_without_page(request),
        "attribute": {
            "number": number,
            "name": counts.attribute,
            "groups": [group_of(one, counts) for one in page],
            "unknown": unknown_of(counts),
            "overall": overall_of(table),
        },
        "rates": [(key, title) for key, (title, _) in RATES.items()],
        "orders": ORDERS.items(),
        "by": by if by in ORDERS else "name",
        "evaluation_url": reverse("evaluation", args=[*evaluation.version.url_args, pk]),
    }
    return render(request, "governance/evaluation_all_groups.html", context)
