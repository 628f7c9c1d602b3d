"""What the gate must know of a release; made from a snapshot, decisions and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
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
    """How far a framework is answered: the value by item id, and how many items it has.

    Attributes:
        to_confirm: answers that were carried forward and that nobody has confirmed; they are not among the values.
        inherited: how many of the values are the organisation's.
    """

    framework: str
    items: int
    values: Mapping[str, str]
    to_confirm: int = 0
    inherited: int = 0


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
class ContractFact:
    """How a file kept the data contract: how many rules there are, and those that it broke, in words."""

    rules: int
    broken: tuple[str, ...]


@dataclass(frozen=True)
class EvaluationFact:
    """One finished evaluation.

    Attributes:
        contract: the report about the data contract; None when there was none.
    """

    name: str
    finished_at: datetime
    rows: int
    attributes: tuple[str, ...]
    findings: tuple[FindingFact, ...]
    witness_agrees: bool
    contract: ContractFact | None = None


@dataclass(frozen=True)
class RiskFact:
    """One risk of the register.

    Attributes:
        accepted_until: the last day on which somebody answers for it; None when nobody does.
    """

    title: str
    is_open: bool
    above_appetite: bool
    accepted_until: date | None


@dataclass(frozen=True)
class LiveFact:
    """A time during which the artifacts of the snapshot were live in an environment; no end means that they still are."""

    environment: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class ClaimFact:
    """A number of the card that is taken from an evaluation.

    Attributes:
        field: title of the field in which it stands.
        evaluation: name of the evaluation.
        attribute: empty for the rate of all records.
        state: current, superseded or missing.
        group: of whom it is the rate; empty for a gap and for all records.
        field_id: the field in which it stands.
    """

    field: str
    evaluation: str
    metric: str
    attribute: str
    state: str
    group: str = ""
    field_id: str = ""


@dataclass(frozen=True)
class DecisionFact:
    """One person's step in one role on one snapshot.

    Attributes:
        parts: SHA-256 of each part of that snapshot, where the policy limits a role to some of them.
    """

    person_id: int
    person_name: str
    role: str
    step: Step
    at: datetime
    snapshot_digest: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WaiverFact:
    """A requirement that somebody set aside and that nobody has put back.

    Attributes:
        requirement: key of the requirement.
        reason: why, in the words of the team that asked for it.
        comment: what the granting rests on.
        until: the moment from which it no longer holds.
        fingerprint: SHA-256 over everything that the waiver says.
    """

    waiver_id: int
    requirement: str
    title: str
    reason: str
    requested_by_id: int
    requested_by: str
    requested_at: datetime
    person_id: int
    person_name: str
    role: str
    comment: str
    granted_at: datetime
    until: datetime
    snapshot_digest: str
    fingerprint: str


@dataclass(frozen=True)
class CommentFact:
    """An open comment of a reviewer that blocks: who made it, and the part that it is about."""

    person_name: str
    anchor: str


@dataclass(frozen=True)
class OwedFact:
    """The review of a promotion in an emergency that is owed, and by when."""

    release_id: int
    name: str
    due: datetime


@dataclass(frozen=True)
class Facts:
    """Everything that the gate looks at.

    Attributes:
        decisions: in the order in which they were taken; the order tells which
            is a person's latest, because a clock may be set back.
        parts: SHA-256 of each part of the snapshot, where the policy limits a role to some of them.
        waivers: those that were granted and not taken back, the oldest first.
        blocking: open comments of reviewers that block, the oldest first.
        owed: reviews of the model's promotions in an emergency that are not done.
        risks: the risk register; None in a snapshot from before there was one.
        live: when the same artifacts were live, in any environment.
        team_ids: the people of the team that owns the model.
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
    parts: Mapping[str, str] = field(default_factory=dict)
    waivers: tuple[WaiverFact, ...] = ()
    claims: tuple[ClaimFact, ...] = ()
    blocking: tuple[CommentFact, ...] = ()
    owed: tuple[OwedFact, ...] = ()
    risks: tuple[RiskFact, ...] | None = None
    live: tuple[LiveFact, ...] = ()
    team_ids: frozenset[int] = frozenset()
