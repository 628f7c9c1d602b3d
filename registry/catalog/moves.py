"""What a change of template means for a document; pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from registry.catalog.schema import Field, Section, Template


@dataclass(frozen=True)
class Move:
    """What moving a document from one edition to another would change.

    Attributes:
        sections: sections that are new, or have another title.
        added: fields that are asked anew.
        hidden: fields that are asked no more; their answers stay.
        essential: fields that become essential.
        relaxed: fields that stop being essential.
        reworded: fields whose title, question, choices or columns differ.
        explained: fields whose help differs: examples, questions to begin with, what a reviewer asks.
    """

    sections: tuple[Section, ...]
    added: tuple[Field, ...]
    hidden: tuple[Field, ...]
    essential: tuple[Field, ...]
    relaxed: tuple[Field, ...]
    reworded: tuple[Field, ...]
    explained: tuple[Field, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing that a writer would notice changes."""
        return not any(getattr(self, part.name) for part in fields(self))


def move(before: Template, after: Template) -> Move:
    """Compare two editions field by field."""
    old = {field.id: field for field in before.fields()}
    new = {field.id: field for field in after.fields()}
    both = [(old[key], field) for key, field in new.items() if key in old and field.is_asked]
    titles = {section.id: section.title for section in before.sections}
    return Move(
        sections=tuple(section for section in after.sections if titles.get(section.id) != section.title),
        added=tuple(field for key, field in new.items() if field.is_asked and (key not in old or old[key].is_hidden)),
        hidden=tuple(field for key, field in old.items() if field.is_asked and (key not in new or new[key].is_hidden)),
        essential=tuple(field for earlier, field in both if field.essential and not earlier.essential),
        relaxed=tuple(field for earlier, field in both if earlier.essential and not field.essential),
        reworded=tuple(field for earlier, field in both if _wording(earlier) != _wording(field)),
        explained=tuple(field for earlier, field in both if _help(earlier) != _help(field)),
    )


def _wording(field: Field) -> tuple[Any, ...]:
    return field.title, field.prompt, field.choices, field.columns, field.condition


def _help(field: Field) -> tuple[Any, ...]:
    return field.legal_note, field.good_example, field.bad_example, field.prompts, field.reviewer_asks
