"""Counting: one GROUP BY over attributes, label and prediction.

Every confusion-matrix metric of every attribute and intersection is a
function of these cells, so the file is read once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from governance.fairness.columns import BINARY, SHOWN, Columns, canonical_value
from governance.fairness.fractions import fraction_text
from governance.fairness.predictions import PredictionsError
from governance.fairness.table import open_table, text_of

CROSS: Final = " × "
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Counts:
    """Records of one group: true and false positives and negatives; positive is favourable."""

    tp: Fraction = Fraction(0)
    fp: Fraction = Fraction(0)
    fn: Fraction = Fraction(0)
    tn: Fraction = Fraction(0)

    @property
    def n(self) -> Fraction:
        """All records."""
        return self.tp + self.fp + self.fn + self.tn

    def plus(self, other: Counts) -> Counts:
        """Return the sum of two groups."""
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    def cells(self) -> dict[str, str]:
        """Return the four counts as exact text."""
        return {name: fraction_text(value) for name, value in vars(self).items()}


@dataclass(frozen=True)
class AttributeCounts:
    """Counts by group of one attribute or intersection; unknown is counted beside the groups.

    Attributes:
        rows: rows behind each group's weights; empty when nothing is weighted.
        squares: sums of squared weights, six significant digits; empty likewise.
    """

    attribute: str
    groups: Mapping[str, Counts]
    unknown: Counts
    rows: Mapping[str, Counts] = field(default_factory=dict)
    squares: Mapping[str, Counts] = field(default_factory=dict)

    def evidence(self, group: str) -> Counts:
        """Return how many records a group rests on, whatever they weigh."""
        return self.rows.get(group, self.groups[group])

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON without floats."""
        return {"attribute": self.attribute, "groups": [self._group(name) for name in self.groups], "unknown": self.unknown.cells()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> AttributeCounts:
        """Return the counts that ``to_json`` described."""
        groups: list[Mapping[str, Any]] = content["groups"]
        return cls(
            content["attribute"],
            {one["group"]: _counts(one) for one in groups},
            _counts(content["unknown"]),
            {one["group"]: _counts(one["rows"]) for one in groups if "rows" in one},
            {one["group"]: _counts(one["squares"]) for one in groups if "squares" in one},
        )

    def _group(self, name: str) -> dict[str, Any]:
        beside = {"rows": self.rows, "squares": self.squares}
        return {"group": name, **self.groups[name].cells()} | {key: found[name].cells() for key, found in beside.items() if name in found}


@dataclass(frozen=True)
class CountTable:
    """Everything that was counted."""

    rows: int
    overall: Counts
    attributes: tuple[AttributeCounts, ...]
    is_weighted: bool = False

    def by(self, attribute: str) -> AttributeCounts:
        """Return the counts by one attribute."""
        return next(one for one in self.attributes if one.attribute == attribute)

    def to_json(self) -> dict[str, Any]:
        """Return the table as JSON without floats."""
        return {
            "rows": self.rows,
            "weighted": self.is_weighted,
            "overall": self.overall.cells(),
            "attributes": [one.to_json() for one in self.attributes],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> CountTable:
        """Return the table that ``to_json`` described."""
        attributes = tuple(AttributeCounts.from_json(part) for part in content["attributes"])
        return cls(content["rows"], _counts(content["overall"]), attributes, content["weighted"])

    def to_csv(self) -> str:
        """Return the counts as CSV: attribute, group, tp, fp, fn, tn."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["attribute", "group", "tp", "fp", "fn", "tn"])
        for one in self.attributes:
            for name, counts in one.groups.items():
                writer.writerow([_plain(one.attribute), _plain(name), *counts.cells().values()])
            writer.writerow([_plain(one.attribute), "(unknown)", *one.unknown.cells().values()])
        return text.getvalue()


def count(path: Path, *, dialect: Mapping[str, Any], columns: Columns, progress: Callable[[int], None] | None = None) -> CountTable:
    """Count a file of predictions.

    Args:
        path: a regular file under a name of our own.
        dialect: how to read it, from its preview.
        columns: which column means what.
        progress: told the percent that is done.

    Raises:
        PredictionsError: the file cannot be read as it was previewed.
    """
    import duckdb

    tell = progress or (lambda _: None)
    try:
        with open_table(path, dialect) as connection:
            tell(10)
            rows = int((connection.execute("SELECT count(*) FROM predictions").fetchone() or (0,))[0])
            tell(30)
            _refuse_weights(connection, columns)
            cells = connection.execute(_sql(columns)).fetchall()
            tell(90)
    except duckdb.Error as error:
        message = "The file cannot be counted: it is not the table that was looked into, or its numbers are too large. Upload it again."
        raise PredictionsError(message) from error
    if rows != dialect["rows"]:
        message = f"The file has {rows:,} rows now and had {dialect['rows']:,} when it was uploaded. Upload it again."
        raise PredictionsError(message)
    return _table(rows, columns, cells)


def _plain(text: str) -> str:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def _refuse_weights(connection: Any, columns: Columns) -> None:
    """Refuse weights that are no number, or negative."""
    if columns.weight is None:
        return
    weight = _weight(columns.weight)
    sql = f"SELECT count(*) FILTER ({weight} IS NULL), count(*) FILTER ({weight} < 0) FROM predictions"  # noqa: S608
    unreadable, negative = connection.execute(sql).fetchone() or (0, 0)
    if unreadable:
        message = f"The weight column “{columns.weight}” holds no usable number in {unreadable:,} rows. Mend them or leave those rows out."
        raise PredictionsError(message)
    if negative:
        message = f"The weight column “{columns.weight}” is negative in {negative:,} rows. A weight says how many records a row stands for."
        raise PredictionsError(message)


def _weight(name: str) -> str:
    return f"TRY_CAST({text_of(name)} AS DECIMAL(38, 18))"


def _sql(columns: Columns) -> str:
    """Return the one GROUP BY: keys, outcomes, rows, and for weights their sum and the sum of their squares."""
    every = [f"coalesce({text_of(name)}, '')" for name in (*columns.attributes, columns.label, columns.prediction)]
    every.append("count(*)")
    if columns.weight:
        weight = _weight(columns.weight)
        every += [f"CAST(sum({weight}) AS VARCHAR)", f"sum(CAST({weight} AS DOUBLE) ** 2)"]
    return f"SELECT {', '.join(every)} FROM predictions GROUP BY ALL"  # noqa: S608


def _table(rows: int, columns: Columns, cells: list[tuple[Any, ...]]) -> CountTable:
    good, width, is_weighted = canonical_value(columns.favourable), len(columns.attributes), bool(columns.weight)
    _refuse_outcomes(columns, {canonical_value(value) for cell in cells for value in cell[width : width + 2]}, good)
    overall = Counts()
    sets = [_Tally(one, is_weighted=is_weighted) for one in columns.sets]
    for cell in cells:
        keys, (label, prediction, *amounts) = cell[:width], cell[width:]
        name = _cell(canonical_value(label) == good, canonical_value(prediction) == good)
        counted = [Counts(**{name: _exact(amount)}) for amount in amounts]
        values = dict(zip(columns.attributes, keys, strict=True))
        overall = overall.plus(counted[is_weighted])
        for one in sets:
            one.add(values, counted)
    return CountTable(rows, overall, tuple(one.counts() for one in sets), is_weighted)


class _Tally:
    """One attribute or intersection while it is counted: rows, and with weights their sums and squares."""

    def __init__(self, names: tuple[str, ...], *, is_weighted: bool) -> None:
        self.names = names
        self.is_weighted = is_weighted
        self.groups: dict[tuple[str, ...], list[Counts]] = {}
        self.unknown = Counts()

    def add(self, values: Mapping[str, str], counted: list[Counts]) -> None:
        parts = tuple(values[name] for name in self.names)
        if not all(parts):
            self.unknown = self.unknown.plus(counted[self.is_weighted])
            return
        before = self.groups.get(parts, [Counts()] * len(counted))
        self.groups[parts] = [one.plus(other) for one, other in zip(before, counted, strict=True)]

    def counts(self) -> AttributeCounts:
        """Return the counts by group name.

        Raises:
            PredictionsError: two groups would have one name.
        """
        attribute = CROSS.join(self.names)
        named = {CROSS.join(parts): counted for parts, counted in sorted(self.groups.items())}
        if len(named) < len(self.groups):
            message = f"Two groups of “{attribute}” would bear one name. Write these columns without “{CROSS.strip()}”."
            raise PredictionsError(message)
        if not self.is_weighted:
            return AttributeCounts(attribute, {name: counted[0] for name, counted in named.items()}, self.unknown)
        rows, weights, squares = ({name: counted[which] for name, counted in named.items()} for which in range(3))
        return AttributeCounts(attribute, weights, self.unknown, rows, squares)


def _refuse_outcomes(columns: Columns, found: set[str], good: str) -> None:
    """Refuse what ``check_columns`` would have refused, so that no row is ever counted as something that it is not."""
    if "" in found or len(found | {good}) > BINARY:
        shown = ", ".join(f"“{value}”" for value in sorted(found)[:SHOWN])
        message = (
            f"“{columns.label}” and “{columns.prediction}” hold {shown}; they need the favourable outcome “{good}” and one other value, "
            "and no blanks."
        )
        raise PredictionsError(message)


def _exact(amount: Any) -> Fraction:
    """Return a count or a sum of weights exactly; sums of squares, which are floats, with six significant digits."""
    return Fraction(f"{amount:.5e}" if isinstance(amount, float) else str(amount))


def _cell(is_good: bool, is_predicted: bool) -> str:
    return {(True, True): "tp", (False, True): "fp", (True, False): "fn", (False, False): "tn"}[is_good, is_predicted]


def _counts(part: Mapping[str, str]) -> Counts:
    return Counts(**{name: Fraction(part[name]) for name in ("tp", "fp", "fn", "tn")})
