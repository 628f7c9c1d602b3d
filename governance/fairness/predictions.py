"""Looking into an uploaded file of predictions before anything is counted.

The rule: what the file is, is told by its bytes and never by its name; a file
that is not a whole table is refused with a sentence that says how to mend it.
DuckDB reads it, locked down and strict, with a dialect that was settled before.
What the columns hold is asked in few passes, whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from governance.fairness.opening import MOST_LINE, check_names, dialect_of
from governance.fairness.problems import PredictionsError
from governance.fairness.source import FileCounting, open_source
from governance.fairness.table import text_of

__all__ = ["MOST_LINE", "Column", "PredictionsError", "Preview", "inspect", "suggest"]

FIRST_ROWS: Final = 10
MOST_DISTINCT: Final = 200
# Values up to which a column is guessed to hold groups.
MOST_GUESSED: Final = 25
# Columns asked about in one pass; rows that show values of a column with many; and what HyperLogLog must count to call it many.
AT_ONCE: Final = 50
OPENING_ROWS: Final = 10_000
MANY: Final = 1_000
NESTED: Final = ("STRUCT", "MAP", "UNION")
SENSITIVE: Final = ("sex", "gender", "race", "ethnic", "age", "religion", "disab", "national", "foreign")


@dataclass(frozen=True)
class Column:
    """One column, as far as it was looked at.

    Attributes:
        distinct: up to 25 different values, sorted.
        has_more: whether there are more.
        blanks: rows without a value.
        is_numeric: whether every value is a number.
    """

    name: str
    distinct: tuple[str, ...]
    has_more: bool
    blanks: int
    is_numeric: bool


@dataclass(frozen=True)
class Preview:
    """What a file holds: its columns, its first rows, and how to read it again."""

    format: str
    columns: tuple[Column, ...]
    first_rows: tuple[tuple[str, ...], ...]
    rows: int
    dialect: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the preview as JSON."""
        return {
            "format": self.format,
            "columns": [{**vars(column), "distinct": list(column.distinct)} for column in self.columns],
            "first_rows": [list(row) for row in self.first_rows],
            "rows": self.rows,
            "dialect": dict(self.dialect),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Preview:
        """Return the preview that ``to_json`` described."""
        columns = tuple(Column(**{**part, "distinct": tuple(part["distinct"])}) for part in content["columns"])
        rows = tuple(tuple(row) for row in content["first_rows"])
        return cls(content["format"], columns, rows, content["rows"], content["dialect"])

    def column(self, name: str) -> Column | None:
        """Return a column by name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def inspect(path: Path, *, filename: str, delimiter: str = "") -> Preview:
    """Look into a file: its columns, its first rows, and whether every row is whole.

    Raises:
        PredictionsError: it is empty, not a table, or damaged.
    """
    return _preview(path, filename, dialect_of(path, filename=filename, delimiter=delimiter))


def suggest(preview: Preview) -> dict[str, Any]:
    """Guess which column means what, from names and values; a person corrects it."""
    names = {column.name.lower(): column.name for column in preview.columns}

    def first(*words: str) -> str:
        return next((names[word] for word in words if word in names), "")

    label = first("y_true", "label", "target", "actual", "truth", "outcome", "repaid")
    prediction = first("y_pred", "prediction", "predicted", "pred", "decision", "approved")
    score = first("score", "probability", "proba", "y_score", "p")
    weight = first("weight", "sample_weight")
    taken = {label, prediction, score, weight}
    attributes = [
        column.name
        for column in preview.columns
        if column.name not in taken and not column.has_more and 1 < len(column.distinct) <= MOST_GUESSED and _is_attribute(column)
    ]
    found = preview.column(label)
    values = found.distinct if found else ()
    favourable = "1" if "1" in values else (values[-1] if values else "")
    return {
        "label": label,
        "prediction": prediction,
        "score": score,
        "weight": weight,
        "favourable": favourable,
        "attributes": attributes,
    }


def _is_attribute(column: Column) -> bool:
    """Whether a column may hold groups: words do; of numbers, only what is called so, as a code for race."""
    words = column.name.lower().replace("-", "_").split("_")
    return not column.is_numeric or any(word.startswith(SENSITIVE) for word in words)


def _preview(path: Path, filename: str, dialect: dict[str, Any]) -> Preview:
    """Ask DuckDB, locked down, what the columns hold."""
    with open_source(path, dialect, label=filename) as source:
        described = source.rows("DESCRIBE SELECT * FROM predictions")
        names = tuple(str(row[0]) for row in described)
        check_names(names, filename)
        nested = [str(row[0]) for row in described if str(row[1]).startswith(NESTED) or str(row[1]).endswith("]")]
        rows = int(source.rows("SELECT count(*) FROM predictions")[0][0])
        if not rows:
            message = f"“{filename}” has a header and no rows. Choose the file that holds the predictions."
            raise PredictionsError(message)
        columns = tuple(column for some in _batched(names) for column in _columns(source, some, frozenset(nested)))
        shown = ", ".join(text_of(name) for name in names)
        first = source.rows(f"SELECT {shown} FROM predictions LIMIT {FIRST_ROWS}")  # noqa: S608
    first_rows = tuple(tuple((value or "")[:80] for value in row) for row in first)
    settled = {**dialect, "columns": list(names), "rows": rows} | ({"nested": nested} if nested else {})
    return Preview(dialect["format"], columns, first_rows, rows, settled)


def _batched(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the names in portions, each for one pass over the file."""
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]


def _columns(source: FileCounting, names: tuple[str, ...], nested: frozenset[str]) -> list[Column]:
    """Look at some columns: one pass for blanks, numbers and about how many values, one for the values of those with few.

    Memory stays bounded, because the values of a column with many are taken
    from the first rows only. A nested column has no values.
    """
    texts = {name: f"trim({text_of(name)})" for name in names}
    counted = _row(
        source,
        [
            f"count(*) FILTER (coalesce({text}, '') = ''), count(*) FILTER (coalesce({text}, '') <> '' "
            f"AND NOT coalesce(isfinite(TRY_CAST({text} AS DOUBLE)), false)), approx_count_distinct({text})"
            for text in texts.values()
        ],
        "predictions",
    )
    looks = {name: counted[3 * place : 3 * place + 3] for place, name in enumerate(names)}
    few = [name for name in names if looks[name][2] <= MANY and name not in nested]
    many = [name for name in names if looks[name][2] > MANY and name not in nested]
    values = _values(source, few, "predictions") | _values(source, many, f"(FROM predictions LIMIT {OPENING_ROWS})")
    return [_column(name, values.get(name, ()), *looks[name], is_many=name in many) for name in names]


def _values(source: FileCounting, names: list[str], rows: str) -> dict[str, tuple[str, ...]]:
    wanted = [f"list(DISTINCT {text_of(name)}) FILTER (trim({text_of(name)}) <> '')" for name in names]
    found = _row(source, wanted, rows) if wanted else ()
    return {name: tuple(sorted(values or ())) for name, values in zip(names, found, strict=True)}


def _row(source: FileCounting, wanted: list[str], rows: str) -> tuple[Any, ...]:
    return source.rows(f"SELECT {', '.join(wanted)} FROM {rows}")[0]  # noqa: S608


def _column(name: str, values: tuple[str, ...], blanks: int, words: int, _: int, *, is_many: bool) -> Column:
    has_more = is_many or len(values) > MOST_DISTINCT
    return Column(name, values[:MOST_DISTINCT], has_more, blanks, words == 0 and bool(values))
