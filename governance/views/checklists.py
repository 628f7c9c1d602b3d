"""Pages of checklists: the frameworks of a model, one framework, one item, its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.checklists import AnswerForm, EvidenceForm, FilterForm
from governance.models import Answer, Evidence
from governance.services import assessments, evidence, files
from governance.views.checkrows import (
    OPTIONS,
    Place,
    about,
    card_of,
    crosswalk,
    grouped,
    progress_of,
    row_of,
    section_items,
    tone_of,
)
from registry.catalog import loader
from registry.catalog.schema import Framework
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.http import Request, render_part
from registry.models import Version
from registry.views.frame import find_model_version, version_frame

PAGE: Final = "governance/checklist.html"
TAB: Final = "Checklists"
SAVED: Final = 200


@require_GET
def checklist_list(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """List the frameworks with their progress."""
    version = find_model_version(request.actor, kind, slug, name)
    answers = list(Answer.objects.on(version).for_page())
    context = {
        **version_frame(request, version, TAB),
        "cards": [card_of(version, made_from, answers) for made_from in loader.frameworks().values()],
    }
    return render(request, "governance/checklist_list.html", context)


@require_GET
def checklist(request: Request, kind: str, slug: str, name: str, framework: str) -> HttpResponse:
    """Show a framework's items in its own order, filtered."""
    version = find_model_version(request.actor, kind, slug, name)
    made_from = loader.framework(framework)
    filters = FilterForm(made_from, request.GET)
    answers = _answers(version, made_from)
    groups = grouped(version, made_from, answers, filters.chosen())
    context = {
        **version_frame(request, version, TAB, made_from.title),
        **_progress(version, made_from, answers, filters.chosen()),
        "filters": filters,
        "groups": groups,
        "shown": sum(len(category["rows"]) for group in groups for category in group["categories"]),
    }
    return render(request, PAGE, context)


@require_http_methods(["GET", "POST"])
def checklist_item(request: Request, **address: str) -> HttpResponse:
    """Show one item; a POST answers it."""
    place = _find_place(request, **address)
    if request.method == "GET":
        return _item_page(request, place)
    if request.htmx:
        return _answer_row(request, place)
    answer, given = AnswerForm(request.POST), EvidenceForm(request.POST, request.FILES)
    wanted = given if given.is_given else None
    status = _save(request, place, answer, wanted)
    if status != SAVED:
        return _item_page(request, place, answer, wanted, status)
    messages.success(request, f"{place.item.id} is saved.")
    return redirect(_after(request, place))


@require_POST
def answer_clear(request: Request, **address: str) -> HttpResponse:
    """Take an answer back."""
    place = _find_place(request, **address)
    assessments.clear_answer(actor=request.actor, **place.keys)
    messages.success(request, f"{place.item.id} is open again.")
    return redirect(place.url)


@require_POST
def evidence_add(request: Request, **address: str) -> HttpResponse:
    """Attach a link or a file; an answer sent along is saved first."""
    place = _find_place(request, **address)
    given = EvidenceForm(request.POST, request.FILES)
    answer = AnswerForm(request.POST) if "value" in request.POST else None
    status = _save(request, place, answer, given)
    if status != SAVED:
        return _item_page(request, place, answer or AnswerForm(initial=_typed(request)), given, status)
    messages.success(request, "The evidence is attached.")
    return redirect(f"{place.url}#evidence")


