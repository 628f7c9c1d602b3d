"""What the journal says of one item of a checklist, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from governance.models import Value
from registry import audit
from registry.models import Person
from registry.policy import Action

READ: Final = 500
PIECES: Final = {"evidence": "Evidence", "evidence_removed": "Evidence taken off", "evidence_taken_off": "Evidence taken off"}
WHOLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        Action.CHECKLIST_UNDO: "A change of several items was undone; what stood before came back.",
        Action.ITEM_FINISH: "It is no longer asked for.",
    }
)


def history_of(subject: str, item: str) -> list[dict[str, Any]]:
    """Return the entries about an item among the newest of a checklist, each with what it says, the newest first (two queries)."""
    rows = []
    for entry in audit.history(subject)[:READ]:
        detail = audit.detail_of(entry)
        if (own := _own(detail, item)) is not None:
            rows.append(
                {"entry": entry, "says": [*_says(entry.action, own)], "at_once": detail.get("at_once", 0), "person": own.get("person")}
            )
    names = dict(Person.objects.filter(pk__in={row["person"] for row in rows if row["person"]}).values_list("pk", "name"))
    for row in rows:
        if row["person"]:
            row["says"] = [f"{names.get(row['person'], 'Somebody')} is asked to answer it."]
    return rows


def _own(detail: Mapping[str, Any], item: str) -> Mapping[str, Any] | None:
    """Return what an entry says of the item, or None."""
    if detail.get("item") == item:
        return detail
    items = detail.get("items", ())
    if item not in items:
        return None
    found: Mapping[str, Any] = items[item] if isinstance(items, dict) else detail
    return found


def _says(action: str, detail: Mapping[str, Any]) -> Iterator[str]:
    if action in WHOLE:
        yield WHOLE[action]
    if "carried_from" in detail:
        yield f"Carried forward from {detail['carried_from']}, to be confirmed."
    if "answer" in detail:
        yield _answered(detail)
    if "reason" in detail:
        yield f"Reason: {detail['reason']['after'] or 'none'}"
    if "taken_from" in detail:
        yield f"Taken over from {detail['taken_from']}."
    for key, word in PIECES.items():
        if pieces := detail.get(key):
            yield f"{word}: {', '.join(pieces) if isinstance(pieces, list) else pieces}."


def _answered(detail: Mapping[str, Any]) -> str:
    before, after = detail["answer"]["before"], detail["answer"]["after"]
    if "confirmed" in detail and before == after:
        return f"Confirmed: {_word(after)}."
    return f"{_word(before)} → {_word(after)}."


def _word(value: str | None) -> str:
    return Value(value).label if value in Value.values else "Open"
