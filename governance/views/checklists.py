"""Pages of checklists: the frameworks of a model, one framework, one item, its evidence."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.checklists import AnswerForm, EvidenceForm, FilterForm
from governance.models import Answer
from governance.services import applicable, assessments, catalog, evidence, exhibits, frameworkeditions
from governance.services.inheritance import with_inherited
from governance.views.checkpage import PAGE, TAB, answers_of, list_page, progress_context, row_at
from governance.views.checkrows import Place, card_of, find_place
from governance.views.exhibits import known
from governance.views.itempage import item_page
from registry.errors import DomainError, ForbiddenError
from registry.http import Request, render_part
from registry.views.frame import find_model_version, version_frame

SAVED: Final = 200


@require_GET
def checklist_list(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """List the frameworks with their progress."""
    version = find_model_version(request.actor, kind, slug, name)
    asked = applicable.frameworks_on(version)
    answers = with_inherited(version, list(Answer.objects.on(version).for_page()), asked)
    context = {
        **version_frame(request, version, TAB),
        "cards": [card_of(version, made_from, answers) for made_from in asked],
        "further": [made_from for made_from in catalog.present().values() if made_from.key not in {one.key for one in asked}],
    }
    return render(request, "governance/checklist_list.html", context)


@require_POST
def framework_choose(request: Request, kind: str, slug: str, name: str, framework: str) -> HttpResponse:
    """Ask the model a further framework, or, with ``drop``, ask it no more."""
    version = find_model_version(request.actor, kind, slug, name)
    made_from = catalog.on(version, framework)
    if "drop" in request.POST:
        applicable.drop_framework(actor=request.actor, asset_id=version.asset_id, framework_key=made_from.key)
        messages.success(request, f"{made_from.title} is no longer asked. Its answers are kept.")
    else:
        applicable.choose_framework(actor=request.actor, asset_id=version.asset_id, framework_key=made_from.key)
        messages.success(request, f"{made_from.title} is asked from now on.")
    return redirect("checklist-list", *version.url_args)


@require_GET
def checklist(request: Request, kind: str, slug: str, name: str, framework: str) -> HttpResponse:
    """Show a framework's items in its own order, filtered."""
    version = find_model_version(request.actor, kind, slug, name)
    made_from = catalog.on(version, framework)
    return list_page(request, version, made_from, request.GET)


@require_POST
def checklist_move(request: Request, kind: str, slug: str, name: str, framework: str) -> HttpResponse:
    """Let the version answer the present edition of the framework."""
    version = find_model_version(request.actor, kind, slug, name)
    digest = request.POST.get("digest", "")
    moved = frameworkeditions.move_assessment(actor=request.actor, version_id=version.pk, key=framework, digest=digest)
    messages.success(request, f"The checklist is on version {moved.framework_version} now. Every answer is kept.")
    return redirect("checklist", *version.url_args, framework)


@require_http_methods(["GET", "POST"])
def checklist_item(request: Request, **address: str) -> HttpResponse:
    """Show one item; a POST answers it."""
    place = find_place(request, **address)
    if request.method == "GET":
        return item_page(request, place)
    if request.htmx:
        return _answer_row(request, place)
    answer, given = AnswerForm(request.POST), _given(request, place)
    wanted = given if given.is_given else None
    status = _save(request, place, answer, wanted)
    if status != SAVED:
        return item_page(request, place, answer, wanted, status)
    messages.success(request, f"{place.item.id} is saved.")
    return redirect(_after(request, place))


@require_POST
def answer_clear(request: Request, **address: str) -> HttpResponse:
    """Take an answer back."""
    place = find_place(request, **address)
    assessments.clear_answer(actor=request.actor, **place.keys)
    messages.success(request, f"{place.item.id} is open again.")
    return redirect(place.url)


@require_POST
def evidence_add(request: Request, **address: str) -> HttpResponse:
    """Attach a link or a file; an answer sent along is saved first."""
    place = find_place(request, **address)
    given = _given(request, place)
    answer = AnswerForm(request.POST) if "value" in request.POST else None
    status = _save(request, place, answer, given)
    if status != SAVED:
        return item_page(request, place, answer or AnswerForm(initial=_typed(request)), given, status)
    messages.success(request, "The evidence is attached.")
    return redirect(f"{place.url}#evidence")


def _answer_row(request: Request, place: Place) -> HttpResponse:
    """Answer from the list, by htmx: the row and the progress come back."""
    form = AnswerForm(request.POST, auto_id=f"{place.anchor}-%s")
    status = _save(request, place, form, None)
    answers = answers_of(place.version, place.made_from)
    context = {
        **progress_context(place.version, place.made_from, answers, _filters_of(request, place).chosen()),
        "row": row_at(place, answers),
        "version": place.version,
        "asset": place.version.asset,
        "form": None if status == SAVED else form,
    }
    return render_part(request, PAGE, "answered", context, status)


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
    file, title, url, ends = (given.cleaned_data[key] for key in ("file", "title", "url", "expires_on"))
    try:
        if refers_to := given.cleaned_data.get("refers_to"):
            exhibits.attach_exhibit(actor=request.actor, **place.keys, refers_to=refers_to, title=title, expires_on=ends)
        elif file is None:
            evidence.attach_link(actor=request.actor, **place.keys, title=title, url=url, expires_on=ends)
        else:
            evidence.attach_file(
                actor=request.actor,
                **place.keys,
                title=title,
                filename=file.name or "",
                stream=file,
                most_bytes=settings.EVIDENCE_MAX_BYTES,
                expires_on=ends,
            )
    except ForbiddenError:
        raise
    except DomainError as error:
        given.add_error(None, error.message)
        return error.status
    return SAVED


def _given(request: Request, place: Place) -> EvidenceForm:
    return EvidenceForm(request.POST, request.FILES, known=known(exhibits.exhibits_of(place.version)))


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


def _typed(request: Request) -> dict[str, str]:
    return {"justification": request.POST.get("justification", "")}
