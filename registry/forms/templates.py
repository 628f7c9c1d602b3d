"""Forms by which a template is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from registry.catalog import editions
from registry.catalog.schema import FieldType, Template

KINDS: Final = (
    ("markdown", "Prose (Markdown)"),
    ("line", "Short text"),
    ("list", "List, one entry a line"),
    ("choice", "Choice"),
    ("number", "Number"),
    ("date", "Date"),
    ("link", "Links"),
    ("table", "Table"),
    ("person", "Person or team"),
    ("dataset", "Reference to a dataset version"),
    ("evaluation", "Reference to an evaluation"),
)


TYPES: Final = {
    "markdown": FieldType.TEXT.value,
    "line": FieldType.TEXT.value,
    "dataset": FieldType.REFERENCE.value,
    "evaluation": FieldType.REFERENCE.value,
}


class NewFieldForm(forms.Form):
    """One question more."""

    section = forms.ChoiceField(label="Section")
    id = forms.SlugField(label="Id", max_length=60, help_text="Small letters, digits and _; it never changes. Such as retention_period.")
    title = forms.CharField(label="Title", max_length=120)
    kind = forms.ChoiceField(label="What it holds", choices=KINDS)
    prompt = forms.CharField(
        label="Question", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text="What the writer is asked, in a sentence."
    )
    legal_note = forms.CharField(label="What a reviewer reads in it", max_length=2000, required=False)
    parts = forms.CharField(
        label="Choices, columns or units",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line; only for a choice, a table or a number.",
    )
    essential = forms.BooleanField(label="Essential: releases ask for it", required=False)

    def __init__(self, template: Template, data: Any = None) -> None:
        super().__init__(data)
        self.fields["section"].choices = [(part.id, f"{part.number} {part.title}") for part in template.sections]  # type: ignore[attr-defined]

    def field(self) -> dict[str, Any]:
        """Return the field as a template's file holds it."""
        values = self.cleaned_data
        kind = values["kind"]
        lines = [line.strip() for line in values["parts"].splitlines() if line.strip()]
        made: dict[str, Any] = {
            "id": values["id"],
            "title": values["title"],
            "type": TYPES.get(kind, kind),
            "essential": values["essential"],
            "prompt": values["prompt"],
            "source": "organisation",
        }
        if kind in {"markdown", "line"}:
            made["format"] = kind
        if values["legal_note"]:
            made["legal_note"] = values["legal_note"]
        if kind == FieldType.CHOICE:
            made["choices"] = lines
        if kind in {"dataset", "evaluation"}:
            made["refers_to"] = [kind]
        if kind == FieldType.NUMBER and lines:
            made["units"] = lines
        if kind == FieldType.TABLE:
            made["columns"] = [{"id": f"column_{number}", "title": line} for number, line in enumerate(lines, 1)]
        return made


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class WordsForm(forms.Form):
    """What a question says to its writer."""

    title = forms.CharField(label="Title", max_length=120)
    prompt = forms.CharField(label="Question", max_length=2000, widget=_area(3), help_text="What the writer is asked, in a sentence.")
    prompts = forms.CharField(label="To begin", required=False, widget=_area(4), help_text="Questions that help to begin, one a line.")
    reviewer_asks = forms.CharField(label="A reviewer will ask", required=False, widget=_area(4), help_text="One question a line.")
    good_example = forms.CharField(label="A good answer", max_length=2000, required=False, widget=_area(4))
    bad_example = forms.CharField(
        label="A bad answer", max_length=2000, required=False, widget=_area(3), help_text="The mistake that people really make."
    )
    legal_note = forms.CharField(label="What a reviewer reads in it", max_length=2000, required=False, widget=_area(2))

    def __init__(self, words: Mapping[str, Any], data: Any = None) -> None:
        shown = {key: "\n".join(value) if isinstance(value, list) else value for key, value in words.items()}
        super().__init__(data, initial=shown)

    def words(self) -> dict[str, Any]:
        """Return the words as a template's file holds them."""
        values = {key: str(value).replace("\r\n", "\n") for key, value in self.cleaned_data.items()}
        return {
            key: [line.strip() for line in value.splitlines() if line.strip()] if key in editions.LISTS else value
            for key, value in values.items()
        }

    def differing(self) -> list[tuple[str, str]]:
        """Return what stands there now, by label, where it differs from what was typed."""
        typed = {key: "\n".join(value) if isinstance(value, list) else value for key, value in self.words().items()}
        return [(str(self[key].label), self.initial[key]) for key in typed if typed[key] != self.initial[key]]


class NewSectionForm(forms.Form):
    """One section more."""

    id = forms.SlugField(label="Id", max_length=60, help_text="Small letters, digits and _; it never changes.")
    title = forms.CharField(label="Title", max_length=120)
    essence = forms.CharField(label="What it is about", max_length=500)


class UploadForm(forms.Form):
    """A whole template as YAML."""

    file = forms.FileField(label="YAML file", help_text="Up to 500 KB. Download the present edition, change it, and choose it here.")

    def text(self) -> str:
        """Return what the file holds."""
        raw: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return raw.decode("utf-8-sig", errors="replace")

    def clean_file(self) -> Any:
        """Refuse a file that is too large."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            message = f"The file has {file.size:,} bytes; {MOST_BYTES:,} are allowed."
            raise forms.ValidationError(message)
        return file


MOST_BYTES: Final = 500_000
