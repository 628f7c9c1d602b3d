"""Evaluations, from a snapshot's counts and findings to charts, tables and sentences.

The rule: rates are computed from the frozen counts, exactly; verdicts and
their sentences are printed as the engine said them when it measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext

from governance.charts import DotPlot, Estimate, GapMatrix, dot_plot
from governance.fairness.counts import Amount, AttributeCounts, Counts, CountTable
from governance.fairness.fractions import parse_fraction
from governance.fairness.gaps import EVERY_METRIC
from governance.fairness.intervals import wilson
from governance.fairness.metrics import RATES
from governance.fairness.verdicts import MINIMUM_GROUP
from governance.reports import scores
from governance.reports.extras import Extras, extras_of
from governance.reports.featured import featured
from governance.reports.frame import said
from governance.reports.guidance import BaseRates, base_rates, title_of
from governance.reports.matrices import matrix_of
from governance.reports.scores import ScoredAttribute

CHARTED: Final = ("selection_rate", "true_positive_rate")
SHOWN: Final = ("base_rate", "selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy")
PASS: Final = "Pass"  # noqa: S105 - a verdict
NOT_JUDGED: Final = "Not judged"
# What a finding's sentence says after the threshold that it names.
AFTER_NUMBERS: Final = re.compile(r"the threshold of [0-9.]*[0-9]\. (.+)$")
WHY_NOT: Final = re.compile(r" (?:and is not judged|is undefined): (.+?)\.?$")
VERDICTS: Final[Mapping[str, tuple[str, str]]] = {
    "fail": ("Fail", "bad"),
    "inconclusive": ("Inconclusive", "warning"),
    "not-judged": (NOT_JUDGED, "neutral"),
    "pass": (PASS, "good"),
}


@dataclass(frozen=True)
class PrintedGap:
    """One metric on one attribute; the numbers as text in English, empty where there is none."""

    title: str
    value: str
    low: str
    high: str
    bound: str
    threshold: str
    label: str
    tone: str
    sentence: str
    worst: str
    best: str

    @property
    def more(self) -> str:
        """What the engine said beyond the numbers beside it; nothing where these say it all."""
        found = (WHY_NOT if self.label == NOT_JUDGED else AFTER_NUMBERS).search(self.sentence)
        return found.group(1) if found else ""


@dataclass(frozen=True)
class PrintedGroup:
    """One group with its records and its rates, in the order of ``SHOWN``."""

    name: str
    records: str
    rates: tuple[Fraction | None, ...]
    is_small: bool = False


@dataclass(frozen=True)
class PrintedAttribute:
    """One sensitive attribute or intersection; ``left_out`` groups are in the snapshot only, because there are too many."""

    name: str
    anchor: str
    groups: tuple[PrintedGroup, ...]
    charts: tuple[DotPlot, ...]
    gaps: tuple[PrintedGap, ...]
    left_out: int
    matrix: GapMatrix | None
    scores: ScoredAttribute | None

    @property
    def verdicts(self) -> tuple[tuple[str, str, int], ...]:
        """How many gaps have each verdict, the gravest first: word, tone, number."""
        return tuple((label, tone, sum(gap.label == label for gap in self.gaps)) for label, tone in VERDICTS.values())

    @property
    def sorted_gaps(self) -> tuple[PrintedGap, ...]:
        """Gaps, the gravest verdict first."""
        order = [label for label, _ in VERDICTS.values()]
        return tuple(sorted(self.gaps, key=lambda gap: order.index(gap.label)))


@dataclass(frozen=True)
class PrintedEvaluation:
    """One finished evaluation."""

    name: str
    finished_at: datetime
    rows: int
    is_weighted: bool
    predictions: Mapping[str, str]
    columns: Mapping[str, Any]
    witness: Mapping[str, Any]
    verdicts: tuple[tuple[str, str, int], ...]
    rates: tuple[str, ...]
    attributes: tuple[PrintedAttribute, ...]
    extras: Extras
    base_rates: tuple[BaseRates, ...]
    score_method: str

    @property
    def gap_count(self) -> int:
        """How many gaps were judged or looked at."""
        return sum(number for _, _, number in self.verdicts)


def evaluations(parts: list[Mapping[str, Any]]) -> list[PrintedEvaluation]:
    """Return the snapshot's evaluations as they are printed, the newest first."""
    found = [_evaluation(part) for part in parts]
    return sorted(found, key=lambda one: one.finished_at, reverse=True)


