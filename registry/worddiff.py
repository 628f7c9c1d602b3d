"""What changed between two texts, word by word.

The rule: the pieces rebuild both texts exactly; *same* and *removed* are the
earlier one, *same* and *added* the later one. The difference is short, not
always the shortest: its cost grows with the texts and not with their square,
so that 200 KB against 200 KB is a fraction of a second, whatever they hold.

Lines that occur once in both texts are matched first, then words that do so
between them; what is left is walked greedily within a budget, and what is
over budget is told as replaced.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import isqrt
from typing import Final, Literal

Kind = Literal["same", "added", "removed", "folded"]

# Words, runs of spaces, line ends, and every other letter alone: each letter of a text is in exactly one part.
WORD: Final = re.compile(r"\w+|[^\S\n]+|\n|[^\w\s]")
LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
DEEPEST: Final = 12
# How many parts are walked at once, how many steps a walk may take for each part, and how many all walks together.
FEW: Final = 48
STEPS_EACH: Final = 16
STEPS: Final = 300_000


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, came or went; a page may fold what stayed (*folded*)."""

    kind: Kind
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """Return what became of a text, as runs in reading order; within a change what went stands first."""
    if before == after:
        return [Piece("same", before)] if before else []
    steps = _Steps(STEPS)
    found: list[Piece] = []
    for kind, gone, come in _runs(LINE, before, after, None):
        if kind == "same":
            found.append(Piece("same", gone))
        elif not gone or not come:
            found.extend(_replaced(gone, come))
        else:
            for inner, left, right in _runs(WORD, gone, come, steps):
                found.extend([Piece("same", left)] if inner == "same" else _replaced(left, right))
    return _tidy(found)


def before_of(pieces: Iterable[Piece]) -> str:
    """Return the earlier text."""
    return "".join(piece.text for piece in pieces if piece.kind != "added")


def after_of(pieces: Iterable[Piece]) -> str:
    """Return the later text."""
    return "".join(piece.text for piece in pieces if piece.kind != "removed")


def _replaced(gone: str, come: str) -> Iterator[Piece]:
    if gone:
        yield Piece("removed", gone)
    if come:
        yield Piece("added", come)


def _runs(pattern: re.Pattern[str], before: str, after: str, steps: _Steps | None) -> Iterator[tuple[str, str, str]]:
    """Yield ``same`` or ``other`` with the text on both sides, in order; parts are what the pattern finds."""
    old, new = pattern.findall(before), pattern.findall(after)
    starts, ends = [0, *accumulate(map(len, old))], [0, *accumulate(map(len, new))]
    left = right = 0
    for one, other, length in [*_Matching(old, new, steps).blocks, (len(old), len(new), 0)]:
        if (left, right) != (one, other):
            yield "other", before[starts[left] : starts[one]], after[ends[right] : ends[other]]
        left, right = one + length, other + length
        if length:
            yield "same", before[starts[one] : starts[left]], after[ends[other] : ends[right]]


class _Steps:
    """How many steps all walks together may still take."""

    def __init__(self, left: int) -> None:
        self.left = left


