"""Moving a document to the present edition of its template: first what would change, then the move."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from registry.catalog import moves
from registry.catalog.documents import is_filled
from registry.http import Request
from registry.services import documents, moving, templates
from registry.views.documents import document_frame
from registry.views.frame import find_version


@require_http_methods(["GET", "POST"])
def document_template(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show the edition that a document answers and what moving would change; a POST moves it."""
    version = find_version(request.actor, kind, slug, name)
    document, made_from = version.document, documents.template_of(version.document)
    if request.method == "POST":
        based_on = request.POST.get("based_on", "")
        moved = moving.move_document(
            actor=request.actor,
            document_id=document.pk,
            digest=request.POST.get("digest", ""),
            based_on=int(based_on) if based_on.isdecimal() else 0,
        )
        messages.success(request, f"The document answers version {moved.template_version} of the template now.")
        return redirect("document", *version.url_args)
    present = templates.current(document.template_key)
    change = moves.move(made_from, present)
    context = {
        **document_frame(request, version, made_from),
        "present": present,
        "is_present": present.digest == document.template_digest,
        "move": change,
        "kept": [field.title for field in change.hidden if is_filled(document.content.get(field.id))],
    }
    return render(request, "registry/catalog/move.html", context)
