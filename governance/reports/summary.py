"""What everybody reads: the release in plain language, computed from the snapshot, the decisions and the gate's answers.

The rule: no field of the card is named here. The page picks the fields that
the catalog maps to the same place in a foreign format. Nothing is invented:
what nobody has said stays empty, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from governance.reports.risks import Register
from registry.catalog.schema import Field, Template

LONGEST: Final = 420
MOST_ENTRIES: Final = 4
# Title, then what the wanted field must be mapped to (format, place).
PARTS: Final = (
    (_("What it is"), (("model_card_toolkit", "model_details.overview"),)),
    (_("What it may be used for"), (("model_card_toolkit", "considerations.use_cases[].description"),)),
    (_("What it must not be used for"), (("model_card_toolkit", "considerations.limitations[].description"),)),
)
RISKS: Final = (
    _("Main risks"),
    (("model_card_toolkit", "considerations.ethical_considerations[].name"), ("eu_ai_act_annex_iv", "5")),
)


@dataclass(frozen=True)
class Portrait:
    """One part of the summary; ``is_cut`` when the card says more."""

    title: str
    text: str
    entries: tuple[str, ...]
    is_cut: bool


@dataclass(frozen=True)
class Plain:
    """The summary.

    Attributes:
        parts: what it is, what it may be used for, what it must not be used for.
        risks: what the card says of risks; shown where there is no register.
        register: the register of risks; None in old snapshots.
        unmet: titles of requirements that are not met.
        has_decisions: somebody decided about the present snapshot.
    """

    parts: tuple[Portrait, ...]
    risks: Portrait
    register: Register | None
    unmet: tuple[str, ...]
    has_decisions: bool


def plain(context: Mapping[str, Any]) -> Plain:
    """Return the summary of what the pages show."""
    made_from, content = context["card"].made_from, context["answers"]
    return Plain(
        parts=tuple(_portrait(made_from, content, one) for one in PARTS),
        risks=_portrait(made_from, content, RISKS),
        register=context["register"],
        unmet=tuple(one.title for one in context["requirements"] if one.state == "unmet"),
        has_decisions=any(not row["stale"] for row in context["decisions"]),
    )


def _portrait(made_from: Template | None, content: Mapping[str, Any], part: tuple[Any, tuple[tuple[str, str], ...]]) -> Portrait:
    title, wanted = part
    field = _mapped(made_from, wanted) if made_from else None
    return _part(str(title), content.get(field.id) if field else None)


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
