"""The summary of a bias audit that New York City's Local Law 144 asks to publish, as plain values.

The rule: numbers come from the counts that the evaluation kept, words from
the person who chose; what the rule asks for and nobody gave is named as
missing. One summary serves the page and the PDF.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from governance.fairness.columns import CROSS
from governance.fairness.counts import CountTable
from governance.fairness.fractions import fraction_text
from governance.fairness.ll144 import Category, ImpactRatios, Share, alternative, impact_ratios
from governance.models import Evaluation
from registry.digest import canonical, sha256

EDITION: Final = "assay/ll144/1"
SELECTION: Final = "selection"
SCORING: Final = "scoring"
# What a category's rate counts, the name of the rate, and the highest of it in words.
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    SELECTION: ("Selected", "Selection rate"),
    SCORING: ("Scored above the median", "Scoring rate"),
}
NOT_MEASURED: Final = (
    "The intersection of “%s” and “%s” was not measured. Measure the file again with “Also every pair of these attributes”; "
    "the rule asks for the intersections too."
)
# Of an attribute: each group's share, and the records without a group.
Counted = tuple[Mapping[str, Share], Fraction]
NOT_CHOSEN: Final = "No attribute was chosen for %s; the rule asks for sex, for race and ethnicity, and for both together."


@dataclass(frozen=True)
class Choices:
    """What a person chose and wrote.

    Attributes:
        sex: attribute that holds the sex; empty when none was measured.
        race: attribute that holds race and ethnicity; empty likewise.
        rate: ``selection`` or ``scoring``.
        audited_on: ISO date of the audit.
        distributed_on: ISO date from which the tool was used; empty when not given.
        source: source and explanation of the data.
        exclude: leave categories under two percent out of the ratios.
        reason: why.
        unknown: names of groups that stand for no known category, such as “not reported”.
    """

    sex: str
    race: str
    rate: str
    audited_on: str
    distributed_on: str
    source: str
    exclude: bool
    reason: str
    unknown: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the choices as JSON."""
        return {**vars(self), "unknown": list(self.unknown)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Choices:
        """Return the choices that ``to_json`` described."""
        return cls(**{**content, "unknown": tuple(content["unknown"])})


@dataclass(frozen=True)
class PrintedCategory:
    """One category; ``other_ratio`` is the ratio under the other choice about small categories."""

    category: Category
    is_reference: bool
    other_ratio: Fraction | None


@dataclass(frozen=True)
class PrintedTable:
    """The categories of one attribute or of the intersection."""

    number: int
    title: str
    attribute: str
    rows: tuple[PrintedCategory, ...]
    unknown: Fraction
    rule: str
    other_rule: str
    excluded: tuple[Category, ...]


@dataclass(frozen=True)
class PrintedSummary:
    """Everything that the summary shows.

    Attributes:
        part_word: what the rate counts.
        rate_word: the name of the rate.
        missing: tables that could not be made, as sentences.
    """

    label: str
    evaluation: str
    filename: str
    sha256: str
    records: int
    favourable: str
    is_weighted: bool
    median: str
    choices: Choices
    audited_on: date
    distributed_on: date | None
    part_word: str
    rate_word: str
    tables: tuple[PrintedTable, ...]
    missing: tuple[str, ...]

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the rule asks to publish and nobody has given."""
        is_told = self.choices.reason or not any(table.excluded for table in self.tables)
        asked = (
            (self.choices.sex or self.choices.race, "the attributes that hold sex and race or ethnicity"),
            (self.choices.distributed_on, "the date from which the tool is used"),
            (self.choices.source, "the source and explanation of the data"),
            (is_told, "why small categories are left out"),
        )
        return tuple(words for value, words in asked if not value)

    @property
    def digest(self) -> str:
        """SHA-256 of everything that is shown."""
        shown = {
            "edition": EDITION,
            "label": self.label,
            "evaluation": [self.evaluation, self.filename, self.sha256, self.records, self.favourable, self.median],
            "choices": self.choices.to_json(),
            "tables": [[table.title, table.attribute, table.rule, str(table.unknown), _content(table)] for table in self.tables],
        }
        return sha256(canonical(shown))


def summary(evaluation: Evaluation, choices: Choices) -> PrintedSummary:
    """Return the summary of a finished evaluation.

    Args:
        evaluation: finished, with ``version__asset`` and ``predictions``.
        choices: what the person chose; its attributes are among those measured.
    """
    table = CountTable.from_json(evaluation.counts or {})
    groups: Mapping[str, Counted] = _scoring(evaluation) if choices.rate == SCORING else _selection(table)
    wanted = [("Sex", choices.sex), ("Race and ethnicity", choices.race), ("Sex and race or ethnicity together", _crossed(choices, groups))]
    version = evaluation.version
    part_word, rate_word = WORDS[choices.rate]
    return PrintedSummary(
        label=f"{version.asset.name} {version.name}",
        evaluation=evaluation.name,
        filename=evaluation.predictions.filename,
        sha256=evaluation.predictions.sha256,
        records=table.rows,
        favourable=evaluation.columns["favourable"],
        is_weighted=table.is_weighted,
        median=(evaluation.scores or {}).get("median", "") if choices.rate == SCORING else "",
        choices=choices,
        audited_on=date.fromisoformat(choices.audited_on),
        distributed_on=date.fromisoformat(choices.distributed_on) if choices.distributed_on else None,
        part_word=part_word,
        rate_word=rate_word,
        tables=tuple(
            _table(number, title, attribute, groups[attribute], choices)
            for number, (title, attribute) in enumerate(wanted, start=1)
            if attribute in groups
        ),
        missing=_missing(choices, groups),
    )


def has_scores(evaluation: Evaluation) -> bool:
    """Whether scoring rates can be told: the score was read and its median is known."""
    return bool((evaluation.scores or {}).get("median"))


def _selection(table: CountTable) -> dict[str, Counted]:
    """Return by attribute: selected and all of each group, and the records without one."""
    return {
        counts.attribute: (
            {name: (Fraction(group.tp + group.fp), Fraction(group.n)) for name, group in counts.groups.items()},
            Fraction(counts.unknown.n),
        )
        for counts in table.attributes
    }


def _scoring(evaluation: Evaluation) -> dict[str, Counted]:
    """Return by attribute: those above the median and all of each group, and the records without one."""
    found: list[Mapping[str, Any]] = (evaluation.scores or {}).get("attributes", [])
    return {
        one["attribute"]: (
            {group["group"]: (Fraction(group["above_median"]), Fraction(group["n"])) for group in one["groups"]},
            Fraction(one["unknown"]),
        )
        for one in found
    }


def _crossed(choices: Choices, groups: Mapping[str, Any]) -> str:
    """Return the name of the intersection as it was measured, and an empty text when it was not."""
    pairs = ((choices.sex, choices.race), (choices.race, choices.sex))
    return next((name for pair in pairs if all(pair) and (name := CROSS.join(pair)) in groups), "")


def _missing(choices: Choices, groups: Mapping[str, Any]) -> tuple[str, ...]:
    found = [NOT_CHOSEN % words for value, words in ((choices.sex, "sex"), (choices.race, "race and ethnicity")) if not value]
    if choices.sex and choices.race and not _crossed(choices, groups):
        found.append(NOT_MEASURED % (choices.sex, choices.race))
    return tuple(found)


def _table(number: int, title: str, attribute: str, counted: Counted, choices: Choices) -> PrintedTable:
    groups, unknown = _without_unknown(attribute, counted, choices)
    chosen = impact_ratios(groups, unknown=unknown, exclude_small=choices.exclude)
    other = alternative(groups, chosen)
    others = _ratios(other) if other else {}
    return PrintedTable(
        number=number,
        title=title,
        attribute=attribute,
        rows=tuple(PrintedCategory(one, one.name == chosen.reference, others.get(one.name)) for one in chosen.categories),
        unknown=unknown,
        rule=chosen.rule,
        other_rule=other.rule if other else "",
        excluded=chosen.excluded,
    )


def _without_unknown(attribute: str, counted: Counted, choices: Choices) -> Counted:
    """Move the groups that stand for no known category to the unknown records."""
    groups, unknown = counted
    is_crossed = attribute not in {choices.sex, choices.race}
    named = {name: bool({*(name.split(CROSS) if is_crossed else [name])} & {*choices.unknown}) for name in groups}
    moved = sum((records for name, (_, records) in groups.items() if named[name]), unknown)
    return {name: share for name, share in groups.items() if not named[name]}, moved


def _ratios(found: ImpactRatios) -> dict[str, Fraction | None]:
    return {one.name: one.ratio for one in found.categories}


def _content(table: PrintedTable) -> list[list[str]]:
    return [
        [one.name, str(one.part), str(one.records), fraction_text(one.ratio), fraction_text(row.other_ratio)]
        for row in table.rows
        for one in [row.category]
    ]
