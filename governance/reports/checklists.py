"""Checklists, from a snapshot's answers to a summary and a table.

The rule: what is open or answered "no" comes first; an item without an answer
is open and is said to be so, and so is one whose answer was carried forward
from an earlier version and that nobody has confirmed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from registry.catalog.loader import framework_of
from registry.catalog.schema import Framework, Group, Item

LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "yes": ("Yes", "good"),
    "partly": ("Partly", "warning"),
    "no": ("No", "bad"),
    "not-applicable": ("Not applicable", "neutral"),
    "": ("Open", "open"),
}


@dataclass(frozen=True)
class PrintedAnswer:
    """One item with its answer; an open item has the tone ``open``.

    Attributes:
        carried: what was answered about an earlier version and is not confirmed, such as ``Yes``.
        carried_from: name of that version.
        evidence: pieces as they were frozen; ``ends`` is the last day on which one counts.
        is_inherited: the organisation answered, and the version has no answer of its own.
    """

    id: str
    title: str
    question: str
    label: str
    tone: str
    justification: str
    by: str
    evidence: tuple[Mapping[str, Any], ...]
    carried: str = ""
    carried_from: str = ""
    is_inherited: bool = False


@dataclass(frozen=True)
class Progress:
    """How a group of items is answered."""

    title: str
    total: int
    yes: int
    partly: int
    no: int
    not_applicable: int

    @property
    def answered(self) -> int:
        """Items with an answer."""
        return self.yes + self.partly + self.no + self.not_applicable

    @property
    def open(self) -> int:
        """Items without an answer."""
        return self.total - self.answered


@dataclass(frozen=True)
class PrintedGroup:
    """A function or a family of principles, with its answered items."""

    title: str
    answers: tuple[PrintedAnswer, ...]


@dataclass(frozen=True)
class PrintedChecklist:
    """A framework with all its answers."""

    anchor: str
    title: str
    version: str
    source: str
    note: str
    is_revised: bool
    progress: tuple[Progress, ...]
    total: Progress
    noes: tuple[PrintedAnswer, ...]
    open: tuple[PrintedAnswer, ...]
    groups: tuple[PrintedGroup, ...]


def checklists(parts: list[Mapping[str, Any]]) -> list[PrintedChecklist]:
    """Return the snapshot's checklists as they are printed."""
    return [_checklist(part) for part in parts]


def _checklist(part: Mapping[str, Any]) -> PrintedChecklist:
    reference = part["framework"]
    made_from = framework_of(reference)
    given = {answer["item"]: answer for answer in part["answers"]}
    groups = _groups(made_from, given)
    every = [answer for group in groups for answer in group.answers]
    progress = tuple(_progress(group.title, group.answers) for group in groups)
    return PrintedChecklist(
        anchor=f"checklist-{reference['key']}",
        title=made_from.title if made_from else reference["key"],
        version=reference["version"],
        source=made_from.source if made_from else "",
        note=made_from.note if made_from else "",
        is_revised=made_from is None or made_from.digest != reference["digest"],
        progress=progress,
        total=_progress("All", tuple(every)),
        noes=tuple(answer for answer in every if answer.tone == "bad"),
        open=tuple(answer for answer in every if answer.tone == "open"),
        groups=tuple(_answered(group) for group in groups if _answered(group).answers),
    )


def _groups(made_from: Framework | None, given: Mapping[str, Mapping[str, Any]]) -> list[PrintedGroup]:
    groups = [_group(group, given) for group in made_from.groups] if made_from else []
    known = {item.id for item in made_from.items} if made_from else set()
    if others := [answer for key, answer in given.items() if key not in known]:
        title = "Items that the framework no longer has"
        groups.append(PrintedGroup(title, tuple(_answer(None, answer) for answer in others)))
    return groups


def _group(group: Group, given: Mapping[str, Mapping[str, Any]]) -> PrintedGroup:
    return PrintedGroup(group.title, tuple(_answer(item, given.get(item.id)) for item in group.items))


def _answered(group: PrintedGroup) -> PrintedGroup:
    return PrintedGroup(group.title, tuple(answer for answer in group.answers if answer.tone != "open"))


def _answer(item: Item | None, given: Mapping[str, Any] | None) -> PrintedAnswer:
    found = given or {}
    waits = bool(found.get("to_confirm"))
    label, tone = LABELS["" if waits else found.get("value", "")]
    return PrintedAnswer(
        id=item.id if item else found["item"],
        title=item.title if item else "",
        question=item.question if item else "",
        label=label,
        tone=tone,
        justification=found.get("justification", ""),
        by=found.get("by", ""),
        evidence=tuple(_piece(one) for one in found.get("evidence", ())),
        carried=LABELS[found["value"]][0] if waits else "",
        carried_from=found["carried_from"] if waits else "",
        is_inherited="inherited" in found,
    )


def _piece(frozen: Mapping[str, str]) -> dict[str, Any]:
    """Return a piece of evidence, with its last day as a day where it has one."""
    return {**frozen, **({"ends": date.fromisoformat(frozen["expires_on"])} if "expires_on" in frozen else {})}


def _progress(title: str, answers: tuple[PrintedAnswer, ...]) -> Progress:
    labels = Counter(answer.label for answer in answers)
    return Progress(title, len(answers), labels["Yes"], labels["Partly"], labels["No"], labels["Not applicable"])
