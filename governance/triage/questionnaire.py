"""The questions of the triage, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from registry.catalog.parsing import yaml_of
from registry.digest import canonical, sha256

FILE: Final = Path(__file__).parent / "questionnaire.yaml"


@dataclass(frozen=True)
class Option:
    """One thing that can be answered.

    Attributes:
        group: heading under which it stands, or nothing.
        article: where the law speaks of it, or nothing.
        tier: what it leads to by itself, or nothing.
        points: what it weighs on our own scale.
    """

    id: str
    title: str
    help: str = ""
    group: str = ""
    article: str = ""
    tier: str = ""
    points: int = 0


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        step: heading under which it stands.
        is_several: any number of options may be chosen, also none; otherwise exactly one is.
        eases: its options lower a tier, so that fewer of them are the more severe answer.
    """

    id: str
    step: str
    title: str
    question: str
    help: str
    is_several: bool
    eases: bool
    options: tuple[Option, ...]

    def option(self, key: str) -> Option:
        """Return an option.

        Raises:
            KeyError: there is none of this key.
        """
        return {option.id: option for option in self.options}[key]

    @property
    def weighs(self) -> bool:
        """Whether it counts on our own scale."""
        return any(option.points for option in self.options)


@dataclass(frozen=True)
class Questionnaire:
    """All questions, and from how many points on our own scale leads to which tier."""

    key: str
    version: str
    title: str
    source: str
    note: str
    digest: str
    scale: Mapping[str, int]
    questions: tuple[Question, ...]

    def question(self, key: str) -> Question:
        """Return a question.

        Raises:
            KeyError: there is none of this key.
        """
        return {question.id: question for question in self.questions}[key]

    @property
    def most_points(self) -> int:
        """The most points that there are on our own scale."""
        return sum(max(option.points for option in question.options) for question in self.questions)

    def reference(self) -> dict[str, str]:
        """Return what names it in a record."""
        return {"key": self.key, "version": self.version, "digest": self.digest}


@cache
def questionnaire() -> Questionnaire:
    """Return the questionnaire that holds."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Questionnaire:
    """Return a questionnaire from YAML."""
    content = yaml_of(text, FILE.name)
    return Questionnaire(
        key=content["key"],
        version=content["version"],
        title=content["title"],
        source=content["source"],
        note=content["note"],
        digest=sha256(canonical(content)),
        scale=content["scale"],
        questions=tuple(_question(one) for one in content["questions"]),
    )


def _question(content: Mapping[str, Any]) -> Question:
    return Question(
        id=content["id"],
        step=content["step"],
        title=content["title"],
        question=content["question"],
        help=content["help"],
        is_several=content["kind"] == "several",
        eases=content.get("eases", False),
        options=tuple(Option(**one) for one in content["options"]),
    )
