"""Everything that is measured on one source of predictions, in as few scans as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from governance.fairness.columns import Columns
from governance.fairness.counting import count_in
from governance.fairness.counts import CountTable
from governance.fairness.gaps import METRICS, SCORE_METRICS
from governance.fairness.intervals import REPLICATES
from governance.fairness.medians import MedianSplit, median_split
from governance.fairness.scorecells import ScoreScan, scan_scores
from governance.fairness.scoregaps import score_findings
from governance.fairness.scores import GroupScores, error_bound, group_scores
from governance.fairness.significance import Comparison, comparisons
from governance.fairness.simpson import Reversal, reversals
from governance.fairness.source import Counting
from governance.fairness.verdicts import MINIMUM_GROUP, Finding, findings

SEED: Final = 20190129
SMALL: Final = 100


@dataclass(frozen=True)
class Settings:
    """How gaps are judged.

    Attributes:
        seed: of all draws; the same rows and seed give the same intervals.
        replicates: bootstrap draws.
        thresholds: by metric key, instead of the usual ones.
        minimum_group: records under which a group is too small to judge.
        metrics: keys of the gaps between confusion-matrix rates, in the order wanted.
    """

    seed: int = SEED
    replicates: int = REPLICATES
    thresholds: Mapping[str, Fraction] = field(default_factory=dict)
    minimum_group: int = MINIMUM_GROUP
    metrics: Sequence[str] = tuple(METRICS)


@dataclass(frozen=True)
class Measurement:
    """What was found.

    Attributes:
        table: the counts.
        findings: gaps with verdicts, of counts and of scores.
        scores: score metrics by attribute and group; empty without a score.
        scan: how the scores were read; None without a score.
        split: the median of the scores and who lies above it; None without a score.
        comparisons: significance of selection rates.
        reversals: gaps that turn round inside another attribute.
    """

    table: CountTable
    findings: tuple[Finding, ...]
    scores: Mapping[str, Mapping[str, GroupScores]] = field(default_factory=dict)
    scan: ScoreScan | None = None
    split: MedianSplit | None = None
    comparisons: tuple[Comparison, ...] = ()
    reversals: tuple[Reversal, ...] = ()

    @property
    def notes(self) -> list[str]:
        """Sentences that a reader should know."""
        found = [*self.table.notes, *self._limits()]
        if self.scan is None:
            return found
        if not self.scan.is_probability:
            found.append(
                f"Scores run from {self.scan.low:g} to {self.scan.high:g}, so they are no probabilities: "
                "calibration, Brier score and logarithmic loss are undefined."
            )
        if not self.scan.is_exact:
            found.append(f"AUC is computed in 65,536 bins; it is off by at most {error_bound(self.scores):.1e}.")
        if self.scan.missing:
            found.append(f"{self.scan.missing:,} counted rows have no score; score metrics leave them out.")
        found += [f"{attribute} has too many groups for score metrics." for attribute in self.scan.too_many]
        return found

    def _limits(self) -> Iterator[str]:
        """Yield what a gap does not say by itself: how small the smallest group is, and how much is unknown."""
        for counts in self.table.attributes:
            sizes = {name: float(counts.evidence(name).n) for name in counts.groups}
            smallest = min(sizes, key=lambda name: sizes[name], default="")
            if sizes and sizes[smallest] < SMALL:
                yield f"The smallest group of {counts.attribute} is “{smallest}” with {sizes[smallest]:,.0f} records; gaps rest on it too."
            total = counts.unknown.n + sum(group.n for group in counts.groups.values())
            if counts.unknown.n:
                yield f"{float(counts.unknown.n / total):.1%} of the counted records have no known {counts.attribute} and are in no group."

    def scores_json(self) -> dict[str, Any] | None:
        """Return the score metrics as JSON without floats; None without a score."""
        if self.scan is None:
            return None
        return {
            "exact": self.scan.is_exact,
            "auc_error_bound": f"{error_bound(self.scores):.3g}",
            "median": "" if self.split is None else f"{self.split.median:.12g}",
            "missing": self.scan.missing,
            "attributes": [
                {
                    "attribute": attribute,
                    "unknown": self.scan.unknown(attribute),
                    "groups": [self._group(attribute, group) for group in groups.values()],
                    "disparities": [
                        finding.to_json() for finding in self.findings if finding.metric in SCORE_METRICS and finding.attribute == attribute
                    ],
                }
                for attribute, groups in self.scores.items()
            ],
        }

    def extras_json(self) -> dict[str, Any]:
        """Return significance, reversals, notes and excluded rows as JSON without floats."""
        return {
            "significance": [one.to_json() for one in self.comparisons],
            "simpson": [one.to_json() for one in self.reversals],
            "notes": self.notes,
            "excluded": dict(self.table.excluded),
        }

    def _group(self, attribute: str, group: GroupScores) -> dict[str, Any]:
        above = self.split.groups.get(attribute, {}).get(group.group) if self.split else None
        return group.to_json() | ({"above_median": above[0], "scored": above[1]} if above else {})


def measure(
    source: Counting, columns: Columns, settings: Settings | None = None, progress: Callable[[int], None] | None = None
) -> Measurement:
    """Measure a source: counts, gaps with verdicts, scores, significance.

    Args:
        source: where the rows are.
        columns: which column means what.
        settings: how gaps are judged.
        progress: called with the percent done.

    Raises:
        PredictionsError: the rows cannot be counted; the message says why.
    """
    chosen, tell = settings or Settings(), progress or (lambda _: None)
    table = count_in(source, columns)
    tell(50)
    found = findings(
        table,
        seed=chosen.seed,
        thresholds=chosen.thresholds,
        metrics=chosen.metrics,
        minimum_group=chosen.minimum_group,
        replicates=chosen.replicates,
    )
    tell(65)
    scan = scan_scores(source, columns, table) if columns.score else None
    tell(80)
    scores = group_scores(scan, seed=chosen.seed) if scan else {}
    for attribute, groups in scores.items():
        found += score_findings(attribute, groups, seed=chosen.seed, thresholds=chosen.thresholds, minimum_group=chosen.minimum_group)
    split = median_split(source, columns, table, scan) if scan else None
    tell(95)
    return Measurement(
        table=table,
        findings=tuple(found),
        scores=scores,
        scan=scan,
        split=split,
        comparisons=tuple(one for counts in table.attributes for one in comparisons(counts)),
        reversals=tuple(reversals(table)),
    )
