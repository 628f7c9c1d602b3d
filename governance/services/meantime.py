"""What changed between the version from which answers were carried and the one to which they were.

The rule: told, never judged: a person reads it beside the answer and says
whether the answer still holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch

from governance.models import Answer, Evaluation, JobState
from registry.catalog.differences import document_changes
from registry.catalog.loader import template
from registry.models import Lineage, Version

SHOWN: Final = 6
EMPTY: Final = "nothing"


@dataclass(frozen=True)
class Meantime:
    """What changed since an earlier version.

    Attributes:
        name: of the earlier version.
        sentences: what changed of the version as a whole.
        fields: titles of the fields of the document that changed, by the item to which the catalog maps them.
    """

    name: str
    sentences: tuple[str, ...]
    fields: Mapping[tuple[str, str], tuple[str, ...]]

    def beside(self, answer: Answer) -> tuple[str, ...]:
        """Return what changed that bears on one answer."""
        found = []
        if titles := self.fields.get((answer.assessment.framework_key, answer.item)):
            found.append(f"What the card says to this item changed: {_some(titles)}.")
        expired, pieces = answer.expired, answer.pieces  # type: ignore[attr-defined]
        if expired:
            found.append(f"{expired} of its {pieces} piece{'' if pieces == 1 else 's'} of evidence expired.")
        return tuple(found)


def since(version: Version, answers: Iterable[Answer]) -> dict[int, Meantime]:
    """Return what changed, by the key of each version from which one of the answers was carried (constant queries)."""
    wanted = {answer.carried_from_id for answer in answers if answer.to_confirm and answer.carried_from_id is not None}
    if not wanted:
        return {}
    newest = Evaluation.objects.filter(state=JobState.DONE).order_by("-finished_at")
    rows = Version.objects.filter(pk__in={*wanted, version.pk}).select_related("document")
    found = {row.pk: row for row in rows.prefetch_related("artifacts", "lineage__source__asset", Prefetch("evaluations", newest))}
    return {pk: _between(found[pk], found[version.pk]) for pk in wanted}


def _between(earlier: Version, version: Version) -> Meantime:
    titles, fields = _document(earlier, version)
    sentences = [*_origin(earlier, version), *_evaluations(earlier, version)]
    if titles:
        sentences.append(f"{len(titles)} answer{'' if len(titles) == 1 else 's'} of the document changed: {_some(titles)}.")
    return Meantime(earlier.name, tuple(sentences), fields)


def _document(earlier: Version, version: Version) -> tuple[tuple[str, ...], dict[tuple[str, str], tuple[str, ...]]]:
    made_from = template(version.document.template_name)
    changes = document_changes(made_from, earlier.document.content, version.document.content)
    by_item: dict[tuple[str, str], tuple[str, ...]] = {}
    for change in changes:
        for framework, items in change.field.maps.items() if change.field else ():
            for item in items:
                by_item[framework, item] = (*by_item.get((framework, item), ()), change.title)
    return tuple(change.title for change in changes if change.key != "model_version"), by_item


def _origin(earlier: Version, version: Version) -> list[str]:
    found = []
    if earlier.commit != version.commit:
        found.append(f"The commit was {earlier.commit[:12] or EMPTY} and is {version.commit[:12] or EMPTY}.")
    was, now = ({one.sha256: one.name for one in row.artifacts.all()} for row in (earlier, version))
    if was.keys() != now.keys():
        came, gone = len(now.keys() - was.keys()), len(was.keys() - now.keys())
        found.append(f"The artifacts changed: {came} new, {gone} no longer there.")
    linked_before, linked_now = ({_named(one) for one in row.lineage.all()} for row in (earlier, version))
    if linked_before != linked_now:
        found.append(f"The data changed: {_some(sorted(linked_now)) or EMPTY} instead of {_some(sorted(linked_before)) or EMPTY}.")
    return found


def _evaluations(earlier: Version, version: Version) -> list[str]:
    was, now = list(earlier.evaluations.all()), list(version.evaluations.all())
    if now:
        return [f"It was evaluated anew: {_some([one.name for one in now])}."]
    return [f"It is not evaluated yet; {earlier.name} was: {_some([one.name for one in was])}."] if was else []


def _named(link: Lineage) -> str:
    return f"{link.source} ({link.get_relation_display().lower()})"


def _some(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return f"{', '.join(every[:SHOWN])}{more}"
