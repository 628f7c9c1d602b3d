"""The form of one section of a document, made from the template.

A table is written row by row in plain inputs, so that it works without
scripts; a list has one entry a line. What the page has seen of a field goes
with it, so that two people's changes can be brought together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from registry.catalog.documents import FieldError, clean
from registry.catalog.merging import Clash, fingerprint, together
from registry.catalog.schema import Field, FieldType, Section
from registry.forms.tables import DO, TableWidget

SEEN = "seen-"
CHOOSE = "choose-"
CHOSEN = {FieldType.CHOICE, FieldType.REFERENCE, FieldType.PERSON}


class UnitWidget(forms.MultiWidget):
    """A number and one of its units; the value is both in one text."""

    template_name = "registry/widgets/unit.html"

    def __init__(self, units: Sequence[str]) -> None:
        number = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__([number, forms.Select(choices=[(unit, unit) for unit in units], attrs={"aria-label": "Unit"})])

    def decompress(self, value: Any) -> list[str]:
        """Return number and unit."""
        number, _, unit = str(value or "").partition(" ")
        return [number, unit]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the text; without a number there is none."""
        number, unit = super().value_from_datadict(data, files, name)
        return f"{number.strip()} {unit or ''}".strip() if (number or "").strip() else ""


class RawField(forms.Field):
    """Takes what was typed as it is; the service checks it against the template."""

    def clean(self, value: Any) -> Any:
        """Return the raw value."""
        return value


class SectionForm(forms.Form):
    """The fields of one section."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    session = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    note = forms.CharField(
        required=False,
        max_length=200,
        label="What changed",
        widget=forms.TextInput(attrs={"placeholder": "What changed (optional)", "autocomplete": "off"}),
    )

    def __init__(
        self, section: Section, content: Mapping[str, Any], data: Any, *, based_on: int, options: Mapping[str, list[str]] | None = None
    ) -> None:
        initial = {field.id: as_typed(field, content.get(field.id)) for field in section.fields}
        super().__init__(data, initial={**initial, "based_on": based_on})
        self.section = section
        self.content = content
        for field in section.fields:
            self.fields[field.id] = RawField(
                required=False,
                label=field.title,
                help_text=field.prompt,
                widget=widget_of(field, (options or {}).get(field.id, []), content.get(field.id)),
            )
        for field in section.fields:
            self._choose(field)

    @property
    def is_about_rows(self) -> bool:
        """Whether a button of a table was pressed, so that nothing is to be saved."""
        return DO in self.data

    def seen(self) -> dict[str, str]:
        """Return the fingerprints of the fields as the page has seen them."""
        return {field.id: self.data[name] for field in self.section.fields if (name := f"{SEEN}{field.id}") in self.data}

    def seen_of(self, key: str) -> str:
        """Return the fingerprint that the page is to send for a field."""
        return str(self.data.get(f"{SEEN}{key}") or fingerprint(self.content.get(key)))

    def accept(self, clashes: Mapping[str, Clash], revision: int) -> None:
        """Let the next save know what somebody else wrote, with what was typed kept."""
        seen = {f"{SEEN}{key}": fingerprint(clash.theirs) for key, clash in clashes.items()}
        kept = {key: self.data[key] for key in self.data if not key.startswith(CHOOSE)}
        self.data = {**kept, **seen, "based_on": str(revision)}

    def move_rows(self) -> None:
        """Do what the pressed button of a table says."""
        key, _, rest = str(self.data[DO]).partition(" ")
        step, _, number = rest.partition(" ")
        widget = self.fields[key].widget if key in self.fields else None
        if isinstance(widget, TableWidget):
            rows = widget.changed_rows(self.data, key, step, int(number) if number.isdecimal() else -1)
            self.data = {**{name: self.data[name] for name in self.data}, **widget.typed_as(key, rows)}

    def values(self) -> dict[str, Any]:
        """Return the raw values by field id, of the fields that were on the page."""
        return {
            field.id: self.cleaned_data[field.id]
            for field in self.section.fields
            if not self.fields[field.id].widget.value_omitted_from_data(self.data, self.files, field.id)
        }

    def _choose(self, field: Field) -> None:
        """Put what was chosen between two texts where it would have been typed."""
        choice, stored = self.data.get(f"{CHOOSE}{field.id}"), self.content.get(field.id)
        if choice == "both":
            stored = self._both(field, stored)
        if choice == "theirs" or (choice == "both" and stored is not None):
            self.data = {**{name: self.data[name] for name in self.data}, **typed_as(self.fields[field.id].widget, field, stored)}

    def _both(self, field: Field, stored: Any) -> Any:
        typed = self.fields[field.id].widget.value_from_datadict(self.data, self.files, field.id)
        try:
            return together(field, clean(field, typed), stored)
        except FieldError:
            return None


def as_typed(field: Field, value: Any) -> Any:
    """Return a stored value as its input shows it."""
    if value is None:
        return ""
    if field.type in {FieldType.LIST, FieldType.LINK} and isinstance(value, list):
        return "\n".join(entry.replace("\n", "\n  ") for entry in value)
    return value


def typed_as(widget: forms.Widget, field: Field, value: Any) -> dict[str, str]:
    """Return what a page would send of a stored value, by the names of its inputs."""
    typed = as_typed(field, value)
    if isinstance(widget, TableWidget):
        return widget.typed_as(field.id, typed or [])
    if isinstance(widget, UnitWidget):
        return {f"{field.id}_{place}": part for place, part in enumerate(widget.decompress(typed))}
    return {field.id: str(typed)}


def widget_of(field: Field, options: Sequence[str] = (), value: Any = None) -> forms.Widget:
    """Return the input of a field.

    Args:
        field: of the template.
        options: what a reference may be to.
        value: the stored value, which stays to be chosen even when it is no longer offered.
    """
    if field.type in CHOSEN:
        return forms.Select(choices=[("", "Not answered"), *_choices(field, options, value)])
    if field.type is FieldType.TABLE:
        return TableWidget(tuple((column.id, column.title) for column in field.columns))
    if field.type is FieldType.DATE:
        return forms.DateInput(attrs={"type": "date"})
    if field.type is FieldType.NUMBER and len(field.units) > 1:
        return UnitWidget(field.units)
    if field.type is FieldType.NUMBER or field.format == "line":
        return forms.TextInput(attrs={"inputmode": "decimal"} if field.type is FieldType.NUMBER else {})
    rows = 4 if field.type in {FieldType.LIST, FieldType.LINK} else 6
    return forms.Textarea(attrs={"rows": rows, **({"data-markdown": ""} if field.type is FieldType.TEXT else {})})


def _choices(field: Field, options: Sequence[str], value: Any) -> list[tuple[str, str]]:
    if field.type is FieldType.CHOICE:
        return [(choice, choice.replace("-", " ").capitalize()) for choice in field.choices]
    return [(one, one) for one in [*options, *([value] if value and value not in options else [])]]
