"""A card in the order of a law."""

from __future__ import annotations

from collections import Counter

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from registry.catalog.readings import ANNEX_IV, read_as, reading
from registry.http import Request
from registry.services.documents import template_of
from registry.views.documents import document_frame
from registry.views.frame import find_model_version


@require_GET
def document_annex_iv(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show a model card under the points of Annex IV, with what is missing."""
    version = find_model_version(request.actor, kind, slug, name)
    made_from, law = template_of(version.document), reading(ANNEX_IV)
    points = read_as(law, made_from, version.document.content, version.document.to_confirm)
    counted = Counter(point.state for point in points)
    context = {
        **document_frame(request, version, made_from),
        "law": law,
        "points": points,
        "counted": [(state.value, number) for state, number in sorted(counted.items())],
        "addresses": {part.id: reverse("document-edit", args=[*version.url_args, part.id]) for part in made_from.sections},
    }
    return render(request, "registry/annex_iv.html", context)
