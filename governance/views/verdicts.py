"""Verdicts for a page: the worst of some, how many of each, and which stands open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from governance.fairness.verdicts import Verdict
from governance.models import Finding

WORST_FIRST: Final = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_JUDGED, Verdict.PASS)
WORDS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.FAIL: ("Fail", "the whole interval misses the threshold"),
    Verdict.INCONCLUSIVE: ("Inconclusive", "the interval crosses the threshold"),
    Verdict.NOT_JUDGED: ("Not judged", "a group is too small or has no rate"),
    Verdict.PASS: ("Pass", "the whole interval keeps the threshold"),
}


def worst_of(verdicts: Iterable[str]) -> str:
    """Return the worst of some verdicts, or an empty string when there is none."""
    found = set(verdicts)
    return next((verdict.value for verdict in WORST_FIRST if verdict.value in found), "")


def summary(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return how many gaps got each verdict, the worst first."""
    return [
        {"label": WORDS[verdict][0], "note": WORDS[verdict][1], "value": sum(row.verdict == verdict for row in findings)}
        for verdict in WORST_FIRST
    ]


def by_verdict(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return the findings by verdict, the worst first; the worst that needs an eye stands open."""
    parts = [(verdict, [row for row in findings if row.verdict == verdict.value]) for verdict in WORST_FIRST]
    first = next((verdict for verdict, rows in parts if rows), None)
    return [{"verdict": verdict.value, "findings": rows, "is_open": verdict is first} for verdict, rows in parts]
