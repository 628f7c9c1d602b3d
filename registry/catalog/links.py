"""The links that the catalogs hold: between frameworks, and from fields of documents to items.

The rule: that two items speak of each other stands with the items; how, and
whose judgement that is, stands in ``data/crosswalks.yaml``; a framework that
was uploaded brings its own links and says itself what they are. Which items an
evaluation or a risk speaks to stands in ``data/exhibits.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from registry.catalog.crosswalk import Crosswalk, Kind, Link, Ref
from registry.catalog.loader import DATA, frameworks
from registry.catalog.parsing import Loader
from registry.catalog.schema import Field, Framework, Item, Template
from registry.memo import Memo

# Where the fields' counterparts stand among the frameworks: the key of the map, and what stands before its ids there.
FIELD_MAPS: Final[Mapping[str, tuple[str, str]]] = {
    "nist_ai_rmf": ("nist_ai_rmf", ""),
    "eu_ai_act_annex_iv": ("eu_ai_act", "Annex IV "),
}
_CROSSWALKS: Final = Memo[Crosswalk](50)


@dataclass(frozen=True)
class Speaking:
    """A field of a document that speaks to an item, directly or over another item."""

    field: Field
    over: Ref | None = None


def crosswalk(asked: Iterable[Framework] | None = None) -> Crosswalk:
    """Return the links between the frameworks, all of them unless some are named."""
    found = tuple(asked if asked is not None else frameworks().values())
    return _CROSSWALKS.of(" ".join(made_from.digest for made_from in found), lambda: Crosswalk(_links(found)))


def _links(found: tuple[Framework, ...]) -> Iterator[Link]:
    known = {made_from.key: {item.id for item in made_from.items} for made_from in found}
    for made_from in found:
        for item in made_from.items:
            start = Ref(made_from.key, item.id)
            for key, others in item.crosswalk.items():
                yield from (_link(made_from, item, start, Ref(key, other)) for other in others if other in known.get(key, ()))


def _link(made_from: Framework, item: Item, start: Ref, end: Ref) -> Link:
    """Return a link; of two frameworks of ours we keep the judgements; an uploaded one, and a question that was added, brings its own."""
    if end in item.kinds and made_from.key in frameworks():
        return Link(start, end, item.kinds[end], True, "The judgement of your organisation, which added the question")
    told = _sources().get(frozenset({start.framework, end.framework}))
    if told is None:
        source = made_from.linked_by.get(end.framework, "")
        return Link(
            start, end, item.kinds.get(end, Kind.RELATED), not source, source or f"The judgement of whoever wrote {made_from.title}"
        )
    return Link(start, end, _kinds().get((start, end)) or _kinds().get((end, start), Kind.RELATED).inverse, *told)


def leading_nowhere(made_from: Framework, others: Mapping[str, Framework]) -> tuple[tuple[str, Ref], ...]:
    """Return the links of a framework that name no item of the others, each with the id of its item."""
    known = {Ref(one.key, item.id) for one in others.values() for item in one.items}
    return tuple(
        (item.id, ref)
        for item in made_from.items
        for key, ids in item.crosswalk.items()
        for one in ids
        if (ref := Ref(key, one)) not in known
    )


def speaking(template: Template, ref: Ref, walk: Crosswalk) -> list[Speaking]:
    """Return the fields of a template that speak to an item: those mapped to it, then those mapped to a close counterpart."""
    near = [None, *(link.end for link in walk.links(ref) if link.kind is not Kind.RELATED)]
    found: dict[str, Speaking] = {}
    for over in near:
        for field in template.fields():
            if field.is_asked and (over or ref) in refs_of(field):
                found.setdefault(field.id, Speaking(field, over))
    return list(found.values())


def refs_of(field: Field) -> frozenset[Ref]:
    """Return the items to which a field is mapped."""
    return frozenset(Ref(key, f"{before}{one}") for name, (key, before) in FIELD_MAPS.items() for one in field.maps.get(name, ()))


def kinds_speaking(ref: Ref, walk: Crosswalk) -> frozenset[str]:
    """Return which kinds of things that the registry knows speak to an item or to a close counterpart of it."""
    near = {ref, *(link.end for link in walk.links(ref) if link.kind is not Kind.RELATED)}
    return frozenset(kind for kind, refs in _spoken_to().items() if refs & near)


def faults() -> Iterator[str]:
    """Return a sentence for each judgement that is not about items that are there, or that is made twice."""
    known = {Ref(made_from.key, item.id) for made_from in frameworks().values() for item in made_from.items}
    for kind, refs in _spoken_to().items():
        yield from (f"exhibits.yaml: {kind} speaks to {one.framework} {one.item}, which is not there." for one in sorted(refs - known))
    pairs = {pair for link in _links(tuple(frameworks().values())) for pair in ((link.start, link.end), (link.end, link.start))}
    seen: set[frozenset[Ref]] = set()
    for start, end, _ in _judged():
        place = f"crosswalks.yaml: {start.framework} {start.item} and {end.framework} {end.item}"
        if (start, end) not in pairs:
            yield f"{place} do not name each other in their frameworks."
        if (pair := frozenset({start, end})) in seen:
            yield f"{place} are judged twice."
        seen.add(pair)
    linked = {frozenset({start.framework, end.framework}) for start, end in pairs}
    yield from (f"crosswalks.yaml does not say who linked {' and '.join(sorted(one))}." for one in linked - set(_sources()))


def _judged() -> Iterator[tuple[Ref, Ref, Kind]]:
    for part in _told():
        for kind in Kind:
            for item, others in part.get(kind.value, {}).items():
                yield from ((Ref(part["from"], item), Ref(part["to"], other), kind) for other in others)


@cache
def _kinds() -> Mapping[tuple[Ref, Ref], Kind]:
    return {(start, end): kind for start, end, kind in _judged()}


@cache
def _sources() -> Mapping[frozenset[str], tuple[bool, str]]:
    return {frozenset({part["from"], part["to"]}): (part["editorial"], part["source"]) for part in _told()}


@cache
def _spoken_to() -> Mapping[str, frozenset[Ref]]:
    told = yaml.load((DATA / "exhibits.yaml").read_text(), Loader=Loader)  # noqa: S506 - a safe loader
    return {kind: frozenset(Ref(key, one) for key, items in part.items() for one in items) for kind, part in told.items()}


@cache
def _told() -> list[dict[str, Any]]:
    return list(yaml.load((DATA / "crosswalks.yaml").read_text(), Loader=Loader))  # noqa: S506 - a safe loader
