"""What a model is for, in the card's own words, for the page that everybody reads.

The rule: no field of the card is named here. The page picks the fields that
the catalog maps to the same place in a foreign format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog.schema import Field, Template

LONGEST: Final = 420
MOST_ENTRIES: Final = 4
# Title, then what the wanted field must be mapped to (format, place).
PARTS: Final = (
    ("What it is", (("model_card_toolkit", "model_details.overview"),)),
    ("What it may be used for", (("model_card_toolkit", "considerations.use_cases[].description"),)),
    ("What it must not be used for", (("model_card_toolkit", "considerations.limitations[].description"),)),
    (
        "Main risks",
        (("model_card_toolkit", "considerations.ethical_considerations[].name"), ("eu_ai_act_annex_iv", "5")),
    ),
)


@dataclass(frozen=True)
class Portrait:
    """One part of the summary; ``is_cut`` when the card says more."""

    title: str
    text: str
    entries: tuple[str, ...]
    is_cut: bool


def portrait(made_from: Template | None, content: Mapping[str, Any]) -> list[Portrait]:
    """Return what the summary says of the model, in the order in which it is read."""
    if made_from is None:
        return []
    found = ((title, _mapped(made_from, wanted)) for title, wanted in PARTS)
    return [_part(title, content.get(field.id)) for title, field in found if field is not None]


def _mapped(made_from: Template, wanted: tuple[tuple[str, str], ...]) -> Field | None:
    for field in made_from.fields():
        if all(place in field.maps.get(format_, ()) for format_, place in wanted):
            return field
    return None


def _part(title: str, value: Any) -> Portrait:
    if isinstance(value, list):
        entries = tuple(_cut(str(entry)) for entry in value[:MOST_ENTRIES])
        return Portrait(title, "", entries, len(value) > MOST_ENTRIES or entries != tuple(value))
    text = str(value or "")
    return Portrait(title, _cut(text), (), _cut(text) != text)


def _cut(text: str) -> str:
    """Return the beginning of a text, up to the last sentence or word that fits."""
    if len(text) <= LONGEST:
        return text
    head = text[:LONGEST]
    for end in ("\n\n", ". ", " "):
        place = head.rfind(end)
        if place > LONGEST // 2:
            return f"{head[:place].rstrip(' .')} …"
    return f"{head} …"
