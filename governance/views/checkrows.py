"""What the pages of a checklist show: places, rows, groups and progress.

The rule: nothing here asks the database; answers are handed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from governance.models import Answer, Value
from registry.catalog import loader
from registry.catalog.schema import Category, Framework, Item
from registry.models import Version

TONES: Final = {Value.YES: "good", Value.PARTLY: "warning", Value.NO: "bad", Value.NOT_APPLICABLE: "neutral"}
OPTIONS: Final = tuple({"value": one.value, "label": one.label, "tone": TONES[one]} for one in Value)
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
    """Return how many items are answered, in all and by group, and what the answers are."""
    segments: list[dict[str, Any]] = [
        {"label": group.title, "done": sum(item.id in answers for item in group.items), "total": len(group.items)}
        for group in made_from.groups
    ]
    done, total = sum(part["done"] for part in segments), sum(part["total"] for part in segments)
    found = Counter(answer.value for answer in answers.values())
    return {
        "done": done,
        "total": total,
        "open": total - done,
        "segments": segments,
        "values": [{"label": one.label, "value": found[one.value]} for one in Value],
    }


def tone_of(answer: Answer | None) -> str:
    """Return the tone of an answer; neutral while there is none."""
    return TONES[Value(answer.value)] if answer else "neutral"


def card_of(version: Version, made_from: Framework, answers: Iterable[Answer]) -> dict[str, Any]:
    """Return what the list of frameworks shows of one."""
    own = {answer.item: answer for answer in answers if answer.assessment.framework_key == made_from.key}
    progress = progress_of(made_from, own)
    newest = max(own.values(), key=lambda answer: answer.answered_at, default=None)
    return {
        "framework": made_from,
        "url": reverse("checklist", args=[*version.url_args, made_from.key]),
        "progress": progress,
        "open_label": f"{progress['open']} open",
        "newest": newest,
    }


def row_of(place: Place, answer: Answer | None) -> dict[str, Any]:
    """Return what the list shows of one item."""
    return {
        "place": place,
        "item": place.item,
        "answer": answer,
        "tone": tone_of(answer),
        "options": OPTIONS,
        "legend": f"Answer to {place.item.id}",
        "choice_id": f"answer-{place.item.slug}",
    }


def grouped(version: Version, made_from: Framework, answers: Answers, chosen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that pass the filters, under their groups and categories; empty ones are left out."""
    groups = []
    for group in made_from.groups:
        if chosen.get("group", group.slug) != group.slug:
            continue
        categories = [
            {
                "category": category,
                "rows": [
                    row_of(Place(version, made_from, item), answers.get(item.id))
                    for item in category.items
                    if _passes(item, answers.get(item.id), chosen)
                ],
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


def _passes(item: Item, answer: Answer | None, chosen: Mapping[str, Any]) -> bool:
    if "stage" in chosen and chosen["stage"] not in item.lifecycle:
        return False
    if "open" in chosen and answer is not None:
        return False
    return "bare" not in chosen or answer is None or not answer.pieces  # type: ignore[attr-defined]


def crosswalk(place: Place, answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Return the items of other frameworks that ask for much the same, with how they are answered."""
    by_item = {(answer.assessment.framework_key, answer.item): answer for answer in answers}
    found = []
    for made_from in loader.frameworks().values():
        others = [
            {"place": Place(place.version, made_from, item), "answer": answer, "tone": tone_of(answer)}
            for item in made_from.items
            if _asks_the_same(place, made_from, item)
            for answer in [by_item.get((made_from.key, item.id))]
        ]
        if others:
            found.append({"framework": made_from, "places": others})
    return found


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


def _asks_the_same(place: Place, made_from: Framework, item: Item) -> bool:
    if made_from.key == place.made_from.key:
        return False
    there, back = place.item.crosswalk.get(made_from.key, ()), item.crosswalk.get(place.made_from.key, ())
    return item.id in there or place.item.id in back
