"""The overview of a version: first what is missing, then where it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.views.gatepanel import preflights
from registry.http import Request
from registry.models import Version
from registry.services.documents import state_of
from registry.views.frame import find_version, version_frame


@require_GET
def version_overview(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show what a version still needs, and where it stands."""
    version = find_version(request.actor, kind, slug, name)
    context = {
        **version_frame(request, version, "Overview"),
        "state": state_of(version.document),
        "summary": version.document.content.get("overview", ""),
        "newest": version.asset.versions.newest_first().first(),
        **(_model(version) if version.asset.is_model else {}),
    }
    return render(request, "governance/version_overview.html", context)


def _model(version: Version) -> dict[str, Any]:
    evaluation = version.evaluations.finished().defer("counts").first()
    return {
        "preflights": preflights(version),
        "releases": version.releases.for_page()[:5],
        "evaluation": evaluation,
        "findings": evaluation.findings.all() if evaluation else [],
        "lineage": version.lineage.select_related("source__asset"),
    }
