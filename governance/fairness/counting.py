"""Counting: one GROUP BY over attributes, label and prediction.

Every confusion-matrix metric of every attribute and intersection is a
function of these cells, so the file is read once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from governance.fairness.columns import Columns, canonical_value
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
    """Counts by group of one attribute or intersection; unknown is counted beside the groups."""

    attribute: str
    groups: Mapping[str, Counts]
    unknown: Counts


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
            "attributes": [
                {
                    "attribute": one.attribute,
                    "groups": [{"group": name, **counts.cells()} for name, counts in one.groups.items()],
                    "unknown": one.unknown.cells(),
                }
                for one in self.attributes
            ],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> CountTable:
        """Return the table that ``to_json`` described."""
        attributes = tuple(
            AttributeCounts(
                part["attribute"],
                {group["group"]: _counts(group) for group in part["groups"]},
                _counts(part["unknown"]),
            )
            for part in content["attributes"]
        )
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
            _refuse_negative(connection, columns)
            cells = connection.execute(_sql(columns)).fetchall()
            tell(90)
    except duckdb.Error as error:
        message = f"The file could not be counted: {str(error).splitlines()[0]}"
        raise PredictionsError(message) from error
    if rows != dialect["rows"]:
        message = f"The file has {rows:,} rows now and had {dialect['rows']:,} when it was uploaded. Upload it again."
        raise PredictionsError(message)
    return _table(rows, columns, cells)


def _plain(text: str) -> str:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def _refuse_negative(connection: Any, columns: Columns) -> None:
    if columns.weight is None:
        return
    sql = f"SELECT count(*) FROM predictions WHERE TRY_CAST({text_of(columns.weight)} AS DOUBLE) < 0"  # noqa: S608
    if (found := connection.execute(sql).fetchone()) and found[0]:
        message = f"The weight column “{columns.weight}” is negative in {found[0]:,} rows."
        raise PredictionsError(message)


def _sql(columns: Columns) -> str:
    keys = [f"coalesce({text_of(name)}, '')" for name in columns.attributes]
    outcomes = [f"coalesce({text_of(name)}, '')" for name in (columns.label, columns.prediction)]
    amount = "count(*)"
    if columns.weight:
        amount = f"CAST(sum(CAST({text_of(columns.weight)} AS DECIMAL(28, 9))) AS VARCHAR)"
    every = ", ".join([*keys, *outcomes])
    return f"SELECT {every}, {amount} FROM predictions GROUP BY ALL"  # noqa: S608


def _table(rows: int, columns: Columns, cells: list[tuple[Any, ...]]) -> CountTable:
    good = canonical_value(columns.favourable)
    overall = Counts()
    groups: dict[str, dict[str, Counts]] = {CROSS.join(one): {} for one in columns.sets}
    unknown = dict.fromkeys(groups, Counts())
    for *keys, label, prediction, amount in cells:
        counts = _cell(canonical_value(label) == good, canonical_value(prediction) == good, Fraction(str(amount)))
        overall = overall.plus(counts)
        values = dict(zip(columns.attributes, keys, strict=True))
        for one in columns.sets:
            attribute, parts = CROSS.join(one), [values[name] for name in one]
            if not all(parts):
                unknown[attribute] = unknown[attribute].plus(counts)
                continue
            name = CROSS.join(parts)
            groups[attribute][name] = groups[attribute].get(name, Counts()).plus(counts)
    attributes = tuple(AttributeCounts(attribute, dict(sorted(found.items())), unknown[attribute]) for attribute, found in groups.items())
    return CountTable(rows, overall, attributes, bool(columns.weight))


def _cell(is_good: bool, is_predicted: bool, amount: Fraction) -> Counts:
    names = {(True, True): "tp", (False, True): "fp", (True, False): "fn", (False, False): "tn"}
    return Counts(**{names[is_good, is_predicted]: amount})


def _counts(part: Mapping[str, str]) -> Counts:
    return Counts(**{name: Fraction(part[name]) for name in ("tp", "fp", "fn", "tn")})
