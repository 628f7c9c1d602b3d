"""Simpson's paradox: a gap that turns round inside the values of another attribute.

Source:
    Simpson 1951; Bickel, Hammel and O'Connell 1975 (admissions at Berkeley).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from governance.fairness.columns import CROSS
from governance.fairness.counts import AttributeCounts, Counts, CountTable
from governance.fairness.metrics import selection_rate

SMALLEST: Final = 30
MAJORITY: Final = 0.5


@dataclass(frozen=True)
class Reversal:
    """Two groups whose order by selection rate is the other one inside another attribute.

    Attributes:
        within: the other attribute.
        strata: its values in which both groups have at least 30 records.
        reversed_in: those of them in which the order turns round.
    """

    attribute: str
    within: str
    ahead: str
    behind: str
    strata: tuple[str, ...]
    reversed_in: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What a person should know."""
        return (
            f"“{self.ahead}” is selected more often than “{self.behind}” over all records, but less often in "
            f"{len(self.reversed_in)} of {len(self.strata)} values of “{self.within}” ({', '.join(self.reversed_in)}). "
            f"The gap by “{self.attribute}” depends on how records are spread over “{self.within}”: look at both."
        )

    def to_json(self) -> dict[str, Any]:
        """Return the reversal as JSON."""
        return {**vars(self), "strata": list(self.strata), "reversed_in": list(self.reversed_in), "sentence": self.sentence}


def reversals(table: CountTable) -> list[Reversal]:
    """Look at the two groups furthest apart of each attribute, inside each value of each other attribute.

    Pairs are those that were asked for and those counted on the way (none when
    attributes have very many values). A reversal is told when the order of the two turns round in more
    than half of the values in which both have at least 30 records.
    """
    found = []
    for pair in (*table.attributes, *table.crossed):
        names = pair.attribute.split(CROSS)
        if len(names) != 2:  # noqa: PLR2004 - an attribute and another
            continue
        for place, name in enumerate(names):
            single = next((one for one in table.attributes if one.attribute == name), None)
            reversal = _reversal(single, pair, place, names[1 - place]) if single else None
            if reversal is not None:
                found.append(reversal)
    return found


def _reversal(single: AttributeCounts, pair: AttributeCounts, place: int, within: str) -> Reversal | None:
    rates = {name: rate for name, counts in single.groups.items() if counts.n >= SMALLEST and (rate := selection_rate(counts)) is not None}
    if len(rates) < 2:  # noqa: PLR2004 - a gap needs two sides
        return None
    ahead, behind = max(rates, key=lambda name: rates[name]), min(rates, key=lambda name: rates[name])
    if rates[ahead] == rates[behind]:
        return None
    strata: dict[str, dict[str, Counts]] = {}
    for group, counts in pair.groups.items():
        values = pair.values(group)
        if values[place] in {ahead, behind} and counts.n >= SMALLEST:
            strata.setdefault(values[1 - place], {})[values[place]] = counts
    both = {stratum: cells for stratum, cells in strata.items() if len(cells) == 2}  # noqa: PLR2004 - both groups
    turned = [stratum for stratum, cells in both.items() if (selection_rate(cells[ahead]) or 0) < (selection_rate(cells[behind]) or 0)]
    if len(turned) <= MAJORITY * len(both):
        return None
    return Reversal(single.attribute, within, ahead, behind, tuple(sorted(both)), tuple(sorted(turned)))
