"""Risks on a 5 × 5 matrix, and how many were open over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from governance.risk import SIZE, STEPS, Rating, Scale, is_above

LEFT: Final = 104
SQUARE: Final = 74
TALL: Final = 44
FOOT: Final = 40
TREND_WIDTH: Final = 480
TREND_LEFT: Final = 30
TREND_RIGHT: Final = 470
TREND_TOP: Final = 12
TREND_BOTTOM: Final = 132
LEAST_TOP: Final = 4


@dataclass(frozen=True)
class Place:
    """One square of the matrix, in the units of the view box, with the risks that lie there."""

    x: int
    y: int
    level: str
    score: int
    count: int
    is_above: bool
    words: str


@dataclass(frozen=True)
class RiskMatrix:
    """The squares, the likeliest first, and the words at the edges."""

    title: str
    description: str
    lines: tuple[tuple[Place, ...], ...]
    rows: tuple[tuple[str, int], ...]
    columns: tuple[tuple[str, int], ...]
    width: int = LEFT + SQUARE * SIZE
    height: int = TALL * SIZE + FOOT
    square: int = SQUARE - 2
    tall: int = TALL - 2


def risk_matrix(title: str, counts: Mapping[tuple[int, int], int], scale: Scale) -> RiskMatrix:
    """Lay out the matrix.

    Args:
        title: what is shown.
        counts: risks by (likelihood, impact).
        scale: the words and the appetite.
    """
    lines = tuple(tuple(_place(likelihood, impact, counts, scale) for impact in STEPS) for likelihood in reversed(STEPS))
    filled = [place.words for line in lines for place in line if place.count]
    return RiskMatrix(
        title=title,
        description=" ".join(filled) or "No open risk.",
        lines=lines,
        rows=tuple((scale.likelihood[step - 1], TALL * (SIZE - step) + TALL // 2) for step in reversed(STEPS)),
        columns=tuple((scale.impact[step - 1], LEFT + SQUARE * (step - 1) + SQUARE // 2) for step in STEPS),
    )


def _place(likelihood: int, impact: int, counts: Mapping[tuple[int, int], int], scale: Scale) -> Place:
    rating = Rating(likelihood, impact)
    count = counts.get((likelihood, impact), 0)
    above = is_above(rating, scale.appetite)
    noun = "risk" if count == 1 else "risks"
    where = f"{scale.likelihood[likelihood - 1].lower()}, {scale.impact[impact - 1].lower()}"
    return Place(
        x=LEFT + SQUARE * (impact - 1),
        y=TALL * (SIZE - likelihood),
        level=rating.level,
        score=rating.score,
        count=count,
        is_above=above,
        words=f"{count} {noun} {where}: {rating.level}{', above the appetite' if above else ''}.",
    )


@dataclass(frozen=True)
class TrendPoint:
    """One day: how many risks were open, and how many of them lay above the appetite."""

    day: date
    open: int
    above: int


@dataclass(frozen=True)
class RiskTrend:
    """Two lines over time, in the units of the view box.

    Attributes:
        points: the same as numbers, for the table beside it.
    """

    title: str
    description: str
    open_line: str
    above_line: str
    ticks: tuple[tuple[int, str], ...]
    days: tuple[tuple[str, date], ...]
    ends: tuple[tuple[str, str, str], ...]
    points: tuple[TrendPoint, ...]
    width: int = TREND_WIDTH
    height: int = TREND_BOTTOM + 24
    left: int = TREND_LEFT
    right: int = TREND_RIGHT
    bottom: int = TREND_BOTTOM


def risk_trend(title: str, points: Sequence[TrendPoint]) -> RiskTrend:
    """Lay out the trend; there must be at least two points, the oldest first."""
    top = max(LEAST_TOP, *(point.open for point in points))
    last, first = points[-1], points[0]

    def y_of(number: int) -> float:
        return TREND_BOTTOM - (TREND_BOTTOM - TREND_TOP) * number / top

    def x_of(index: int) -> float:
        return TREND_LEFT + (TREND_RIGHT - TREND_LEFT) * index / (len(points) - 1)

    def line(numbers: Sequence[int]) -> str:
        return " ".join(f"{x_of(index):.1f},{y_of(number):.1f}" for index, number in enumerate(numbers))

    return RiskTrend(
        title=title,
        description=(
            f"From {first.day:%-d %b %Y} to {last.day:%-d %b %Y}: open risks went from {first.open} to {last.open}, "
            f"those above the appetite from {first.above} to {last.above}."
        ),
        open_line=line([point.open for point in points]),
        above_line=line([point.above for point in points]),
        ticks=tuple((number, f"{y_of(number):.1f}") for number in sorted({0, top // 2, top})),
        days=tuple((f"{x_of(index):.1f}", points[index].day) for index in sorted({0, (len(points) - 1) // 2, len(points) - 1})),
        ends=(("open", f"{y_of(last.open):.1f}", str(last.open)), ("above", f"{y_of(last.above):.1f}", str(last.above))),
        points=tuple(points),
    )