@require_GET
def evidence_download(request: Request, kind: str, slug: str, name: str, pk: int) -> FileResponse:
    """Hand out a file, never to be shown by the browser itself."""
    version = find_model_version(request.actor, kind, slug, name)
    piece = get_object_or_404(version.evidence.files(), pk=pk)
    path = files.path_of(evidence.SHELF, piece.sha256)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=evidence.download_name(piece), content_type=piece.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def evidence_remove(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Take a piece of evidence off the version."""
    version = find_model_version(request.actor, kind, slug, name)
    piece = get_object_or_404(version.evidence, pk=pk)
    answer = Answer.objects.on(version).for_page().filter(evidence=piece).first()
    evidence.detach_evidence(actor=request.actor, version_id=version.pk, evidence_id=piece.pk)
    messages.success(request, f"“{piece.title}” is removed.")
    if answer is None:
        return redirect("checklist-list", *version.url_args)
    made_from = loader.framework(answer.assessment.framework_key)
    return redirect(f"{Place.of_id(version, made_from, answer.item).url}#evidence")


def _answer_row(request: Request, place: Place) -> HttpResponse:
    """Answer from the list, by htmx: the row and the progress come back."""
    form = AnswerForm(request.POST, auto_id=f"{place.anchor}-%s")
    status = _save(request, place, form, None)
    answers = _answers(place.version, place.made_from)
    context = {
        **_progress(place.version, place.made_from, answers, _filters_of(request, place).chosen()),
        "row": row_of(place, answers.get(place.item.id)),
        "version": place.version,
        "asset": place.version.asset,
        "form": None if status == SAVED else form,
    }
    return render_part(request, PAGE, "answered", context, status)


def _item_page(
    request: Request,
    place: Place,
    form: AnswerForm | None = None,
    given: EvidenceForm | None = None,
    status: int = SAVED,
) -> HttpResponse:
    answers = list(Answer.objects.on(place.version).for_page())
    answer = next((one for one in answers if place.is_answered_by(one)), None)
    context = {
        **version_frame(request, place.version, TAB, f"{place.item.id} {place.item.title}"),
        "place": place,
        "answer": answer,
        "tone": tone_of(answer),
        "theirs": answer if status == ConflictError.status else None,
        "pieces": Evidence.objects.for_page().filter(answers=answer) if answer else [],
        "form": form or AnswerForm(initial=_stored(answer)),
        "given": given or EvidenceForm(),
        "options": OPTIONS,
        "crosswalk": crosswalk(place, answers),
        "about": about(place),
        "file_text": f"Up to {settings.EVIDENCE_MAX_BYTES // 1024**2} MB. It is kept by its SHA-256.",
        "clear_text": "The answer and its evidence are removed from this version; the journal keeps what they said.",
    }
    return render(request, "governance/checklist_item.html", context, status=status)


def _save(request: Request, place: Place, answer: AnswerForm | None, given: EvidenceForm | None) -> int:
    """Save what is given, the answer first; return 200, or the status of the refusal that a form now tells."""
    if [form for form in (answer, given) if form is not None and not form.is_valid()]:
        return DomainError.status
    if answer is not None and (status := _answer(request, place, answer)) != SAVED:
        return status
    return _attach(request, place, given) if given is not None else SAVED


def _answer(request: Request, place: Place, answer: AnswerForm) -> int:
    try:
        assessments.answer_item(actor=request.actor, **place.keys, **answer.values())
    except ForbiddenError:
        raise
    except DomainError as error:
        answer.add_error(None, error.message)
        return error.status
    return SAVED


def _attach(request: Request, place: Place, given: EvidenceForm) -> int:
    file, title, url = (given.cleaned_data[key] for key in ("file", "title", "url"))
    try:
        if file is None:
            evidence.attach_link(actor=request.actor, **place.keys, title=title, url=url)
        else:
            evidence.attach_file(
                actor=request.actor,
                **place.keys,
                title=title,
                filename=file.name or "",
                stream=file,
                most_bytes=settings.EVIDENCE_MAX_BYTES,
            )
    except ForbiddenError:
        raise
    except DomainError as error:
        given.add_error(None, error.message)
        return error.status
    return SAVED


def _after(request: Request, place: Place) -> str:
    if "next" in request.POST and place.following is not None:
        return place.following.url
    if request.POST.get("from") != "list":
        return place.url
    query = urlencode(_filters_of(request, place).chosen())
    return f"{place.list_url}?{query}#{place.anchor}" if query else f"{place.list_url}#{place.anchor}"


def _filters_of(request: Request, place: Place) -> FilterForm:
    """Return the filters of the list from which the item was answered."""
    return FilterForm(place.made_from, QueryDict(request.POST.get("filters", "")))


def _stored(answer: Answer | None) -> dict[str, str]:
    return {"value": answer.value, "justification": answer.justification} if answer else {}


def _typed(request: Request) -> dict[str, str]:
    return {"justification": request.POST.get("justification", "")}


def _progress(version: Version, made_from: Framework, answers: Mapping[str, Answer], chosen: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "framework": made_from,
        "progress": progress_of(made_from, answers),
        "section_items": section_items(version, made_from, answers, chosen),
        "query": urlencode(chosen),
    }


def _answers(version: Version, made_from: Framework) -> dict[str, Answer]:
    return {answer.item: answer for answer in Answer.objects.on(version, made_from.key).for_page()}


def _find_place(request: Request, *, kind: str, slug: str, name: str, framework: str, item: str) -> Place:
    version = find_model_version(request.actor, kind, slug, name)
    made_from = loader.framework(framework)
    return Place(version, made_from, made_from.item(item))
