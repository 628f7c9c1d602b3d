"""What the pages of a checklist show: places, rows, groups and progress.

The rule: but for finding a place, nothing here asks the database; answers are handed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from governance.models import Answer, ItemAssignment, Value
from governance.models.assessment import stamp_of
from governance.services import catalog
from governance.services.meantime import Meantime
from registry.catalog.schema import Category, Framework, Item
from registry.http import Request
from registry.models import Version
from registry.views.frame import find_model_version

TONES: Final = {Value.YES: "good", Value.PARTLY: "warning", Value.NO: "bad", Value.NOT_APPLICABLE: "neutral"}
OPTIONS: Final = tuple({"value": one.value, "label": one.label, "tone": TONES[one]} for one in Value)
# The answers that offer to open a risk.
GAPS: Final = (Value.NO, Value.PARTLY)
Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class Place:
    """One item of one framework, asked about one version."""

    version: Version
    made_from: Framework
    item: Item

    @classmethod
    def of_id(cls, version: Version, made_from: Framework, item_id: str) -> Place:
        """Return the place of an official id."""
        return cls(version, made_from, next(item for item in made_from.items if item.id == item_id))

    @property
    def keys(self) -> dict[str, Any]:
        """What every service asks for."""
        return {"version_id": self.version.pk, "framework_key": self.made_from.key, "item_slug": self.item.slug}

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments of every address below the item."""
        return (*self.version.url_args, self.made_from.key, self.item.slug)

    @property
    def anchor(self) -> str:
        """The item's id in the page of the framework."""
        return f"item-{self.item.slug}"

    @property
    def url(self) -> str:
        """The page of the item."""
        return reverse("checklist-item", args=self.args)

    @property
    def list_url(self) -> str:
        """The page of the framework."""
        return reverse("checklist", args=self.args[:-1])

    def is_answered_by(self, answer: Answer) -> bool:
        """Whether an answer of the version is the answer to this item."""
        return (answer.assessment.framework_key, answer.item) == (self.made_from.key, self.item.id)

    @property
    def risk_anchor(self) -> str:
        """The item's name as the place where a risk came to light."""
        return f"assessments/{self.made_from.key}/{self.item.id}"

    @property
    def risk_url(self) -> str:
        """The page that enters a risk from this item."""
        return f"{reverse('risk-new', args=self.version.url_args)}?{urlencode({'origin': self.risk_anchor})}"

    @property
    def category(self) -> Category:
        """The category in which the item stands."""
        categories = (category for group in self.made_from.groups for category in group.categories)
        return next(category for category in categories if self.item in category.items)

    @property
    def preceding(self) -> Place | None:
        """The item before, in the framework's own order."""
        return self._neighbour(-1)

    @property
    def following(self) -> Place | None:
        """The item after, in the framework's own order."""
        return self._neighbour(1)

    def _neighbour(self, step: int) -> Place | None:
        number = self.made_from.items.index(self.item) + step
        if not 0 <= number < len(self.made_from.items):
            return None
        return Place(self.version, self.made_from, self.made_from.items[number])


def progress_of(made_from: Framework, answers: Answers) -> dict[str, Any]:
    """Return how many items are answered, in all and by group, and what the answers are; one to confirm is open."""
    asked = {item.id for item in made_from.items}
    standing = {item: answer for item, answer in answers.items() if not answer.to_confirm and item in asked}
    segments: list[dict[str, Any]] = [
        {"label": group.title, "done": sum(item.id in standing for item in group.items), "total": len(group.items)}
        for group in made_from.groups
    ]
    done, total = sum(part["done"] for part in segments), sum(part["total"] for part in segments)
    found = Counter(answer.value for answer in standing.values())
    return {
        "done": done,
        "total": total,
        "open": total - done,
        "to_confirm": sum(answer.to_confirm and item in asked for item, answer in answers.items()),
        "segments": segments,
        "values": [{"label": one.label, "value": found[one.value]} for one in Value],
    }


def tone_of(answer: Answer | None) -> str:
    """Return the tone of an answer; neutral while there is none that counts."""
    return TONES[Value(answer.value)] if answer and not answer.to_confirm else "neutral"


def card_of(version: Version, made_from: Framework, answers: Iterable[Answer]) -> dict[str, Any]:
    """Return what the list of frameworks shows of one."""
    own = {answer.item: answer for answer in answers if answer.assessment.framework_key == made_from.key}
    progress = progress_of(made_from, own)
    expired = sum(bool(answer.expired) for answer in own.values())  # type: ignore[attr-defined]
    newest = max(own.values(), key=lambda answer: answer.answered_at, default=None)
    return {
        "framework": made_from,
        "url": reverse("checklist", args=[*version.url_args, made_from.key]),
        "progress": progress,
        "open_label": f"{progress['open']} open",
        "confirm_label": f"{progress['to_confirm']} to confirm" if progress["to_confirm"] else "",
        "expired_label": f"{expired} on expired evidence" if expired else "",
        "newest": newest,
    }


