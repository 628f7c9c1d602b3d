"""What was counted: cells of groups, exact, and what fell outside."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from governance.fairness.columns import CROSS

FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
Amount = int | Fraction


@dataclass(frozen=True)
class Counts:
    """Records of one group: true and false positives and negatives; positive is favourable.

    Whole numbers, or fractions where records are weighted.
    """

    tp: Amount = 0
    fp: Amount = 0
    fn: Amount = 0
    tn: Amount = 0

    @property
    def n(self) -> Amount:
        """All records."""
        return self.tp + self.fp + self.fn + self.tn

    def plus(self, other: Counts) -> Counts:
        """Return the sum of two groups."""
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    def cells(self) -> dict[str, str]:
        """Return the four counts as exact text."""
        return {name: str(value) for name, value in vars(self).items()}


@dataclass(frozen=True)
class AttributeCounts:
    """Counts by group of one attribute or intersection; unknown is counted beside the groups.

    Attributes:
        rows: rows behind each group's weights; empty when nothing is weighted.
        squares: sums of squared weights, six significant digits; empty likewise.
        parts: the values of each attribute that make a group; empty for one attribute read back.
    """

    attribute: str
    groups: Mapping[str, Counts]
    unknown: Counts
    rows: Mapping[str, Counts] = field(default_factory=dict)
    squares: Mapping[str, Counts] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    def evidence(self, group: str) -> Counts:
        """Return how many records a group rests on, whatever they weigh."""
        return self.rows.get(group, self.groups[group])

    def values(self, group: str) -> tuple[str, ...]:
        """Return the value of each attribute that makes a group."""
        return self.parts.get(group) or (tuple(group.split(CROSS)) if CROSS in self.attribute else (group,))

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON without floats."""
        return {"attribute": self.attribute, "groups": [self._group(name) for name in self.groups], "unknown": self.unknown.cells()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> AttributeCounts:
        """Return the counts that ``to_json`` described."""
        groups: list[Mapping[str, Any]] = content["groups"]
        return cls(
            content["attribute"],
            {one["group"]: _counts(one) for one in groups},
            _counts(content["unknown"]),
            {one["group"]: _counts(one["rows"]) for one in groups if "rows" in one},
            {one["group"]: _counts(one["squares"]) for one in groups if "squares" in one},
        )

    def _group(self, name: str) -> dict[str, Any]:
        beside = {"rows": self.rows, "squares": self.squares}
        return {"group": name, **self.groups[name].cells()} | {key: found[name].cells() for key, found in beside.items() if name in found}


@dataclass(frozen=True)
class CountTable:
    """Everything that was counted.

    Attributes:
        rows: rows that were read: those counted and those excluded.
        excluded: rows left out, by reason.
        notes: sentences on groups that look alike or like a blank.
        crossed: pairs of attributes that were counted on the way without being asked for; not kept.
        spellings: how outcomes were written and whether each is the favourable one; not kept.
    """

    rows: int
    overall: Counts
    attributes: tuple[AttributeCounts, ...]
    is_weighted: bool = False
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    crossed: tuple[AttributeCounts, ...] = field(default=(), compare=False)
    spellings: Mapping[str, bool] = field(default_factory=dict, compare=False)

    def by(self, attribute: str) -> AttributeCounts:
        """Return the counts by one attribute."""
        return next(one for one in self.attributes if one.attribute == attribute)

    def to_json(self) -> dict[str, Any]:
        """Return the table as JSON without floats."""
        return {
            "rows": self.rows,
            "weighted": self.is_weighted,
            "overall": self.overall.cells(),
            "attributes": [one.to_json() for one in self.attributes],
            "excluded": dict(self.excluded),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> CountTable:
        """Return the table that ``to_json`` described, in this release or an earlier one."""
        return cls(
            content["rows"],
            _counts(content["overall"]),
            tuple(AttributeCounts.from_json(part) for part in content["attributes"]),
            content["weighted"],
            content.get("excluded", {}),
            tuple(content.get("notes", ())),
        )

    def to_csv(self) -> str:
        """Return the counts as CSV: attribute, group, tp, fp, fn, tn."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["attribute", "group", "tp", "fp", "fn", "tn"])
        for one in self.attributes:
            for name, counts in one.groups.items():
                writer.writerow([_plain(one.attribute), _plain(name), *counts.cells().values()])
            writer.writerow([_plain(one.attribute), "(unknown)", *one.unknown.cells().values()])
        return text.getvalue()


def _plain(text: str) -> str:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def _counts(part: Mapping[str, str]) -> Counts:
    return Counts(**{name: _amount(part[name]) for name in ("tp", "fp", "fn", "tn")})


def _amount(text: str) -> Amount:
    return int(text) if text.isdecimal() else Fraction(text)
