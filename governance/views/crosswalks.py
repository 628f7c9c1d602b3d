"""Two frameworks side by side: which item asks what another asks, and how far one covers the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.forms.crosswalks import CrosswalkForm
from governance.models import Answer
from governance.services import applicable, catalog
from governance.services.inheritance import with_inherited
from governance.views.checkrows import Place, tone_of
from governance.views.offers import link_row
from registry.catalog.crosswalk import Chain, Crosswalk, Kind, Ref
from registry.catalog.links import crosswalk as links_between
from registry.catalog.schema import Framework, Item
from registry.http import Request
from registry.models import Version
from registry.views.frame import find_model_version, version_frame


@dataclass(frozen=True)
class About:
    """The version beside whose answers two frameworks are shown; without one there are none."""

    version: Version | None = None
    answers: Mapping[Ref, Answer] = field(default_factory=dict)

    def cell(self, made_from: Framework, item: Item) -> dict[str, Any]:
        """Return what is shown of an item."""
        answer = self.answers.get(Ref(made_from.key, item.id))
        url = Place(self.version, made_from, item).url if self.version else ""
        return {"item": item, "url": url, "answer": answer, "tone": tone_of(answer)}


@require_GET
def crosswalk(request: Request) -> HttpResponse:
    """Show two frameworks side by side."""
    present = list(catalog.present().values())
    return render(request, "governance/crosswalk.html", _context(request, present, links_between(present), About()))


@require_GET
def version_crosswalk(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show two frameworks that a model is asked side by side, with how a version answers them."""
    version = find_model_version(request.actor, kind, slug, name)
    editions = catalog.all_on(version)
    asked = applicable.among(version, editions)
    found = with_inherited(version, list(Answer.objects.on(version).for_page()), asked)
    answers = {Ref(one.assessment.framework_key, one.item): one for one in found if not one.to_confirm}
    context = {
        **version_frame(request, version, "Checklists", "Crosswalk"),
        **_context(request, asked, links_between(editions.values()), About(version, answers)),
    }
    return render(request, "governance/version_crosswalk.html", context)


def _context(request: Request, found: Sequence[Framework], walk: Crosswalk, about: About) -> dict[str, Any]:
    form = CrosswalkForm(found, request.GET)
    named = {made_from.key: made_from for made_from in found}
    left, right = named[form.wanted("left")], named[form.wanted("right")]
    there, back = ({item.id: _to(walk, one, item, other) for item in one.items} for one, other in ((left, right), (right, left)))
    rows = [_row(about, left, item, right, _wanted(there[item.id], form)) for item in left.items]
    return {
        "form": form,
        "left": left,
        "right": right,
        "rows": [row for row in rows if not row["links"] or not form.wanted("bare")],
        "coverage": [_coverage(left, right, there), _coverage(right, left, back)],
        "swap_url": f"?left={right.key}&right={left.key}",
        "version": about.version,
    }


def _wanted(chains: Iterable[Chain], form: CrosswalkForm) -> list[Chain]:
    kind, word = form.wanted("kind"), form.wanted("word")
    return [one for one in chains if kind in {"", one.kind.value} and (not word or one.editorial == (word == "editorial"))]


def _to(walk: Crosswalk, left: Framework, item: Item, right: Framework) -> list[Chain]:
    return [chain for chain in walk.counterparts(Ref(left.key, item.id)) if chain.end.framework == right.key]


def _row(about: About, left: Framework, item: Item, right: Framework, chains: Iterable[Chain]) -> dict[str, Any]:
    others = {one.id: one for one in right.items}
    return {
        **about.cell(left, item),
        "links": [{**about.cell(right, others[chain.end.item]), **link_row(chain)} for chain in chains],
    }


def _coverage(here: Framework, there: Framework, found: Mapping[str, Sequence[Chain]]) -> dict[str, Any]:
    """Return how many items of one framework have a counterpart in the other, and how many of these at least ask for it whole."""
    whole = sum(any(chain.kind in {Kind.EQUAL, Kind.BROADER} for chain in chains) for chains in found.values())
    linked = sum(bool(chains) for chains in found.values())
    return {
        "here": here,
        "there": there,
        "total": len(here.items),
        "linked": linked,
        "whole": whole,
        "percent": linked * 100 // len(here.items) if here.items else 0,
    }