class _Matching:
    """Finds the blocks that two sequences share: (place here, place there, length), in order."""

    def __init__(self, old: Sequence[str], new: Sequence[str], steps: _Steps | None) -> None:
        numbers: dict[str, int] = {}
        self.old = [numbers.setdefault(part, len(numbers)) for part in old]
        self.new = [numbers.setdefault(part, len(numbers)) for part in new]
        self.steps = steps
        self.blocks: list[tuple[int, int, int]] = []
        self._match(0, len(old), 0, len(new), 0)

    def _match(self, left: int, left_end: int, right: int, right_end: int, depth: int) -> None:
        """Match equal ends, then what occurs once on both sides in the same order, then again between these."""
        old, new = self.old, self.new
        one, other = left, right
        while one < left_end and other < right_end and old[one] == new[other]:
            one, other = one + 1, other + 1
        if one > left:
            self.blocks.append((left, right, one - left))
        one_end, other_end = left_end, right_end
        while one_end > one and other_end > other and old[one_end - 1] == new[other_end - 1]:
            one_end, other_end = one_end - 1, other_end - 1
        if one < one_end and other < other_end:
            self._inside(one, one_end, other, other_end, depth)
        if one_end < left_end:
            self.blocks.append((one_end, other_end, left_end - one_end))

    def _inside(self, left: int, left_end: int, right: int, right_end: int, depth: int) -> None:
        is_small = left_end - left + right_end - right <= FEW and self.steps is not None
        alone = [] if is_small or depth >= DEEPEST else self._alone(left, left_end, right, right_end)
        if not alone:
            self._walk(left, left_end, right, right_end)
            return
        for one, other in [*alone, (left_end, right_end)]:
            if left < one or right < other:
                self._match(left, one, right, other, depth + 1)
            if one < left_end:
                self.blocks.append((one, other, 1))
            left, right = one + 1, other + 1

    def _alone(self, left: int, left_end: int, right: int, right_end: int) -> list[tuple[int, int]]:
        """Return the longest row of parts that occur once on both sides and stand in the same order."""
        here, there = Counter(self.old[left:left_end]), Counter(self.new[right:right_end])
        places = {part: place for place, part in enumerate(self.new[right:right_end], right) if there[part] == 1}
        parts = enumerate(self.old[left:left_end], left)
        return _rising([(place, places[part]) for place, part in parts if part in places and here[part] == 1])

    def _walk(self, left: int, left_end: int, right: int, right_end: int) -> None:
        """Match as much as the budget allows, by Myers's greedy walk; nothing when it takes too many steps.

        Source:
            E. W. Myers, An O(ND) Difference Algorithm and Its Variations, 1986.
        """
        if self.steps is None or self.steps.left <= 0:
            return
        old, new = self.old[left:left_end], self.new[right:right_end]
        size = len(old) + len(new)
        most = min(size, isqrt(2 * min(STEPS_EACH * size, self.steps.left)))
        trail = _trail(old, new, most)
        self.steps.left -= (min(len(trail), most) ** 2) // 2
        self.blocks.extend((left + one, right + other, length) for one, other, length in _way_back(trail, len(old), len(new)))


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest run of pairs whose second number rises; the first one does already."""
    tails: list[int] = []
    tops: list[int] = []
    above: list[int] = []
    for place, (_, right) in enumerate(pairs):
        height = bisect_left(tails, right)
        above.append(tops[height - 1] if height else -1)
        tails[height : height + 1], tops[height : height + 1] = [right], [place]
    found: list[tuple[int, int]] = []
    place = tops[-1] if tops else -1
    while place >= 0:
        found.append(pairs[place])
        place = above[place]
    return found[::-1]


def _trail(old: Sequence[int], new: Sequence[int], most: int) -> list[list[int]]:
    """Return how far each diagonal reached after each cost, until the end is reached; nothing when it is not.

    A row is a list in which diagonal ``line`` of cost ``cost`` stands at ``(line + cost) // 2``.
    """
    end, other_end = len(old), len(new)
    trail: list[list[int]] = []
    row = [0]
    for cost in range(most + 1):
        reached = []
        for place in range(cost + 1):
            line = 2 * place - cost
            if cost == 0:
                left = 0
            elif place == 0 or (place != cost and row[place - 1] < row[place]):
                left = row[place]
            else:
                left = row[place - 1] + 1
            right = left - line
            while left < end and right < other_end and old[left] == new[right]:
                left, right = left + 1, right + 1
            reached.append(left)
            if left >= end and right >= other_end:
                return [*trail, reached]
        trail.append(reached)
        row = reached
    return []


def _way_back(trail: Sequence[Sequence[int]], left: int, right: int) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for cost in range(len(trail) - 1, 0, -1):
        row, place = trail[cost - 1], (left - right + cost) // 2
        is_down = place == 0 or (place != cost and row[place - 1] < row[place])
        stop = row[place] if is_down else row[place - 1]
        start = stop if is_down else stop + 1
        if left > start:
            found.append((start, right - (left - start), left - start))
        right -= left - start
        left, right = stop, right - 1 if is_down else right
    if trail and left:
        found.append((0, 0, left))
    return found[::-1]


def _tidy(pieces: Sequence[Piece]) -> list[Piece]:
    """Join runs; a lone space between two changes belongs to them."""
    found: list[Piece] = []
    same: list[str] = []
    gone: list[str] = []
    come: list[str] = []
    for place, piece in enumerate(pieces):
        if piece.kind == "same" and not _is_glue(pieces, place):
            if gone or come:
                found.extend(_replaced("".join(gone), "".join(come)))
                gone, come = [], []
            same.append(piece.text)
            continue
        if same:
            found.append(Piece("same", "".join(same)))
            same = []
        if piece.kind != "added":
            gone.append(piece.text)
        if piece.kind != "removed":
            come.append(piece.text)
    found.extend(_replaced("".join(gone), "".join(come)))
    return [*found, Piece("same", "".join(same))] if same else found


def _is_glue(pieces: Sequence[Piece], place: int) -> bool:
    if pieces[place].text != " " or not 0 < place < len(pieces) - 1:
        return False
    return pieces[place - 1].kind != "same" and pieces[place + 1].kind != "same"
