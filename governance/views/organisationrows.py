"""The organisation's answer to an item, as the pages of models and of the organisation show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Count
from django.urls import reverse

from governance.models import Evidence, OrganisationAnswer, Value
from governance.views.checkrows import TONES, Place

MOST: Final = 200


def inherited_piece(place: Place) -> dict[str, Any]:
    """Return the organisation's answer to an item with its evidence; nothing when there is none (two queries at most)."""
    if not place.item.is_of_organisation:
        return {}
    answer = standing_at(place.made_from.key, place.item.id)
    if answer is None:
        return {}
    url = reverse("organisation-item", args=[place.made_from.key, place.item.slug])
    return {"answer": answer, "tone": TONES[Value(answer.value)], "pieces": pieces_of(answer), "url": url}


def standing_at(framework_key: str, item_id: str) -> OrganisationAnswer | None:
    """Return the organisation's answer to an item."""
    return OrganisationAnswer.objects.select_related("answered_by").filter(framework_key=framework_key, item=item_id).first()


def pieces_of(answer: OrganisationAnswer) -> list[Evidence]:
    """Return the evidence on which an answer of the organisation rests."""
    rows = Evidence.objects.for_page().filter(pk__in=answer.evidence.values("pk"))
    return list(rows.annotate(supported=Count("organisation_answers")))


def unused_beside(pieces: Sequence[Evidence]) -> list[Evidence]:
    """Return the organisation's evidence on which an answer does not rest yet, by title."""
    return list(Evidence.objects.filter(version=None).exclude(pk__in=[piece.pk for piece in pieces]).order_by("title", "pk")[:MOST])
