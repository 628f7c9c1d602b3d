"""What changed between two snapshots, part by part; pure.

The rule: nothing that changed is left out. Documents are compared by their
fields, checklists by their items, evaluations by the gaps of the newest one;
whatever else there is, today or in a later edition, is compared as names and
values. A part that differs and of which nothing could be told is told whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from governance.fairness.fractions import parse_fraction
from governance.gate import PARTS
from governance.reports.claims import claim_lines, claims_by_place, live_lines, place_of, words_of
from governance.reports.guidance import title_of
from governance.reports.leaves import anchored, human, leaves, said, way
from registry.catalog.claims import readable
from registry.catalog.differences import FieldChange, document_changes, field_change, folded
from registry.catalog.loader import framework_of, templates
from registry.catalog.schema import Template
from registry.worddiff import Piece, word_diff

Json = Mapping[str, Any]

ORDER: Final = (
    "document",
    "claims",
    "live",
    "assessments",
    "risks",
    "evaluations",
    "policy",
    "version",
    "lineage",
    "contract",
    "triage",
    "asset",
    "authors",
)
TITLES: Final = {
    **PARTS,
    "document": "The model card",
    "claims": "Numbers of the card that evaluations support",
    "live": "What stood measured below the answers",
    "assessments": "Answers of the checklists",
    "risks": "Risks",
    "evaluations": "Findings",
    "policy": "The policy",
    "version": "Artifacts and commit",
    "lineage": "Datasheets and lineage",
    "contract": "The data contract",
    "triage": "The triage",
    "asset": "The model",
    "authors": "Who wrote it",
}
# Values up to this length are told whole: a number that is half struck out is hard to read.
SHORT: Final = 60
# What is compared of a document by itself; how complete it is follows from that.
COMPARED: Final = {"template", "content", "completeness"}
NO_TEMPLATE: Final = Template(key="", version="", title="", kind="", source="", digest="", sections=())


@dataclass(frozen=True)
class Change:
    """One thing that changed.

    Attributes:
        title: what it is, for people.
        field: what became of it.
        where: in which section, framework or dataset; may be empty.
        anchor: the part to which a comment on it belongs.
    """

    title: str
    field: FieldChange
    where: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class PartChanges:
    """What changed in one part of the snapshot."""

    key: str
    title: str
    changes: tuple[Change, ...]


def snapshot_changes(before: Json, after: Json) -> tuple[PartChanges, ...]:
    """Return the parts that differ, in the order in which a reviewer reads them, each with what changed."""
    strange = sorted({*before, *after} - {*ORDER, "schema"})
    found = []
    for key in (*ORDER, *strange, "schema"):
        if before.get(key) != after.get(key):
            told = _FIGURES[key](before, after) if key in _FIGURES else _part(key, before.get(key), after.get(key))
            changes = tuple(told)
            whole = (_value(TITLES.get(key, key), key, before.get(key), after.get(key)),)
            found.append(PartChanges(key, TITLES.get(key, human(key)), changes or whole))
    return tuple(found)


def _part(key: str, before: Any, after: Any) -> Iterator[Change]:
    if key == "lineage":
        yield from _lineage(before or [], after or [])
    elif key == "assessments":
        yield from _assessments(before or [], after or [])
    elif key == "evaluations":
        yield from _evaluations(before or [], after or [])
    else:
        yield from _values(key, before, after)


def _card(before: Json, after: Json) -> Iterator[Change]:
    """Compare the card as people read it, with the numbers that were frozen with it."""
    old, new = (side.get("document") or {} for side in (before, after))
    read = readable(old.get("content", {}), new.get("content", {}), words_of(before), words_of(after))
    yield from _document({**old, "content": read[0]}, {**new, "content": read[1]}, "document")


def _claims(before: Json, after: Json) -> Iterator[Change]:
    old, new = (claims_by_place(side.get("claims") or []) for side in (before, after))
    for place in [*new, *(place for place in old if place not in new)]:
        here, there = old.get(place), new.get(place)
        if here != there:
            yield Change(place[1], _lines(place[1], here, there, claim_lines), place_of(after if there else before, place[0]), "claims")


def _live(before: Json, after: Json) -> Iterator[Change]:
    old, new = (side.get("live") or {} for side in (before, after))
    for key in [*new, *(key for key in old if key not in new)]:
        here, there = old.get(key), new.get(key)
        if here != there:
            title = place_of(after if there else before, key)
            yield Change(title, _lines(title, here, there, live_lines), "", anchored("live", key))


def _lines(title: str, before: Json | None, after: Json | None, told: Callable[[Json], list[str]]) -> FieldChange:
    """Compare two things by the lines in which they are told, or whole where these say the same."""
    lines = [told(one) if one else None for one in (before, after)]
    return field_change(title, None, None, *lines) if lines[0] != lines[1] else _whole(title, before, after)


def _document(before: Json, after: Json, anchor: str, where: str = "") -> Iterator[Change]:
    reference = after.get("template") or before.get("template") or {}
    made_from = templates().get(reference.get("key", ""), NO_TEMPLATE)
    for one in document_changes(made_from, before.get("content", {}), after.get("content", {})):
        section = f"{one.section.number} {one.section.title}".strip() if one.section else ""
        yield Change(one.title, one, " · ".join(filter(None, (where, section))), f"{anchor}/{anchored(one.key)}")
    if before.get("template") != after.get("template"):
        yield _value("Edition of the template", anchor, _edition(before), _edition(after), where)
    was, now = ({key: value for key, value in side.items() if key not in COMPARED} for side in (before, after))
    yield from _values(anchor, was, now, where)


def _edition(part: Json) -> str:
    reference = part.get("template")
    return f"{reference['key']}, version {reference['version']}, sha256:{reference['digest']}" if reference else ""


def _lineage(before: Sequence[Json], after: Sequence[Json]) -> Iterator[Change]:
    old, new = _linked(before), _linked(after)
    for place in [*new, *(place for place in old if place not in new)]:
        here, there = old.get(place), new.get(place)
        if here == there:
            continue
        shown = there or here or {}
        where = f"{shown['asset']['name']} ({human(place[0]).lower()})"
        anchor = anchored("lineage", shown["asset"]["slug"], shown["version"]["name"])
        if here is None or there is None:
            yield _value("Linked version", anchor, _named(here), _named(there), where)
            continue
        yield from _document(here["document"], there["document"], anchor, where)
        was, now = ({key: value for key, value in link.items() if key != "document"} for link in (here, there))
        yield from _values(anchor, was, now, where)


def _linked(links: Sequence[Json]) -> dict[tuple[str, str, int], Json]:
    """Return the links by relation and slug, so that a newer version of the same dataset is compared with the earlier one."""
    found: dict[tuple[str, str, int], Json] = {}
    for link in links:
        number = 0
        while (place := (link["relation"], link["asset"]["slug"], number)) in found:
            number += 1
        found[place] = link
    return found


def _named(link: Json | None) -> str:
    return f"{link['asset']['name']} {link['version']['name']}" if link else ""


def _assessments(before: Sequence[Json], after: Sequence[Json]) -> Iterator[Change]:
    old, new = ({part["framework"]["key"]: part for part in side} for side in (before, after))
    for key in [*new, *(key for key in old if key not in new)]:
        here, there = old.get(key, {}), new.get(key, {})
        made_from = framework_of((there or here)["framework"])
        where = made_from.title if made_from else key
        titles = {item.id: item.title for item in made_from.items} if made_from else {}
        answered, answers = ({answer["item"]: answer for answer in side.get("answers", [])} for side in (here, there))
        for item in [*answers, *(item for item in answered if item not in answers)]:
            if answered.get(item) != answers.get(item):
                title = f"{item} {titles.get(item, '')}".strip()
                yield _value(
                    title, anchored("assessments", key, item), answer_text(answered.get(item)), answer_text(answers.get(item)), where
                )
        was, now = ({name: value for name, value in side.items() if name != "answers"} for side in (here, there))
        yield from _values("assessments", was, now, where)


def answer_text(answer: Json | None) -> str:
    """Return an answer with its reason and its evidence as lines."""
    if answer is None:
        return ""
    evidence = [f"Evidence: {piece['title']} {piece_text(piece)}" for piece in answer["evidence"]]
    more = {key: value for key, value in answer.items() if key not in {"item", "value", "justification", "by", "evidence"}}
    rest = [said(more)] if more else []
    return "\n".join(filter(None, (human(answer["value"]), answer["justification"], f"Answered by {answer['by']}", *evidence, *rest)))


def piece_text(piece: Json) -> str:
    """Return what a piece of evidence is: an address, something in the registry, or the digest of a file."""
    return str(piece["url"] or piece.get("refers_to") or f"sha256:{piece['sha256']}")


def _evaluations(before: Sequence[Json], after: Sequence[Json]) -> Iterator[Change]:
    old, new = before[0] if before else {}, after[0] if after else {}
    anchor = anchored("evaluations", new["id"]) if new else "evaluations"
    if measured_text(old) != measured_text(new):
        yield _value("Newest evaluation", anchor, measured_text(old), measured_text(new))
    here, there = ({(one["metric"], one["attribute"]): one for one in side.get("findings", [])} for side in (old, new))
    for place in [*there, *(place for place in here if place not in there)]:
        if (was := finding_text(here.get(place))) != (now := finding_text(there.get(place))):
            yield _value(f"{title_of(place[0])} by {place[1]}", anchor, was, now)
    if len(before) != len(after):
        yield _value("Evaluations in all", "evaluations", str(len(before)), str(len(after)))


def measured_text(one: Json) -> str:
    """Return what an evaluation measured, and when, in a line."""
    if not one:
        return ""
    when, records = one["finished_at"][:16].replace("T", " "), one["counts"]["rows"]
    return f"{one['name']}, finished {when}, {records} records of {one['predictions']['filename']}"


def finding_text(one: Json | None) -> str:
    """Return a finding with its interval and its verdict in a line."""
    if one is None:
        return ""
    value, interval, verdict = finding_cells(one)
    return f"{value} ({interval}): {verdict}"


def finding_cells(one: Json) -> tuple[str, str, str]:
    """Return a finding's value, interval and verdict."""
    value, low, high = (_number(one[key]) for key in ("value", "low", "high"))
    return value, f"{low} to {high}", one["verdict"].replace("-", " ")


def _number(text: str) -> str:
    value = parse_fraction(text)
    return "undefined" if value is None else f"{float(value):.3f}"


def _values(key: str, before: Any, after: Any, where: str = "") -> Iterator[Change]:
    """Compare any JSON by its leaves, each named by the way that leads to it."""
    old, new = dict(leaves(before)), dict(leaves(after))
    for path in [*new, *(path for path in old if path not in new)]:
        if old.get(path) != new.get(path):
            yield _value(way(path) or human(key), key, old.get(path), new.get(path), where)


def _value(title: str, key: str, before: Any, after: Any, where: str = "") -> Change:
    old, new = said(before), said(after)
    return Change(
        title, field_change(title, None, None, old or None, new or None) if old != new else _whole(title, before, after), where, key
    )


def _whole(title: str, before: Any, after: Any) -> FieldChange:
    pieces: tuple[Piece, ...] = tuple(folded(word_diff(json.dumps(before, sort_keys=True), json.dumps(after, sort_keys=True))))
    return FieldChange(title, title, None, None, "changed", pieces=pieces)


_FIGURES: Final = {"document": _card, "claims": _claims, "live": _live}
