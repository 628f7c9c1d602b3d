"""The rows of a table in plain inputs, so that it works without scripts: rows are added, removed and moved by buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

SPARE_ROWS: Final = 1
MOST_ROWS: Final = 500
DO: Final = "table-do"


class TableWidget(forms.Widget):
    """Inputs for the rows of a table, and a spare one."""

    template_name = "registry/widgets/table.html"

    def __init__(self, columns: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.columns = columns

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the rows with their inputs' names and labels."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        rows = list(value or [])
        spare = SPARE_ROWS if not rows else int(any(rows[-1].values()))
        count = min(len(rows) + spare, MOST_ROWS)
        context["widget"] |= {
            "columns": self.columns,
            "count_name": f"{name}-rows",
            "count": count,
            "do": DO,
            "rows": [{"number": number, "cells": self._cells(name, number, rows)} for number in range(count)],
        }
        return context

    def _cells(self, name: str, number: int, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [
            {
                "name": f"{name}-{number}-{key}",
                "value": rows[number].get(key, "") if number < len(rows) else "",
                "label": f"{label}, row {number + 1}",
                "column": label,
            }
            for key, label in self.columns
        ]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        """Return the rows, empty ones too; they are dropped when the value is cleaned."""
        return self._rows(data, name)

    def changed_rows(self, data: Mapping[str, Any], name: str, step: str, number: int) -> list[dict[str, str]]:
        """Return the rows after a step: ``add``, ``remove``, ``up`` or ``down``; empty rows stay where they are."""
        rows = self._rows(data, name)
        if step == "add":
            return [*rows, {}]
        if not 0 <= number < len(rows):
            return rows
        row = rows.pop(number)
        if step in {"up", "down"}:
            rows.insert(max(number + (1 if step == "down" else -1), 0), row)
        return rows

    def typed_as(self, name: str, rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
        """Return what a page would send of these rows."""
        cells = {f"{name}-{place}-{key}": row.get(key, "") for place, row in enumerate(rows) for key, _ in self.columns}
        return {**cells, f"{name}-rows": str(len(rows))}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Tell a table that was not on the page from one that was emptied."""
        return f"{name}-rows" not in data

    def _rows(self, data: Mapping[str, Any], name: str) -> list[dict[str, str]]:
        try:
            count = min(int(data.get(f"{name}-rows", 0)), MOST_ROWS)
        except ValueError:
            count = 0
        return [{key: data.get(f"{name}-{number}-{key}", "") for key, _ in self.columns} for number in range(count)]
