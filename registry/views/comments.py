"""Threads of comments at one part of a version: reading, saying, answering, resolving."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from registry.errors import DomainError
from registry.http import Request
from registry.models import Comment, Version
from registry.models.comment import DOCUMENT
from registry.services import comments
from registry.services.documents import template_of
from registry.unsent import forget, keeps_unsent, unsent
from registry.views.commentpanel import Panels
from registry.views.frame import find_version, version_frame

MOST_PEOPLE: Final = 8
LONGEST_START: Final = 60


@keeps_unsent
@require_http_methods(["GET", "POST"])
def comments_at(request: Request, kind: str, slug: str, name: str, anchor: str) -> HttpResponse:
    """Show the threads at an anchor; a POST says, answers, resolves or opens again."""
    version = find_version(request.actor, kind, slug, name)
    back = request.POST.get("back", "")
    back = back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""
    if request.method == "POST":
        comment = _take(request, version, anchor, back)
        forget(request, request.path)
        if not request.htmx:
            return redirect(f"{back}#comment-{comment.parent_id or comment.pk}" if back else comment.get_absolute_url())
    kept = unsent(request) if request.method == "GET" else None
    panel = Panels(request, version, anchor, back=back, kept=kept).at(anchor, _label(version, anchor))
    if request.htmx:
        return render(request, "registry/comments/panel.html", {"panel": panel, "is_open": True})
    context = {**version_frame(request, version, "", f"Comments on {panel.label}"), "panel": panel, "unsent": kept}
    return render(request, "registry/comments/page.html", context)


@require_GET
def comment_people(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Return the names that can stand after an @, for the script that completes them: those with a word that begins so."""
    version = find_version(request.actor, kind, slug, name)
    start = " ".join(request.GET.get("start", "").split())[:LONGEST_START]
    people = comments.people_of(version).exclude(pk=request.actor.id).order_by("name")
    found = people.filter(Q(name__istartswith=start) | Q(name__icontains=f" {start}")) if start else people
    response = JsonResponse({"people": list(found.values_list("name", flat=True)[:MOST_PEOPLE])})
    response["Cache-Control"] = "private, no-store"
    return response


def _take(request: Request, version: Version, anchor: str, page: str) -> Comment:
    what, _, number = request.POST.get("do", "begin").partition("-")
    if what == "begin":
        return comments.write_comment(
            actor=request.actor,
            version_id=version.pk,
            anchor=anchor,
            text=request.POST.get("text", ""),
            is_blocking="is_blocking" in request.POST,
            page="" if anchor.startswith(DOCUMENT) else page,
        )
    thread = version.comments.filter(pk=number if number.isdecimal() else 0, anchor=anchor, parent=None).first()
    if thread is None:
        message = "This thread is not here any more. Load the page again."
        raise DomainError(message)
    if what == "answer":
        return comments.answer_comment(actor=request.actor, comment_id=thread.pk, text=request.POST.get(f"answer-{thread.pk}", ""))
    if what == "resolve":
        return comments.resolve_comment(actor=request.actor, comment_id=thread.pk)
    return comments.reopen_comment(actor=request.actor, comment_id=thread.pk)


def _label(version: Version, anchor: str) -> str:
    fields = {f"{DOCUMENT}{field.id}": field.title for field in template_of(version.document).fields()}
    return fields.get(anchor, anchor)
