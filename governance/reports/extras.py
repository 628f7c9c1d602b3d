"""What an evaluation says beside its gaps: significance, Simpson's paradox, notes, and rows that were left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

TESTS: Final[Mapping[str, str]] = {"z": "z test", "fisher": "Fisher's exact test"}
SMALLEST_SHOWN: Final = Fraction(1, 10_000)
REASONS: Final[Mapping[str, str]] = {
    "label_missing": "no label",
    "prediction_missing": "no prediction",
    "score_missing": "no score",
    "score_unreadable": "a score that is no number",
    "weight_not_a_number": "a weight that is no number",
}


@dataclass(frozen=True)
class Test:
    """One comparison of selection rates: a group against the reference; ``p`` is corrected for many groups (Holm)."""

    attribute: str
    group: str
    reference: str
    test: str
    statistic: str
    p: str
    p_holm: str
    is_significant: bool


@dataclass(frozen=True)
class Other:
    """A metric that ran through MetricFrame: what is shown of it, with four decimals."""

    metric: str
    attribute: str
    rows: int
    groups: tuple[tuple[str, str], ...]
    difference: str


@dataclass(frozen=True)
class Extras:
    """Everything beside the gaps.

    Attributes:
        simpson: a gap that turns round within another attribute, as sentences.
        excluded: reason in words, and rows.
        contract: the report on the data contract, as ``governance.services.contracts`` kept it.
    """

    tests: tuple[Test, ...]
    simpson: tuple[str, ...]
    notes: tuple[str, ...]
    excluded: tuple[tuple[str, int], ...]
    others: tuple[Other, ...] = ()
    contract: Mapping[str, Any] | None = None

    @property
    def left_out(self) -> int:
        """Rows that were left out, for whatever reason."""
        return sum(rows for _, rows in self.excluded)


def extras_of(content: Mapping[str, Any] | None) -> Extras:
    """Return what is shown of an evaluation's extras; empty where it has none."""
    found = content or {}
    return Extras(
        tests=tuple(_test(one) for one in found.get("significance", ())),
        simpson=tuple(one["sentence"] for one in found.get("simpson", ())),
        notes=tuple(found.get("notes", ())),
        excluded=tuple((_reason(key), rows) for key, rows in found.get("excluded", {}).items() if rows),
        others=tuple(_other(one) for one in found.get("others", ())),
        contract=found.get("contract"),
    )


def _test(part: Mapping[str, Any]) -> Test:
    return Test(
        attribute=part["attribute"],
        group=part["group"],
        reference=part["reference"],
        test=TESTS.get(part["test"], part["test"]),
        statistic=part["statistic"] or "–",
        p=_p(part["p"]),
        p_holm=_p(part["p_holm"]),
        is_significant=part["significant"],
    )


def _other(part: Mapping[str, Any]) -> Other:
    groups = tuple((one["group"], _number(one["value"])) for one in part["groups"])
    return Other(part["metric"], part["attribute"], part["rows"], groups, _number(part["difference"]))


def _number(text: str) -> str:
    return f"{Decimal(text):.4f}" if text else "undefined"


def _p(text: str) -> str:
    if not text:
        return "undefined"
    value = Fraction(text)
    return "< 0.0001" if value < SMALLEST_SHOWN else f"{float(value):.4f}"


def _reason(key: str) -> str:
    return REASONS.get(key, key.replace("_", " "))
