"""Pages of the organisation's answers: everybody reads them, those who keep the policies write them."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.checklists import AnswerForm, EvidenceForm
from governance.models import Evidence, Value
from governance.services import catalog, frameworkretirement, inheritance, organisation
from governance.services.impact import sentences_of_organisation
from governance.views.checkrows import OPTIONS, TONES
from governance.views.evidencefiles import file_text, handed_out
from governance.views.organisationevidence import back_to
from governance.views.organisationrows import pieces_of, standing_at, unused_beside
from registry.catalog.crosswalk import Ref
from registry.catalog.schema import Framework, Item
from registry.errors import DomainError, ForbiddenError
from registry.http import Request
from registry.policy import Action, refusal

SAVED: Final = 200


@require_GET
def organisation_checklists(request: Request) -> HttpResponse:
    """List the items of the organisation's scope with how they are answered."""
    standing = inheritance.standing()
    parts = []
    present = catalog.present()
    for made_from in [*present.values(), *frameworkretirement.still_answered()]:
        rows = [_row(made_from, item, standing) for item in made_from.items if item.is_of_organisation]
        if rows:
            parts.append(
                {
                    "framework": made_from,
                    "rows": rows,
                    "done": sum(bool(row["answer"]) for row in rows),
                    "is_retired": made_from.key not in present,
                }
            )
    context = {"parts": parts, "why_not": refusal(request.actor, Action.ORGANISATION_ANSWER)}
    return render(request, "governance/organisation_checklists.html", context)


@require_http_methods(["GET", "POST"])
def organisation_item(request: Request, framework: str, item: str) -> HttpResponse:
    """Show one item of the organisation; a POST answers it and attaches evidence that is sent along."""
    made_from = catalog.newest(framework)
    found = made_from.item(item)
    if request.method == "GET":
        return _page(request, made_from, found)
    answer, given = AnswerForm(request.POST), EvidenceForm(request.POST, request.FILES)
    wanted = given if given.is_given else None
    status = _save(request, made_from, found, answer, wanted)
    if status != SAVED:
        return _page(request, made_from, found, answer, wanted, status)
    messages.success(request, f"{found.id} is saved for the organisation.")
    return redirect("organisation-item", framework, item)


@require_POST
def organisation_clear(request: Request, framework: str, item: str) -> HttpResponse:
    """Take the organisation's answer back."""
    organisation.clear_for_organisation(actor=request.actor, framework_key=framework, item_slug=item)
    messages.success(request, "The answer is taken back.")
    return redirect("organisation-item", framework, item)


@require_GET
def organisation_evidence(request: Request, pk: int) -> FileResponse:
    """Hand out a file of the organisation, never to be shown by the browser itself."""
    piece = get_object_or_404(Evidence.objects.files().filter(version=None), pk=pk)
    return handed_out(piece)


@require_POST
def organisation_evidence_remove(request: Request, pk: int) -> HttpResponse:
    """Take a piece of evidence off the organisation's answers."""
    piece = Evidence.objects.filter(version=None, pk=pk).first()
    back = back_to(piece) if piece else reverse("organisation-checklists")
    organisation.detach_for_organisation(actor=request.actor, evidence_id=pk)
    messages.success(request, "The evidence is removed.")
    return redirect(back)


def _row(made_from: Framework, item: Item, standing: dict[Ref, Any]) -> dict[str, Any]:
    answer = standing.get(Ref(made_from.key, item.id))
    return {
        "item": item,
        "answer": answer,
        "tone": TONES[Value(answer.value)] if answer else "neutral",
        "url": reverse("organisation-item", args=[made_from.key, item.slug]),
    }


def _page(
    request: Request,
    made_from: Framework,
    item: Item,
    form: AnswerForm | None = None,
    given: EvidenceForm | None = None,
    status: int = SAVED,
) -> HttpResponse:
    answer = standing_at(made_from.key, item.id)
    stored = {"value": answer.value, "justification": answer.justification} if answer else {}
    context = {
        "framework": made_from,
        "item": item,
        "answer": answer,
        "tone": TONES[Value(answer.value)] if answer else "neutral",
        "pieces": (pieces := pieces_of(answer) if answer else []),
        "unused": unused_beside(pieces) if answer else [],
        "form": form or AnswerForm(initial=stored),
        "given": given or EvidenceForm(),
        "options": OPTIONS,
        "why_not": refusal(request.actor, Action.ORGANISATION_ANSWER) or _not_answered_here(item),
        "is_retired": made_from.key not in catalog.present(),
        "sentences": sentences_of_organisation(made_from, item),
        "file_text": file_text(),
    }
    return render(request, "governance/organisation_item.html", context, status=status)


def _not_answered_here(item: Item) -> str:
    return "" if item.is_of_organisation else f"{item.id} is asked of each model, not of the organisation."


def _save(request: Request, made_from: Framework, item: Item, answer: AnswerForm, given: EvidenceForm | None) -> int:
    if [form for form in (answer, given) if form is not None and not form.is_valid()]:
        return DomainError.status
    place: dict[str, Any] = {"actor": request.actor, "framework_key": made_from.key, "item_slug": item.slug}
    values = {**answer.values(), "justification": answer.cleaned_data["justification"]}
    try:
        organisation.answer_for_organisation(**place, **values)
    except ForbiddenError:
        raise
    except DomainError as error:
        answer.add_error(None, error.message)
        return error.status
    return _attach(place, given) if given is not None else SAVED


def _attach(place: dict[str, Any], given: EvidenceForm) -> int:
    file, title, url, ends = (given.cleaned_data[key] for key in ("file", "title", "url", "expires_on"))
    try:
        if file is None:
            organisation.attach_link_for_organisation(**place, title=title, url=url, expires_on=ends)
        else:
            organisation.attach_file_for_organisation(
                **place, title=title, filename=file.name or "", stream=file, most_bytes=settings.EVIDENCE_MAX_BYTES, expires_on=ends
            )
    except DomainError as error:
        given.add_error(None, error.message)
        return error.status
    return SAVED
