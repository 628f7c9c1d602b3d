"""What the editor's script asks while somebody types: save this, and who else is here. Answers are JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from registry.catalog.documents import applies
from registry.catalog.merging import fingerprint
from registry.catalog.schema import Section, Template
from registry.forms.documents import SectionForm
from registry.http import Request
from registry.markup import render as render_markdown
from registry.models import Document, Presence, Version
from registry.services import documents, presence
from registry.services.documents import Autosaved, Seen
from registry.services.figures import figures_of
from registry.unsent import forget
from registry.views.clashes import clash_panels
from registry.views.editor import form_of, section_of
from registry.views.frame import find_version

MOST_PREVIEW = 100_000


@require_POST
def document_autosave(request: Request, kind: str, slug: str, name: str, section: str) -> HttpResponse:
    """Save the fields that were sent, as far as they can be, and say what became of each."""
    version = find_version(request.actor, kind, slug, name)
    made_from = documents.template_of(version.document)
    part = section_of(made_from, section)
    form = form_of(request, version, part)
    if not form.is_valid():
        return JsonResponse({"error": "The page is not whole. Load it again; what you typed is kept in this browser."}, status=422)
    seen = Seen(form.cleaned_data["based_on"], form.seen(), form.cleaned_data["session"])
    done = documents.autosave(actor=request.actor, document_id=version.document.pk, values=form.values(), seen=seen)
    forget(request, reverse("document-edit", args=[*version.url_args, part.id]))
    return JsonResponse(_answer(request, version, form, part, done))


@require_POST
def document_presence(request: Request, kind: str, slug: str, name: str, section: str) -> HttpResponse:
    """Say that the page is still open; answer who else has the document open, and what the page needs to go on."""
    version = find_version(request.actor, kind, slug, name)
    made_from = documents.template_of(version.document)
    part = section_of(made_from, section)
    session = request.POST.get("session", "")
    if "leave" in request.POST:
        presence.leave(actor=request.actor, document=version.document, session=session)
        return JsonResponse({})
    found = presence.be_present(actor=request.actor, document=version.document, session=session, section=part.id)
    answer = {
        "others": [_present(row, made_from) for row in found],
        "person": request.actor.person_id,
        "csrf": get_token(request),
        "revision": version.document.revision,
        "fields": {field.id: fingerprint(version.document.content.get(field.id)) for field in part.fields},
    }
    return JsonResponse(answer)


@require_POST
def document_preview(request: Request, kind: str, slug: str, name: str, section: str) -> HttpResponse:
    """Show Markdown as the reading page and the PDF will show it."""
    find_version(request.actor, kind, slug, name)
    return HttpResponse(render_markdown(request.POST.get("text", "")[:MOST_PREVIEW]))


def _answer(request: Request, version: Version, form: SectionForm, part: Section, done: Autosaved) -> dict[str, Any]:
    document = done.document
    state = documents.state_of(document)
    panels = clash_panels(request.actor, document, form, done.clashes)
    clashes = {
        key: {"seen": fingerprint(panel.value), "html": render_to_string("registry/editor/clash.html", {"clash": panel})}
        for key, panel in panels.items()
    }
    return {
        "revision": document.revision,
        "saved_at": document.updated_at.isoformat(),
        "seen": {key: fingerprint(document.content.get(key)) for key in form.values() if key not in {*done.errors, *done.clashes}},
        "figures": _figures(form, version, document),
        "errors": dict(done.errors),
        "clashes": clashes,
        "asked": _asked(part, document),
        "sections": {row.section.id: [row.filled, row.total] for row in state.sections},
        "essential": [state.essential_filled, state.essential_total],
    }


def _figures(form: SectionForm, version: Version, document: Document) -> dict[str, str]:
    """Return what the numbers of each field that was sent say now, as the page shows it; empty where there are none."""
    sent = {key: document.content.get(key) for key in form.values()}
    found = figures_of(version, {key: value for key, value in sent.items() if value is not None})
    shown = {key: {"figures": found.of(key), "is_editing": True} for key in sent}
    return {key: render_to_string("registry/figures.html", said).strip() if said["figures"] else "" for key, said in shown.items()}


def _asked(part: Section, document: Document) -> list[str]:
    return [field.id for field in part.fields if applies(field, document.content)]


def _present(row: Presence, made_from: Template) -> dict[str, str]:
    titles = {section.id: section.title for section in made_from.sections}
    return {"name": row.person.name, "section": row.section, "title": titles.get(row.section, row.section)}
