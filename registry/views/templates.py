"""Pages of the templates: their editions, and changing them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.catalog import editions, loader, moves
from registry.catalog.merging import fingerprint
from registry.catalog.parsing import template_from
from registry.catalog.schema import CatalogError, Template
from registry.errors import ConflictError, DomainError
from registry.exchange import template_text
from registry.forms.templates import NewFieldForm, NewSectionForm, UploadForm, WordsForm
from registry.http import Request, show_refusal
from registry.models import TemplateEdition
from registry.policy import Action, refusal, require
from registry.services import templates

MARKS: Final = {
    "essential": ("essential", True),
    "optional": ("essential", False),
    "hide": ("hidden", True),
    "show": ("hidden", False),
}


@require_GET
def template_list(request: Request) -> HttpResponse:
    """Show every template with the edition that new documents start from."""
    newest = {edition.key: edition for edition in TemplateEdition.objects.published().filter(is_shipped=False).order_by("pk")}
    drafts = set(TemplateEdition.objects.drafts().values_list("key", flat=True))
    rows = []
    for key, shipped in loader.templates().items():
        present = loader.template(loader.name_of(key, newest[key].digest)) if key in newest else shipped
        rows.append({"template": present, "has_draft": key in drafts, "asked": sum(field.is_asked for field in present.fields())})
    return render(request, "registry/catalog/list.html", {"rows": rows})


@require_GET
def template_detail(request: Request, key: str) -> HttpResponse:
    """Show a template: its draft or its present edition, every edition, and how to change it."""
    return _page(request, key)


@require_GET
def template_edition(request: Request, key: str, version: str) -> HttpResponse:
    """Show one published edition, and how it differs from the one before."""
    _known(key)
    templates.keep_shipped(key)
    found = list(TemplateEdition.objects.of(key).published())
    edition = next((one for one in found if one.version == version), None)
    if edition is None:
        message = f"There is no version {version}"
        raise Http404(message)
    made_from = template_from(json.loads(edition.text), key)
    earlier = next((one for one in found if one.pk < edition.pk), None)
    before = template_from(json.loads(earlier.text), key) if earlier else None
    context = {
        **_breadcrumb(),
        "edition": edition,
        "template": made_from,
        "earlier": earlier,
        "move": moves.move(before, made_from) if before else None,
    }
    return render(request, "registry/catalog/edition.html", context)


@require_GET
def template_yaml(request: Request, key: str, version: str) -> HttpResponse:
    """Hand out an edition as YAML, to be changed and uploaded."""
    _known(key)
    templates.keep_shipped(key)
    edition = TemplateEdition.objects.of(key).filter(version=version).first()
    if edition is None:
        message = f"There is no version {version}"
        raise Http404(message)
    response = HttpResponse(template_text.write(json.loads(edition.text)), content_type="application/yaml")
    response["Content-Disposition"] = f'attachment; filename="{key}-{version}.yaml"'
    return response


@require_POST
def template_field_add(request: Request, key: str) -> HttpResponse:
    """Add a field to the draft."""
    require(request.actor, Action.TEMPLATE_EDIT)
    _, made_from = _draft_of(key)
    form = NewFieldForm(made_from, request.POST)
    if form.is_valid():
        section, field = form.cleaned_data["section"], form.field()
        if _amend(request, key, lambda content: editions.with_field(content, section, field), form):
            return redirect("template", key)
    return _page(request, key, field_form=form, status=422)


@require_POST
def template_section_add(request: Request, key: str) -> HttpResponse:
    """Add a section to the draft."""
    require(request.actor, Action.TEMPLATE_EDIT)
    _known(key)
    form = NewSectionForm(request.POST)
    if form.is_valid() and _amend(request, key, lambda content: editions.with_section(content, form.cleaned_data), form):
        return redirect("template", key)
    return _page(request, key, section_form=form, status=422)


@require_POST
def template_field_mark(request: Request, key: str) -> HttpResponse:
    """Make a field of the draft essential or optional, hide it or show it."""
    require(request.actor, Action.TEMPLATE_EDIT)
    _, made_from = _draft_of(key)
    word, _, name = request.POST.get("mark", "").partition(" ")
    if word not in MARKS:
        message = "Choose what should become of the field."
        raise DomainError(message)
    mark, value = MARKS[word]
    field = made_from.field(name).id
    templates.amend_draft(actor=request.actor, key=key, change=lambda content: editions.with_mark(content, field, mark, value=value))
    return redirect(f"{reverse('template', args=[key])}#{field}")


@require_http_methods(["GET", "POST"])
def template_field_words(request: Request, key: str, field: str) -> HttpResponse:
    """Show the words of a question; a POST puts other words into the draft."""
    _known(key)
    require(request.actor, Action.TEMPLATE_EDIT)
    content, made_from = _draft_of(key)
    asked, words = made_from.field(field), editions.words_of(content, field)
    if not asked.is_asked and not asked.is_hidden:
        message = "This field keeps what imported files say besides; it cannot be changed."
        raise DomainError(message)
    form, others = WordsForm(words, request.POST if request.method == "POST" else None), []
    if form.is_bound and form.is_valid():
        try:
            templates.reword_field(actor=request.actor, key=key, field=field, words=form.words(), seen=request.POST.get("seen", ""))
        except (CatalogError, ConflictError) as error:
            show_refusal(form, None, error)
            others = form.differing() if isinstance(error, ConflictError) else []
        else:
            messages.success(request, f"The new words of {form.cleaned_data['title']} are in the draft.")
            return redirect(f"{reverse('template', args=[key])}#{field}")
    shown = {
        **_breadcrumb(key, made_from),
        "template": made_from,
        "field": asked,
        "form": form,
        "others": others,
        "seen": fingerprint(words),
    }
    return render(request, "registry/catalog/words.html", shown, status=422 if form.is_bound else 200)


@require_POST
def template_upload(request: Request, key: str) -> HttpResponse:
    """Put a whole template into the draft; what is wrong is named by line and path."""
    _known(key)
    require(request.actor, Action.TEMPLATE_EDIT)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        checked = template_text.read(form.text(), templates.content_of(key))
        for sentence in checked.sentences[:MOST_SENTENCES]:
            form.add_error("file", sentence)
        if isinstance(checked.content, dict) and _upload(request, key, checked.content, form):
            return redirect("template", key)
    return _page(request, key, upload_form=form, status=422)


@require_POST
def template_publish(request: Request, key: str) -> HttpResponse:
    """Publish the draft."""
    _known(key)
    edition = templates.publish_draft(actor=request.actor, key=key, digest=request.POST.get("digest", ""))
    messages.success(request, f"Version {edition.version} is published. New documents start from it; others stay on theirs until moved.")
    return redirect("template", key)


@require_POST
def template_discard(request: Request, key: str) -> HttpResponse:
    """Throw the draft away."""
    _known(key)
    templates.discard_draft(actor=request.actor, key=key)
    messages.success(request, "The draft is gone.")
    return redirect("template", key)


MOST_SENTENCES: Final = 20


def _amend(request: Request, key: str, change: Callable[[dict[str, Any]], dict[str, Any]], form: Any) -> bool:
    try:
        templates.amend_draft(actor=request.actor, key=key, change=change)
    except CatalogError as error:
        show_refusal(form, None, error)
        return False
    messages.success(request, f"{form.cleaned_data['title']} is in the draft.")
    return True


def _upload(request: Request, key: str, content: dict[str, Any], form: UploadForm) -> bool:
    try:
        templates.change_draft(actor=request.actor, key=key, content=content)
    except CatalogError as error:
        show_refusal(form, None, error)
        return False
    messages.success(request, "The file is the draft now.")
    return True


def _known(key: str) -> None:
    if key not in loader.templates():
        message = f"There is no template {key}"
        raise Http404(message)


def _draft_of(key: str) -> tuple[dict[str, Any], Template]:
    """Return what the draft holds, or the present edition where there is no draft."""
    _known(key)
    draft = TemplateEdition.objects.of(key).drafts().first()
    content = json.loads(draft.text) if draft else templates.content_of(key)
    return content, template_from(content, key)


def _breadcrumb(key: str = "", made_from: Template | None = None) -> dict[str, Any]:
    inside = [{"label": made_from.title, "url": reverse("template", args=[key])}] if made_from else []
    return {"breadcrumb": [{"label": "Templates", "url": reverse("template-list")}, *inside]}


def _page(
    request: Request,
    key: str,
    *,
    field_form: NewFieldForm | None = None,
    section_form: NewSectionForm | None = None,
    upload_form: UploadForm | None = None,
    status: int = 200,
) -> HttpResponse:
    _known(key)
    draft = TemplateEdition.objects.of(key).drafts().select_related("made_by").first()
    present = templates.current(key)
    shown = template_from(json.loads(draft.text), key) if draft else present
    context = {
        **_breadcrumb(),
        "draft": draft,
        "present": present,
        "shipped": loader.shipped_templates(key),
        "template": shown,
        "move": moves.move(present, shown) if draft else None,
        "editions": TemplateEdition.objects.of(key).published().select_related("published_by"),
        "why_not": refusal(request.actor, Action.TEMPLATE_EDIT),
        "field_form": field_form or NewFieldForm(shown),
        "section_form": section_form or NewSectionForm(),
        "upload_form": upload_form or UploadForm(),
    }
    return render(request, "registry/catalog/detail.html", context, status=status)
