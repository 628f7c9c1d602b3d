"""What stands below a field that two people changed: both texts, what differs between them, and the ways to decide.

The rule: nothing is decided for anybody. Either text can be kept, both can be put
into the field, and what is typed there counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.catalog.differences import WHOLE, FieldChange, field_change
from registry.catalog.merging import Clash, together
from registry.catalog.schema import Field
from registry.forms.documents import SectionForm
from registry.models import Document
from registry.policy import Actor
from registry.services.history import last_writers


@dataclass(frozen=True)
class ClashPanel:
    """One field to be decided.

    Attributes:
        value: their value, which is stored.
        theirs: the bound field that holds it, to be taken by the script.
        both: the same with both texts; None where a field holds one thing only.
        change: what differs between theirs and mine; None where that says nothing more.
        who: the name of who wrote theirs; empty when that is not known.
        is_own: whether it was the same person, in another window.
    """

    field: Field
    value: Any
    theirs: Any
    both: Any
    change: FieldChange | None
    who: str
    is_own: bool


def clash_panels(actor: Actor, document: Document, form: SectionForm, clashes: Mapping[str, Clash]) -> dict[str, ClashPanel]:
    """Return what to show below each field that somebody else changed too, by field id."""
    if not clashes:
        return {}
    writers = last_writers(document, clashes)
    return {
        field.id: _panel(form, field, clashes[field.id], writers.get(field.id), actor)
        for field in form.section.fields
        if field.id in clashes
    }


def _panel(form: SectionForm, field: Field, clash: Clash, writer: Any, actor: Actor) -> ClashPanel:
    both = together(field, clash.mine, clash.theirs)
    says_more = clash.mine and clash.theirs and field.type not in WHOLE
    return ClashPanel(
        field=field,
        value=clash.theirs,
        theirs=_bound(form, field, clash.theirs),
        both=None if both is None else _bound(form, field, both),
        change=field_change(field.id, field, None, clash.theirs, clash.mine) if says_more else None,
        who=writer.name if writer else "",
        is_own=bool(writer) and writer.pk == actor.person_id,
    )


def _bound(form: SectionForm, field: Field, value: Any) -> Any:
    return SectionForm(form.section, {field.id: value}, None, based_on=0)[field.id]
