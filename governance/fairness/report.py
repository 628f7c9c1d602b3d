"""A measurement as plain JSON for programs, under Fairlearn's names; undefined is None."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any, Final

from governance.fairness.columns import CROSS
from governance.fairness.counts import Amount, AttributeCounts
from governance.fairness.gaps import EVERY_METRIC
from governance.fairness.intervals import replicates_for
from governance.fairness.measuring import Measurement
from governance.fairness.metrics import RATES
from governance.fairness.ratetable import bounded_rates, matrix
from governance.fairness.regression import MISSING, ErrorTable, GroupErrors, error_gaps
from governance.fairness.scores import METRIC_NAMES, Estimate, GroupScores
from governance.fairness.verdicts import MINIMUM_GROUP, Finding

Json = dict[str, Any]
BOUNDS: Final = ("value", "low", "high")
ERRORS: Final = ("mean_absolute_error", "root_mean_squared_error", "mean_residual")


def to_json(found: Measurement, *, replicates: int, minimum_group: int = MINIMUM_GROUP) -> Json:
    """Return rows, exclusions, and for each set of attributes its groups and disparities.

    Args:
        found: from ``measure``.
        replicates: that were wanted; with very many groups fewer are drawn, which each set tells.
        minimum_group: records under which a group is marked as too small.
    """
    return {
        "rows": found.table.rows,
        "excluded": dict(found.table.excluded),
        "by": [
            _set(counts, found, minimum_group) | {"replicates": replicates_for(len(counts.groups), replicates)}
            for counts in found.table.attributes
        ],
        "simpson": [one.to_json() for one in found.reversals],
        "notes": found.notes,
    }


def errors_to_json(found: ErrorTable, *, seed: int, minimum_group: int = MINIMUM_GROUP) -> Json:
    """Return the errors of a regression in the same shape.

    Args:
        found: from ``count_errors``.
        seed: of the draws.
        minimum_group: records under which a group is marked as too small.
    """
    return {
        "rows": found.rows,
        "excluded": {MISSING: found.excluded} if found.excluded else {},
        "by": [
            {
                "attributes": attribute.split(CROSS),
                "unknown": found.unknown[attribute],
                "groups": [_error_group(attribute, group, minimum_group) for group in groups.values()],
                "disparities": {name: _estimate(gap) | {"verdict": None} for name, gap in error_gaps(groups, seed=seed).items()},
            }
            for attribute, groups in found.groups.items()
        ],
        "notes": [],
    }


def _set(counts: AttributeCounts, found: Measurement, minimum_group: int) -> Json:
    scores = found.scores.get(counts.attribute, {})
    own = [finding for finding in found.findings if finding.attribute == counts.attribute]
    rates = _rates(counts)
    return {
        "attributes": counts.attribute.split(CROSS),
        "unknown": _plain(counts.unknown.n),
        "smallest_group": min((_plain(counts.evidence(name).n) for name in counts.groups), default=0),
        "groups": [
            _group(counts, name, {key: columns[place] for key, columns in rates.items()} | _scores(scores.get(name)), minimum_group)
            for place, name in enumerate(counts.groups)
        ],
        "disparities": {EVERY_METRIC[finding.metric].name: _disparity(finding) for finding in own},
        "significance": [one.to_json() for one in found.comparisons if one.attribute == counts.attribute],
    }


def _group(counts: AttributeCounts, name: str, metrics: Json, minimum_group: int) -> Json:
    cells = counts.groups[name]
    return {
        "group": dict(zip(counts.attribute.split(CROSS), counts.values(name), strict=True)),
        "n": _plain(cells.n),
        **{cell: _plain(amount) for cell, amount in vars(cells).items()},
        "metrics": metrics,
        "too_small": bool(counts.evidence(name).n < minimum_group),
    }


def _rates(counts: AttributeCounts) -> dict[str, list[Json]]:
    """Return every rate with its interval, one entry a group."""
    cells = matrix(counts.groups.values())
    evidence = matrix(counts.evidence(name) for name in counts.groups)
    found = {}
    for key, (_, rate) in RATES.items():
        columns = zip(*(column.tolist() for column in bounded_rates(rate, cells, evidence)), strict=True)
        found[key] = [{name: None if isnan(number) else number for name, number in zip(BOUNDS, one, strict=True)} for one in columns]
    return found


def _scores(scores: GroupScores | None) -> Json:
    if scores is None:
        return {}
    metrics: Json = {key: _estimate(getattr(scores, key)) for key in METRIC_NAMES}
    return metrics | {"auc": metrics["auc"] | {"error_bound": scores.auc_error_bound}}


def _disparity(finding: Finding) -> Json:
    numbers = {name: getattr(finding, name) for name in ("value", "low", "high", "threshold")}
    return {
        **{name: None if number is None else float(number) for name, number in numbers.items()},
        "verdict": finding.verdict.value,
        "best": finding.best_group or None,
        "worst": finding.worst_group or None,
        "undefined_groups": list(finding.incomplete_groups),
        "sentence": finding.sentence,
    }


def _error_group(attribute: str, group: GroupErrors, minimum_group: int) -> Json:
    return {
        "group": dict(zip(attribute.split(CROSS), group.values, strict=True)),
        "n": group.n,
        "metrics": {name: _estimate(getattr(group, name)) for name in ERRORS},
        "too_small": group.n < minimum_group,
    }


def _estimate(estimate: Estimate) -> Json:
    return dict(vars(estimate))


def _plain(amount: Amount) -> int | float:
    return int(amount) if amount == int(amount) else float(amount)


def text_of(report: Mapping[str, Any]) -> str:
    """Return a report as lines for a terminal: groups with a few rates, then the gaps, the worst first."""
    lines = [f"{report['rows']:,} rows read" + "".join(f"; {rows:,} left out: {why}" for why, rows in report["excluded"].items())]
    for one in report["by"]:
        lines += ["", f"By {CROSS.join(one['attributes'])}" + (f" ({one['unknown']:,} unknown)" if one["unknown"] else "")]
        for group in one["groups"]:
            shown = ", ".join(f"{name} {_shown(group['metrics'][name])}" for name in _told(group["metrics"]))
            small = "  (too small to judge)" if group["too_small"] else ""
            lines.append(f"  {CROSS.join(group['group'].values())}: n {group['n']:,}, {shown}{small}")
        order = {"fail": 0, "inconclusive": 1, "not-judged": 2, "pass": 3}
        for name, gap in sorted(one["disparities"].items(), key=lambda item: order.get(item[1]["verdict"], 4)):
            sentence = gap.get("sentence") or f"{name} is {_shown(gap)}."
            lines.append(f"  {(gap['verdict'] or '').upper():<13}{sentence}")
    lines += [f"Note: {note}" for note in [*report["notes"], *(one["sentence"] for one in report.get("simpson", ()))]]
    return "\n".join(lines)


def _told(metrics: Mapping[str, Any]) -> list[str]:
    return [name for name in ("selection_rate", "true_positive_rate", "false_positive_rate", "auc", *ERRORS) if name in metrics]


def _shown(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "undefined"
    if estimate["low"] is None or estimate["high"] is None:
        return f"{estimate['value']:.3f}"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f} to {estimate['high']:.3f})"
