"""What the page of a finished evaluation shows, made from counts, findings, scores and extras.

The rule: everything is computed from what was kept; nothing is stored twice.
A number is shown with four decimals and carries its exact value with twelve,
for whoever compares.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template.defaultfilters import date as date_format
from django.template.defaultfilters import filesizeformat

from governance.fairness.counts import CountTable
from governance.fairness.gaps import METRICS
from governance.fairness.metrics import RATES
from governance.fairness.verdicts import MINIMUM_GROUP
from governance.models import Evaluation
from governance.reports import guidance, matrices, scores
from governance.reports.extras import extras_of
from governance.views.attributes import attribute_of
from governance.views.verdicts import by_verdict, summary, worst_of

__all__ = ["results", "source", "worst_of"]


def results(evaluation: Evaluation, rate: str = "") -> dict[str, Any]:
    """Return the context of a finished evaluation; ``rate`` is what the gap matrices show."""
    table = CountTable.from_json(evaluation.counts or {})
    findings = list(evaluation.findings.all())
    scored = scores.scored(evaluation.scores)
    rate = rate if rate in matrices.WHOLES else matrices.USUAL
    return {
        "table": table,
        "summary": summary(findings),
        "by_verdict": by_verdict(findings),
        "has_failed": any(finding.body["verdict"] == "fail" for finding in findings),
        "risk_anchor": f"evaluations/{evaluation.pk}",
        "attributes": [
            attribute_of(
                number, counts, table, [row for row in findings if row.attribute == counts.attribute], scored.get(counts.attribute), rate
            )
            for number, counts in enumerate(table.attributes, start=1)
        ],
        "rates": [(key, title) for key, (title, _) in RATES.items()],
        "metrics": list(METRICS.values()),
        "minimum_group": MINIMUM_GROUP,
        "matrix_rate": rate,
        "matrix_rates": matrices.rates(),
        "score_metrics": scores.METRICS,
        "score_method": scores.method(evaluation.scores),
        "roc_rates": scores.rates_of_roc(),
        "extras": extras_of(evaluation.extras),
        "base_rates": guidance.base_rates(table, [row.body for row in findings]),
        "situations": guidance.SITUATIONS,
    }


def source(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return where the numbers come from: file, columns, people."""
    uploaded, columns = evaluation.predictions, evaluation.columns
    crossed = [" × ".join(one) for one in columns["intersections"]]
    rows: list[dict[str, Any]] = [
        {"label": "File", "value": f"{uploaded.filename}, {filesizeformat(uploaded.size)}"},
        {"label": "SHA-256 of the file", "value": uploaded.sha256, "digest": True},
        {"label": "Label", "value": columns["label"]},
        {"label": "Prediction", "value": columns["prediction"]},
        {"label": "Favourable outcome", "value": columns["favourable"]},
        {"label": "Attributes", "value": ", ".join([*columns["attributes"], *crossed])},
        {"label": "Score", "value": columns["score"]},
        {"label": "Weight", "value": columns["weight"]},
        {"label": "Thresholds", "value": (evaluation.extras or {}).get("thresholds") or "the usual ones"},
        {"label": "Asked for by", "value": f"{evaluation.requested_by.name}, {_moment(evaluation.requested_at)}"},
    ]
    if evaluation.finished_at:
        attempt = f", attempt {evaluation.attempt}" if evaluation.attempt > 1 else ""
        rows.append({"label": "Ended", "value": f"{_moment(evaluation.finished_at)}{attempt}"})
    return rows


def _moment(at: datetime) -> str:
    return date_format(at, "j M Y, H:i")
