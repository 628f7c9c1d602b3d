"""The course of a release on its page: a picture with a table beside it, told from the journal."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from governance.charts import Point, Span, timeline
from governance.gate import Policy
from governance.models import Release
from governance.reports.course import Entry, course, length
from governance.workflow import State
from registry import audit
from registry.http import Request


def course_panel(_: Request, release: Release) -> dict[str, Any]:
    """Return what happened to a release, when, and what it waited for (one query)."""
    rows = audit.history(release.subject).filter(subject=release.subject).order_by("number")
    entries = [Entry(row.at, row.actor_name, row.action, audit.detail_of(row)) for row in rows]
    quorum = {rule.role: rule.quorum for rule in Policy.from_json(release.policy_content).approvals}
    now = timezone.now()
    told = course(entries, quorum, State(release.state), now)
    points = [Point(one.lane, one.at, one.tone, f"{number}. {one.who} {one.what}.") for number, one in enumerate(told.events, start=1)]
    spans = [Span(one.lane, one.since, one.until) for one in told.waits]
    return {
        "course_plot": timeline(f"The course of release {release.pk}", points, spans) if points else None,
        "course_rows": [
            {"number": number, "event": one, "waited": length(one.waited) if one.waited_for else ""}
            for number, one in enumerate(told.events, start=1)
        ],
        "course_waits_for": told.waits_for,
        "course_since": length(now - told.since) if told.since else "",
    }
