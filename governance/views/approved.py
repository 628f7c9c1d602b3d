"""What changed in a card since the last release that was approved and promoted."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.models import Release
from governance.reports.claims import words_of
from registry.catalog.claims import readable
from registry.http import Request
from registry.services.documents import template_of
from registry.services.figures import figures_of
from registry.views.documents import document_frame
from registry.views.frame import find_model_version
from registry.views.history import compared


@require_GET
def document_since_approved(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Compare a card with the one in the newest promoted release of its model, whatever version that was of."""
    version = find_model_version(request.actor, kind, slug, name)
    promoted = Release.objects.filter(version__asset=version.asset_id, promoted_at__isnull=False)
    approved = promoted.for_page().order_by("-promoted_at", "-pk").first()
    made_from = template_of(version.document)
    frozen = approved.snapshot.content if approved else {}
    before, after = frozen.get("document", {}).get("content", {}), version.document.content
    context = {
        **compared(made_from, *readable(before, after, words_of(frozen), figures_of(version, after).words)),
        **document_frame(request, version, made_from),
        "approved": approved,
    }
    return render(request, "registry/history/approved.html", context)
