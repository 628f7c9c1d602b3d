"""What the gate must know of a release; made from a snapshot, decisions and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from governance.workflow import State, Step


@dataclass(frozen=True)
class DocumentFact:
    """How complete a document is.

    Attributes:
        template: key of its template.
        label: what it is about, for people.
        percent: share of the essential fields that are filled, floored.
        filled: essential fields that are filled.
        total: essential fields.
    """

    template: str
    label: str
    percent: int
    filled: int
    total: int


@dataclass(frozen=True)
class FrameworkFact:
    """How far a framework is answered: the value by item id, and how many items it has."""

    framework: str
    items: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class FindingFact:
    """One metric on one attribute; undefined is None.

    Attributes:
        incomplete: a group has no rate, so that it is missing from the value.
        too_small: a group has too few records to be judged.
    """

    metric: str
    attribute: str
    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    incomplete: bool
    too_small: bool = False


@dataclass(frozen=True)
class EvaluationFact:
    """One finished evaluation."""

    name: str
    finished_at: datetime
    rows: int
    attributes: tuple[str, ...]
    findings: tuple[FindingFact, ...]
    witness_agrees: bool


@dataclass(frozen=True)
class DecisionFact:
    """One person's step in one role on one snapshot."""

    person_id: int
    person_name: str
    role: str
    step: Step
    at: datetime
    snapshot_digest: str


@dataclass(frozen=True)
class Facts:
    """Everything that the gate looks at.

    Attributes:
        decisions: in the order in which they were taken; the order tells which
            is a person's latest, because a clock may be set back.
    """

    snapshot_digest: str
    tier: str
    tier_now: str
    documents: tuple[DocumentFact, ...]
    frameworks: tuple[FrameworkFact, ...]
    evaluations: tuple[EvaluationFact, ...]
    artifacts: int
    git_commit: str
    training_datasets: int
    author_ids: frozenset[int]
    decisions: tuple[DecisionFact, ...]
    state: State
    promoted_at: datetime | None
    expires_at: datetime | None
    now: datetime