def _evaluation(part: Mapping[str, Any]) -> PrintedEvaluation:
    table = CountTable.from_json(part["counts"])
    scored = scores.scored(part.get("scores"))
    tally = {key: sum(finding["verdict"] == key for finding in part["findings"]) for key in VERDICTS}
    return PrintedEvaluation(
        name=part["name"],
        finished_at=datetime.fromisoformat(part["finished_at"]),
        rows=table.rows,
        is_weighted=table.is_weighted,
        predictions=part["predictions"],
        columns=part["columns"],
        witness=part["witness"],
        verdicts=tuple((*VERDICTS[key], number) for key, number in tally.items()),
        rates=tuple(RATES[key][0] for key in SHOWN),
        attributes=tuple(
            _attribute(counts, table, part["findings"], scored, number) for number, counts in enumerate(table.attributes, start=1)
        ),
        extras=extras_of(part.get("extras")),
        base_rates=tuple(base_rates(table, part["findings"])),
        score_method=scores.method(part.get("scores")),
    )


def _attribute(
    counts: AttributeCounts, table: CountTable, findings: list[Mapping[str, Any]], scored: Mapping[str, ScoredAttribute], number: int
) -> PrintedAttribute:
    own = [finding for finding in findings if finding["attribute"] == counts.attribute]
    names = featured(counts, own)
    groups = [_group(name, counts.groups[name], is_small=counts.evidence(name).n < MINIMUM_GROUP) for name in names]
    if counts.unknown.n:
        groups.append(_group(gettext("Unknown"), counts.unknown))
    groups.append(_group(gettext("All records"), table.overall))
    return PrintedAttribute(
        name=counts.attribute,
        anchor=f"attribute-{number}",
        groups=tuple(groups),
        charts=tuple(_chart(key, counts, table, names) for key in CHARTED),
        gaps=tuple(_gap(finding) for finding in own),
        left_out=len(counts.groups) - len(names),
        matrix=matrix_of(table, counts),
        scores=scored.get(counts.attribute),
    )


def _group(name: str, counts: Counts, *, is_small: bool = False) -> PrintedGroup:
    return PrintedGroup(name, _records(counts.n), tuple(RATES[key][1](counts) for key in SHOWN), is_small)


def _chart(key: str, counts: AttributeCounts, table: CountTable, names: list[str]) -> DotPlot:
    title, rate = RATES[key]
    estimates = [_estimate(name, key, counts.groups[name], table) for name in names]
    heading = gettext("%(rate)s by %(attribute)s") % {"rate": said(title), "attribute": counts.attribute}
    return dot_plot(heading, estimates, reference=rate(table.overall))


def _estimate(name: str, key: str, counts: Counts, table: CountTable) -> Estimate:
    whole = counts.n if key == "selection_rate" else counts.tp + counts.fn
    value = RATES[key][1](counts)
    # The interval is about numbers of records; sums of weights would make it too narrow or too wide.
    interval = None if value is None or table.is_weighted else wilson(value * whole, whole)
    low, high = interval or (None, None)
    return Estimate(name, value, low, high, note=f"n = {_records(whole)}")


def _gap(finding: Mapping[str, Any]) -> PrintedGap:
    metric = EVERY_METRIC.get(finding["metric"])
    label, tone = VERDICTS[finding["verdict"]]
    low, high = parse_fraction(finding["low"]), parse_fraction(finding["high"])
    bound = "at least" if metric is not None and metric.is_ratio else "at most"
    return PrintedGap(
        title=title_of(finding["metric"]),
        value=_number(parse_fraction(finding["value"])),
        low="" if low is None or high is None else _number(low),
        high="" if low is None or high is None else _number(high),
        bound=bound,
        threshold=_short(parse_fraction(finding["threshold"])) if finding["threshold"] else "",
        label=label,
        tone=tone,
        sentence=finding["sentence"],
        worst=finding.get("worst_group", ""),
        best=finding.get("best_group", ""),
    )


def _number(value: Fraction | None) -> str:
    return "undefined" if value is None else f"{float(value):.3f}"


def _short(value: Fraction | None) -> str:
    return _number(value).rstrip("0").rstrip(".")


def _records(value: Amount) -> str:
    return f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):,.2f}"
