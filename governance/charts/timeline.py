"""The course of something on a line of time: a lane for each who has a part in it, bars where it was their turn, marks where they acted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WIDTH: Final = 480
LEFT: Final = 112
RIGHT: Final = 464
TOP: Final = 14
LANE: Final = 34
FOOT: Final = 28
TICKS: Final = 2
BAR: Final = 8
NEAR: Final = 9
LONGEST_LABEL: Final = 15
SHORT: Final = timedelta(days=3)
SHORTEST: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Point:
    """Something that happened in a lane, with the tone of its mark and what it says."""

    lane: str
    at: datetime
    tone: str
    words: str


@dataclass(frozen=True)
class Span:
    """A time in a lane."""

    lane: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Dot:
    """A mark, in the units of the view box; a number that the table repeats."""

    x: str
    y: str
    tone: str
    number: int
    words: str


@dataclass(frozen=True)
class Bar:
    """A bar, in the units of the view box."""

    x: str
    y: str
    width: str


@dataclass(frozen=True)
class Timeline:
    """The picture: lanes from above, with their bars and marks, over an axis of time."""

    title: str
    description: str
    height: int
    lanes: tuple[tuple[str, str, str], ...]
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[str, str, str], ...]
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bar: int = BAR

    @property
    def bottom(self) -> int:
        """Where the axis stands."""
        return self.height - FOOT

    @property
    def tick_y(self) -> int:
        """Where the times of the axis stand."""
        return self.height - FOOT + 17


def timeline(title: str, points: Sequence[Point], spans: Sequence[Span]) -> Timeline:
    """Lay out what happened; marks that would hide each other stand side by side.

    Args:
        title: what is shown.
        points: at least one, in the order of time.
        spans: times in which it was a lane's turn.
    """
    lanes = list(dict.fromkeys([*(one.lane for one in points), *(one.lane for one in spans)]))
    moments = [one.at for one in points] + [moment for one in spans for moment in (one.since, one.until)]
    first = min(moments)
    whole = max(max(moments) - first, SHORTEST)
    middle = {lane: TOP + LANE * number + LANE // 2 for number, lane in enumerate(lanes)}

    def across(moment: datetime) -> float:
        return LEFT + (moment - first) / whole * (RIGHT - LEFT)

    return Timeline(
        title=title,
        description=" ".join(one.words for one in points),
        height=TOP + LANE * len(lanes) + FOOT,
        lanes=tuple((lane, _short(lane), str(middle[lane])) for lane in lanes),
        bars=tuple(_bar(across(one.since), across(one.until), middle[one.lane]) for one in spans if one.until > one.since),
        dots=tuple(_dots(points, [across(one.at) for one in points], middle)),
        ticks=tuple(_tick(first + whole * number / TICKS, whole, number, across) for number in range(TICKS + 1)),
    )


def _dots(points: Sequence[Point], places: Sequence[float], middle: dict[str, int]) -> list[Dot]:
    found: list[Dot] = []
    last: dict[str, float] = {}
    for number, (point, place) in enumerate(zip(points, places, strict=True), start=1):
        x = max(place, last.get(point.lane, place - NEAR * 2) + NEAR * 2)
        last[point.lane] = x
        found.append(Dot(f"{x:.1f}", str(middle[point.lane]), point.tone, number, point.words))
    over = max((float(dot.x) for dot in found), default=RIGHT) - RIGHT
    return found if over <= 0 else [_moved(dot, over) for dot in found]


def _moved(dot: Dot, over: float) -> Dot:
    """Pull marks that were pushed past the end back into the picture, the further right the more."""
    share = (float(dot.x) - LEFT) / (RIGHT + over - LEFT)
    return Dot(f"{float(dot.x) - over * share:.1f}", dot.y, dot.tone, dot.number, dot.words)


def _bar(start: float, end: float, middle: int) -> Bar:
    return Bar(f"{start:.1f}", f"{middle - BAR / 2:.1f}", f"{max(end - start, 1):.1f}")


def _tick(moment: datetime, whole: timedelta, number: int, across: Callable[[datetime], float]) -> tuple[str, str, str]:
    anchor = "start" if number == 0 else "end" if number == TICKS else "middle"
    label = f"{moment:%-d %b %H:%M}" if whole < SHORT else f"{moment:%-d %b %Y}"
    return f"{across(moment):.1f}", label, anchor


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
