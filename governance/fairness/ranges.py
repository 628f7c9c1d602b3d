"""From where to where the numbers of a column reach, and where one might cut them into classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from governance.fairness.predictions import Column, Preview
from governance.fairness.table import open_table, text_of

QUARTERS: Final = "[0, 0.25, 0.5, 0.75, 1]"
STEPS: Final = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
# About so many steps cover the range, so that a cut is a round number.
FINENESS: Final = 20
MOST_CUTS: Final = 9
MOST_COLUMNS: Final = 30
MANY: Final = 25


@dataclass(frozen=True)
class Range:
    """The reach of a column of numbers, as decimal text.

    Attributes:
        low: the smallest number, or near it.
        high: the largest number, or near it.
        cuts: round numbers near the quartiles, ascending; none where the column does not spread.
    """

    low: str
    high: str
    cuts: tuple[str, ...]


def ranges(path: Path, preview: Preview) -> dict[str, Range]:
    """Return the reach of each numeric column with many values, by its name; the first 30 such columns.

    Quantiles are a t-digest's, in bounded memory; the cuts are a suggestion and
    no result rests on them.
    """
    names = [column.name for column in preview.columns if column.is_numeric and _has_many(column)][:MOST_COLUMNS]
    if not names:
        return {}
    wanted = ", ".join(f"approx_quantile(TRY_CAST({text_of(name)} AS DOUBLE), {QUARTERS})" for name in names)
    with open_table(path, preview.dialect) as connection:
        row: Any = connection.execute(f"SELECT {wanted} FROM predictions").fetchone()  # noqa: S608 - names are quoted
    return {name: _range(values) for name, values in zip(names, row, strict=True) if values}


def ranges_from_json(content: Mapping[str, Mapping[str, Any]]) -> dict[str, Range]:
    """Return the ranges that ``vars`` of each described."""
    return {name: Range(part["low"], part["high"], tuple(part["cuts"])) for name, part in content.items()}


def parse_cuts(text: str) -> list[str]:
    """Return cut points as ascending decimal text.

    Args:
        text: numbers with a point as decimal sign, separated by commas, semicolons or spaces; in any order.

    Raises:
        ValueError: with a sentence: no number, one twice, or more than nine.
    """
    words = text.replace(",", " ").replace(";", " ").split()
    cuts = sorted(_decimal(word) for word in words)
    if len(set(cuts)) != len(cuts):
        message = "A cut point stands twice; leave one out."
        raise ValueError(message)
    if len(cuts) > MOST_CUTS:
        message = f"Give at most {MOST_CUTS} cut points; small groups cannot be judged."
        raise ValueError(message)
    return [plain(cut) for cut in cuts]


def plain(number: Decimal) -> str:
    """Return a decimal without exponent and without needless zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def _decimal(word: str) -> Decimal:
    try:
        number = Decimal(word)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 15:  # noqa: PLR2004 - what a double holds
        message = f"“{word}” is not a number. Write cut points such as 25, 40, 60."
        raise ValueError(message)
    return number


def _range(values: Sequence[float]) -> Range:
    low, *middle, high = (Decimal(repr(value)) for value in values)
    spread = (high - low) / FINENESS
    if not spread.is_finite() or spread <= 0:
        return Range(plain(low), plain(high), ())
    scale = Decimal(1).scaleb(spread.adjusted())
    step = next(scale * size for size in STEPS if scale * size >= spread)
    cuts = sorted({(value / step).to_integral_value() * step for value in middle})
    return Range(plain(low), plain(high), tuple(plain(cut) for cut in cuts if low < cut < high))


def _has_many(column: Column) -> bool:
    """Whether a column has more numbers than one would compare as groups."""
    return column.has_more or len(column.distinct) > MANY
