"""Forms of an evaluation: the file, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, cast

from django import forms

from governance.fairness.columns import Columns, canonical_value, pairs
from governance.fairness.others import OTHERS
from governance.fairness.predictions import Column, Preview, suggest
from governance.fairness.ranges import Range, parse_cuts

NAME_LENGTH: Final = 120
SHOWN_VALUES: Final = 6
TWO: Final = 2
CUTS: Final = "cuts_"
COMBINED: Final = (2, 3)
MOST_COMBINATIONS: Final = 20
NOTHING: Final[Mapping[str, Range]] = MappingProxyType({})
NO_ATTRIBUTE: Final = "Choose at least one sensitive attribute; fairness compares groups."
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
        required=False,  # cut points make an attribute too; see clean()
        label="Sensitive attributes",
        widget=forms.CheckboxSelectMultiple,
        help_text="The groups to compare. A blank cell counts as unknown: it is shown, and left out of the comparison.",
    )
    intersections = forms.BooleanField(
        required=False,
        label="Also every pair of these attributes",
        help_text="Such as women under 25. A model can be even for each attribute and uneven where two meet.",
    )
    combinations = forms.CharField(
        required=False,
        label="Combinations of your choice",
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "sex, age_group"}),
        help_text="Instead of every pair or beside it: one combination on a line, two or three attributes separated by commas.",
    )
    score = forms.ChoiceField(required=False, help_text="Optional: the model's number behind the prediction.")
    weight = forms.ChoiceField(required=False, help_text="Optional: how many records a row stands for.")

    others = forms.MultipleChoiceField(
        required=False,
        label="Also through Fairlearn’s MetricFrame",
        choices=[(name, name + (" (needs the score)" if wants_score else "")) for name, (_, wants_score) in OTHERS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="Optional: metrics of scikit-learn and Fairlearn that counts cannot give. They have no intervals and no verdicts.",
    )
    save_as = forms.CharField(
        required=False,
        max_length=80,
        label="Save these columns as",
        help_text="Optional: a name under which to choose them for the next file of this model.",
    )

    def __init__(
        self,
        preview: Preview,
        *args: Any,
        label: str = "",
        start: Columns | None = None,
        reach: Mapping[str, Range] = NOTHING,
        **kwargs: Any,
    ) -> None:
        guess = _suggested(preview, label, start)
        kwargs["initial"] = {**guess, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self._preview, self._reach = preview, reach
        self._add_cuts(dict(start.to_json().get("bins", {})) if start else {})
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

    def clean(self) -> dict[str, Any]:
        """Refuse cut points that are none, no attribute at all, and combinations of what is no attribute."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._bins = self._parsed_cuts(data)
        data["attributes"] = [*data.get("attributes", []), *(name for name in self._bins if name not in data.get("attributes", []))]
        if not data["attributes"] and not self.has_error("attributes"):
            self.add_error("attributes", NO_ATTRIBUTE)
        self._combined = self._parsed_combinations(data)
        if not data.get("score") and (need := [name for name in data.get("others", []) if OTHERS[name][1]]):
            self.add_error("others", f"{', '.join(need)} needs the score. Choose the column that holds it, or leave it out.")
        return data

    def columns(self) -> Columns:
        """Return the choice as the engine takes it."""
        data = self.cleaned_data
        attributes = tuple(data["attributes"])
        found = [*(pairs(attributes) if data["intersections"] else ()), *self._combined]
        content = {
            "label": data["label"],
            "prediction": data["prediction"],
            "favourable": data["favourable"],
            "score": data["score"] or None,
            "weight": data["weight"] or None,
            "attributes": attributes,
            "intersections": tuple(dict.fromkeys(found)),
            "others": tuple(data["others"]),
        }
        return Columns.from_json({**content, "bins": self._bins} if self._bins else content)

    @property
    def has_cuts(self) -> bool:
        """Whether a column is cut into classes."""
        return any(field.value() for field in self.cut_fields())

    def cut_fields(self) -> list[forms.BoundField]:
        """Return the fields of cut points, one for each column of many numbers."""
        return [self[name] for name in self.fields if name.startswith(CUTS)]

    def _add_cuts(self, chosen: Mapping[str, Any]) -> None:
        for number, (name, one) in enumerate(self._reach.items()):
            suggested = f" For quarters of about the same size: {', '.join(one.cuts)}." if one.cuts else ""
            self.fields[f"{CUTS}{number}"] = forms.CharField(
                required=False,
                max_length=200,
                label=name,
                initial=", ".join(chosen.get(name, ())),
                help_text=f"Reaches from {one.low} to {one.high}.{suggested}",
            )

    def _parsed_cuts(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        bins = {}
        for number, name in enumerate(self._reach):
            try:
                cuts = parse_cuts(data.get(f"{CUTS}{number}") or "")
            except ValueError as error:
                self.add_error(f"{CUTS}{number}", str(error))
                continue
            if cuts:
                bins[name] = cuts
        return bins

    def _parsed_combinations(self, data: Mapping[str, Any]) -> list[tuple[str, ...]]:
        found = []
        for line in filter(str.strip, (data.get("combinations") or "").splitlines()):
            parts = [part.strip() for part in line.replace("×", ",").split(",")]
            order = {name: place for place, name in enumerate(data["attributes"])}
            if unknown := next((part for part in parts if part not in order), None):
                self.add_error(
                    "combinations", f"“{unknown}” is not among the attributes chosen above. Choose it there, or correct the line."
                )
            elif len(set(parts)) != len(parts) or len(parts) not in COMBINED:
                self.add_error("combinations", f"“{line.strip()}” is not a combination of two or three different attributes.")
            else:
                found.append(tuple(sorted(parts, key=order.__getitem__)))
        if len(found) > MOST_COMBINATIONS:
            self.add_error("combinations", f"Choose at most {MOST_COMBINATIONS} combinations.")
        return found

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = choices
        field.error_messages["invalid_choice"] = (
            "“%(value)s” is not among the values of the label. Choose one of them." if name == "favourable" else NO_COLUMN
        )


def _named(columns: tuple[Column, ...] | list[Column], empty: str) -> list[tuple[str, str]]:
    return [("", empty), *((column.name, column.name) for column in columns)]


def _suggested(preview: Preview, label: str, start: Columns | None) -> dict[str, Any]:
    if start is not None and not label:
        return _started(start)
    guess = suggest(preview)
    found = preview.column(label)
    if found is not None:
        guess["label"] = label
        guess["favourable"] = _likely_favourable(found)
    guess["intersections"] = len(guess["attributes"]) >= TWO
    return guess


def _started(columns: Columns) -> dict[str, Any]:
    """Return the form's values for columns that were chosen before."""
    content = columns.to_json()
    every = set(pairs(columns.attributes))
    has_all = bool(every) and every <= set(columns.intersections)
    others = [one for one in columns.intersections if not has_all or one not in every]
    return {**content, "intersections": has_all, "combinations": "\n".join(", ".join(one) for one in others)}


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
