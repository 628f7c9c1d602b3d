"""A rate where two attributes meet: rows, columns, and how far each square lies from the rate of all records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from governance.charts.dots import percent

LEFT: Final = 120
SQUARES: Final = 360
HEAD: Final = 26
ROW: Final = 46
LONGEST_ROW: Final = 16
LETTER: Final = 7
MOST_COLUMNS: Final = 6
MOST_ROWS: Final = 20
# How far from the rate of all records a square counts as near it, and as far.
NEAR: Final = Fraction(1, 40)
FAR: Final = Fraction(1, 10)


@dataclass(frozen=True)
class Entry:
    """What is known of one square: a rate in 0..1 (None: undefined), the records that it rests on, and whether they are too few."""

    rate: Fraction | None
    records: str
    is_small: bool = False


@dataclass(frozen=True)
class Square:
    """One square, in the units of the view box.

    Attributes:
        level: near, above, far-above, below, far-below, small, undefined or empty.
        shown: the rate, in percent.
        difference: to the rate of all records, with its sign and in points; empty where nothing is to be said.
        words: the whole square in words.
    """

    row: str
    column: str
    x: str
    y: int
    level: str
    shown: str
    records: str
    difference: str
    words: str


@dataclass(frozen=True)
class Label:
    """A name beside a row or over a column."""

    text: str
    short: str
    place: str


@dataclass(frozen=True)
class GapMatrix:
    """Squares on a grid; with ``is_drawn`` false there are too many to be read, and none."""

    title: str
    description: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    squares: tuple[tuple[Square, ...], ...]
    side: str
    height: int
    is_drawn: bool
    width: int = LEFT + SQUARES
    left: int = LEFT
    tall: int = ROW - 2


def gap_matrix(
    title: str, rows: Sequence[str], columns: Sequence[str], entries: Mapping[tuple[str, str], Entry], overall: Fraction | None
) -> GapMatrix:
    """Lay out a square for each row and column.

    Args:
        title: what is shown, such as "Selection rate by sex × race".
        rows: groups of the first attribute, in their order.
        columns: groups of the second.
        entries: by row and column; what is missing has no records.
        overall: the rate of all records, with which each square is compared.
    """
    if not fits(rows, columns):
        return GapMatrix(title, "", (), (), (), "0", HEAD, is_drawn=False)
    side = Fraction(SQUARES, len(columns))
    squares = tuple(
        tuple(
            _square(entries.get((row, column)), row, column, (LEFT + side * across, HEAD + ROW * down), overall)
            for across, column in enumerate(columns)
        )
        for down, row in enumerate(rows)
    )
    letters = int(side) // LETTER
    return GapMatrix(
        title=title,
        description=" ".join(square.words for line in squares for square in line),
        rows=tuple(Label(row, short(row, LONGEST_ROW), str(HEAD + ROW * down + ROW // 2)) for down, row in enumerate(rows)),
        columns=tuple(
            Label(one, short(one, letters), f"{float(LEFT + side * (across + Fraction(1, 2))):.1f}") for across, one in enumerate(columns)
        ),
        squares=squares,
        side=f"{float(side - 2):.1f}",
        height=HEAD + ROW * len(rows),
        is_drawn=True,
    )


def fits(rows: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a matrix of these groups can be read."""
    return 0 < len(rows) <= MOST_ROWS and 0 < len(columns) <= MOST_COLUMNS


def short(text: str, longest: int) -> str:
    """Return a text cut to a number of letters."""
    return text if len(text) <= longest else f"{text[: max(longest - 1, 1)]}…"


def _square(entry: Entry | None, row: str, column: str, place: tuple[Fraction, int], overall: Fraction | None) -> Square:
    where = {"row": row, "column": column, "x": f"{float(place[0]):.1f}", "y": place[1]}
    name = f"{row}, {column}"
    if entry is None:
        return Square(**where, level="empty", shown="–", records="", difference="", words=f"{name}: no records.")  # type: ignore[arg-type]
    shown = "undefined" if entry.rate is None else percent(entry.rate)
    level, difference, said = _compared(entry, overall)
    words = f"{name}: {shown}, n = {entry.records}{said}."
    return Square(**where, level=level, shown=shown, records=entry.records, difference=difference, words=words)  # type: ignore[arg-type]


def _compared(entry: Entry, overall: Fraction | None) -> tuple[str, str, str]:
    """Return the level, the signed difference, and the difference in words."""
    if entry.rate is None:
        return "undefined", "", ""
    if entry.is_small:
        return "small", "too small", ", too small to judge"
    if overall is None:
        return "near", "", ""
    gap = entry.rate - overall
    points = f"{float(abs(gap) * 100):.1f}"
    if abs(gap) < NEAR:
        return "near", f"{'+' if gap >= 0 else '−'}{points}", f", {points} points {'above' if gap >= 0 else 'below'} all records"
    side, sign = ("above", "▲ +") if gap > 0 else ("below", "▼ −")
    level = f"far-{side}" if abs(gap) >= FAR else side
    return level, f"{sign}{points}", f", {points} points {side} all records"
