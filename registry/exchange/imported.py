"""What an import finds, in the words of one template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from registry.catalog.loader import key_of
from registry.errors import DomainError

# The fields in which a document keeps what no other field takes.
FRONT_MATTER: Final = "front_matter"
FURTHER_TEXT: Final = "further_text"
OUTLINE: Final = "outline"
KEEPING: Final = (FRONT_MATTER, FURTHER_TEXT, OUTLINE)


class ExchangeError(DomainError):
    """A file cannot be imported, or a document not be exported; the message says why."""


class RefusedYamlError(ExchangeError):
    """The YAML is refused for something on one of its lines.

    Attributes:
        line: 1-based line in the text.
        cause: a sentence.
    """

    def __init__(self, line: int, cause: str) -> None:
        super().__init__(f"Line {line}: {cause}")
        self.line, self.cause = line, cause


@dataclass(frozen=True)
class Unmapped:
    """Text under a heading that no field takes.

    Attributes:
        level: 1 to 6; 0 for text before the first heading.
        heading: the heading's words as written, without its marks.
    """

    level: int
    heading: str
    text: str

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"heading": self.heading, "level": self.level, "text": self.text}


@dataclass(frozen=True)
class Imported:
    """A file read into the fields of a template.

    Attributes:
        fields: values by field id, as the catalog stores them.
        front_matter: every key of the file's front matter, or of its JSON, as read.
        unmapped: text that no field took, in order.
        warnings: sentences for the person who imports.
        kept: values of the keeping fields, so that nothing is lost in a document.
    """

    template: str
    fields: Mapping[str, Any]
    front_matter: Mapping[Any, Any] = field(default_factory=dict)
    unmapped: tuple[Unmapped, ...] = ()
    warnings: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> dict[str, Any]:
        """Everything that a document would hold after the import, by field id."""
        return {**self.fields, **self.kept}

    def as_dict(self) -> dict[str, Any]:
        """Return what ``import_card --json`` prints."""
        return {
            "template": key_of(self.template),
            "fields": dict(self.fields),
            "front_matter": dict(self.front_matter),
            "unmapped": [one.as_dict() for one in self.unmapped],
            "warnings": list(self.warnings),
        }
