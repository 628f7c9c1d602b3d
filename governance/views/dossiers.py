"""The PDF of a release: asking for it, watching it being made, taking it."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.models import Dossier, JobState, Release
from governance.reports.choices import KINDS, LANGUAGES, PAPERS, USUAL, Choices
from governance.services import dossiers, editions, pdfs
from governance.tasks import render_dossier, ring
from governance.views.frame import find_release
from registry.http import Request, render_part
from registry.services import organisation
from registry.views.frame import version_frame

MOST_SHOWN: Final = 12
UNCHANGED: Final = "Nothing has changed since this PDF was made, so it is still the right one."


@require_http_methods(["GET", "POST"])
def dossier(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Show how far a PDF of a release is, or ask for one."""
    release = find_release(request.actor, kind, slug, name, pk)
    shown, note = request.GET.get("made", ""), ""
    if request.method == "POST":
        asked = _request(request, release)
        if not request.htmx:
            return _shown(request, release, asked)
        shown, note = str(asked.pk), UNCHANGED if asked.state == JobState.DONE else ""
    frame = version_frame(request, release.version, "Releases", "Dossier")
    context = {**frame, **panel_of(release, shown), "release": release, "dossier_note": note, "editions": _offered()}
    return render_part(request, "governance/dossier.html", "dossier-panel", context)


@require_GET
def dossier_download(request: Request, kind: str, slug: str, name: str, pk: int, *, dossier: int) -> FileResponse:
    """Hand out a finished PDF."""
    release = find_release(request.actor, kind, slug, name, pk)
    found = get_object_or_404(Dossier, pk=dossier, release=release)
    found.release = release
    path = pdfs.path_of(found)
    return FileResponse(path.open("rb"), as_attachment=True, filename=dossiers.download_name(found), content_type="application/pdf")


@require_POST
def dossier_edition(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Hand out the dossier in another form, or ask for the PDF with other choices."""
    release = find_release(request.actor, kind, slug, name, pk)
    form = next((form for form in editions.Form if form == request.POST.get("form")), None)
    if form is None:
        return _shown(request, release, _request(request, release))
    made = editions.make_edition(actor=request.actor, release_id=release.pk, form=form, choices=Choices.from_json(request.POST))
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=made.name) or "attachment"}
    return HttpResponse(made.content, content_type=made.content_type, headers=headers)


def panel_of(release: Release, shown: str = "") -> dict[str, Any]:
    """Return the context of the panel: one PDF, whether it shows the release as it is now, and the other finished ones.

    Args:
        release: the release.
        shown: primary key of the PDF that was asked for; without one, the newest is shown.
    """
    rows = list(Dossier.objects.filter(release=release)[:MOST_SHOWN])
    chosen = next((row for row in rows if str(row.pk) == shown), rows[0] if rows else None)
    is_done = chosen is not None and chosen.state == JobState.DONE
    choices = dossiers.choices_of(chosen) if chosen else USUAL
    return {
        "dossier": chosen,
        "dossier_choices": choices.label,
        "dossier_is_outdated": chosen is not None and is_done and not dossiers.is_current(chosen),
        "other_dossiers": [(dossiers.choices_of(row).label, row) for row in rows if row != chosen and row.state == JobState.DONE],
        "dossier_chosen": choices.to_json(),
    }


def _offered() -> list[dict[str, Any]]:
    language = organisation.current().language
    forms = [("pdf", "PDF, signed"), *((form.value, label) for form, (label, _) in editions.FORMS.items())]
    return [
        {"name": "kind", "label": "How much", "options": list(KINDS.items())},
        {"name": "language", "label": "Language of the frame", "options": list(LANGUAGES.items()), "usual": language},
        {"name": "paper", "label": "Paper", "options": list(PAPERS.items())},
        {"name": "form", "label": "Format", "options": forms},
    ]


def _shown(request: Request, release: Release, asked: Dossier) -> HttpResponse:
    """Go to the page on which a PDF that was asked for is watched."""
    if asked.state == JobState.DONE:
        messages.success(request, UNCHANGED)
    return redirect(f"{reverse('dossier', args=[*release.version.url_args, release.pk])}?made={asked.pk}")


def _request(request: Request, release: Release) -> Dossier:
    choices = Choices.from_json({"language": organisation.current().language, **request.POST.dict()})
    asked = dossiers.request_dossier(actor=request.actor, release_id=release.pk, choices=choices)
    if asked.state == JobState.QUEUED:
        transaction.on_commit(partial(ring, render_dossier, asked.pk))
    return asked
