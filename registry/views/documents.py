"""Pages of a document: reading it, writing it by section, its history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from registry.catalog.documents import applies, completeness, is_filled
from registry.catalog.schema import Field, Section, Template
from registry.forms.documents import SectionForm, as_typed
from registry.http import Request, page_of, query_without_page
from registry.models import Document, Version
from registry.services import documents
from registry.views.frame import find_version, version_frame


@require_GET
def document_detail(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Read the whole document."""
    version = find_version(request.actor, kind, slug, name)
    made_from = documents.template_of(version.document)
    context = {
        **_frame(request, version, made_from),
        "sections": [_readable(section, version.document) for section in made_from.sections],
        "state": completeness(made_from, version.document.content),
        "first_section": made_from.sections[0].id,
    }
    return render(request, "registry/document_detail.html", context)


@require_http_methods(["GET", "POST"])
def document_edit(request: Request, kind: str, slug: str, name: str, section: str) -> HttpResponse:
    """Write one section; each save is a revision."""
    version = find_version(request.actor, kind, slug, name)
    made_from = documents.template_of(version.document)
    part = _section(made_from, section)
    written = version.document
    form = SectionForm(part, written.content, request.POST or None, based_on=written.revision)
    theirs: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        saved = _save(request, version.document, form, theirs)
        if saved is not None:
            messages.success(request, f"Saved as revision {saved.revision}.")
            return redirect(_after(request, version, made_from, part))
    context = {
        **_frame(request, version, made_from, part),
        "form": form,
        "section": part,
        "fields": _editable(form, part, version.document, theirs),
        "following": made_from.following(part),
        "state": completeness(made_from, version.document.content),
    }
    return render(request, "registry/document_edit.html", context, status=422 if form.errors or theirs else 200)


@require_GET
def document_history(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show every revision, with what it changed."""
    version = find_version(request.actor, kind, slug, name)
    made_from = documents.template_of(version.document)
    page = page_of(request, version.document.revisions.select_related("saved_by"))
    titles = {field.id: field.title for field in made_from.fields()}
    context = {
        **_frame(request, version, made_from),
        "page": page,
        "query": query_without_page(request),
        "rows": [{"revision": revision, "fields": [titles.get(key, key) for key in revision.changed]} for revision in page],
    }
    return render(request, "registry/document_history.html", context)


def _save(request: Request, document: Document, form: SectionForm, theirs: dict[str, Any]) -> Document | None:
    try:
        return documents.save_fields(
            actor=request.actor,
            document_id=document.pk,
            values=form.values(),
            based_on=form.cleaned_data["based_on"],
        )
    except documents.FieldsError as error:
        for key, sentence in error.errors.items():
            form.add_error(key, sentence)
    except documents.StaleRevisionError as error:
        theirs.update(error.theirs)
        form.add_error(None, error.message)
        form.rebase(document.revision)
    return None


def _after(request: Request, version: Version, made_from: Template, part: Section) -> str:
    following = made_from.following(part)
    if "next" in request.POST and following is not None:
        return reverse("document-edit", args=[*version.url_args, following.id])
    if "close" in request.POST:
        return reverse("document", args=version.url_args)
    return reverse("document-edit", args=[*version.url_args, part.id])


def _section(made_from: Template, key: str) -> Section:
    found = next((section for section in made_from.sections if section.id == key), None)
    if found is None:
        message = "No such section"
        raise Http404(message)
    return found


def _frame(request: Request, version: Version, made_from: Template, part: Section | None = None) -> dict[str, Any]:
    tab = "Card" if version.asset.is_model else "Datasheet"
    state = completeness(made_from, version.document.content)
    items = [
        {
            "label": row.section.title,
            "url": reverse("document-edit", args=[*version.url_args, row.section.id]),
            "is_current": row.section == part,
            "done": row.filled,
            "total": row.total,
        }
        for row in state.sections
    ]
    return {**version_frame(request, version, tab), "section_items": items, "document": version.document}


def _readable(section: Section, document: Document) -> dict[str, Any]:
    shown = [field for field in section.fields if applies(field, document.content)]
    return {
        "section": section,
        "fields": [
            {"field": field, "value": document.content.get(field.id), "filled": is_filled(document.content.get(field.id))}
            for field in shown
        ],
    }


def _editable(form: SectionForm, part: Section, document: Document, theirs: dict[str, Any]) -> list[dict[str, Any]]:
    def one(field: Field) -> dict[str, Any]:
        return {
            "field": field,
            "bound": form[field.id],
            "theirs": as_typed(field, theirs[field.id]) if field.id in theirs else None,
            "is_theirs": field.id in theirs,
        }

    return [one(field) for field in part.fields if applies(field, document.content)]
