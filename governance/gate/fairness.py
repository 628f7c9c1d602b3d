"""Whether the newest evaluation meets the policy, judged by the policy's own thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from governance.gate.facts import EvaluationFact, Facts, FindingFact
from governance.gate.policy import EvaluationRule
from governance.gate.requirement import Requirement, met, not_met
from governance.gate.shape import METRICS

Judgement = Literal["pass", "fail", "inconclusive"]
MEND = "evaluations"


def fairness(rule: EvaluationRule, facts: Facts) -> Iterator[Requirement]:
    """Return the requirements about the newest finished evaluation."""
    newest = newest_of(facts)
    title = "Measured on predictions"
    if newest is None:
        yield not_met("evaluation", title, "Upload predictions and run an evaluation.", MEND)
        return
    if problem := _shape(rule, newest, facts):
        yield not_met("evaluation", title, problem, MEND)
    else:
        yield met("evaluation", title, f"“{newest.name}” rests on {newest.rows:,} records.")
    for metric, threshold in rule.metrics.items():
        yield _metric(rule, newest, metric, threshold)


def newest_of(facts: Facts) -> EvaluationFact | None:
    """Return the evaluation that counts: the newest; older ones are history."""
    return max(facts.evaluations, key=lambda one: one.finished_at, default=None)


def judge(finding: FindingFact, threshold: Fraction) -> Judgement:
    """Judge one finding by its whole interval.

    Undefined or incomplete never passes; with a group that is too small to be
    judged, an interval that clears the threshold is inconclusive.
    """
    if finding.value is None or finding.incomplete:
        return "fail"
    low = finding.value if finding.low is None else finding.low
    high = finding.value if finding.high is None else finding.high
    clears, misses = (low >= threshold, high < threshold) if is_ratio(finding.metric) else (high <= threshold, low > threshold)
    if misses:
        return "fail"
    return "pass" if clears and not finding.too_small else "inconclusive"


def is_ratio(metric: str) -> bool:
    """Whether larger is better (ideal 1) rather than smaller (ideal 0)."""
    return metric.endswith("_ratio") or metric == "di_four_fifths"


def _shape(rule: EvaluationRule, newest: EvaluationFact, facts: Facts) -> str:
    if not newest.witness_agrees:
        return f"Fairlearn disagrees with “{newest.name}”, so it is not to be trusted. Run it again."
    if facts.now - newest.finished_at > timedelta(days=rule.max_age_days):
        return f"“{newest.name}” is older than {rule.max_age_days} days. Run a new one."
    if newest.rows < rule.minimum_rows:
        return f"“{newest.name}” rests on {newest.rows:,} records; at least {rule.minimum_rows:,} are needed."
    if len(newest.attributes) < rule.minimum_attributes:
        number = len(newest.attributes)
        return f"“{newest.name}” looks at {number} sensitive attributes; at least {rule.minimum_attributes} are needed."
    if absent := [name for name in rule.attributes if name not in newest.attributes]:
        return f"“{newest.name}” does not look at {', '.join(absent)}. Run an evaluation that does."
    return ""


def _metric(rule: EvaluationRule, newest: EvaluationFact, metric: str, threshold: Fraction) -> Requirement:
    found = [finding for finding in newest.findings if finding.metric == metric]
    bound = f"{'at least' if is_ratio(metric) else 'at most'} {float(threshold):g}"
    key, title = f"metric:{metric}", f"{METRICS[metric]} {bound}"
    if not found:
        return not_met(key, title, f"“{newest.name}” does not tell this metric. Run an evaluation with labels.", MEND)
    if absent := [name for name in newest.attributes if name not in {finding.attribute for finding in found}]:
        text = f"“{newest.name}” does not tell this metric for {', '.join(absent)}. Run an evaluation that does."
        return not_met(key, title, text, MEND)
    judged = {finding.attribute: judge(finding, threshold) for finding in found}
    if failed := [name for name, verdict in judged.items() if verdict == "fail"]:
        text = f"Not met, or undefined, for {', '.join(failed)}. Look at the groups, mend the model or its data, and measure again."
        return not_met(key, title, text, MEND)
    unsure = [name for name, verdict in judged.items() if verdict == "inconclusive"]
    if unsure and rule.on_inconclusive == "block":
        text = (
            f"Inconclusive for {', '.join(unsure)}: the interval crosses the threshold, or a group is too small. Measure on more records."
        )
        return not_met(key, title, text, MEND)
    if unsure:
        return met(key, title, f"Inconclusive for {', '.join(unsure)}, which this policy allows.")
    return met(key, title, f"Met for {', '.join(judged)}.")
