"""Scores and extras of an evaluation, in the shapes that the engine gives them, computed here from drawn scores."""

from __future__ import annotations

import random
from bisect import bisect_right
from fractions import Fraction
from typing import Any

from governance.fairness.counts import CountTable
from governance.models import Evaluation

BINS = 10


def score(evaluation: Evaluation, *, seed: int = 7, undefined: str = "") -> Evaluation:
    """Give an evaluation score metrics for every group; one group may have no AUC."""
    table = CountTable.from_json(evaluation.counts or {})
    drawn = {
        counts.attribute: {name: _drawn(seed, name, group.tp + group.fn, group.fp + group.tn) for name, group in counts.groups.items()}
        for counts in table.attributes
    }
    first = next(iter(drawn.values()))
    ordered = sorted(one for group in first.values() for one, _ in group)
    middle = ordered[len(ordered) // 2]
    evaluation.scores = {
        "exact": True,
        "auc_error_bound": "0",
        "median": f"{middle:.4f}",
        "attributes": [
            {
                "attribute": attribute,
                "unknown": 3,
                "groups": [_group(name, pairs, middle, is_defined=name != undefined) for name, pairs in groups.items()],
                "disparities": [_disparity(attribute, list(groups))],
            }
            for attribute, groups in drawn.items()
        ],
    }
    evaluation.save(update_fields=["scores"])
    return evaluation


def add_extras(evaluation: Evaluation, **extras: Any) -> Evaluation:
    """Give an evaluation significance tests, Simpson notes, notes and rows that were left out."""
    evaluation.extras = extras or {
        "significance": [
            {"attribute": "sex", "group": "female", "reference": "male", "test": "z", "statistic": "2.3146", "p": "0.0206",
             "p_holm": "0.0412", "significant": True},
            {"attribute": "age_group", "group": "old", "reference": "young", "test": "fisher", "statistic": "", "p": "0.4",
             "p_holm": "0.4", "significant": False},
        ],
        "simpson": [{"attribute": "sex", "within": "age_group", "sentence": "The gap by sex turns round among the young."}],
        "notes": ["“NA” is counted as a group of sex; leave those rows blank if they are unknown."],
        "excluded": {"label_missing": 3, "score_unreadable": 1},
    }  # fmt: skip
    evaluation.save(update_fields=["extras"])
    return evaluation


def _drawn(seed: int, name: str, good: Fraction, bad: Fraction) -> list[tuple[float, int]]:
    chance = random.Random(f"{seed}{name}")  # noqa: S311 - a test draws the same each time
    return [(chance.betavariate(4, 2), 1) for _ in range(int(good))] + [(chance.betavariate(2, 4), 0) for _ in range(int(bad))]


def _around(value: float, width: float = 0.04) -> dict[str, str]:
    return {"value": f"{value:.4f}", "low": f"{value - width:.4f}", "high": f"{value + width:.4f}"}


def _group(name: str, pairs: list[tuple[float, int]], middle: float, *, is_defined: bool) -> dict[str, Any]:
    good = sorted(one for one, truth in pairs if truth)
    bad = sorted(one for one, truth in pairs if not truth)
    bins = [[pair for pair in pairs if int(pair[0] * BINS) == number] for number in range(BINS)]
    auc = sum(bisect_right(bad, one) for one in good) / (len(good) * len(bad)) if good and bad else 0
    filled = [(number, own) for number, own in enumerate(bins) if own]
    means = {number: (sum(s for s, _ in own) / len(own), sum(y for _, y in own) / len(own)) for number, own in filled}
    ece = sum(len(own) * abs(means[number][0] - means[number][1]) for number, own in filled) / len(pairs)
    has_auc = is_defined and good and bad
    return {
        "group": name,
        "n": len(pairs),
        "positives": len(good),
        "above_median": sum(one > middle for one, _ in pairs),
        "auc": _around(auc) if has_auc else {"value": "", "low": "", "high": ""},
        "ece": _around(ece),
        "mean_gap": _around(sum(s - y for s, y in pairs) / len(pairs)),
        "brier": _around(sum((s - y) ** 2 for s, y in pairs) / len(pairs)),
        "log_loss": _around(0.55),
        "calibration": [
            {
                "from": f"{number / BINS:g}",
                "to": f"{(number + 1) / BINS:g}",
                "n": len(own),
                "mean_score": f"{means[number][0]:.4f}",
                "observed": f"{means[number][1]:.4f}",
            }
            for number, own in filled
        ],
        "roc": _roc(good, bad) if has_auc else [],
    }


def _roc(good: list[float], bad: list[float]) -> list[list[str]]:
    points = [["0", "0"]]
    for step in range(49, -1, -1):
        cut = step / 50
        rates = [1 - bisect_right(own, cut) / len(own) for own in (bad, good)]
        points.append([f"{rate:.4f}" for rate in rates])
    return points


def _disparity(attribute: str, groups: list[str]) -> dict[str, Any]:
    return {
        "metric": "auc_difference", "attribute": attribute, "value": "1/50", "low": "0", "high": "1/25", "threshold": "1/20",
        "verdict": "pass", "sentence": f"AUC difference by {attribute} is 0.020 (0.000 to 0.040).", "best_group": groups[0],
        "worst_group": groups[-1], "too_small": [], "incomplete_groups": [],
    }  # fmt: skip
