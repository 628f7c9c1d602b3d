"""The one GROUP BY, written for whatever runs SQL.

Rows are grouped by their values as they stand: no trimming and no casting
before the groups are few, which is what makes a scan fast. With several
attributes whose combinations are many, each wanted set is grouped by itself
in the same scan (GROUPING SETS).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from governance.fairness.columns import Columns
from governance.fairness.problems import PredictionsError
from governance.fairness.source import Counting

MOST_CELLS: Final = 1_000_000
OPENING_ROWS: Final = 100_000
MANY: Final = 20_000


@dataclass(frozen=True)
class Plan:
    """How cells belong to sets.

    Attributes:
        masks: one bit an attribute, one mask a set, in their order; empty when every cell serves every set.
    """

    masks: tuple[int, ...] = ()

    @property
    def first(self) -> int | None:
        """The set whose cells together are all rows, each once."""
        return self.masks[0] if self.masks else None

    def split(self, cells: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int | None, tuple[Any, ...]]]:
        """Yield each cell with the mask of the set that it is of, or with None for all."""
        for cell in cells:
            yield (int(cell[-1]), cell[:-1]) if self.masks else (None, cell)


def group_by(source: Counting, columns: Columns) -> tuple[Plan, list[tuple[Any, ...]]]:
    """Return the cells: attribute values, label and prediction as text, then the amounts.

    The amounts are the rows; with weights also the rows that have one, the sum
    of the weights, the sum of their squares, and the rows with one below zero.

    Raises:
        PredictionsError: more combinations than can be groups.
    """
    plan = Plan(tuple(_mask(columns, one) for one in columns.sets)) if _is_wide(source, columns) else Plan()
    cells = source.rows(_sql(source, columns, plan))
    if len(cells) > MOST_CELLS:
        message = (
            f"The attributes of “{source.label}” have more than {MOST_CELLS:,} combinations. "
            "Put numbers into classes first, such as age groups, or choose fewer attributes."
        )
        raise PredictionsError(message)
    return plan, cells


def attribute_value(source: Counting, columns: Columns, name: str) -> str:
    """Return SQL for the value that a row has of an attribute: the column as it stands, or the class that its number falls into."""
    edges = columns.bins.get(name)
    if not edges:
        return source.quote(name)
    number = source.double(name)
    labels = bin_labels(edges)
    cases = [f"WHEN {number} < {edge} THEN '{label}'" for edge, label in zip(edges, labels, strict=False)]
    return f"CASE WHEN {number} IS NULL THEN NULL {' '.join(cases)} ELSE '{labels[-1]}' END"


def bin_labels(edges: Sequence[str]) -> list[str]:
    """Return the names of the classes between cut points, such as “under 25”, “25 to under 40”, “40 and over”."""
    between = [f"{low} to under {high}" for low, high in pairwise(edges)]
    return [f"under {edges[0]}", *between, f"{edges[-1]} and over"]


def _mask(columns: Columns, names: tuple[str, ...]) -> int:
    return sum(1 << columns.attributes.index(name) for name in names)


def _is_wide(source: Counting, columns: Columns) -> bool:
    """Whether the opening rows show more combinations of all attributes than are worth grouping at once."""
    if len(columns.attributes) == 1 or set(columns.attributes) in [set(one) for one in columns.sets]:
        return False
    keys = ", ".join(source.quote(name) for name in columns.attributes)
    sql = f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM (SELECT {keys} FROM {source.table} LIMIT {OPENING_ROWS}) AS opening) AS found"  # noqa: S608
    return bool(source.rows(sql)[0][0] > MANY)


def _sql(source: Counting, columns: Columns, plan: Plan) -> str:
    keys = [attribute_value(source, columns, name) for name in columns.attributes]
    keys += [source.quote(columns.label), source.quote(columns.prediction)]
    inner = [f"{key} AS k{place}" for place, key in enumerate(keys)]
    amounts = {"n": "count(*)"}
    if columns.weight:
        weight = source.decimal(columns.weight)
        amounts |= {
            "usable": f"count({weight})",
            "weight": f"CAST(sum({weight}) AS {source.text})",
            "squares": f"sum(CAST({weight} AS {source.real}) * CAST({weight} AS {source.real}))",
            "negative": f"sum(CASE WHEN {weight} < 0 THEN 1 ELSE 0 END)",
        }
    places = range(len(keys))
    grouped = f"GROUP BY {', '.join(keys)}"
    if plan.masks:
        outcome = keys[len(columns.attributes) :]
        sets = ", ".join("(" + ", ".join([keys[columns.attributes.index(name)] for name in one] + outcome) + ")" for one in columns.sets)
        grouped = f"GROUP BY GROUPING SETS ({sets})"
        amounts["which"] = " + ".join(f"(1 - GROUPING({keys[place]})) * {1 << place}" for place in range(len(columns.attributes)))
    inner += [f"{sql} AS {name}" for name, sql in amounts.items()]
    outer = [f"CAST(k{place} AS {source.text})" for place in places] + list(amounts)
    return f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {source.table} {grouped}) AS cells LIMIT {MOST_CELLS + 1}"  # noqa: S608
