"""The one state machine: how a release moves.

The rule: ``MOVES`` is the only table of transitions. A step that is not in it
for the present state is a conflict (409), never a matter of permission.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.errors import ConflictError


class State(StrEnum):
    """Where a release stands."""

    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    PROMOTED = "promoted"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class Step(StrEnum):
    """What moves a release.

    A decision is recorded and leaves the state to what then stands against
    the content: the service takes ``REJECT``, ``REQUEST_CHANGES`` or ``LIFT``.
    """

    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"
    ABSTAIN = "abstain"
    LIFT = "lift"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    PROMOTE = "promote"
    PROMOTE_IN_EMERGENCY = "promote_in_emergency"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUPERSEDE = "supersede"
    ROLL_BACK = "roll_back"
    REVOKE = "revoke"


MOVES: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.IN_REVIEW, Step.APPROVE): State.IN_REVIEW,
        (State.IN_REVIEW, Step.ABSTAIN): State.IN_REVIEW,
        (State.IN_REVIEW, Step.REQUEST_CHANGES): State.CHANGES_REQUESTED,
        (State.IN_REVIEW, Step.REJECT): State.REJECTED,
        (State.IN_REVIEW, Step.RESUBMIT): State.IN_REVIEW,
        (State.IN_REVIEW, Step.WITHDRAW): State.WITHDRAWN,
        (State.IN_REVIEW, Step.PROMOTE): State.PROMOTED,
        (State.IN_REVIEW, Step.PROMOTE_IN_EMERGENCY): State.PROMOTED,
        (State.CHANGES_REQUESTED, Step.APPROVE): State.CHANGES_REQUESTED,
        (State.CHANGES_REQUESTED, Step.ABSTAIN): State.CHANGES_REQUESTED,
        (State.CHANGES_REQUESTED, Step.REQUEST_CHANGES): State.CHANGES_REQUESTED,
        (State.CHANGES_REQUESTED, Step.REJECT): State.REJECTED,
        (State.CHANGES_REQUESTED, Step.LIFT): State.IN_REVIEW,
        (State.CHANGES_REQUESTED, Step.RESUBMIT): State.IN_REVIEW,
        (State.CHANGES_REQUESTED, Step.WITHDRAW): State.WITHDRAWN,
        (State.REJECTED, Step.APPROVE): State.REJECTED,
        (State.REJECTED, Step.ABSTAIN): State.REJECTED,
        (State.REJECTED, Step.REQUEST_CHANGES): State.REJECTED,
        (State.REJECTED, Step.REJECT): State.REJECTED,
        (State.REJECTED, Step.LIFT): State.IN_REVIEW,
        (State.REJECTED, Step.RESUBMIT): State.IN_REVIEW,
        (State.REJECTED, Step.WITHDRAW): State.WITHDRAWN,
        (State.PROMOTED, Step.SUSPEND): State.SUSPENDED,
        (State.PROMOTED, Step.SUPERSEDE): State.SUPERSEDED,
        (State.PROMOTED, Step.REVOKE): State.REVOKED,
        (State.SUSPENDED, Step.RESUME): State.PROMOTED,
        (State.SUSPENDED, Step.SUPERSEDE): State.SUPERSEDED,
        (State.SUSPENDED, Step.REVOKE): State.REVOKED,
        (State.SUPERSEDED, Step.ROLL_BACK): State.PROMOTED,
        (State.SUPERSEDED, Step.REVOKE): State.REVOKED,
    }
)

# The steps that a reviewer takes.
DECISIONS: Final = (Step.APPROVE, Step.REQUEST_CHANGES, Step.REJECT, Step.ABSTAIN)

# The decisions that stand against the content, the gravest first, and the state that each holds a release in.
OBJECTIONS: Final[Mapping[Step, State]] = MappingProxyType({Step.REJECT: State.REJECTED, Step.REQUEST_CHANGES: State.CHANGES_REQUESTED})

# Where people still work on a release, and where one holds a place in its environment.
OPEN_STATES: Final = (State.IN_REVIEW, State.CHANGES_REQUESTED, State.REJECTED)
LIVE_STATES: Final = (State.PROMOTED, State.SUSPENDED)

WORDS: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.IN_REVIEW: ("In review", "info"),
        State.CHANGES_REQUESTED: ("Changes requested", "warning"),
        State.REJECTED: ("Rejected", "bad"),
        State.WITHDRAWN: ("Withdrawn", "neutral"),
        State.PROMOTED: ("Promoted", "good"),
        State.SUSPENDED: ("Suspended", "bad"),
        State.SUPERSEDED: ("Superseded", "neutral"),
        State.REVOKED: ("Revoked", "bad"),
    }
)

VERBS: Final[Mapping[Step, str]] = MappingProxyType(
    {
        Step.APPROVE: "be approved",
        Step.REQUEST_CHANGES: "be sent back for changes",
        Step.REJECT: "be rejected",
        Step.ABSTAIN: "be abstained from",
        Step.LIFT: "be put back into review",
        Step.RESUBMIT: "be submitted again",
        Step.WITHDRAW: "be withdrawn",
        Step.PROMOTE: "be promoted",
        Step.PROMOTE_IN_EMERGENCY: "be promoted in an emergency",
        Step.SUSPEND: "be suspended",
        Step.RESUME: "be resumed",
        Step.SUPERSEDE: "be superseded",
        Step.ROLL_BACK: "be promoted again",
        Step.REVOKE: "be revoked",
    }
)


def after(state: State, step: Step) -> State:
    """Return the state after a step.

    Raises:
        ConflictError: the table has no such move.
    """
    found = MOVES.get((state, step))
    if found is None:
        message = f"This release is in the state “{title(state).lower()}” and cannot {VERBS[step]} from there."
        raise ConflictError(message)
    return found


def settled(standing: Iterable[Step]) -> State:
    """Return the state in which the standing decisions hold an open release, the gravest first."""
    steps = set(standing)
    return next((held for step, held in OBJECTIONS.items() if step in steps), State.IN_REVIEW)


def open_steps(state: State) -> tuple[Step, ...]:
    """Return the steps that the table allows from a state."""
    return tuple(step for (start, step) in MOVES if start is state)


def title(state: State) -> str:
    """Return a state in words."""
    return WORDS[state][0]


def tone(state: State) -> str:
    """Return the tone of a state's badge."""
    return WORDS[state][1]
