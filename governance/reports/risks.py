"""The register of risks as it was frozen: its matrix and its rows, the gravest first.

The rule: a rating is likelihood and impact, each 1 to 5; a risk that was not
rated after treatment counts as it stood before. A snapshot from before there
was a register has none, and then nothing is printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

STEPS: Final = (1, 2, 3, 4, 5)
FEW: Final = 3
# The largest score of each shade, the lightest first.
SHADES: Final = ((4, "low"), (9, "moderate"), (14, "high"), (25, "severe"))


@dataclass(frozen=True)
class PrintedRisk:
    """One risk; the ratings as “3 × 4 = 12”."""

    title: str
    inherent: str
    residual: str
    score: int
    treatment: str
    state: str
    accepted_until: date | None
    above: bool


@dataclass(frozen=True)
class Cell:
    """One square of the matrix: how many risks lie there after treatment, and before."""

    heat: str
    residual: int
    inherent: int


@dataclass(frozen=True)
class Step:
    """One step of the scale; ``word`` is empty in snapshots that froze no scale."""

    number: int
    word: str = ""


@dataclass(frozen=True)
class Row:
    """One likelihood, with a square for each impact."""

    likelihood: Step
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Register:
    """The risks, the gravest first, and the matrix, the likeliest first; its steps in the words of the frozen scale."""

    risks: tuple[PrintedRisk, ...]
    rows: tuple[Row, ...]
    steps: tuple[Step, ...] = tuple(Step(number) for number in STEPS)

    @property
    def above(self) -> int:
        """How many lie above what the organisation accepts."""
        return sum(risk.above for risk in self.risks)

    @property
    def gravest(self) -> tuple[PrintedRisk, ...]:
        """The few that a summary names."""
        return self.risks[:FEW]

    @property
    def others(self) -> int:
        """How many a summary does not name."""
        return len(self.risks) - len(self.gravest)


def register_of(content: Mapping[str, Any]) -> Register | None:
    """Return the register of a snapshot; None when the snapshot is older than registers."""
    part = content.get("risks")
    if part is None:
        return None
    found = part if isinstance(part, list) else part.get("risks", [])
    risks = sorted((_risk(one) for one in found), key=lambda risk: (not risk.above, -risk.score, risk.title))
    scale = content.get("risk_scale", {})
    return Register(tuple(risks), _rows(found, _steps(scale.get("likelihood", ()))), _steps(scale.get("impact", ())))


def _risk(part: Mapping[str, Any]) -> PrintedRisk:
    residual = _residual(part)
    until = part.get("accepted_until")
    return PrintedRisk(
        title=part["title"],
        inherent=_written(part["inherent"]),
        residual=_written(residual),
        score=residual[0] * residual[1],
        treatment=part["treatment"].capitalize(),
        state=part["state"].capitalize(),
        accepted_until=date.fromisoformat(until[:10]) if until else None,
        above=bool(part.get("above_appetite")),
    )


def _residual(part: Mapping[str, Any]) -> Sequence[int]:
    found: Sequence[int] = part.get("residual") or part["inherent"]
    return found


def _written(rating: Sequence[int]) -> str:
    likelihood, impact = rating
    return f"{likelihood} × {impact} = {likelihood * impact}".replace(" ", "\N{NO-BREAK SPACE}")


def _steps(words: Sequence[str]) -> tuple[Step, ...]:
    found = words if len(words) == len(STEPS) else [""] * len(STEPS)
    return tuple(Step(number, word) for number, word in zip(STEPS, found, strict=True))


def _rows(parts: Sequence[Mapping[str, Any]], likelihoods: Sequence[Step]) -> tuple[Row, ...]:
    after = Counter(tuple(_residual(part)) for part in parts)
    before = Counter(tuple(part["inherent"]) for part in parts)
    return tuple(
        Row(step, tuple(Cell(_shade(step.number * impact), after[step.number, impact], before[step.number, impact]) for impact in STEPS))
        for step in reversed(likelihoods)
    )


def _shade(score: int) -> str:
    return next(shade for highest, shade in SHADES if score <= highest)
