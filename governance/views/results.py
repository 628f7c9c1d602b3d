"""What the page of a finished evaluation shows, made from counts and findings.

The rule: everything is computed from the counts that were kept; nothing is
stored twice. A number is shown with four decimals and carries its exact value
with twelve, for whoever compares.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.template.defaultfilters import date as date_format
from django.template.defaultfilters import filesizeformat

from governance.charts import DotPlot, Estimate, dot_plot
from governance.fairness.counts import Amount, AttributeCounts, Counts, CountTable
from governance.fairness.fractions import parse_fraction
from governance.fairness.gaps import METRICS
from governance.fairness.intervals import wilson
from governance.fairness.metrics import RATES
from governance.fairness.verdicts import MINIMUM_GROUP, Verdict
from governance.models import Evaluation, Finding

WORST_FIRST: Final = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_JUDGED, Verdict.PASS)
CHARTED: Final = ("selection_rate", "true_positive_rate", "false_positive_rate")
CELLS: Final = ("tp", "fp", "fn", "tn")
EXACT_DECIMALS: Final = 12
SHOWN_DECIMALS: Final = 4


@dataclass(frozen=True)
class Cell:
    """One number: what is shown, and what it is."""

    metric: str
    shown: str
    exact: str


def worst_of(verdicts: Iterable[str]) -> str:
    """Return the worst of some verdicts, or an empty string when there is none."""
    found = set(verdicts)
    return next((verdict.value for verdict in WORST_FIRST if verdict.value in found), "")


def results(evaluation: Evaluation) -> dict[str, Any]:
    """Return the context of a finished evaluation."""
    table = CountTable.from_json(evaluation.counts or {})
    findings = list(evaluation.findings.all())
    return {
        "table": table,
        "summary": summary(findings),
        "by_verdict": _by_verdict(findings),
        "attributes": [
            _attribute(number, counts, table, [row for row in findings if row.attribute == counts.attribute])
            for number, counts in enumerate(table.attributes, start=1)
        ],
        "rates": [(key, title) for key, (title, _) in RATES.items()],
        "metrics": list(METRICS.values()),
        "minimum_group": MINIMUM_GROUP,
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
        {"label": "Asked for by", "value": f"{evaluation.requested_by.name}, {_moment(evaluation.requested_at)}"},
    ]
    if evaluation.finished_at:
        attempt = f", attempt {evaluation.attempt}" if evaluation.attempt > 1 else ""
        rows.append({"label": "Ended", "value": f"{_moment(evaluation.finished_at)}{attempt}"})
    return rows


def summary(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return how many gaps got each verdict, the worst first."""
    words = {
        Verdict.FAIL: ("Fail", "the whole interval misses the threshold"),
        Verdict.INCONCLUSIVE: ("Inconclusive", "the interval crosses the threshold"),
        Verdict.NOT_JUDGED: ("Not judged", "a group is too small or has no rate"),
        Verdict.PASS: ("Pass", "the whole interval keeps the threshold"),
    }
    return [
        {"label": words[verdict][0], "note": words[verdict][1], "value": sum(row.verdict == verdict for row in findings)}
        for verdict in WORST_FIRST
    ]


def _moment(at: datetime) -> str:
    return date_format(at, "j M Y, H:i")


def _by_verdict(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return the findings by verdict, the worst first; the worst that needs an eye stands open."""
    parts = [(verdict, [row for row in findings if row.verdict == verdict.value]) for verdict in WORST_FIRST]
    first = next((verdict for verdict, rows in parts if rows), None)
    return [{"verdict": verdict.value, "findings": rows, "is_open": verdict is first} for verdict, rows in parts]


def exact(value: Amount | None) -> str:
    """Return a fraction with twelve decimals, and an empty string for undefined."""
    return "" if value is None else _decimals(value, EXACT_DECIMALS)


def shown(value: Amount | None) -> str:
    """Return a fraction with four decimals, a whole number without."""
    if value is None:
        return "undefined"
    return f"{value.numerator:,}" if value.denominator == 1 else _decimals(value, SHOWN_DECIMALS)


def _decimals(value: Amount, places: int) -> str:
    scaled = round(value * 10**places)
    return f"{Decimal(scaled).scaleb(-places):,.{places}f}".replace(",", "")


def _attribute(number: int, counts: AttributeCounts, table: CountTable, findings: list[Finding]) -> dict[str, Any]:
    rows = [_group(name, group, counts.evidence(name)) for name, group in counts.groups.items()]
    return {
        "number": number,
        "name": counts.attribute,
        "worst": worst_of(row.verdict for row in findings),
        "charts": [_chart(key, counts, table.overall) for key in CHARTED],
        "groups": rows,
        "overall": _group("All records", table.overall, table.overall),
        "unknown": _group("Unknown", counts.unknown, counts.unknown) if counts.unknown.n else None,
        "small": [row["name"] for row in rows if row["is_small"]],
        "gaps": [_gap(row) for row in findings],
    }


def _group(name: str, counts: Counts, evidence: Counts) -> dict[str, Any]:
    return {
        "name": name,
        "is_small": evidence.n < MINIMUM_GROUP,
        "counts": [Cell("n", shown(counts.n), exact(counts.n))]
        + [Cell(key, shown(getattr(counts, key)), exact(getattr(counts, key))) for key in CELLS],
        "rates": [_rate(key, counts) for key in RATES],
    }


def _rate(key: str, counts: Counts) -> Cell:
    value = RATES[key][1](counts)
    return Cell(key, "undefined" if value is None else _decimals(value, SHOWN_DECIMALS), exact(value))


def _chart(key: str, counts: AttributeCounts, overall: Counts) -> DotPlot:
    title, rate = RATES[key]
    estimates = [_estimate(name, key, group, counts.evidence(name)) for name, group in counts.groups.items()]
    return dot_plot(f"{title} by {counts.attribute}", estimates, reference=rate(overall))


def _estimate(name: str, key: str, counts: Counts, evidence: Counts) -> Estimate:
    """Return a rate with its interval, which rests on rows, whatever they weigh."""
    part, whole = _share(key, counts)
    value, rows = Fraction(part) / whole if whole else None, _share(key, evidence)[1]
    low, high = (None, None) if value is None else wilson(value * rows, rows) or (None, None)
    return Estimate(name, value, low, high, note=f"n = {shown(evidence.n)}")


def _share(key: str, counts: Counts) -> tuple[Amount, Amount]:
    shares = {
        "selection_rate": (counts.tp + counts.fp, counts.n),
        "true_positive_rate": (counts.tp, counts.tp + counts.fn),
        "false_positive_rate": (counts.fp, counts.fp + counts.tn),
    }
    return shares[key]


def _gap(finding: Finding) -> dict[str, Any]:
    body = finding.body
    value, low, high = (parse_fraction(body[name]) for name in ("value", "low", "high"))
    metric = METRICS[finding.metric]
    return {
        "metric": metric,
        "value": Cell(metric.key, "undefined" if value is None else _decimals(value, SHOWN_DECIMALS), exact(value)),
        "low": None if low is None else _decimals(low, SHOWN_DECIMALS),
        "high": None if high is None else _decimals(high, SHOWN_DECIMALS),
        "threshold": f"{'at least' if metric.is_ratio else 'at most'} {_plain(parse_fraction(body['threshold']))}",
        "verdict": finding.verdict,
        "sentence": body["sentence"],
        "best": body["best_group"],
        "worst": body["worst_group"],
    }


def _plain(value: Fraction | None) -> str:
    return "" if value is None else _decimals(value, SHOWN_DECIMALS).rstrip("0").rstrip(".")
