"""What the register shows of risks: rows, the matrix, the trend.

The rule: nothing here asks the database but ``trend_of``; rows are handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils import timezone

from governance.charts import RiskTrend, TrendPoint, risk_trend
from governance.models import Risk, RiskRating
from governance.risk import Level, RiskState, Scale

TONES: Final = {Level.LOW: "good", Level.MODERATE: "info", Level.HIGH: "warning", Level.SEVERE: "bad"}
WEEKS: Final = 26


def shown(risk: Risk, scale: Scale, today: date) -> dict[str, Any]:
    """Return a risk as a row of the register."""
    rating = risk.present
    return {
        "risk": risk,
        "score": rating.score,
        "level": rating.level.capitalize(),
        "tone": TONES[rating.level] if risk.is_open else "neutral",
        "inherent": _words(risk.inherent.likelihood, risk.inherent.impact, scale),
        "residual": _words(risk.residual.likelihood, risk.residual.impact, scale) if risk.residual else "",
        "is_above": risk.is_above(scale),
        "needs_acceptance": risk.needs_acceptance(scale, today),
        "is_expired": bool(risk.accepted_until and risk.accepted_until < today),
        "is_due": bool(risk.is_open and risk.review_on and risk.review_on <= today),
    }


def register(risks: Iterable[Risk], scale: Scale) -> list[dict[str, Any]]:
    """Return rows of the register."""
    today = timezone.localdate()
    return [shown(risk, scale, today) for risk in risks]


def trend_of(risk_ids: Sequence[int], scale: Scale) -> RiskTrend | None:
    """Return how many risks were open at the end of each of the last weeks; None while there is nothing to see (one query)."""
    today = timezone.localdate()
    days = [today - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    rows = list(RiskRating.objects.filter(risk_id__in=risk_ids).order_by("pk").values_list("risk_id", "at", "score", "state"))
    if not rows:
        return None
    points, current, position = [], {}, 0
    for day in days:
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        while position < len(rows) and rows[position][1] < end:
            current[rows[position][0]] = rows[position][2:]
            position += 1
        standing = [score for score, state in current.values() if state == RiskState.OPEN]
        points.append(TrendPoint(day, len(standing), sum(score > scale.appetite for score in standing)))
    return risk_trend("Open risks over the last half year", points)


def _words(likelihood: int, impact: int, scale: Scale) -> str:
    return f"{scale.likelihood[likelihood - 1]} × {scale.impact[impact - 1].lower()} ({likelihood * impact})"
