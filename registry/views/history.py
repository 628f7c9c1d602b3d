"""Pages of a document's past: every revision, what changed between two, going back, confirming what was carried forward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from registry.catalog.claims import readable
from registry.catalog.differences import document_changes
from registry.catalog.schema import Template
from registry.errors import DomainError
from registry.http import Request, page_of, query_without_page
from registry.models import Revision, Version
from registry.services import documents, history
from registry.services.figures import figures_of
from registry.views.documents import document_frame
from registry.views.frame import find_version

MOST_CHOICES: Final = 200


@require_GET
def document_history(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show every revision, with what it changed."""
    version = find_version(request.actor, kind, slug, name)
    made_from = documents.template_of(version.document)
    page = page_of(request, version.document.revisions.select_related("saved_by").defer("content"))
    titles = {field.id: field.title for field in made_from.fields()}
    context = {
        **document_frame(request, version, made_from),
        "page": page,
        "query": query_without_page(request),
        "rows": [
            {
                "revision": revision,
                "fields": [titles.get(key, key) for key in revision.changed],
                "is_open": revision.number == version.document.revision
                and revision.is_open_for(revision.saved_by_id, revision.session, timezone.now()),
            }
            for revision in page
        ],
    }
    return render(request, "registry/history/list.html", context)


@require_GET
def document_compare(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show what changed between two revisions, field by field and word by word."""
    version = find_version(request.actor, kind, slug, name)
    revisions, wanted = version.document.revisions.select_related("saved_by"), request.GET
    newest = version.document.revision
    after = _revision(revisions, _number(wanted.get("to") or str(newest)))
    earlier = revisions.filter(number__lt=after.number).first()
    before = _revision(revisions, _number(wanted["from"])) if wanted.get("from") else earlier or Revision(number=0, content={})
    numbers = list(revisions.values_list("number", flat=True)[: MOST_CHOICES + 1])
    made_from = documents.template_of(version.document)
    context = {
        **compared(made_from, *_with_numbers(version, before.content, after.content)),
        **document_frame(request, version, made_from),
        "before": before,
        "after": after,
        "restorable": [one for one in (before, after) if one.number and one.number != newest],
        "numbers": numbers if len(numbers) <= MOST_CHOICES else None,
        "newest": newest,
    }
    return render(request, "registry/history/compare.html", context)


@require_POST
def document_restore(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Make an earlier revision the newest one."""
    version = find_version(request.actor, kind, slug, name)
    number, based_on = (_number(request.POST.get(key, "")) for key in ("number", "based_on"))
    saved = history.restore_revision(actor=request.actor, document_id=version.document.pk, number=number, based_on=based_on)
    messages.success(request, f"Revision {number} is back, as revision {saved.revision}.")
    return redirect("document-history", *version.url_args)


@require_POST
def document_confirm(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Say that carried answers hold for this version too."""
    version = find_version(request.actor, kind, slug, name)
    keys = [key for value in request.POST.getlist("field") for key in value.split()]
    history.confirm_fields(actor=request.actor, document_id=version.document.pk, keys=keys)
    messages.success(request, "Confirmed." if len(keys) == 1 else f"{len(keys)} answers are confirmed.")
    made_from = documents.template_of(version.document)
    place = keys[0] if len(keys) == 1 else next(part.id for part in made_from.sections if keys[0] in {one.id for one in part.fields})
    if "edit" in request.POST:
        part = next(part for part in made_from.sections if keys[0] in {one.id for one in part.fields})
        return redirect(f"{reverse('document-edit', args=[*version.url_args, part.id])}#{keys[0]}")
    return redirect(f"{reverse('document', args=version.url_args)}#{place}")


def _with_numbers(version: Version, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two contents with what their claims say now."""
    said = [figures_of(version, side).words for side in (before, after)]
    return readable(before, after, *said)


def compared(made_from: Template, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a page of differences shows, by section."""
    changes = document_changes(made_from, before, after)
    sections: dict[str, list[Any]] = {}
    for change in changes:
        title = f"{change.section.number} {change.section.title}" if change.section else "No longer asked"
        sections.setdefault(title, []).append(change)
    return {"sections": sections, "changes": changes}


def _revision(revisions: QuerySet[Revision], number: int) -> Revision:
    """Return a revision; one that somebody kept open meanwhile has a later number by now, so the next one stands for it."""
    found = revisions.filter(number__gte=number).order_by("number").first()
    if found is None or number < 1:
        message = f"There is no revision {number}"
        raise Http404(message)
    return found


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:  # noqa: PLR2004 - what the column holds
        message = "A revision has a number."
        raise DomainError(message)
    return int(text)
