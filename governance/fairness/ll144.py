"""Impact ratios as the rules for New York City's Local Law 144 define them.

The rule: all arithmetic is exact; a category without records, or compared
with nobody, has no ratio. A category under two percent of the records may be
left out (the auditor decides, and says why); then it is never the reference,
and what the ratios would be with it stands beside. No number here is a pass
mark: the law sets none.

Source:
    Rules of the City of New York, title 6, sections 5-300 (definitions of
    impact ratio, selection rate, scoring rate) and 5-301 (bias audit).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

SMALL_SHARE: Final = Fraction(1, 50)
TWO: Final = 2
# How many left-out categories a sentence names; the table marks them all.
MOST_NAMED: Final = 20
# Of a category: those selected (or scored above the median), and all of them.
Share = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Category:
    """One category with its rate and its impact ratio.

    Attributes:
        part: selected, or scored strictly above the median.
        records: all of the category.
        share: the category's part of all records, in 0..1.
        rate: part over records; None for a category without records.
        ratio: rate over the reference's rate; None when left out, or when no reference has a rate above 0.
        is_excluded: left out of the ratios.
        is_small: under two percent of all records, left out or not.
    """

    name: str
    part: Fraction
    records: Fraction
    share: Fraction
    rate: Fraction | None
    ratio: Fraction | None
    is_excluded: bool
    is_small: bool


@dataclass(frozen=True)
class ImpactRatios:
    """Categories with their ratios, and how the reference was found.

    Attributes:
        reference: the category with the highest rate; empty when there is none.
        rule: how it was chosen, as a sentence.
        unknown: records without a category; they are in no rate.
        total: all records, those without a category too.
    """

    categories: tuple[Category, ...]
    reference: str
    rule: str
    unknown: Fraction
    total: Fraction

    @property
    def excluded(self) -> tuple[Category, ...]:
        """Categories that were left out."""
        return tuple(one for one in self.categories if one.is_excluded)


def impact_ratios(groups: Mapping[str, Share], *, unknown: Fraction = Fraction(0), exclude_small: bool = True) -> ImpactRatios:
    """Compare every category's rate with the highest.

    Args:
        groups: by category: selected (or scored above the median), and all records.
        unknown: records whose category is not known.
        exclude_small: leave out categories under two percent of all records, the unknown ones counted in.

    Source:
        6 RCNY 5-301(b), (c) and, for what may be left out, (d).
    """
    total = sum((records for _, records in groups.values()), unknown)
    small = {name for name, (_, records) in groups.items() if total and records / total < SMALL_SHARE}
    excluded = small if exclude_small else set()
    rates = {name: part / records for name, (part, records) in groups.items() if records}
    compared = {name: rate for name, rate in rates.items() if name not in excluded}
    reference = max(compared, key=lambda name: compared[name], default="")
    highest = compared.get(reference)
    categories = tuple(
        Category(
            name=name,
            part=part,
            records=records,
            share=records / total if total else Fraction(0),
            rate=rates.get(name),
            ratio=rates[name] / highest if name in compared and highest else None,
            is_excluded=name in excluded,
            is_small=name in small,
        )
        for name, (part, records) in groups.items()
    )
    return ImpactRatios(categories, reference, _rule(reference, excluded), unknown, total)


def alternative(groups: Mapping[str, Share], chosen: ImpactRatios) -> ImpactRatios | None:
    """Return the ratios under the other choice about small categories; None when no category is small."""
    if not any(one.is_small for one in chosen.categories):
        return None
    return impact_ratios(groups, unknown=chosen.unknown, exclude_small=not chosen.excluded)


def median(scores: Iterable[Fraction]) -> Fraction | None:
    """Return the median, the mean of the two middle scores of an even number; None without scores."""
    ordered = sorted(scores)
    if not ordered:
        return None
    middle = len(ordered) // TWO
    return ordered[middle] if len(ordered) % TWO else (ordered[middle - 1] + ordered[middle]) / TWO


def above_median(scores: Mapping[str, Sequence[Fraction]], *, unknown: Sequence[Fraction] = ()) -> tuple[Fraction | None, dict[str, Share]]:
    """Return the median of the full sample, and by category how many lie strictly above it.

    Args:
        scores: by category.
        unknown: scores of people whose category is not known; they belong to the full sample.

    Source:
        6 RCNY 5-300: a score equal to the median is not above it.
    """
    middle = median([*(score for own in scores.values() for score in own), *unknown])
    if middle is None:
        return None, {name: (Fraction(0), Fraction(0)) for name in scores}
    counted = {name: (Fraction(sum(score > middle for score in own)), Fraction(len(own))) for name, own in scores.items()}
    return middle, counted


def _rule(reference: str, excluded: set[str]) -> str:
    named = ", ".join(sorted(excluded)[:MOST_NAMED])
    more = f" and {len(excluded) - MOST_NAMED:,} more" if len(excluded) > MOST_NAMED else ""
    left_out = f" Left out, because each has under 2 % of the records: {named}{more}." if excluded else ""
    if not reference:
        return f"No category is left to compare with.{left_out}"
    among = "among those with at least 2 % of all records" if excluded else "of all categories, however small"
    return f"The reference is “{reference}”, the category with the highest rate {among}.{left_out}"
