"""The page of a whole checklist: its rows, what is done to many of them, and what can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from governance.forms.bulk import BulkForm
from governance.forms.checklists import FilterForm
from governance.models import Answer, BulkChange, ItemAssignment
from governance.models.answering import UNDO_FOR
from governance.services import catalog, meantime
from governance.services.inheritance import with_inherited
from governance.views.checkrows import Place, Rows, grouped, progress_of, row_of, section_items
from registry.catalog import frameworkshape
from registry.catalog.schema import Framework
from registry.catalog.scoring import score_of
from registry.http import Request
from registry.models import Version
from registry.views.frame import version_frame

PAGE: Final = "governance/checklist.html"
TAB: Final = "Checklists"


def list_page(
    request: Request, version: Version, made_from: Framework, filters: Mapping[str, Any], bulk: BulkForm | None = None, status: int = 200
) -> HttpResponse:
    """Show a framework's items in its own order, filtered; a refused change of many keeps what was chosen and typed."""
    form = FilterForm(made_from, filters)
    answers = answers_of(version, made_from)
    rows = rows_of(version, made_from, answers, bulk, request.actor.person_id)
    groups = grouped(version, made_from, form.chosen(), rows)
    context = {
        **version_frame(request, version, TAB, made_from.title),
        **progress_context(version, made_from, answers, form.chosen()),
        "filters": form,
        "groups": groups,
        "changed": list(rows.beside.values()),
        "shown": sum(len(category["rows"]) for group in groups for category in group["categories"]),
        "bulk": bulk or BulkForm(version=version),
        "undoable": _undoable(request, version, made_from),
        **_present(made_from),
    }
    return render(request, PAGE, context, status=status)


def rows_of(version: Version, made_from: Framework, answers: Mapping[str, Answer], bulk: BulkForm | None, person_id: int | None) -> Rows:
    """Return what rows are made from: answers, what changed beside them, who is asked, and what is chosen."""
    asked = ItemAssignment.objects.on(version, made_from.key).open().select_related("person")
    return Rows(
        answers=answers,
        beside=meantime.since(version, answers.values()),
        assigned={one.item: one for one in asked},
        chosen=frozenset(bulk.seen) if bulk else frozenset(),
        person_id=person_id,
    )


def row_at(place: Place, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Return the row of one item."""
    return row_of(place, rows_of(place.version, place.made_from, answers, None, None))


def progress_context(version: Version, made_from: Framework, answers: Mapping[str, Answer], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return how far the checklist is, with its parts as a filter and its score."""
    return {
        "framework": made_from,
        "progress": progress_of(made_from, answers),
        "section_items": section_items(version, made_from, answers, chosen),
        "score": score_of(made_from, {answer.item: answer.value for answer in answers.values() if not answer.to_confirm}),
        "query": urlencode(chosen),
    }


def answers_of(version: Version, made_from: Framework) -> dict[str, Answer]:
    """Return the answers to a framework by item, inherited ones included."""
    own = list(Answer.objects.on(version, made_from.key).for_page())
    return {answer.item: answer for answer in with_inherited(version, own, [made_from])}


def _present(made_from: Framework) -> dict[str, Any]:
    """Return the present edition with what moving to it changes, where the checklist is on another one."""
    present = catalog.present().get(made_from.key)
    if present is None:
        return {"is_retired": True}
    if present.digest == made_from.digest:
        return {}
    return {"present": present, "move": frameworkshape.move(made_from, present)}


def _undoable(request: Request, version: Version, made_from: Framework) -> BulkChange | None:
    """Return the newest change of many items that the person made here and may still undo."""
    since = timezone.now() - UNDO_FOR
    own = BulkChange.objects.filter(version=version, framework_key=made_from.key, made_by_id=request.actor.person_id)
    newest = own.filter(made_at__gt=since).order_by("-pk").first()
    return newest if newest is not None and newest.can_be_undone else None
