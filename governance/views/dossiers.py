"""The PDF of a release: asking for it, watching it being made, taking it."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods

from governance.models import Dossier, JobState, Release
from governance.services import dossiers, pdfs
from governance.tasks import render_dossier, ring
from governance.views.frame import find_release
from registry.http import Request, render_part
from registry.views.frame import version_frame

UNCHANGED: Final = "Nothing has changed since this PDF was made, so it is still the right one."


@require_http_methods(["GET", "POST"])
def dossier(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Show how far the newest PDF of a release is, or ask for one."""
    release = find_release(request.actor, kind, slug, name, pk)
    note = _request(request, release) if request.method == "POST" else ""
    if request.method == "POST" and not request.htmx:
        if note:
            messages.success(request, note)
        return redirect("dossier", *release.version.url_args, release.pk)
    frame = version_frame(request, release.version, "Releases", "Dossier")
    context = {**frame, **panel_of(release), "release": release, "dossier_note": note}
    return render_part(request, "governance/dossier.html", "dossier-panel", context)


@require_GET
def dossier_download(request: Request, kind: str, slug: str, name: str, pk: int, *, dossier: int) -> FileResponse:
    """Hand out a finished PDF."""
    release = find_release(request.actor, kind, slug, name, pk)
    found = get_object_or_404(Dossier, pk=dossier, release=release)
    found.release = release
    path = pdfs.path_of(found)
    return FileResponse(path.open("rb"), as_attachment=True, filename=dossiers.download_name(found), content_type="application/pdf")


def panel_of(release: Release) -> dict[str, Any]:
    """Return the context of the panel: the newest dossier, and whether it shows the release as it is now."""
    newest = Dossier.objects.filter(release=release).first()
    is_done = newest is not None and newest.state == JobState.DONE
    return {
        "dossier": newest,
        "dossier_is_outdated": newest is not None and is_done and not dossiers.is_current(newest),
    }


def _request(request: Request, release: Release) -> str:
    asked = dossiers.request_dossier(actor=request.actor, release_id=release.pk)
    if asked.state == JobState.QUEUED:
        transaction.on_commit(partial(ring, render_dossier, asked.pk))
    return UNCHANGED if asked.state == JobState.DONE else ""
