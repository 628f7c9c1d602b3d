"""The course of a release: who did what when, what it waited for, and how long; pure.

The rule: it is told from the journal, so that it holds what the journal
holds. After each event the release waits for those whose turn it is: the
roles whose approval is missing, the team after an objection, whoever
promotes once all have approved, a reviewer while it is suspended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from governance.workflow import OPEN_STATES, State, Step
from registry.policy import Action, role_title

TEAM: Final = "Team"
NOBODY: Final = ""
DECIDED: Final = {
    Step.APPROVE: ("approved", "good"),
    Step.REQUEST_CHANGES: ("asked for changes", "warning"),
    Step.REJECT: ("rejected", "bad"),
    Step.ABSTAIN: ("abstained", "neutral"),
}
DONE: Final = {
    Action.RELEASE_PROMOTE: ("promoted", "good", NOBODY),
    Action.RELEASE_WITHDRAW: ("withdrew it", "neutral", NOBODY),
    Action.RELEASE_REVOKE: ("revoked it", "bad", NOBODY),
    Action.RELEASE_SUSPEND: ("suspended it", "bad", "a reviewer who clears it"),
    Action.RELEASE_RESUME: ("resumed it", "good", NOBODY),
    Action.RELEASE_ROLL_BACK: ("promoted it again", "good", NOBODY),
}
ASIDE: Final = {
    Action.WAIVER_REQUEST: "asked for a waiver",
    Action.WAIVER_DECIDE: "answered a request for a waiver",
    Action.WAIVER_WITHDRAW: "took back a request for a waiver",
    Action.WAIVER_REVOKE: "took back a waiver",
    Action.EMERGENCY_ASK: "asked for a promotion in an emergency",
    Action.EMERGENCY_ANSWER: "answered the request for an emergency",
    Action.EMERGENCY_WITHDRAW: "took back the request for an emergency",
    Action.EMERGENCY_REVIEW: "reviewed the emergency afterwards",
}


@dataclass(frozen=True)
class Entry:
    """What the journal says of one step."""

    at: datetime
    who: str
    action: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One thing that somebody did.

    Attributes:
        lane: the team, or the role in which it was done.
        waited_for: for whom the release had waited since the event before.
        waited: how long.
    """

    at: datetime
    who: str
    what: str
    lane: str
    tone: str
    waited_for: str = ""
    waited: timedelta = timedelta()


@dataclass(frozen=True)
class Wait:
    """A time in which somebody's turn it was."""

    lane: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Course:
    """Everything that happened to a release, and what it waits for now."""

    events: tuple[Event, ...]
    waits: tuple[Wait, ...]
    waits_for: str
    since: datetime | None


@dataclass
class _Turn:
    """Whose turn it is, while the course is read."""

    quorum: Mapping[str, int]
    approved: dict[str, set[str]] = field(default_factory=dict)
    against: dict[tuple[str, str], str] = field(default_factory=dict)
    is_open: bool = True
    other: str = NOBODY

    def lanes(self) -> list[str]:
        if not self.is_open:
            return []
        if self.against:
            return [TEAM]
        missing = [role for role, wanted in self.quorum.items() if len(self.approved.get(role, ())) < wanted]
        return [_lane(role) for role in missing] or [TEAM]

    def words(self) -> str:
        if not self.is_open:
            return self.other
        if self.against:
            return "the team, to mend what was named"
        lanes = self.lanes()
        return "an owner, to promote" if lanes == [TEAM] else f"{' and '.join(_joined(lanes))} review"


def course(entries: Sequence[Entry], quorum: Mapping[str, int], state: State, now: datetime) -> Course:
    """Return the course of a release.

    Args:
        entries: of the journal about the release itself, the oldest first.
        quorum: how many people each role needs, by the policy of the release.
        state: where the release stands.
        now: the end of what is still waited for.
    """
    turn = _Turn(quorum)
    events: list[Event] = []
    waits: list[Wait] = []
    for entry in entries:
        event = _event(entry)
        if event is None:
            continue
        if events:
            before = events[-1].at
            waits += [Wait(lane, before, event.at) for lane in turn.lanes()]
            event = replace(event, waited_for=turn.words(), waited=event.at - before) if turn.words() else event
        events.append(event)
        _turn_on(turn, entry)
    is_open = state in OPEN_STATES
    if events and is_open:
        waits += [Wait(lane, events[-1].at, now) for lane in turn.lanes()]
    waits_for = turn.words() if is_open or state is State.SUSPENDED else ""
    return Course(tuple(events), tuple(_merged(waits)), waits_for, events[-1].at if events and waits_for else None)


def length(span: timedelta) -> str:
    """Return a time in words, by its two largest units."""
    minutes = int(span.total_seconds()) // 60
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    said = [f"{count} {unit}{'s' if count != 1 else ''}" for count, unit in parts if count]
    return " ".join(said[:2]) or "less than a minute"


def _event(entry: Entry) -> Event | None:
    detail = entry.detail
    if "superseded_by" in detail:
        return Event(entry.at, entry.who, "superseded it by another release", TEAM, "neutral")
    if entry.action == Action.RELEASE_SUBMIT:
        return Event(entry.at, entry.who, "submitted it again" if detail.get("again") else "submitted it", TEAM, "info")
    if entry.action == Action.RELEASE_DECIDE:
        what, tone = DECIDED.get(detail["step"], (str(detail["step"]), "neutral"))
        return Event(entry.at, entry.who, what, _lane(detail["role"]), tone)
    if entry.action in DONE:
        what, tone, _ = DONE[Action(entry.action)]
        return Event(entry.at, entry.who, what, TEAM, tone)
    if entry.action in ASIDE:
        return Event(entry.at, entry.who, ASIDE[Action(entry.action)], TEAM, "neutral")
    return None


def _turn_on(turn: _Turn, entry: Entry) -> None:
    detail = entry.detail
    if entry.action == Action.RELEASE_SUBMIT:
        turn.approved.clear()
        turn.against.clear()
    elif entry.action == Action.RELEASE_DECIDE:
        role, who, step = detail["role"], entry.who, detail["step"]
        turn.approved.setdefault(role, set()).discard(who)
        turn.against.pop((role, who), None)
        if step == Step.APPROVE:
            turn.approved[role].add(who)
        elif step != Step.ABSTAIN:
            turn.against[role, who] = step
    elif entry.action in DONE:
        turn.is_open, turn.other = False, DONE[Action(entry.action)][2]


def _merged(waits: Sequence[Wait]) -> list[Wait]:
    """Join the waits of a lane that follow each other without a gap."""
    found: list[Wait] = []
    for wait in waits:
        last = next((place for place in range(len(found) - 1, -1, -1) if found[place].lane == wait.lane), None)
        if last is not None and found[last].until == wait.since:
            found[last] = Wait(wait.lane, found[last].since, wait.until)
        else:
            found.append(wait)
    return found


def _lane(role: str) -> str:
    title = role_title(role)
    return f"{title[:1].upper()}{title[1:]}"


def _joined(lanes: Sequence[str]) -> list[str]:
    return [", ".join(lanes[:-1]), lanes[-1]] if len(lanes) > 1 else list(lanes)
