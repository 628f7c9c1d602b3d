"""Which metric fits, and which cannot hold together on these data.

The rule: nothing here judges a model. It shows the base rates of this very
evaluation, because they decide whether equal error rates and equal meaning of
the prediction can be had at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from governance.charts import percent
from governance.fairness.counts import AttributeCounts, CountTable
from governance.fairness.gaps import EVERY_METRIC
from governance.fairness.intervals import wilson
from governance.fairness.metrics import base_rate

# Metrics that ask for the same meaning of a prediction or score, and those that ask for the same errors.
MEANING: Final = ("calibration", "ppv_difference")
ERRORS: Final = ("eo_difference", "fpr_difference", "fnr_difference")
TITLES: Final[Mapping[str, str]] = {"calibration": "Calibration", "auc_difference": "AUC difference"}
TWO: Final = 2
# What is at stake, what to look at first, what next.
SITUATIONS: Final = (
    ("Hiring or promotion", "demographic parity ratio (four fifths) with its significance", "equal opportunity"),
    ("Credit or benefits, labels trusted", "equal opportunity, false negative rate", "calibration"),
    ("Fraud or policing flag", "false positive rate", "predictive parity"),
    ("Medical triage", "false negative rate, calibration", "AUC"),
    ("A score shown as a probability", "calibration", "AUC"),
    ("Labels in doubt", "demographic parity", "an audit of the labels"),
)


@dataclass(frozen=True)
class BaseRates:
    """The shares with the favourable outcome in the groups of one attribute, lowest and highest named.

    Attributes:
        differ: the intervals of lowest and highest do not overlap.
        meaning: findings about the meaning of a prediction: (title, verdict).
        errors: findings about errors, likewise.
    """

    attribute: str
    lowest: str
    low: str
    highest: str
    high: str
    differ: bool
    meaning: tuple[tuple[str, str], ...]
    errors: tuple[tuple[str, str], ...]


def base_rates(table: CountTable, bodies: Iterable[Mapping[str, Any]]) -> list[BaseRates]:
    """Return the base rates by attribute, with the findings that depend on them.

    Args:
        table: the counts.
        bodies: findings as the engine said them.
    """
    found = list(bodies)
    return [one for counts in table.attributes if (one := _of(counts, [body for body in found if body["attribute"] == counts.attribute]))]


def title_of(metric: str) -> str:
    """Return a metric in words."""
    return EVERY_METRIC[metric].title if metric in EVERY_METRIC else TITLES.get(metric, metric.replace("_", " ").capitalize())


def _of(counts: AttributeCounts, bodies: list[Mapping[str, Any]]) -> BaseRates | None:
    rates = {name: rate for name, group in counts.groups.items() if (rate := base_rate(group)) is not None}
    if len(rates) < TWO:
        return None
    lowest, highest = min(rates, key=lambda name: rates[name]), max(rates, key=lambda name: rates[name])
    return BaseRates(
        attribute=counts.attribute,
        lowest=lowest,
        low=percent(rates[lowest]),
        highest=highest,
        high=percent(rates[highest]),
        differ=_differ(counts, rates, lowest, highest),
        meaning=_named(bodies, MEANING),
        errors=_named(bodies, ERRORS),
    )


def _differ(counts: AttributeCounts, rates: Mapping[str, Fraction], lowest: str, highest: str) -> bool:
    below, above = (wilson(rates[name] * counts.evidence(name).n, counts.evidence(name).n) for name in (lowest, highest))
    return below is not None and above is not None and below[1] < above[0]


def _named(bodies: list[Mapping[str, Any]], metrics: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((title_of(body["metric"]), body["verdict"]) for key in metrics for body in bodies if body["metric"] == key)
