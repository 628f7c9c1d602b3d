"""Pages of the organisation's evidence: using a piece for one more item, and keeping it current."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from governance.forms.checklists import KeepForm
from governance.models import Evidence
from governance.services import catalog, organisationevidence
from governance.views.evidence import picked, tell_attached
from registry.errors import DomainError
from registry.http import Request, show_refusal
from registry.policy import Action, require


@require_POST
def organisation_evidence_use(request: Request, framework: str, item: str) -> HttpResponse:
    """Let evidence of the organisation support one more of its answers."""
    place = {"framework_key": framework, "item_slug": item}
    tell_attached(request, organisationevidence.use_for_organisation(actor=request.actor, **place, evidence_ids=picked(request)))
    return redirect(f"{reverse('organisation-item', args=[framework, item])}#evidence")


@require_http_methods(["GET", "POST"])
def organisation_evidence_keep(request: Request, pk: int) -> HttpResponse:
    """Say who keeps a piece of the organisation's evidence current, and until when it counts."""
    require(request.actor, Action.ORGANISATION_ANSWER)
    piece = get_object_or_404(Evidence.objects.for_page().filter(version=None), pk=pk)
    form, back = KeepForm(request.POST or None, piece=piece), back_to(piece)
    if request.method == "POST" and form.is_valid():
        owner, ends = form.cleaned_data["owner"], form.cleaned_data["expires_on"]
        try:
            organisationevidence.keep_for_organisation(actor=request.actor, evidence_id=piece.pk, owner_id=owner.pk, expires_on=ends)
        except DomainError as error:
            show_refusal(form, "expires_on", error)
        else:
            messages.success(request, f"“{piece.title}” is saved.")
            return redirect(back)
    context = {"piece": piece, "form": form, "back_url": back}
    return render(request, "governance/organisation_keep.html", context, status=422 if form.errors else 200)


def back_to(piece: Evidence) -> str:
    """Return the page of an item that rests on a piece of the organisation's evidence, or that of all items."""
    known = catalog.known()
    for answer in piece.organisation_answers.order_by("pk"):
        for item in known[answer.framework_key].items if answer.framework_key in known else ():
            if item.id == answer.item:
                return f"{reverse('organisation-item', args=[answer.framework_key, item.slug])}#evidence"
    return reverse("organisation-checklists")
