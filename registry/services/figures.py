"""What the claims of a document say now.

The registry knows that a document makes claims, and not what an evaluation
is. The settings name a source (``FIGURES_SOURCE``), so that pages of documents
can show what another app has measured.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from registry.catalog.claims import Claim, claims_of, with_words
from registry.models import Version

MISSING: Final = "(missing figure)"
SUPERSEDED: Final = "superseded"
STATES: Final = ("current", SUPERSEDED, "missing")


@dataclass(frozen=True)
class Figure:
    """What a claim says now.

    Attributes:
        text: the number as people read it.
        state: current; superseded, when a later evaluation exists; missing.
        sentence: what was found, in words.
        source: name of the evaluation, and its address.
        newer: the same claim about the newest evaluation, when that has it.
    """

    claim: Claim
    text: str
    state: str
    sentence: str = ""
    source: str = ""
    url: str = ""
    newer: str = ""

    @property
    def words(self) -> str:
        """What stands in the text in its place."""
        if self.state == "missing":
            return MISSING
        return f"{self.text} ({SUPERSEDED})" if self.state == SUPERSEDED else self.text


class Source(Protocol):
    """Says what claims about a version say now; every claim gets an answer."""

    def __call__(self, version: Version, claims: Collection[Claim], /) -> Mapping[Claim, Figure]:
        """Return a figure for each claim."""
        ...


@dataclass(frozen=True)
class Figures:
    """The claims of one document with what they say now."""

    by_field: Mapping[str, tuple[Figure, ...]]
    words: Mapping[Claim, str]

    def of(self, key: str) -> tuple[Figure, ...]:
        """Return the figures of a field."""
        return self.by_field.get(key, ())

    def filled(self, value: Any) -> Any:
        """Return a field's value with numbers in place of tokens."""
        return with_words(value, self.words) if self.words else value


def live_blocks(version: Version, section: str | None = None) -> Mapping[str, Mapping[str, Any]]:
    """Return what stands measured below the answers of a document, by field id: of one section, or of all."""
    found: Mapping[str, Mapping[str, Any]] = import_string(settings.LIVE_SOURCE)(version, section)
    return found


def figures_of(version: Version, content: Mapping[str, Any]) -> Figures:
    """Return the figures of a version's document; without claims nothing is asked."""
    claims = claims_of(content)
    wanted = {claim for found in claims.values() for claim in found}
    if not wanted:
        return Figures({}, {})
    source: Source = import_string(settings.FIGURES_SOURCE)
    answers = source(version, wanted)
    figures = {claim: answers.get(claim, Figure(claim, "", "missing")) for claim in wanted}
    return Figures(
        {key: tuple(figures[claim] for claim in found) for key, found in claims.items()},
        {claim: figure.words for claim, figure in figures.items()},
    )
