"""The dossier of a release, from its snapshot to the plain values that its template shows.

The rule: what is shown makes ``content_digest``, so that a dossier is made
again exactly when it would show something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from governance.gate import CONFLICTS, Requirement
from governance.models import Decision, Release
from governance.reports.choices import USUAL, Choices
from governance.reports.emergencies import MARK, PrintedEmergency
from governance.reports.frame import said
from governance.reports.house import ASSAY, House
from governance.reports.words import role_word
from governance.workflow import State, Step
from registry.catalog.loader import frameworks, templates
from registry.digest import canonical, sha256
from registry.policy import Action

EDITION: Final = "assay/dossier/4"
MARKS: Final[Mapping[State, str]] = {
    State.PROMOTED: "",
    State.SUSPENDED: "SUSPENDED",
    State.SUPERSEDED: "SUPERSEDED",
    State.REVOKED: "REVOKED",
}
DRAFT: Final = "DRAFT"
STEPS: Final[Mapping[str, tuple[str, str]]] = {
    Step.APPROVE: ("Approved", "good"),
    Step.REQUEST_CHANGES: ("Asked for changes", "warning"),
    Step.REJECT: ("Rejected", "bad"),
    Step.ABSTAIN: ("Abstained", "neutral"),
}
# What becomes of a release after its review, in the words of the frame and with their colour.
TURNS: Final = {
    Action.RELEASE_WITHDRAW: ("Withdrawn", "neutral"),
    Action.RELEASE_SUSPEND: ("Suspended", "bad"),
    Action.RELEASE_RESUME: ("Resumed", "good"),
    Action.RELEASE_REVOKE: ("Revoked", "bad"),
    Action.RELEASE_ROLL_BACK: ("Promoted again", "good"),
}
SUPERSEDED: Final = ("Superseded", "neutral")


@dataclass(frozen=True)
class Turn:
    """Something that became of a release after its review: what, by whom, when and why.

    Attributes:
        word, tone: what it became.
        reason: why, in the words of whoever did it; empty where another release took the place.
        by: the release that took the place.
        closes: it closed the gate, and nothing has opened it since.
    """

    word: str
    tone: str
    who: str
    at: datetime
    reason: str = ""
    by: str = ""
    closes: bool = False

    def to_json(self) -> list[str]:
        """Return what is shown of it."""
        return [self.word, self.who, self.at.isoformat(), self.reason, self.by]


@dataclass(frozen=True)
class Source:
    """Everything that a dossier shows.

    Attributes:
        release: with version, asset, team, snapshot and people.
        decisions: all of them, in the order in which they were taken.
        requirements: what the gate says of each requirement of the policy.
        judged_at: the moment for which the gate says it.
        made_at: the moment that the dossier is of: when the last thing happened to the release.
        enclosed: what tells the files inside the PDF apart from earlier ones.
        choices: how much of it is printed, on which paper, in which language.
        house: whose dossier it is.
        emergencies: promotions that did not wait for the reviewers, and requests for one.
        turns: what became of the release afterwards, the oldest first: suspended, resumed, superseded, promoted again, revoked.
        carried: ids of decisions on an earlier snapshot that stand all the same, because what they cover is unchanged.
    """

    release: Release
    decisions: tuple[Decision, ...]
    requirements: tuple[Requirement, ...]
    judged_at: datetime
    made_at: datetime
    choices: Choices = USUAL
    enclosed: tuple[str, ...] = ()
    house: House = ASSAY
    emergencies: tuple[PrintedEmergency, ...] = ()
    carried: frozenset[int] = frozenset()
    turns: tuple[Turn, ...] = ()


def content_digest(source: Source) -> str:
    """Return the SHA-256 of everything that the dossier shows."""
    release = source.release
    shown = {
        "edition": EDITION,
        "choices": source.choices.to_json(),
        "enclosed": list(source.enclosed),
        "house": source.house.to_json(),
        "emergencies": [one.to_json() for one in source.emergencies],
        "waivers": [one.waiver.fingerprint for one in source.requirements if one.waiver],
        "snapshot": release.snapshot.digest,
        "release": {
            "id": release.pk,
            "environment": release.environment,
            "state": release.state,
            "message": release.message,
            "submitted": [_iso(release.submitted_at), release.submitted_by.name],
            "promoted": [_iso(release.promoted_at), release.promoted_by.name if release.promoted_by else ""],
            "expires": _iso(release.expires_at),
            "policy": [release.policy_key, release.policy_version, release.policy_digest],
        },
        "decisions": [_decision(one, source) for one in source.decisions],
        "requirements": [[one.key, one.title, one.state, one.reason] for one in source.requirements],
        "catalog": {
            **{key: made_from.digest for key, made_from in templates().items()},
            **{key: made_from.digest for key, made_from in frameworks().items()},
        },
        # Not named where nothing happened, or what did is told as before: the digests of those dossiers stay what they were.
        **({"turns": [one.to_json() for one in source.turns]} if told_turns(source) else {}),
    }
    return sha256(canonical(shown))


def told_turns(source: Source) -> tuple[Turn, ...]:
    """Return what is told in the table; what closed the gate, and keeps it closed, stands below it alone."""
    return tuple(one for one in source.turns if not one.closes)


def mark_of(state: State, emergency: PrintedEmergency | None = None) -> str:
    """Return the word that stands across each page; empty for a promoted release whose reviews are all done."""
    is_owed = emergency is not None and emergency.is_owed
    return MARKS.get(state, DRAFT) or (MARK if is_owed else "")


def _decision(decision: Decision, source: Source) -> dict[str, Any]:
    return {
        "person": decision.person.name,
        "role": decision.role,
        "step": decision.step,
        "comment": decision.comment,
        "consent": decision.consent,
        "conflict": decision.conflict,
        "at": _iso(decision.decided_at),
        "snapshot": decision.snapshot.digest,
        "stale": decision.snapshot_id != source.release.snapshot_id and decision.pk not in source.carried,
    }


def shown_decision(decision: Decision, source: Source) -> dict[str, Any]:
    """Return what is shown of a decision."""
    label, colour = STEPS[decision.step]
    role = said(role_word(decision.role))
    told = {"at": decision.decided_at, "label": label, "tone": colour, "role_title": role}
    return {**_decision(decision, source), **told, "conflict_title": CONFLICTS.get(decision.conflict, decision.conflict)}


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
