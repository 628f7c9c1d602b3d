"""What the page of an evaluation shows of one attribute: groups, charts, gaps, the score.

The rule: a page stays readable with any number of groups. Of very many it
shows the groups at the ends of a gap and the largest ones, says so, and leads
to the page of all groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from governance.charts import DotPlot, Estimate, dot_plot
from governance.fairness.counts import AttributeCounts, Counts, CountTable
from governance.fairness.fractions import parse_fraction
from governance.fairness.gaps import EVERY_METRIC
from governance.fairness.metrics import RATES
from governance.fairness.rates import rate_of
from governance.fairness.verdicts import MINIMUM_GROUP
from governance.models import Finding
from governance.reports.featured import featured
from governance.reports.guidance import title_of
from governance.reports.matrices import matrix_of
from governance.reports.scores import ScoredAttribute
from governance.views.numbers import Cell, decimals, exact, plain, shown
from governance.views.verdicts import worst_of

CHARTED: Final = ("selection_rate", "true_positive_rate", "false_positive_rate")
CELLS: Final = ("tp", "fp", "fn", "tn")
MOST_NAMED: Final = 10
# By which the page of all groups can be put in order.
ORDERS: Final = {"name": "Name", "records": "Records", **{key: title for key, (title, _) in RATES.items()}}


def attribute_of(
    number: int, counts: AttributeCounts, table: CountTable, findings: list[Finding], scores: ScoredAttribute | None, rate: str
) -> dict[str, Any]:
    """Return the context of one attribute.

    Args:
        number: its place in the page, from 1.
        counts: of its groups.
        table: all counts.
        findings: of this attribute.
        scores: what is shown of the score, if there was one.
        rate: which rate the gap matrix shows.
    """
    names = featured(counts, [row.body for row in findings])
    small = [name for name in counts.groups if counts.evidence(name).n < MINIMUM_GROUP]
    return {
        "number": number,
        "name": counts.attribute,
        "worst": worst_of(row.verdict for row in findings),
        "charts": [_chart(key, counts, table.overall, names) for key in CHARTED],
        "groups": [group_of(name, counts) for name in names],
        "group_count": len(counts.groups),
        "left_out": len(counts.groups) - len(names),
        "overall": overall_of(table),
        "unknown": unknown_of(counts),
        "small": small[:MOST_NAMED],
        "more_small": max(0, len(small) - MOST_NAMED),
        "gaps": [_gap(row) for row in findings],
        "matrix": matrix_of(table, counts, rate),
        "scores": scores,
    }


def in_order(counts: AttributeCounts, by: str) -> list[str]:
    """Return the names of all groups, ordered by name, by records (most first) or by a rate (lowest first, undefined last)."""
    if by == "records":
        return sorted(counts.groups, key=lambda name: -counts.groups[name].n)
    if by in RATES:
        rates = {name: RATES[by][1](group) for name, group in counts.groups.items()}
        return sorted(counts.groups, key=lambda name: (rates[name] is None, rates[name] or Fraction(0)))
    return list(counts.groups)


def group_of(name: str, counts: AttributeCounts) -> dict[str, Any]:
    """Return the row of one group."""
    return {**_row(name, counts.groups[name]), "is_small": counts.evidence(name).n < MINIMUM_GROUP}


def unknown_of(counts: AttributeCounts) -> dict[str, Any] | None:
    """Return the row of the records without a group, if there are any."""
    return _row("Unknown", counts.unknown) if counts.unknown.n else None


def overall_of(table: CountTable) -> dict[str, Any]:
    """Return the row of all records."""
    return _row("All records", table.overall)


def _row(name: str, counts: Counts) -> dict[str, Any]:
    return {
        "name": name,
        "counts": [Cell("n", shown(counts.n), exact(counts.n))]
        + [Cell(key, shown(getattr(counts, key)), exact(getattr(counts, key))) for key in CELLS],
        "rates": [_rate(key, counts) for key in RATES],
    }


def _rate(key: str, counts: Counts) -> Cell:
    value = RATES[key][1](counts)
    return Cell(key, "undefined" if value is None else decimals(value), exact(value))


def _chart(key: str, counts: AttributeCounts, overall: Counts, names: Sequence[str]) -> DotPlot:
    title, rate = RATES[key]
    estimates = [_estimate(name, key, counts.groups[name], counts.evidence(name)) for name in names]
    return dot_plot(f"{title} by {counts.attribute}", estimates, reference=rate(overall))


def _estimate(name: str, key: str, counts: Counts, evidence: Counts) -> Estimate:
    found = rate_of(key, counts, evidence)
    return Estimate(name, found.value, found.low, found.high, note=f"n = {shown(evidence.n)}")


def _gap(finding: Finding) -> dict[str, Any]:
    body = finding.body
    value, low, high = (parse_fraction(body[name]) for name in ("value", "low", "high"))
    metric = EVERY_METRIC.get(finding.metric)
    bound = "at least" if metric is not None and metric.is_ratio else "at most"
    return {
        "title": title_of(finding.metric),
        "value": Cell(finding.metric, "undefined" if value is None else decimals(value), exact(value)),
        "low": None if low is None else decimals(low),
        "high": None if high is None else decimals(high),
        "threshold": f"{bound} {plain(parse_fraction(body['threshold']))}" if body["threshold"] else "none agreed on",
        "verdict": finding.verdict,
        "best": body["best_group"],
        "worst": body["worst_group"],
    }
