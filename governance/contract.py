"""What a model's files of predictions must look like, and whether one does.

The rule: a contract is data without floats; a check reads the one file, in
one pass for each column and in bounded memory, and every rule is answered: kept, or broken with how
many rows and some of them. Numbers are compared as decimals where they are
written as such.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from governance.fairness.predictions import PredictionsError, Preview
from governance.fairness.table import open_table, quoted, text_of

KINDS: Final = ("number", "text", "date", "two values")
EXAMPLES: Final = 3
DAY: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
EXAMPLE_LENGTH: Final = 40
TWO: Final = 2
NUMBER: Final = "DECIMAL(38, 12)"


@dataclass(frozen=True)
class Expected:
    """What one column must hold.

    Attributes:
        kind: ``number``, ``text``, ``date`` (ISO 8601) or ``two values``.
        low: smallest number or earliest day, as text; empty for any.
        high: largest number or latest day, as text; empty for any.
        allowed: the only values that may stand there; none for any.
        missing_percent: largest share of blank cells, 0 to 100.
        age_days: how old the newest date may be; None for any, and for what is no date.
    """

    name: str
    kind: str
    low: str = ""
    high: str = ""
    allowed: tuple[str, ...] = ()
    missing_percent: int = 100
    age_days: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the expectation as JSON."""
        return {**vars(self), "allowed": list(self.allowed)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Expected:
        """Return the expectation that ``to_json`` described."""
        return cls(**{**content, "allowed": tuple(content["allowed"])})


@dataclass(frozen=True)
class Answer:
    """Whether a file keeps one rule.

    Attributes:
        column: which column the rule is about.
        rule: the rule, in words.
        is_kept: whether the file keeps it.
        rows: rows that break it; 0 where the rule is about the whole column.
        examples: some of the values that break it.
    """

    column: str
    rule: str
    is_kept: bool
    rows: int = 0
    examples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON."""
        return {**vars(self), "examples": list(self.examples)}


def drafted(preview: Preview) -> tuple[Expected, ...]:
    """Return a contract that the file that was looked into keeps: its columns, kinds, values and blanks."""
    return tuple(_drafted(column, preview.rows) for column in preview.columns)


def check(path: Path, preview: Preview, contract: tuple[Expected, ...], *, today: date | None = None) -> tuple[Answer, ...]:
    """Answer each rule of a contract for a file.

    Args:
        path: the file that the preview is of.
        preview: what was seen in it.
        contract: what is expected, column by column.
        today: the day from which ages are counted, UTC; this day when not given.

    Raises:
        PredictionsError: the file cannot be read.
    """
    import duckdb

    day = today or datetime.now(UTC).date()
    present = {column.name for column in preview.columns}
    answers: list[Answer] = []
    try:
        with open_table(path, preview.dialect) as connection:
            for expected in contract:
                if expected.name in present:
                    answers += _column(connection, expected, preview, day)
                else:
                    answers.append(Answer(expected.name, "The column is there.", is_kept=False))
    except duckdb.Error as error:
        message = "The file cannot be read throughout, so the data contract cannot be checked. Write it again and upload that."
        raise PredictionsError(message) from error
    return tuple(answers)


def _drafted(column: Any, rows: int) -> Expected:
    values = () if column.has_more or column.is_numeric else column.distinct
    kind = "number" if column.is_numeric else "text"
    if not column.has_more and len(column.distinct) == TWO:
        kind, values = "two values", column.distinct
    if kind == "text" and column.distinct and all(DAY.fullmatch(value) for value in column.distinct):
        kind, values = "date", ()
    # Rounded up, so that the file itself keeps what is drafted from it.
    return Expected(column.name, kind, allowed=values, missing_percent=-(-100 * column.blanks // rows))


def _column(connection: Any, expected: Expected, preview: Preview, day: date) -> list[Answer]:
    text = f"trim({text_of(expected.name)})"
    rules = [(rule, f"coalesce({text}, '') <> '' AND NOT coalesce({holds}, false)") for rule, holds in _rules(expected, text)]
    wanted = [f"count(*) FILTER ({breaks}), min({text}, {EXAMPLES}) FILTER ({breaks})" for _, breaks in rules]
    extra = [f"count(*) FILTER (coalesce({text}, '') = '')", f"max({_date(text)})"]
    row = connection.execute(f"SELECT {', '.join([*extra, *wanted])} FROM predictions").fetchone()  # noqa: S608 - quoted
    blanks, newest = row[:2]
    counted = zip(rules, row[2::2], row[3::2], strict=True)
    answers = [Answer(expected.name, "The column is there.", is_kept=True)]
    answers += [Answer(expected.name, rule, not broken, broken, _shown(examples)) for (rule, _), broken, examples in counted]
    if expected.kind == "two values":
        seen = preview.column(expected.name)
        has_two = seen is not None and not seen.has_more and len(seen.distinct) == TWO
        answers.append(Answer(expected.name, "It has two different values.", has_two))
    share = Fraction(100 * blanks, preview.rows)
    rule = f"At most {expected.missing_percent} % are blank."
    answers.append(Answer(expected.name, rule, share <= expected.missing_percent, blanks if share > expected.missing_percent else 0))
    if expected.age_days is not None:
        is_fresh = newest is not None and (day - newest).days <= expected.age_days
        examples = (newest.isoformat(),) if newest and not is_fresh else ()
        answers.append(Answer(expected.name, f"The newest date is at most {expected.age_days} days old.", is_fresh, examples=examples))
    return answers


def _rules(expected: Expected, text: str) -> list[tuple[str, str]]:
    """Return the rules about single values: the sentence, and SQL that is true for a value that keeps it."""
    found: list[tuple[str, str]] = []
    value, bound = text, ""
    if expected.kind == "number":
        value, bound = f"TRY_CAST({text} AS {NUMBER})", NUMBER
        found.append(("Every value is a number.", f"isfinite(TRY_CAST({text} AS DOUBLE))"))
    elif expected.kind == "date":
        value, bound = _date(text), "DATE"
        found.append(("Every value is a date such as 2026-11-23.", f"{value} IS NOT NULL"))
    if bound and expected.low:
        found.append((f"No value is under {expected.low}.", f"{value} >= CAST({quoted(expected.low)} AS {bound})"))
    if bound and expected.high:
        found.append((f"No value is over {expected.high}.", f"{value} <= CAST({quoted(expected.high)} AS {bound})"))
    if expected.allowed:
        listed = ", ".join(quoted(one) for one in expected.allowed)
        found.append((f"Every value is one of {', '.join(expected.allowed)}.", f"{text} IN ({listed})"))
    return found


def _date(text: str) -> str:
    return f"TRY_CAST({text} AS DATE)"


def _shown(examples: Any) -> tuple[str, ...]:
    return tuple(sorted({str(one)[:EXAMPLE_LENGTH] for one in examples or ()}))
