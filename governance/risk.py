"""What a risk is rated by, and when it needs somebody's acceptance.

The rule: pure. A rating is a place on a 5 × 5 matrix, likelihood by impact;
its score is their product. What counts is the residual rating where there is
one, and the inherent rating otherwise, because a treatment that nobody has
rated has done nothing yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from registry.errors import DomainError
from registry.policy import REVIEWER_ROLES

SIZE: Final = 5
STEPS: Final = tuple(range(1, SIZE + 1))


class Treatment(StrEnum):
    """What is done about a risk."""

    AVOID = "avoid"
    REDUCE = "reduce"
    TRANSFER = "transfer"
    ACCEPT = "accept"


class RiskState(StrEnum):
    """Whether a risk is still there."""

    OPEN = "open"
    CLOSED = "closed"


class Level(StrEnum):
    """How grave a score is."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    SEVERE = "severe"


# The largest score of each level; the bands are the usual habit and have no authority behind them.
HIGHEST: Final[Mapping[Level, int]] = MappingProxyType({Level.LOW: 4, Level.MODERATE: 9, Level.HIGH: 14, Level.SEVERE: 25})


@dataclass(frozen=True, order=True)
class Rating:
    """Likelihood and impact, each 1 (least) to 5 (most)."""

    likelihood: int
    impact: int

    def __post_init__(self) -> None:
        """Refuse a place outside the matrix."""
        if self.likelihood not in STEPS or self.impact not in STEPS:
            message = f"Rate likelihood and impact from 1 to {SIZE}."
            raise DomainError(message)

    @property
    def score(self) -> int:
        """Likelihood × impact, 1 to 25."""
        return self.likelihood * self.impact

    @property
    def level(self) -> Level:
        """The band in which the score lies."""
        return next(level for level, highest in HIGHEST.items() if self.score <= highest)

    def to_json(self) -> list[int]:
        """Return likelihood and impact as they go into a snapshot."""
        return [self.likelihood, self.impact]


@dataclass(frozen=True)
class Scale:
    """The words of the matrix, and what the organisation bears without asking.

    Attributes:
        likelihood: a word for each step, the least first.
        impact: a word for each step, the least first.
        appetite: the largest score that a team may bear by itself.
        role: the reviewing role that accepts what lies above.
        longest_days: for how long an acceptance may hold.
    """

    likelihood: tuple[str, ...] = ("Rare", "Unlikely", "Possible", "Likely", "Almost certain")
    impact: tuple[str, ...] = ("Negligible", "Minor", "Noticeable", "Serious", "Grave")
    appetite: int = 9
    role: str = "legal"
    longest_days: int = 180

    def __post_init__(self) -> None:
        """Refuse a scale that cannot be read."""
        for words in (self.likelihood, self.impact):
            if len(words) != SIZE or not all(word.strip() for word in words) or len(set(words)) != SIZE:
                message = f"A scale has {SIZE} different words, the least first."
                raise DomainError(message)
        if not 1 <= self.appetite <= SIZE * SIZE:
            message = f"The appetite is a score from 1 to {SIZE * SIZE}."
            raise DomainError(message)
        if self.role not in REVIEWER_ROLES:
            message = f"There is no reviewing role named “{self.role}”."
            raise DomainError(message)
        if self.longest_days < 1:
            message = "An acceptance holds for at least one day."
            raise DomainError(message)

    def to_json(self) -> dict[str, Any]:
        """Return the scale as it goes into a snapshot."""
        return {"likelihood": list(self.likelihood), "impact": list(self.impact), "appetite": self.appetite, "role": self.role}


def present(inherent: Rating, residual: Rating | None) -> Rating:
    """Return the rating that counts."""
    return residual or inherent


def is_above(rating: Rating, appetite: int) -> bool:
    """Whether a rating is more than the organisation bears without asking."""
    return rating.score > appetite


def needs_acceptance(state: RiskState, rating: Rating, appetite: int, accepted_until: date | None, today: date) -> bool:
    """Whether an open risk lies above the appetite and nobody's acceptance holds on the day."""
    if state is RiskState.CLOSED or not is_above(rating, appetite):
        return False
    return accepted_until is None or accepted_until < today


def placed(ratings: Sequence[Rating]) -> Mapping[tuple[int, int], int]:
    """Return how many ratings lie on each square, by (likelihood, impact); squares without one are left out."""
    found: dict[tuple[int, int], int] = {}
    for rating in ratings:
        place = (rating.likelihood, rating.impact)
        found[place] = found.get(place, 0) + 1
    return found
