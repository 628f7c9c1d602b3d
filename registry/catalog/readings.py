"""Other orders in which a document is read: the same fields under the points of a law; pure.

The rule: a reading shows and never asks. Which field answers which point
stands with the field, so that fields which an organisation adds join by their
own mapping.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import yaml

from registry.catalog.documents import applies, is_filled
from registry.catalog.loader import DATA
from registry.catalog.parsing import Loader
from registry.catalog.schema import Field, Section, Template, UnknownItemError

ANNEX_IV: Final = "eu_ai_act_annex_iv"


class Answered(StrEnum):
    """How far a point is answered by the fields that speak of it."""

    FULLY = "answered"
    PARTLY = "partly"
    NOT = "missing"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Point:
    """One point of the law.

    Attributes:
        beyond: where it is answered that no field can, if anywhere.
    """

    id: str
    title: str
    asks: str
    beyond: str

    @property
    def depth(self) -> int:
        """0 for a point, 1 for a part of one such as ``2(a)``."""
        return int("(" in self.id)


@dataclass(frozen=True)
class Reading:
    """The points of a law, in its order."""

    key: str
    version: str
    title: str
    source: str
    note: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Answer:
    """One field that speaks of a point."""

    field: Field
    section: Section
    value: Any
    is_filled: bool


@dataclass(frozen=True)
class Read:
    """A point with what a document says of it."""

    point: Point
    answers: tuple[Answer, ...]

    @property
    def state(self) -> Answered:
        """How far it is answered; a point that no field speaks of is answered elsewhere, or missing."""
        filled = sum(answer.is_filled for answer in self.answers)
        if not self.answers:
            return Answered.ELSEWHERE if self.point.beyond else Answered.NOT
        if filled == len(self.answers):
            return Answered.FULLY
        return Answered.PARTLY if filled else Answered.NOT

    @property
    def missing(self) -> tuple[Answer, ...]:
        """The fields that speak of it and are empty."""
        return tuple(answer for answer in self.answers if not answer.is_filled)


@cache
def readings() -> Mapping[str, Reading]:
    """Return every reading by key."""
    found = {}
    for path in sorted((DATA / "readings").glob("*.yaml")):
        content = yaml.load(path.read_text(), Loader=Loader)  # noqa: S506 - a safe loader
        points = tuple(Point(one["id"], one["title"], one["asks"], one.get("beyond", "")) for one in content["points"])
        found[content["key"]] = Reading(
            key=content["key"],
            version=content["version"],
            title=content["title"],
            source=content["source"],
            note=content["note"],
            points=points,
        )
    return MappingProxyType(found)


def reading(key: str) -> Reading:
    """Return one reading.

    Raises:
        UnknownItemError: there is none of this key.
    """
    if key not in readings():
        message = f"There is no reading “{key}”."
        raise UnknownItemError(message)
    return readings()[key]


def read_as(law: Reading, template: Template, content: Mapping[str, Any], to_confirm: Collection[str] = ()) -> list[Read]:
    """Return each point with the fields that speak of it, in the order of the law."""
    by_point: dict[str, list[Answer]] = {point.id: [] for point in law.points}
    for section in template.sections:
        for field in section.fields:
            if not applies(field, content):
                continue
            value = content.get(field.id)
            answer = Answer(field, section, value, is_filled(value) and field.id not in to_confirm)
            for point in field.maps.get(law.key, ()):
                if point in by_point:
                    by_point[point].append(answer)
    return [Read(point, tuple(by_point[point.id])) for point in law.points]
