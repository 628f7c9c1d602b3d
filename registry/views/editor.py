"""Writing a document, one section a page; it works as a plain form, and scripts make it pleasant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from registry.catalog.documents import applies
from registry.catalog.merging import Clash
from registry.catalog.schema import Field, Section, Template
from registry.forms.documents import SectionForm
from registry.http import Request
from registry.models import Document, Version
from registry.models.comment import DOCUMENT
from registry.services import documents, presence, references
from registry.services.documents import Seen
from registry.services.figures import figures_of, live_blocks
from registry.unsent import FORGET, forget, keeps_unsent, signed_name, unsent
from registry.views.assignments import assigned_by_section
from registry.views.clashes import ClashPanel, clash_panels
from registry.views.commentpanel import Panels
from registry.views.documents import document_frame
from registry.views.frame import find_version


@keeps_unsent
@require_http_methods(["GET", "POST"])
def document_edit(request: Request, kind: str, slug: str, name: str, section: str) -> HttpResponse:
    """Write one section; each save is a revision. What was sent while nobody was signed in is offered again."""
    version = find_version(request.actor, kind, slug, name)
    made_from = documents.template_of(version.document)
    part = section_of(made_from, section)
    if FORGET in request.POST:
        forget(request)
        return redirect(request.path)
    kept = unsent(request) if request.method == "GET" else None
    form = form_of(request, version, part, kept.data if kept else None)
    clashes: dict[str, Clash] = {}
    if request.method == "POST" and form.is_about_rows:
        form.move_rows()
    elif request.method == "POST" and form.is_valid():
        saved = _save(request, version.document, form, clashes)
        if saved is not None:
            forget(request)
            messages.success(request, f"Saved as revision {saved.revision}.")
            return redirect(_after(request, version, made_from, part))
    context = {**_context(request, version, made_from, part, form, clashes), "unsent": kept}
    return render(request, "registry/editor/page.html", context, status=422 if not kept and (form.errors or clashes) else 200)


def section_of(made_from: Template, key: str) -> Section:
    """Return a section of a template, or answer 404."""
    found = next((section for section in made_from.sections if section.id == key), None)
    if found is None:
        message = "No such section"
        raise Http404(message)
    return found


def form_of(request: Request, version: Version, part: Section, kept: QueryDict | None = None) -> SectionForm:
    """Return the form of a section, with what was sent now or is kept from before."""
    document, offered = version.document, references.options(version, part.fields)
    return SectionForm(part, document.content, request.POST or kept, based_on=document.revision, options=offered)


def _save(request: Request, document: Document, form: SectionForm, clashes: dict[str, Clash]) -> Document | None:
    based_on = form.cleaned_data["based_on"]
    try:
        return documents.save_fields(
            actor=request.actor,
            document_id=document.pk,
            values=form.values(),
            based_on=based_on,
            note=form.cleaned_data["note"],
            seen=Seen(based_on, form.seen(), form.cleaned_data["session"]),
        )
    except documents.FieldsError as error:
        for key, sentence in error.errors.items():
            form.add_error(key, sentence)
    except documents.StaleRevisionError as error:
        clashes.update(error.clashes)
        form.add_error(None, error.message)
        form.accept(error.clashes, document.revision)
    return None


def _after(request: Request, version: Version, made_from: Template, part: Section) -> str:
    following = made_from.following(part)
    if "next" in request.POST and following is not None:
        return reverse("document-edit", args=[*version.url_args, following.id])
    if "close" in request.POST:
        return reverse("document", args=version.url_args)
    return reverse("document-edit", args=[*version.url_args, part.id])


def _context(
    request: Request, version: Version, made_from: Template, part: Section, form: SectionForm, clashes: Mapping[str, Clash]
) -> dict[str, Any]:
    return {
        **document_frame(request, version, made_from, part),
        "form": form,
        "section": part,
        "sent_by": signed_name(request.actor),
        "fields": _rows(
            form, part, version, clash_panels(request.actor, version.document, form, clashes), Panels(request, version, DOCUMENT)
        ),
        "part": {"section": part, "assignment": assigned_by_section(version).get(part.id)},
        "before": made_from.preceding(part),
        "following": made_from.following(part),
        "state": documents.state_of(version.document),
        "others": presence.others(actor=request.actor, document=version.document),
        "newest": version.document.revisions.defer("content").select_related("saved_by").first(),
    }


def _rows(form: SectionForm, part: Section, version: Version, clashes: Mapping[str, ClashPanel], panels: Panels) -> list[dict[str, Any]]:
    """Return what the page shows of each field that applies; whoever adds something beside a field adds a key here."""
    content = version.document.content
    said = figures_of(version, {field.id: content[field.id] for field in part.fields if field.id in content})
    live = live_blocks(version, part.id)

    def one(field: Field) -> dict[str, Any]:
        return {
            "field": field,
            "bound": form[field.id],
            "seen": form.seen_of(field.id),
            "figures": said.of(field.id),
            "live": live.get(field.id),
            "clash": clashes.get(field.id),
            "is_to_confirm": field.id in version.document.to_confirm,
            "panel": panels.at(f"{DOCUMENT}{field.id}", field.title),
        }

    return [one(field) for field in part.fields if applies(field, content)]
