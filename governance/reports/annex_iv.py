"""Where a dossier answers the points of Annex IV of the EU AI Act.

The rule: the points and their titles are the catalog's reading of Annex IV, and
the catalog says which field belongs to which point; only answered fields and
parts that are there count as an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from governance.reports.documents import PrintedDocument
from governance.reports.frame import said
from registry.catalog.readings import ANNEX_IV, reading

# Chapters that answer a point by what Assay itself computed or recorded, when they hold something.
CHAPTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "1(c)": ("origin",),
    "2(d)": ("datasheets",),
    "2(g)": ("evaluations", "decisions"),
    "3": ("evaluations",),
    "5": ("risks", "checklists"),
    "6": ("decisions",),
}


@dataclass(frozen=True)
class Place:
    """Where something is answered; ``is_quoted`` when its title is the catalog's."""

    anchor: str
    title: str
    is_quoted: bool


@dataclass(frozen=True)
class Point:
    """One point of the annex with the places that answer it; a head stands for the points below it."""

    id: str
    title: str
    places: tuple[Place, ...]
    is_head: bool


def index(card: PrintedDocument, chapters: Iterable[tuple[str, str]]) -> list[Point]:
    """Return the points in order.

    Args:
        card: as it is printed.
        chapters: anchors and titles of the chapters that hold something.
    """
    fields = _answers(card)
    titles = dict(chapters)
    found = []
    law = reading(ANNEX_IV)
    heads = {point.id.partition("(")[0] for point in law.points if point.depth}
    for point in law.points:
        own = (Place(anchor, titles[anchor], False) for anchor in CHAPTERS.get(point.id, ()) if anchor in titles)
        found.append(Point(point.id, said(point.title), (*fields.get(point.id, ()), *own), point.id in heads))
    return found


def _answers(card: PrintedDocument) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    maps = {field.id: field.maps.get(ANNEX_IV, ()) for field in card.made_from.fields()} if card.made_from else {}
    for section in card.sections:
        for field in section.answered:
            for point in maps.get(field.id, ()):
                found.setdefault(point, []).append(Place(field.anchor, field.title, True))
    return found
