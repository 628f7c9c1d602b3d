"""Pages of a piece of evidence: handing it out, keeping it current, taking it off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.checklists import KeepForm
from governance.models import Answer, Evidence
from governance.services import catalog, evidence, sharing
from governance.views.checkrows import Place, find_place
from governance.views.evidencefiles import handed_out
from governance.views.itempage import served, with_answers
from registry.errors import DomainError
from registry.http import Request, show_refusal
from registry.models import Version
from registry.policy import Action, require
from registry.views.frame import find_model_version, version_frame

TAB: Final = "Checklists"
MOST_DIGITS: Final = 18


@require_GET
def evidence_download(request: Request, kind: str, slug: str, name: str, pk: int) -> FileResponse:
    """Hand out a file, never to be shown by the browser itself."""
    version = find_model_version(request.actor, kind, slug, name)
    piece = get_object_or_404(version.evidence.files(), pk=pk)
    return handed_out(piece)


@require_GET
def evidence_list(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """List the evidence of a version, each piece with the items that rest on it."""
    version = find_model_version(request.actor, kind, slug, name)
    rows = served(version, with_answers(version))
    context = {
        **version_frame(request, version, TAB, "Evidence"),
        "rows": rows,
        "expired": [row for row in rows if row["piece"].is_expired],
    }
    return render(request, "governance/evidence_list.html", context)


@require_POST
def evidence_use(request: Request, **address: str) -> HttpResponse:
    """Let evidence that is there support one more item."""
    place = find_place(request, **address)
    tell_attached(request, sharing.use_evidence(actor=request.actor, **place.keys, evidence_ids=picked(request)))
    return redirect(f"{place.url}#evidence")


def picked(request: Request) -> list[int]:
    """Return the ids of the pieces that a form chose."""
    return [int(one) for one in request.POST.getlist("piece") if one.isdecimal() and len(one) < MOST_DIGITS]


def tell_attached(request: Request, added: Sequence[Evidence]) -> None:
    """Say that what was chosen is attached."""
    what = f"{len(added)} pieces of evidence are" if len(added) != 1 else "The evidence is"
    messages.success(request, f"{what} attached.")


@require_POST
def evidence_off(request: Request, pk: int, **address: str) -> HttpResponse:
    """Take evidence off one item; it stays with the others."""
    place = find_place(request, **address)
    piece = sharing.take_off(actor=request.actor, **place.keys, evidence_id=pk)
    messages.success(request, f"“{piece.title}” no longer supports {place.item.id}.")
    return redirect(f"{place.url}#evidence")


@require_http_methods(["GET", "POST"])
def evidence_keep(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Say who keeps a piece of evidence current, and until when it counts."""
    version = find_model_version(request.actor, kind, slug, name)
    require(request.actor, Action.CHECKLIST_ANSWER, version.target)
    piece = get_object_or_404(version.evidence.for_page(), pk=pk)
    form = KeepForm(request.POST or None, piece=piece)
    if request.method == "POST" and form.is_valid():
        owner, ends = form.cleaned_data["owner"], form.cleaned_data["expires_on"]
        try:
            evidence.keep_evidence(actor=request.actor, version_id=version.pk, evidence_id=piece.pk, owner_id=owner.pk, expires_on=ends)
        except DomainError as error:
            show_refusal(form, "expires_on", error)
        else:
            messages.success(request, f"“{piece.title}” is saved.")
            return redirect(_place_of(version, piece) or reverse("checklist-list", args=version.url_args))
    context = {**version_frame(request, version, TAB, "Keep evidence current"), "piece": piece, "form": form}
    return render(request, "governance/evidence_keep.html", context, status=422 if form.errors else 200)


@require_POST
def evidence_remove(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Take a piece of evidence off the version."""
    version = find_model_version(request.actor, kind, slug, name)
    piece = get_object_or_404(version.evidence, pk=pk)
    leads_to = _place_of(version, piece)
    evidence.detach_evidence(actor=request.actor, version_id=version.pk, evidence_id=piece.pk)
    messages.success(request, f"“{piece.title}” is removed.")
    return redirect(leads_to or reverse("checklist-list", args=version.url_args))


def _place_of(version: Version, piece: Evidence) -> str:
    """Return the page of the item that a piece of evidence supports; empty when it supports none."""
    answer = Answer.objects.on(version).for_page().filter(evidence=piece).first()
    if answer is None:
        return ""
    made_from = catalog.on(version, answer.assessment.framework_key)
    if answer.item not in {item.id for item in made_from.items}:
        return ""
    return f"{Place.of_id(version, made_from, answer.item).url}#evidence"
