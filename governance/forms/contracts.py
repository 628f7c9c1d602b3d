"""The form of a data contract: one row for each column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms

from governance.contract import KINDS, Expected

SPARE_ROWS: Final = 1
MOST_ROWS: Final = 500
MOST_ALLOWED: Final = 200


class ExpectedForm(forms.Form):
    """What one column must hold; a row without a name is left out."""

    name = forms.CharField(required=False, max_length=200, label="Column")
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS], label="Kind")
    low = forms.CharField(required=False, max_length=40, label="From")
    high = forms.CharField(required=False, max_length=40, label="To")
    allowed = forms.CharField(required=False, max_length=4000, label="Allowed values")
    missing_percent = forms.IntegerField(required=False, min_value=0, max_value=100, label="Blank at most, %")
    age_days = forms.IntegerField(required=False, min_value=0, max_value=100_000, label="Newest date at most, days old")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name each control by its column, because a table has no visible label beside it."""
        super().__init__(*args, **kwargs)
        column = self["name"].value() or "new row"
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label}: {column}" if name != "name" else f"Column: {column}"

    def clean(self) -> dict[str, Any]:
        """Refuse bounds that are none, or the wrong way round."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        kind, low, high = data.get("kind", ""), data.get("low", ""), data.get("high", "")
        if (low or high) and kind not in {"number", "date"}:
            self.add_error("low", "Only numbers and dates have a first and a last value. Leave both empty, or choose another kind.")
            return data
        bounds = [self._bound(name, data.get(name, ""), kind) for name in ("low", "high")]
        if None not in bounds and bounds[0] > bounds[1]:
            self.add_error("low", "The first value lies after the last one.")
        if data.get("age_days") is not None and kind != "date":
            self.add_error("age_days", "Only a column of dates has an age.")
        return data

    def expected(self) -> Expected:
        """Return the row as the check takes it."""
        data = self.cleaned_data
        share = data["missing_percent"]
        return Expected(
            name=data["name"],
            kind=data["kind"],
            low=data["low"],
            high=data["high"],
            allowed=tuple(dict.fromkeys(value.strip() for value in data["allowed"].split(";") if value.strip()))[:MOST_ALLOWED],
            missing_percent=100 if share is None else share,
            age_days=data["age_days"],
        )

    def _bound(self, name: str, text: str, kind: str) -> Any:
        if not text:
            return None
        try:
            return Decimal(text) if kind == "number" else date.fromisoformat(text)
        except (InvalidOperation, ValueError):
            wanted = "a number such as 0.5" if kind == "number" else "a date such as 2026-11-23"
            self.add_error(name, f"“{text}” is not {wanted}.")
            return None


ExpectedRows: Any = forms.formset_factory(ExpectedForm, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True)


class BlockingForm(forms.Form):
    """What happens when a file breaks the contract."""

    is_blocking = forms.BooleanField(
        required=False,
        label="A file that breaks the contract is not measured",
        help_text="Unticked, the evaluation runs and shows what is broken.",
    )


def initial_rows(columns: tuple[Expected, ...]) -> list[dict[str, Any]]:
    """Return a contract as the rows of the form."""
    return [{**column.to_json(), "allowed": "; ".join(column.allowed)} for column in columns]
