"""The figures that a card can take from the newest evaluation: gaps, and the rates of groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from governance.fairness.counts import AttributeCounts, CountTable
from governance.fairness.metrics import RATES
from governance.fairness.rates import GroupRate, rate_of
from governance.fairness.verdicts import parse_fraction
from governance.models import Evaluation
from governance.reports.featured import featured
from governance.services.claims import number_text
from registry.catalog.claims import TOKEN, Claim
from registry.models import Version

USUAL: Final = "true_positive_rate"
MOST: Final = 40


@dataclass(frozen=True)
class OfferedRate:
    """A rate of one group, with the token that claims it; all records have no attribute and no group."""

    attribute: str
    group: str
    found: GroupRate
    token: str

    @property
    def text(self) -> str:
        """The number."""
        return number_text(self.found.value)

    @property
    def interval(self) -> str:
        """Its bounds, or nothing."""
        low, high = self.found.low, self.found.high
        return "" if low is None or high is None else f"{number_text(low)} to {number_text(high)}"


@dataclass(frozen=True)
class Offered:
    """What can be taken.

    Attributes:
        gaps: rows of the findings.
        rates: one rate, of all records and of groups.
        left_out: how many groups are not among them.
    """

    evaluation: Evaluation | None
    gaps: list[dict[str, Any]]
    metric: str
    rates: tuple[OfferedRate, ...] = ()
    left_out: int = 0


def offered(version: Version, metric: str = "", search: str = "") -> Offered:
    """Return the figures of the newest finished evaluation (two queries).

    Args:
        version: of a model.
        metric: which rate of the groups; an unknown one gives the usual.
        search: part of a group's name; without it those at the ends of gaps and the largest are offered.
    """
    metric = metric if metric in RATES else USUAL
    evaluation = version.evaluations.finished().defer("witness", "scores", "extras").first()
    if evaluation is None:
        return Offered(None, [], metric)
    findings = list(evaluation.findings.all())
    gaps = [
        {
            "attribute": row.attribute,
            "metric": row.metric,
            "text": number_text(parse_fraction(row.body["value"])),
            "verdict": row.verdict,
            "token": Claim(row.evaluation_id, row.metric, row.attribute).token,
        }
        for row in findings
    ]
    table = CountTable.from_json(evaluation.counts or {})
    bodies = [row.body for row in findings]
    rates = [*_overall(evaluation.pk, metric, table, search)]
    for counts in table.attributes:
        rates += _groups(evaluation.pk, metric, counts, _names(counts, bodies, search))
    groups = sum(len(counts.groups) for counts in table.attributes)
    shown = sum(bool(one.group) for one in rates)
    return Offered(evaluation, gaps, metric, tuple(rates), groups - shown)


def _names(counts: AttributeCounts, bodies: list[dict[str, Any]], search: str) -> list[str]:
    if not search:
        return featured(counts, [body for body in bodies if body["attribute"] == counts.attribute])
    return [name for name in counts.groups if search.casefold() in name.casefold()][:MOST]


def _overall(pk: int, metric: str, table: CountTable, search: str) -> Iterator[OfferedRate]:
    if not search:
        yield OfferedRate("", "", rate_of(metric, table.overall, table.overall), Claim(pk, metric, "").token)


def _groups(pk: int, metric: str, counts: AttributeCounts, names: list[str]) -> Iterator[OfferedRate]:
    """Yield the groups that a token can name; a group without a name is none."""
    for name in names:
        token = Claim(pk, metric, counts.attribute, name).token
        if name and TOKEN.fullmatch(token):
            yield OfferedRate(counts.attribute, name, rate_of(metric, counts.groups[name], counts.evidence(name)), token)
