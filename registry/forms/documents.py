"""The form of one section of a document, made from the template.

A table is written row by row in plain inputs, so that it works without
JavaScript; a list has one entry a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from registry.catalog.schema import Field, FieldType, Section

SPARE_ROWS: Final = 3
MOST_ROWS: Final = 200


class TableWidget(forms.Widget):
    """Inputs for the rows of a table, and a few spare ones."""

    template_name = "registry/widgets/table.html"

    def __init__(self, columns: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.columns = columns

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the rows with their inputs' names and labels."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        rows = list(value or [])
        count = min(len(rows) + SPARE_ROWS, MOST_ROWS)
        context["widget"]["columns"] = self.columns
        context["widget"]["count_name"] = f"{name}-rows"
        context["widget"]["count"] = count
        context["widget"]["rows"] = [
            [
                {
                    "name": f"{name}-{number}-{key}",
                    "value": rows[number].get(key, "") if number < len(rows) else "",
                    "label": f"{label}, row {number + 1}",
                }
                for key, label in self.columns
            ]
            for number in range(count)
        ]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        """Return the rows that hold anything."""
        try:
            count = min(int(data.get(f"{name}-rows", 0)), MOST_ROWS)
        except ValueError:
            count = 0
        rows = [{key: data.get(f"{name}-{number}-{key}", "") for key, _ in self.columns} for number in range(count)]
        return [row for row in rows if any(value.strip() for value in row.values())]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Tell a table that was not on the page from one that was emptied."""
        return f"{name}-rows" not in data


class RawField(forms.Field):
    """Takes what was typed as it is; the service checks it against the template."""

    def clean(self, value: Any) -> Any:
        """Return the raw value."""
        return value


class SectionForm(forms.Form):
    """The fields of one section."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, section: Section, content: Mapping[str, Any], data: Any, *, based_on: int) -> None:
        initial = {field.id: as_typed(field, content.get(field.id)) for field in section.fields}
        super().__init__(data, initial={**initial, "based_on": based_on})
        self.section = section
        for field in section.fields:
            self.fields[field.id] = RawField(
                required=False,
                label=field.title,
                help_text=field.prompt,
                widget=_widget(field),
            )

    def rebase(self, revision: int) -> None:
        """Let the next save be based on a newer revision, with what was typed kept."""
        self.data = {**{key: self.data[key] for key in self.data}, "based_on": str(revision)}

    def values(self) -> dict[str, Any]:
        """Return the raw values by field id, of the fields that were on the page."""
        return {
            field.id: self.cleaned_data[field.id]
            for field in self.section.fields
            if not self.fields[field.id].widget.value_omitted_from_data(self.data, self.files, field.id)
        }


def as_typed(field: Field, value: Any) -> Any:
    """Return a stored value as its input shows it."""
    if value is None:
        return ""
    if field.type in {FieldType.LIST, FieldType.LINK} and isinstance(value, list):
        return "\n".join(entry.replace("\n", "\n  ") for entry in value)
    return value


def _widget(field: Field) -> forms.Widget:
    if field.type is FieldType.TABLE:
        return TableWidget(tuple((column.id, column.title) for column in field.columns))
    if field.type is FieldType.CHOICE:
        choices = [("", "Not answered"), *((choice, choice.replace("-", " ").capitalize()) for choice in field.choices)]
        return forms.Select(choices=choices)
    if field.type is FieldType.DATE:
        return forms.DateInput(attrs={"type": "date"})
    if field.type is FieldType.NUMBER or field.format == "line":
        attrs = {"inputmode": "decimal"} if field.type is FieldType.NUMBER else {}
        return forms.TextInput(attrs=attrs)
    rows = 4 if field.type in {FieldType.LIST, FieldType.LINK} else 6
    return forms.Textarea(attrs={"rows": rows})
