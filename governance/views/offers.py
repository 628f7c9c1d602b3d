"""What the page of an item offers: its answer to counterparts, and what the registry knows to the item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from governance.models import Answer, Evidence
from governance.services import applicable, catalog, offers
from governance.services.exhibits import TITLES, Exhibit, leads_to
from governance.services.inheritance import with_inherited
from governance.views.checkrows import Place, find_place, tone_of
from registry.catalog.crosswalk import Chain, Kind, Ref
from registry.catalog.schema import Framework
from registry.http import Request

WORDS: Final = {
    Kind.EQUAL: "asks the same",
    Kind.BROADER: "asks for more",
    Kind.NARROWER: "asks for a part of it",
    Kind.RELATED: "asks for something near",
}
TONES: Final = {Kind.EQUAL: "good", Kind.BROADER: "info", Kind.NARROWER: "info", Kind.RELATED: "neutral"}


@require_POST
def answer_pass_on(request: Request, **address: str) -> HttpResponse:
    """Give the answer of an item to the counterparts that were ticked."""
    place = find_place(request, **address)
    wanted = [offers.Wanted(_ref(name), request.POST.get(f"seen:{name}", "")) for name in request.POST.getlist("to")]
    given = offers.pass_on(actor=request.actor, **place.keys, wanted=wanted)
    names = ", ".join(one.item for one in given)
    messages.success(request, f"The answer and the evidence of {place.item.id} now stand at {names} too.")
    return redirect(f"{place.url}#crosswalk")


@require_POST
def item_exhibits(request: Request, **address: str) -> HttpResponse:
    """Let the item rest on what the registry knows and was ticked."""
    place = find_place(request, **address)
    offers.take_exhibits(
        actor=request.actor,
        **place.keys,
        chosen=request.POST.getlist("refers_to"),
        value=request.POST.get("value", ""),
        with_text="with_text" in request.POST,
        based_on=request.POST.get("based_on", ""),
    )
    messages.success(request, f"{place.item.id} now rests on what was ticked.")
    return redirect(f"{place.url}#evidence")


def offered(place: Place, answers: Sequence[Answer], shelf: Sequence[Exhibit], pieces: Iterable[Evidence]) -> dict[str, Any]:
    """Return what the page of an item offers: its answer to counterparts, and what the registry knows to the item.

    Args:
        place: the item.
        answers: every answer of the version.
        shelf: what the registry knows of the version.
        pieces: the evidence on which the answer rests.
    """
    editions = catalog.all_on(place.version)
    asked = applicable.among(place.version, editions)
    walk = crosswalk_panel(place, with_inherited(place.version, answers, asked), asked)
    return {
        "crosswalk": walk,
        "can_pass_on": any(place.is_answered_by(one) and not one.to_confirm for one in answers),
        "suggestions": suggestions_panel(place, shelf, [piece.refers_to for piece in pieces], editions.values()),
    }


def crosswalk_panel(place: Place, answers: Iterable[Answer], asked: Sequence[Framework]) -> list[dict[str, Any]]:
    """Return the counterparts of an item, framework by framework, each with its link and with how it is answered now."""
    named = {made_from.key: made_from for made_from in asked}
    by_item = {Ref(one.assessment.framework_key, one.item): one for one in answers}
    found: dict[str, list[dict[str, Any]]] = {}
    for chain in offers.counterparts(place.made_from, place.item, asked):
        other = Place.of_id(place.version, named[chain.end.framework], chain.end.item)
        answer = by_item.get(chain.end)
        row = {"place": other, "answer": answer, "tone": tone_of(answer), "name": _name(chain.end), **link_row(chain)}
        found.setdefault(chain.end.framework, []).append(row)
    return [{"framework": made_from, "rows": found[made_from.key]} for made_from in asked if made_from.key in found]


def link_row(chain: Chain) -> dict[str, Any]:
    """Return what a page says of a link: its kind in words, what it leads over, and whose judgement it is."""
    return {
        "kind": WORDS[chain.kind],
        "kind_tone": TONES[chain.kind],
        "over": ", ".join(ref.item for ref in chain.over),
        "editorial": chain.editorial,
        "source": "; ".join(dict.fromkeys(link.source for link in chain.links)),
    }


def suggestions_panel(
    place: Place, known: Sequence[Exhibit], attached: Iterable[str], editions: Iterable[Framework]
) -> list[dict[str, Any]]:
    """Return what the registry knows that speaks to the item, with its source and whether the answer rests on it already."""
    held = set(attached)
    return [
        {
            "exhibit": one.exhibit,
            "kind": TITLES[one.exhibit.kind],
            "url": leads_to(place.version, one.exhibit.refers_to),
            "over": one.over.item if one.over else "",
            "is_attached": one.exhibit.refers_to in held,
        }
        for one in offers.suggestions(place.version, place.made_from, place.item, known, editions)
    ]


def _name(ref: Ref) -> str:
    return f"{ref.framework}/{ref.item}"


def _ref(name: str) -> Ref:
    key, _, item = name.partition("/")
    return Ref(key, item)