@dataclass(frozen=True)
class Rows:
    """What the rows of a list are made from.

    Attributes:
        answers: what stands, by item.
        beside: what changed since each version from which answers were carried.
        assigned: who is asked, by item.
        chosen: slugs that a person chose.
        person_id: who looks.
    """

    answers: Answers
    beside: Mapping[int, Meantime]
    assigned: Mapping[str, ItemAssignment]
    chosen: frozenset[str]
    person_id: int | None


def row_of(place: Place, rows: Rows) -> dict[str, Any]:
    """Return what the list shows of one item."""
    answer = rows.answers.get(place.item.id)
    changed = rows.beside.get(answer.carried_from_id or 0) if answer and answer.to_confirm else None
    return {
        "place": place,
        "item": place.item,
        "answer": answer,
        "given": answer.value if answer and not answer.to_confirm else "",
        "tone": tone_of(answer),
        "options": OPTIONS,
        "legend": f"Answer to {place.item.id}",
        "choice_id": f"answer-{place.item.slug}",
        "risk_url": place.risk_url if answer and answer.value in GAPS else "",
        "changed": changed.beside(answer) if changed and answer else (),
        "assignment": rows.assigned.get(place.item.id),
        "seen": f"{place.item.slug}@{stamp_of(answer)}",
        "is_chosen": place.item.slug in rows.chosen,
    }


def grouped(version: Version, made_from: Framework, chosen: Mapping[str, Any], rows: Rows) -> list[dict[str, Any]]:
    """Return the rows that pass the filters, under their groups and categories; empty ones are left out."""
    groups = []
    for group in made_from.groups:
        if chosen.get("group", group.slug) != group.slug:
            continue
        categories = [
            {
                "category": category,
                "rows": [row_of(Place(version, made_from, item), rows) for item in category.items if _passes(item, chosen, rows)],
            }
            for category in group.categories
        ]
        if kept := [category for category in categories if category["rows"]]:
            groups.append({"group": group, "categories": kept})
    return groups


def section_items(version: Version, made_from: Framework, answers: Answers, chosen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the groups as a filter at the side, with their progress; the other filters stay."""
    others = {key: value for key, value in chosen.items() if key != "group"}
    url = reverse("checklist", args=[*version.url_args, made_from.key])
    whole = progress_of(made_from, answers)
    parts = [{**part, "group": group.slug} for part, group in zip(whole["segments"], made_from.groups, strict=True)]
    return [
        {
            **part,
            "url": f"{url}?{urlencode({**({'group': part['group']} if part['group'] else {}), **others})}",
            "is_current": chosen.get("group", "") == part["group"],
        }
        for part in [{"label": "All", "done": whole["done"], "total": whole["total"], "group": ""}, *parts]
    ]


def _passes(item: Item, chosen: Mapping[str, Any], rows: Rows) -> bool:
    answer, asked = rows.answers.get(item.id), rows.assigned.get(item.id)
    return all(
        (
            "stage" not in chosen or chosen["stage"] in item.lifecycle,
            "quality" not in chosen or chosen["quality"] in item.characteristics,
            "open" not in chosen or answer is None or answer.to_confirm,
            "waiting" not in chosen or (answer is not None and answer.to_confirm),
            "mine" not in chosen or (asked is not None and asked.person_id == rows.person_id),
            "bare" not in chosen or answer is None or not answer.pieces,  # type: ignore[attr-defined]
        )
    )


def about(place: Place) -> list[dict[str, Any]]:
    """Return what the framework says of an item besides its question."""
    stages = [place.made_from.lifecycle.get(stage, stage) for stage in place.item.lifecycle]
    qualities = [place.made_from.characteristics[quality] for quality in place.item.characteristics]
    pairs = [
        ("Asked of", f"The {place.item.scope}"),
        ("Lifecycle stages", ", ".join(stages)),
        ("Characteristics", "; ".join(qualities)),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


def find_place(request: Request, *, kind: str, slug: str, name: str, framework: str, item: str) -> Place:
    """Return the item at an address, of a version that the actor sees, or answer 404."""
    version = find_model_version(request.actor, kind, slug, name)
    made_from = catalog.on(version, framework)
    return Place(version, made_from, made_from.item(item))
