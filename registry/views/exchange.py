"""Import and export of a document: a preview to choose from, one revision, and downloads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from registry import policy
from registry.catalog.documents import is_filled
from registry.catalog.loader import template
from registry.errors import ConflictError, DomainError
from registry.exchange import formats, hub_rules
from registry.exchange.encoding import decode
from registry.exchange.imported import Imported
from registry.exchange.values import text_of
from registry.forms.exchange import FileForm, TakeForm
from registry.http import Request, show_refusal
from registry.models import Document, Version
from registry.policy import Action
from registry.services import documents
from registry.services.exports import about, content_for, filename
from registry.views.frame import find_version, version_frame

SHOWN_LETTERS = 1_500


@require_http_methods(["GET", "POST"])
def document_import(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Choose a file, look at what it would fill, and take it as one revision."""
    version = find_version(request.actor, kind, slug, name)
    if request.method != "POST":
        return _upload_page(request, version, FileForm())
    policy.require(request.actor, Action.DOCUMENT_WRITE, version.target)
    if "text" in request.POST:
        return _take(request, version)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        filename, raw = form.content()
        try:
            text, imported = decode(raw)[0], formats.read(raw, version.document.template_name)
        except DomainError as error:
            show_refusal(form, "file", error)
        else:
            return _preview_page(request, version, imported, _offered(version.document, imported, text, filename))
    return _upload_page(request, version, form, status=422)


@require_GET
def document_export(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show the formats, and what the Hugging Face Hub would say."""
    version = find_version(request.actor, kind, slug, name)
    document = version.document
    card = formats.write("huggingface", document.template_name, content_for(version, "huggingface"))
    context = {
        **version_frame(request, version, _tab(version), "Export"),
        "formats": formats.formats_for(document.template_name),
        "findings": hub_rules.findings(document.template_name, card),
    }
    return render(request, "registry/document_export.html", context)


@require_GET
def document_download(request: Request, kind: str, slug: str, name: str, key: str) -> HttpResponse:
    """Hand out the document in a format."""
    version = find_version(request.actor, kind, slug, name)
    text = formats.write(key, version.document.template_name, content_for(version, key), about(version))
    chosen = formats.FORMATS[key]
    headers = {"Content-Disposition": f'attachment; filename="{filename(version, key)}"'}
    return HttpResponse(text, content_type=f"{chosen.media_type}; charset=utf-8", headers=headers)


def _take(request: Request, version: Version) -> HttpResponse:
    """Save the chosen fields of a text that was shown before."""
    imported = formats.read(request.POST["text"].encode(), version.document.template_name)
    form = TakeForm(_choices(imported), request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            saved = documents.save_fields(
                actor=request.actor,
                document_id=version.document.pk,
                values={name: imported.content[name] for name in values["take"]},
                based_on=values["based_on"],
                note=f"Imported from {values['filename'] or 'a file'}",
            )
        except ConflictError as error:
            form.add_error(None, f"{error.message} The preview below compares with the document as it is now.")
            form.data = {**{key: request.POST[key] for key in ("text", "filename")}, "based_on": version.document.revision}
            form.data["take"] = values["take"]
        else:
            messages.success(request, f"{len(values['take'])} fields imported. The document is at revision {saved.revision}.")
            return redirect("document", *version.url_args)
    return _preview_page(request, version, imported, form, status=422)


def _offered(document: Document, imported: Imported, text: str, filename: str) -> TakeForm:
    """Return the form of a preview: what is empty is filled, what is there is replaced only when chosen."""
    empty = [name for name in imported.content if not is_filled(document.content.get(name))]
    first = {"text": text, "filename": filename[:150], "based_on": document.revision, "take": empty}
    return TakeForm(_choices(imported), initial=first)


def _choices(imported: Imported) -> list[tuple[str, str]]:
    made_from = template(imported.template)
    return [(field.id, field.title) for field in made_from.fields() if field.id in imported.content]


def _upload_page(request: Request, version: Version, form: FileForm, status: int = 200) -> HttpResponse:
    context = {**version_frame(request, version, _tab(version), "Import"), "form": form}
    return render(request, "registry/document_import.html", context, status=status)


def _preview_page(request: Request, version: Version, imported: Imported, form: TakeForm, status: int = 200) -> HttpResponse:
    context = {
        **version_frame(request, version, _tab(version), "Import"),
        "form": form,
        "rows": _rows(version.document, imported, form),
        "imported": imported,
    }
    return render(request, "registry/document_import_preview.html", context, status=status)


def _rows(document: Document, imported: Imported, form: TakeForm) -> list[dict[str, Any]]:
    """Return each field with its value before and after, as text, and its checkbox."""
    made_from = template(imported.template)
    boxes = {box.data["value"]: box for box in form["take"]}
    rows = []
    for name, title in _choices(imported):
        field, before, after = made_from.field(name), document.content.get(name), imported.content[name]
        row = {"title": title, "box": boxes[name], "after": _shown(text_of(field, after)), "is_same": before == after}
        rows.append({**row, "before": _shown(text_of(field, before)) if is_filled(before) else ""})
    return rows


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]} … and {len(text) - SHOWN_LETTERS:,} more characters"


def _tab(version: Version) -> str:
    return "Card" if version.asset.is_model else "Datasheet"
