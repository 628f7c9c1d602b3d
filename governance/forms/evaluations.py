"""Forms of an evaluation: the file, and what its columns mean."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms

from governance.fairness.columns import Columns, canonical_value, pairs
from governance.fairness.predictions import Column, Preview, suggest

NAME_LENGTH: Final = 120
SHOWN_VALUES: Final = 6
TWO: Final = 2
NO_COLUMN: Final = "The file has no column “%(value)s”. Choose one of its columns."


class UploadForm(forms.Form):
    """A file of predictions, and what to call its evaluation."""

    file = forms.FileField(
        label="File of predictions",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.parquet,.pq"}),
        error_messages={
            "required": "Choose a CSV or Parquet file.",
            "missing": "Choose a CSV or Parquet file.",
            "empty": "This file is empty. Choose a file with a line of column names and at least one row below it.",
            "max_length": "The name of this file is too long. Give it a shorter one.",
        },
    )
    name = forms.CharField(
        required=False,
        max_length=NAME_LENGTH,
        label="Name of the evaluation",
        help_text="What the predictions are, such as “Held-out applications, 2026”. Left empty, the file's name is taken.",
    )
    whole = forms.CharField(
        label="Upload",
        widget=forms.HiddenInput,
        initial="yes",
        error_messages={"required": "The upload broke off before its end. Send the file again."},
    )

    def __init__(self, *args: Any, refusal: str = "", **kwargs: Any) -> None:
        """Take what a browser sent, and the sentence that says why the file was not read to its end."""
        super().__init__(*args, **kwargs)
        if refusal:
            self.fields["file"].error_messages["required"] = refusal
            self.fields["whole"].required = False


class MapForm(forms.Form):
    """What the columns of a file mean, and which outcome is favourable."""

    name = forms.CharField(max_length=NAME_LENGTH, label="Name of the evaluation")
    label = forms.ChoiceField(
        help_text="What really happened. It needs exactly two values.",
        error_messages={"required": "Choose the column that says what really happened."},
    )
    prediction = forms.ChoiceField(
        help_text="What the model said, in the same two values.",
        error_messages={"required": "Choose the column that says what the model predicted."},
    )
    favourable = forms.ChoiceField(
        label="Favourable outcome",
        help_text="The value that is good for the person, such as the loan being granted.",
        error_messages={"required": "Choose the value that is good for the person."},
    )
    attributes = forms.MultipleChoiceField(
        label="Sensitive attributes",
        widget=forms.CheckboxSelectMultiple,
        help_text="The groups to compare. A blank cell counts as unknown: it is shown, and left out of the comparison.",
        error_messages={"required": "Choose at least one sensitive attribute; fairness compares groups."},
    )
    intersections = forms.BooleanField(
        required=False,
        label="Also every pair of these attributes",
        help_text="Such as women under 25. A model can be even for each attribute and uneven where two meet.",
    )
    score = forms.ChoiceField(required=False, help_text="Optional: the model's number behind the prediction.")
    weight = forms.ChoiceField(required=False, help_text="Optional: how many records a row stands for.")

    def __init__(self, preview: Preview, *args: Any, label: str = "", **kwargs: Any) -> None:
        kwargs["initial"] = {**_suggested(preview, label), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        numeric = [column for column in preview.columns if column.is_numeric]
        chosen = str(self["label"].value() or "")
        self._offer("label", _named(preview.columns, "Choose a column"))
        self._offer("prediction", _named(preview.columns, "Choose a column"))
        self._offer("score", _named(numeric, "None"))
        self._offer("weight", _named(numeric, "None"))
        self._offer("favourable", [("", "Choose a value"), *_outcomes(preview, label or chosen, narrow=not self.is_bound)])
        self._offer("attributes", [(column.name, _described(column)) for column in preview.columns if _is_offered(column)])
        self.not_offered = [column.name for column in preview.columns if not _is_offered(column)]
        self.fields["label"].widget.attrs.update(
            {"hx-get": "", "hx-trigger": "change", "hx-target": "#favourable-field", "hx-swap": "outerHTML"}
        )

    def columns(self) -> Columns:
        """Return the choice as the engine takes it."""
        data = self.cleaned_data
        attributes = tuple(data["attributes"])
        return Columns(
            label=data["label"],
            prediction=data["prediction"],
            favourable=data["favourable"],
            score=data["score"] or None,
            weight=data["weight"] or None,
            attributes=attributes,
            intersections=pairs(attributes) if data["intersections"] else (),
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = choices
        field.error_messages["invalid_choice"] = (
            "“%(value)s” is not among the values of the label. Choose one of them." if name == "favourable" else NO_COLUMN
        )


def _named(columns: tuple[Column, ...] | list[Column], empty: str) -> list[tuple[str, str]]:
    return [("", empty), *((column.name, column.name) for column in columns)]


def _suggested(preview: Preview, label: str) -> dict[str, Any]:
    guess = suggest(preview)
    found = preview.column(label)
    if found is not None:
        guess["label"] = label
        guess["favourable"] = _likely_favourable(found)
    guess["intersections"] = len(guess["attributes"]) >= TWO
    return guess


def _likely_favourable(column: Column) -> str:
    if "1" in column.distinct:
        return "1"
    return column.distinct[-1] if column.distinct else ""


def _outcomes(preview: Preview, label: str, *, narrow: bool) -> list[tuple[str, str]]:
    """Return the values that can be the favourable outcome: the label's own, or those of every column with two."""
    chosen = preview.column(label)
    columns = [chosen] if chosen else []
    if not narrow or chosen is None:
        columns += [column for column in preview.columns if len(_spellings(column)) == TWO]
    found: dict[str, str] = {}
    for column in columns:
        found = {**_spellings(column), **found}
    return [(value, value) for value in found.values()]


def _spellings(column: Column) -> dict[str, str]:
    return {canonical_value(value): value for value in reversed(column.distinct)}


def _is_offered(column: Column) -> bool:
    return not column.has_more and len(column.distinct) >= TWO


def _described(column: Column) -> str:
    shown = ", ".join(column.distinct[:SHOWN_VALUES])
    more = " …" if len(column.distinct) > SHOWN_VALUES else ""
    blanks = f"; {column.blanks:,} blank" if column.blanks else ""
    return f"{column.name} ({shown}{more}{blanks})"
