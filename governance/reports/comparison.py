"""Two evaluations side by side: what changed, whether it may be chance, and what cannot be compared.

The rule: the first is the old one, the second the new one. Values and
intervals are those that the engine found; nothing is judged again. What
differs between the two besides the model is pointed out before the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from governance.fairness.counts import AttributeCounts, Counts, CountTable
from governance.fairness.fractions import parse_fraction
from governance.fairness.gaps import EVERY_METRIC
from governance.fairness.metrics import RATES
from governance.models import Evaluation
from governance.reports.featured import MOST_GROUPS
from governance.reports.guidance import title_of

COLUMNS: Final = (
    ("label", "label"),
    ("prediction", "prediction"),
    ("favourable", "favourable outcome"),
    ("score", "score"),
    ("weight", "weight"),
    ("attributes", "attributes"),
    ("intersections", "intersections"),
)
COMPARED_RATES: Final = ("base_rate", "selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy")
MOST_NAMED: Final = 10
SAME_FILE: Final = (
    "Both measured the same file, so that the two are not independent: even where the intervals overlap, a change can be real."
)
MEANINGS: Final = "The columns differ, so that the numbers may not mean the same: "


@dataclass(frozen=True)
class Side:
    """One metric in one of the two evaluations; None and empty where it was not measured or is undefined."""

    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    threshold: Fraction | None
    verdict: str


@dataclass(frozen=True)
class Change:
    """One metric on one attribute in both.

    Attributes:
        change: second minus first; None when one is undefined or missing.
        direction: "better", "worse", "same" or empty, by what is ideal for the metric.
        words: the change and whether the intervals overlap, in words.
    """

    title: str
    first: Side | None
    second: Side | None
    change: Fraction | None
    direction: str
    words: str


@dataclass(frozen=True)
class ComparedGroup:
    """One group that exists in both: its records, and by rate what it was and what it is."""

    name: str
    records: tuple[Fraction, Fraction]
    rates: tuple[tuple[Fraction | None, Fraction | None], ...]


@dataclass(frozen=True)
class ComparedAttribute:
    """One attribute in both, with the groups that exist in one only.

    Attributes:
        groups: that exist in both; of very many the largest.
        more: groups of one only that are not named.
    """

    number: int
    name: str
    changes: tuple[Change, ...]
    groups: tuple[ComparedGroup, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class Comparison:
    """Two evaluations; ``remarks`` say what besides the model differs."""

    remarks: tuple[str, ...]
    attributes: tuple[ComparedAttribute, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


def rate_titles() -> tuple[str, ...]:
    """Return the names of the rates of a ``ComparedGroup``, in their order."""
    return tuple(RATES[key][0] for key in COMPARED_RATES)


def compare(first: Evaluation, second: Evaluation) -> Comparison:
    """Compare two finished evaluations, with their predictions and findings at hand."""
    old, new = _bodies(first), _bodies(second)
    groups = _counts(first), _counts(second)
    shared = [name for name in groups[0] if name in groups[1]]
    return Comparison(
        remarks=tuple(_remarks(first, second, old, new)),
        attributes=tuple(_attribute(number, name, (old, new), groups) for number, name in enumerate(shared, start=1)),
        only_first=tuple(name for name in groups[0] if name not in groups[1]),
        only_second=tuple(name for name in groups[1] if name not in groups[0]),
    )


Bodies = Mapping[tuple[str, str], Mapping[str, Any]]
Counted = Mapping[str, AttributeCounts]


def _bodies(evaluation: Evaluation) -> Bodies:
    return {(row.attribute, row.metric): row.body for row in evaluation.findings.all()}


def _counts(evaluation: Evaluation) -> Counted:
    return {one.attribute: one for one in CountTable.from_json(evaluation.counts or {}).attributes}


def _remarks(first: Evaluation, second: Evaluation, old: Bodies, new: Bodies) -> Iterable[str]:
    yield SAME_FILE if first.predictions.sha256 == second.predictions.sha256 else _files(first, second)
    if different := [words for key, words in COLUMNS if first.columns.get(key) != second.columns.get(key)]:
        yield MEANINGS + "; ".join(f"{words} {_said(first, words)} and {_said(second, words)}" for words in different) + "."
    both = old.keys() & new.keys()
    if moved := sorted({key[1] for key in both if old[key]["threshold"] != new[key]["threshold"]}):
        titles = ", ".join(title_of(metric).lower() for metric in moved)
        yield f"The thresholds differ for {titles}; a verdict may change although the value does not."


def _files(first: Evaluation, second: Evaluation) -> str:
    said = [f"{one.predictions.filename} ({(one.counts or {}).get('rows', 0):,} rows)" for one in (first, second)]
    return f"They measured different files: {said[0]} and {said[1]}."


def _said(evaluation: Evaluation, words: str) -> str:
    value = evaluation.columns.get(next(key for key, title in COLUMNS if title == words))
    if isinstance(value, list):
        return f"“{', '.join(' × '.join(one) if isinstance(one, list) else one for one in value)}”" if value else "none"
    return f"“{value}”" if value else "none"


def _attribute(number: int, name: str, bodies: tuple[Bodies, Bodies], counted: tuple[Counted, Counted]) -> ComparedAttribute:
    metrics = dict.fromkeys(metric for side in bodies for attribute, metric in side if attribute == name)
    first, second = (side[name].groups for side in counted)
    only = [[group for group in own if group not in other] for own, other in ((first, second), (second, first))]
    return ComparedAttribute(
        number=number,
        name=name,
        changes=tuple(_change(metric, *(_side(side.get((name, metric))) for side in bodies)) for metric in metrics),
        groups=_both(first, second),
        only_first=tuple(only[0][:MOST_NAMED]),
        only_second=tuple(only[1][:MOST_NAMED]),
        more=sum(max(0, len(own) - MOST_NAMED) for own in only),
    )


def _both(first: Mapping[str, Counts], second: Mapping[str, Counts]) -> tuple[ComparedGroup, ...]:
    names = [name for name in first if name in second]
    largest = set(sorted(names, key=lambda name: -second[name].n)[:MOST_GROUPS])
    return tuple(
        ComparedGroup(
            name,
            (Fraction(first[name].n), Fraction(second[name].n)),
            tuple((RATES[key][1](first[name]), RATES[key][1](second[name])) for key in COMPARED_RATES),
        )
        for name in names
        if name in largest
    )


def _side(body: Mapping[str, Any] | None) -> Side | None:
    if body is None:
        return None
    value, low, high, threshold = (parse_fraction(body[key]) for key in ("value", "low", "high", "threshold"))
    return Side(value, low, high, threshold, body["verdict"])


def _change(metric: str, first: Side | None, second: Side | None) -> Change:
    title = title_of(metric)
    if first is None or second is None:
        return Change(title, first, second, None, "", f"Measured in the {'second' if first is None else 'first'} only.")
    if first.value is None or second.value is None:
        return Change(title, first, second, None, "", "Undefined in at least one, so there is nothing to compare.")
    change = second.value - first.value
    is_ratio = metric in EVERY_METRIC and EVERY_METRIC[metric].is_ratio
    better = change > 0 if is_ratio else change < 0
    direction = "same" if not change else "better" if better else "worse"
    moved = {"same": "No change.", "better": "The gap is smaller.", "worse": "The gap is wider."}[direction]
    return Change(title, first, second, change, direction, f"{moved} {_overlap(first, second)}")


def _overlap(first: Side, second: Side) -> str:
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return "One has no interval."
    if first.low <= second.high and second.low <= first.high:
        return "The intervals overlap: it may be chance."
    return "The intervals do not overlap: it is hardly chance."
