"""What somebody chooses about a PDF of a release: how much of it, on which paper, in which language.

The rule: a small value that goes unchanged from the form through the job's
row into the digest of the content, the rendering and the name of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Kind(StrEnum):
    """How much of the dossier is printed."""

    DOSSIER = "dossier"
    CARD = "card"
    SUMMARY = "summary"


class Paper(StrEnum):
    """The size of the page."""

    A4 = "a4"
    LETTER = "letter"


KINDS: Final[Mapping[Kind, str]] = {Kind.DOSSIER: "Whole dossier", Kind.CARD: "Card only", Kind.SUMMARY: "Summary only"}
PAPERS: Final[Mapping[Paper, str]] = {Paper.A4: "A4", Paper.LETTER: "US letter"}
# The languages of the frame; what people wrote stays as they wrote it.
LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch", "fr": "Français", "da": "Dansk"}


@dataclass(frozen=True)
class Choices:
    """What was chosen."""

    kind: Kind = Kind.DOSSIER
    paper: Paper = Paper.A4
    language: str = "en"

    def to_json(self) -> dict[str, str]:
        """Return the choices as plain values."""
        return {"kind": self.kind.value, "paper": self.paper.value, "language": self.language}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Choices:
        """Read choices; what is missing or unknown is the usual one."""
        usual = cls()
        return cls(
            kind=next((kind for kind in Kind if kind == body.get("kind")), usual.kind),
            paper=next((paper for paper in Paper if paper == body.get("paper")), usual.paper),
            language=next((language for language in LANGUAGES if language == body.get("language")), usual.language),
        )

    @property
    def label(self) -> str:
        """The choices in words."""
        return f"{KINDS[self.kind]}, {PAPERS[self.paper]}, {LANGUAGES[self.language]}"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What a file's name says of them: only what is not usual."""
        pairs = ((self.kind, USUAL.kind), (self.paper, USUAL.paper), (self.language, USUAL.language))
        return tuple(str(mine) for mine, other in pairs if mine != other)


USUAL: Final = Choices()
