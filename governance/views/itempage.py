"""The page of one item: its answer, its evidence and what else rests on that, who is asked, and its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render

from governance.forms.bulk import BulkForm
from governance.forms.checklists import AnswerForm, EvidenceForm
from governance.models import Answer, Evidence, ItemAssignment
from governance.services import catalog, exhibits, meantime
from governance.services.assessments import subject_of
from governance.views.checkrows import OPTIONS, Place, about, tone_of
from governance.views.evidencefiles import file_text
from governance.views.exhibits import known, shown
from governance.views.itemhistory import history_of
from governance.views.offers import offered
from governance.views.organisationrows import inherited_piece
from registry.catalog.schema import Framework
from registry.errors import ConflictError
from registry.http import Request
from registry.models import Version
from registry.views.frame import version_frame

TAB: Final = "Checklists"


def item_page(
    request: Request,
    place: Place,
    form: AnswerForm | None = None,
    given: EvidenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show one item; a refused answer keeps what was typed."""
    answers = list(Answer.objects.on(place.version).for_page())
    house = inherited_piece(place)
    answer = next((one for one in answers if place.is_answered_by(one)), None)
    shelf, evidence = exhibits.exhibits_of(place.version), _evidence(place, answer)
    context = {
        **version_frame(request, place.version, TAB, f"{place.item.id} {place.item.title}"),
        **evidence,
        **offered(place, answers, shelf, [row["piece"] for row in evidence["pieces"]]),
        **_carried(place, answer),
        "house": house,
        "place": place,
        "answer": answer,
        "tone": tone_of(answer),
        "theirs": answer if status == ConflictError.status else None,
        "form": form or AnswerForm(initial=_stored(answer)),
        "given": given or EvidenceForm(known=known(shelf)),
        "options": OPTIONS,
        "about": about(place),
        "risk_anchor": place.risk_anchor,
        "assignment": ItemAssignment.objects.on(place.version, place.made_from.key)
        .open()
        .filter(item=place.item.id)
        .select_related("person")
        .first(),
        "bulk": BulkForm(version=place.version),
        "history": history_of(subject_of(place.version, place.made_from.key), place.item.id),
        "file_text": file_text(),
        "clear_text": "The answer and its evidence are removed from this version; the journal keeps what they said.",
    }
    return render(request, "governance/checklist_item.html", context, status=status)


def served(version: Version, pieces: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Return pieces of evidence, loaded ``with_answers``, each with the places of the items that it supports."""
    editions = catalog.all_on(version)
    return [
        {
            **row,
            "remove_text": _remove_text(row["piece"]),
            "places": [
                Place.of_id(version, editions[answer.assessment.framework_key], answer.item)
                for answer in row["piece"].answers.all()
                if _is_known(answer, editions)
            ],
        }
        for row in shown(version, pieces)
    ]


def with_answers(version: Version) -> list[Evidence]:
    """Return every piece of evidence of a version with the answers that rest on it (two queries)."""
    answers = Answer.objects.select_related("assessment").order_by("assessment__framework_key", "pk")
    return list(version.evidence.for_page().prefetch_related(Prefetch("answers", answers)))


def _evidence(place: Place, answer: Answer | None) -> dict[str, Any]:
    every = served(place.version, with_answers(place.version))
    own = [row for row in every if answer is not None and answer in row["piece"].answers.all()]
    for row in own:
        row["others"] = [other for other in row["places"] if other.url != place.url]
    return {"pieces": own, "unused": [row["piece"] for row in every if row not in own]}


def _carried(place: Place, answer: Answer | None) -> dict[str, Any]:
    if answer is None or not answer.to_confirm:
        return {}
    beside = meantime.since(place.version, [answer]).values()
    return {"changed": list(beside), "changed_here": [sentence for one in beside for sentence in one.beside(answer)]}


def _remove_text(piece: Evidence) -> str:
    number = len(piece.answers.all())
    loses = f"{number} answers lose it. " if number > 1 else ""
    return f"{loses}Frozen snapshots that name it keep its digest, but it can no longer be opened from here."


def _is_known(answer: Answer, editions: Mapping[str, Framework]) -> bool:
    made_from = editions.get(answer.assessment.framework_key)
    return made_from is not None and any(item.id == answer.item for item in made_from.items)


def _stored(answer: Answer | None) -> dict[str, str]:
    return {"value": answer.value, "justification": answer.justification} if answer else {}
