"""Links between items of frameworks, and chains of them; pure.

The rule: a chain is as strong as its weakest link and never says more than
its links do. Nothing here knows an answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from types import MappingProxyType
from typing import Final

# How many links a chain has at most: from one framework over a second to a third.
DEPTH: Final = 2


class Kind(StrEnum):
    """What the counterpart is to an item: it asks the same, for more, for a part of it, or for something near."""

    EQUAL = "equal"
    BROADER = "broader"
    NARROWER = "narrower"
    RELATED = "related"

    @property
    def strength(self) -> int:
        """How much it says, from 1 to 3."""
        return {Kind.EQUAL: 3, Kind.RELATED: 1}.get(self, 2)

    @property
    def inverse(self) -> Kind:
        """The same link, read from its other end."""
        return {Kind.BROADER: Kind.NARROWER, Kind.NARROWER: Kind.BROADER}.get(self, self)


@dataclass(frozen=True, order=True)
class Ref:
    """An item, by the key of its framework and its official id."""

    framework: str
    item: str


@dataclass(frozen=True)
class Link:
    """What one item is to another, and whose word that is.

    Attributes:
        editorial: we judged it; otherwise a published source says so.
        source: who says so.
    """

    start: Ref
    end: Ref
    kind: Kind
    editorial: bool
    source: str

    @property
    def inverse(self) -> Link:
        """The same link, read from its other end."""
        return Link(self.end, self.start, self.kind.inverse, self.editorial, self.source)


@dataclass(frozen=True)
class Chain:
    """One link or several, each beginning where the one before ends."""

    links: tuple[Link, ...]

    @property
    def start(self) -> Ref:
        """The item from which it leads."""
        return self.links[0].start

    @property
    def end(self) -> Ref:
        """The counterpart to which it leads."""
        return self.links[-1].end

    @property
    def kind(self) -> Kind:
        """What the counterpart is to the item."""
        return reduce(compose, (link.kind for link in self.links))

    @property
    def editorial(self) -> bool:
        """Whether any of its links is our own judgement."""
        return any(link.editorial for link in self.links)

    @property
    def over(self) -> tuple[Ref, ...]:
        """The items between its ends."""
        return tuple(link.end for link in self.links[:-1])


def compose(first: Kind, second: Kind) -> Kind:
    """Return what a counterpart's counterpart is; what goes up and down again is only related."""
    if Kind.EQUAL in {first, second}:
        return second if first is Kind.EQUAL else first
    return first if first is second else Kind.RELATED


class Crosswalk:
    """All links between items, read from both ends."""

    def __init__(self, links: Iterable[Link]) -> None:
        found: dict[Ref, dict[tuple[Ref, Kind], Link]] = defaultdict(dict)
        for link in links:
            for one in (link, link.inverse):
                found[one.start].setdefault((one.end, one.kind), one)
        self._found: dict[tuple[Ref, int], tuple[Chain, ...]] = {}
        self._from: Mapping[Ref, tuple[Link, ...]] = MappingProxyType({ref: tuple(each.values()) for ref, each in found.items()})

    def links(self, ref: Ref) -> tuple[Link, ...]:
        """Return the links of an item, each leading away from it."""
        return self._from.get(ref, ())

    def counterparts(self, ref: Ref, depth: int = DEPTH) -> tuple[Chain, ...]:
        """Return the strongest chain to every item that can be reached, the strongest and shortest first.

        Chains that lead back into the framework of the item are left out, and
        so are chains of several links that say no more than “related”: over a
        hub nearly everything is related to everything.
        """
        if (ref, depth) in self._found:
            return self._found[ref, depth]
        best: dict[Ref, Chain] = {}
        for chain in self._chains(ref, depth):
            if chain.end.framework == ref.framework or (len(chain.links) > 1 and chain.kind is Kind.RELATED):
                continue
            if chain.end not in best or _rank(chain) < _rank(best[chain.end]):
                best[chain.end] = chain
        return self._found.setdefault((ref, depth), tuple(sorted(best.values(), key=_rank)))

    def _chains(self, ref: Ref, depth: int) -> Iterable[Chain]:
        """Return a shortest chain for every item and kind within a depth, without walking in circles."""
        seen: set[tuple[Ref, Kind]] = {(ref, Kind.EQUAL)}
        edge = [Chain((link,)) for link in self.links(ref)]
        for _ in range(depth):
            fresh = []
            for chain in edge:
                if (key := (chain.end, chain.kind)) not in seen and chain.end != ref:
                    seen.add(key)
                    fresh.append(chain)
            yield from fresh
            edge = [Chain((*chain.links, link)) for chain in fresh for link in self.links(chain.end)]


def _rank(chain: Chain) -> tuple[int, int, bool, Ref]:
    return -chain.kind.strength, len(chain.links), chain.editorial, chain.end
