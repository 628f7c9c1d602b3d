"""What a model inherits from the organisation: its answers to items of its scope.

The rule: an inherited answer is worked out when it is asked for and never
stored with a model; a snapshot freezes it with whose it is and when it was given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Count, Q
from django.utils import timezone

from governance.models import Answer, Assessment, OrganisationAnswer
from registry.catalog.crosswalk import Ref
from registry.catalog.schema import Framework
from registry.models import Version


def standing() -> dict[Ref, OrganisationAnswer]:
    """Return every answer of the organisation, with who gave it and how many pieces of evidence support it (one query)."""
    rows = OrganisationAnswer.objects.select_related("answered_by").annotate(
        pieces=Count("evidence"), expired=Count("evidence", filter=Q(evidence__expires_on__lt=timezone.localdate()))
    )
    return {Ref(row.framework_key, row.item): row for row in rows}


def with_inherited(version: Version, own: Sequence[Answer], asked: Iterable[Framework]) -> list[Answer]:
    """Return a version's answers and, where it has none, those that it inherits; these are not stored (``is_inherited``)."""
    answered = {(one.assessment.framework_key, one.item) for one in own}
    found = standing()
    inherited = [
        _as_inherited(version, found[ref])
        for made_from in asked
        for item in made_from.items
        if item.is_of_organisation and (ref := Ref(made_from.key, item.id)) in found and (made_from.key, item.id) not in answered
    ]
    return [*own, *inherited]


def _as_inherited(version: Version, row: OrganisationAnswer) -> Answer:
    answer = Answer(
        assessment=Assessment(version=version, framework_key=row.framework_key),
        item=row.item,
        value=row.value,
        justification=row.justification,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )
    answer.pieces, answer.expired = row.pieces, row.expired  # type: ignore[attr-defined]
    return answer


def frozen_answers(asked: Iterable[Framework]) -> Mapping[str, Mapping[str, OrganisationAnswer]]:
    """Return the organisation's answers by framework and item, with their evidence, as a snapshot needs them (two queries)."""
    found: dict[str, dict[str, OrganisationAnswer]] = {}
    scope: set[tuple[str, str]] = set()
    for made_from in asked:
        found[made_from.key] = {}
        scope |= {(made_from.key, item.id) for item in made_from.items if item.is_of_organisation}
    rows = OrganisationAnswer.objects.filter(framework_key__in=found).select_related("answered_by").prefetch_related("evidence")
    for row in rows:
        if (row.framework_key, row.item) in scope:
            found[row.framework_key][row.item] = row
    return found


def writers_of(version: Version, asked: Iterable[Framework]) -> set[int]:
    """Return who gave the answers that a version inherits; they are authors of its snapshots."""
    own = set(Answer.objects.on(version).values_list("assessment__framework_key", "item"))
    rows = OrganisationAnswer.objects.filter(framework_key__in=[made_from.key for made_from in asked])
    return {by for key, item, by in rows.values_list("framework_key", "item", "answered_by") if (key, item) not in own}


def is_answered_for_organisation(framework_key: str, item_id: str) -> bool:
    """Whether the organisation has answered an item (one query)."""
    return OrganisationAnswer.objects.filter(framework_key=framework_key, item=item_id).exists()


def inherited_among(made_from: Framework, items: Collection[str]) -> tuple[str, ...]:
    """Return those of a framework's items that the organisation has answered, in the framework's order (one query)."""
    rows = OrganisationAnswer.objects.filter(framework_key=made_from.key, item__in=items).values_list("item", flat=True)
    found = set(rows)
    return tuple(item.id for item in made_from.items if item.is_of_organisation and item.id in found)
