"""How far a framework is answered, function by lifecycle stage; pure.

The rule: an item that belongs to several stages counts in each, and once in
the column of the whole. Shade follows from the share; the numbers are there
in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from registry.catalog.schema import Framework, Item

WHOLE: Final = ""
# From which share in percent on a square has which shade, the fullest first.
SHADES: Final = ((100, "full"), (67, "most"), (34, "some"), (1, "few"), (0, "none"))


@dataclass(frozen=True)
class Tally:
    """Answers to an item, or to several: how many stand, how many of them have no evidence, and when the oldest was given."""

    answered: int = 0
    bare: int = 0
    oldest: datetime | None = None

    def __add__(self, other: Tally) -> Tally:
        """Return both together."""
        days = [one.oldest for one in (self, other) if one.oldest is not None]
        return Tally(self.answered + other.answered, self.bare + other.bare, min(days, default=None))


NOTHING: Final = Tally()


@dataclass(frozen=True)
class Square:
    """One function in one stage.

    Attributes:
        group, stage: where it stands; the stage is empty for the whole function.
        asked: items in it, times the models that are asked.
    """

    group: str
    stage: str
    asked: int
    tally: Tally

    @property
    def percent(self) -> int | None:
        """The share that is answered, rounded down; None where nothing is asked."""
        return self.tally.answered * 100 // self.asked if self.asked else None

    @property
    def shade(self) -> str:
        """The shade of the square."""
        percent = self.percent
        return "empty" if percent is None else next(shade for least, shade in SHADES if percent >= least)


@dataclass(frozen=True)
class Row:
    """A function with its squares, the whole first."""

    slug: str
    title: str
    squares: tuple[Square, ...]


@dataclass(frozen=True)
class HeatMap:
    """A framework's functions by stage, and everything together."""

    framework: Framework
    stages: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    total: Square


def heat_map(made_from: Framework, tallies: Mapping[str, Tally], models: int = 1) -> HeatMap:
    """Return the heat map of a framework.

    Args:
        made_from: the framework.
        tallies: by item id; what is not in it is open.
        models: how many models are asked it.
    """
    stages = ((WHOLE, "All stages"), *made_from.lifecycle.items()) if made_from.lifecycle else ((WHOLE, "All"),)
    rows = tuple(
        Row(group.slug, group.title, tuple(_square(group.slug, stage, group.items, tallies, models) for stage, _ in stages))
        for group in made_from.groups
    )
    return HeatMap(made_from, stages, rows, total(made_from, tallies, models))


def total(made_from: Framework, tallies: Mapping[str, Tally], models: int = 1) -> Square:
    """Return everything of a framework together; the arguments are those of ``heat_map``."""
    return _square("", WHOLE, made_from.items, tallies, models)


def _square(group: str, stage: str, items: Iterable[Item], tallies: Mapping[str, Tally], models: int) -> Square:
    own = [item for item in items if not stage or stage in item.lifecycle]
    return Square(group, stage, len(own) * models, sum((tallies.get(item.id, NOTHING) for item in own), NOTHING))
