"""Promotions in an emergency as a dossier tells them: two people, a reason, a short time, and the review that is owed.

The rule: a promotion that skipped its reviewers says so wherever somebody
looks first, also after it was reviewed; requests that led to nothing are told
among the decisions alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from governance.models import AfterReview, Emergency
from governance.reports.words import role_word
from governance.workflow import Step

MARK: Final = "EMERGENCY"
STATES: Final = {
    Emergency.State.ASKED: ("Asked for", "warning"),
    Emergency.State.CONFIRMED: ("Confirmed", "bad"),
    Emergency.State.REFUSED: ("Refused", "neutral"),
    Emergency.State.WITHDRAWN: ("Taken back", "neutral"),
}
AFTERWARDS: Final = {
    Step.APPROVE: ("Approved", "good"),
    Step.REQUEST_CHANGES: ("Asked for changes", "warning"),
    Step.REJECT: ("Rejected", "bad"),
}


@dataclass(frozen=True)
class PrintedReview:
    """What one reviewer said afterwards."""

    person: str
    role: str
    label: str
    tone: str
    comment: str
    at: datetime


@dataclass(frozen=True)
class PrintedEmergency:
    """One request to promote without all approvals, and what became of it.

    Attributes:
        is_confirmed: the release was promoted by it.
        is_overdue: the review is owed and its day has passed.
        role: who may answer, as a word of the frame.
        stale: it is about content that was replaced since.
        skipped: titles of the approvals that were missing.
    """

    fingerprint: str
    label: str
    tone: str
    is_confirmed: bool
    is_overdue: bool
    stale: bool
    role: str
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    comment: str
    due: datetime | None
    reviewed_at: datetime | None
    reviews: tuple[PrintedReview, ...]
    skipped: tuple[str, ...]

    @property
    def is_owed(self) -> bool:
        """Whether its review is still to come."""
        return self.is_confirmed and self.reviewed_at is None

    def to_json(self) -> dict[str, Any]:
        """Return everything that is shown, as plain values."""
        reviews = [{**asdict(one), "at": one.at.isoformat()} for one in self.reviews]
        moments = {name: _iso(getattr(self, name)) for name in ("asked_at", "decided_at", "due", "reviewed_at")}
        return {**asdict(self), **moments, "skipped": list(self.skipped), "reviews": reviews}


def printed(emergencies: Sequence[Emergency], snapshot_id: int, skipped: Sequence[str], now: datetime) -> tuple[PrintedEmergency, ...]:
    """Return the emergencies of a release as they are told at a moment.

    Args:
        emergencies: with people, snapshots and reviews, in order.
        snapshot_id: of the release now.
        skipped: titles of the approvals that were missing at the promotion.
        now: the moment for which a review is called overdue.
    """
    return tuple(_printed(one, snapshot_id, skipped, now) for one in emergencies)


def confirmed(emergencies: Sequence[PrintedEmergency]) -> PrintedEmergency | None:
    """Return the emergency by which a release was promoted; there is at most one."""
    return next((one for one in emergencies if one.is_confirmed), None)


def _printed(row: Emergency, snapshot_id: int, skipped: Sequence[str], now: datetime) -> PrintedEmergency:
    label, tone = STATES[Emergency.State(row.state)]
    is_confirmed = row.state == Emergency.State.CONFIRMED
    return PrintedEmergency(
        fingerprint=row.fingerprint,
        label=label,
        tone=tone,
        is_confirmed=is_confirmed,
        is_overdue=row.review_due is not None and row.reviewed_at is None and row.review_due <= now,
        stale=row.snapshot_id != snapshot_id,
        role=role_word(row.role),
        reason=row.reason,
        asked_by=row.asked_by.name,
        asked_at=row.asked_at,
        decided_by=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        comment=row.comment,
        due=row.review_due,
        reviewed_at=row.reviewed_at,
        reviews=tuple(_review(one) for one in row.reviews.all()),
        skipped=tuple(skipped) if is_confirmed else (),
    )


def _review(row: AfterReview) -> PrintedReview:
    label, tone = AFTERWARDS[Step(row.step)]
    return PrintedReview(row.person.name, role_word(row.role), label, tone, row.comment, row.decided_at)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
