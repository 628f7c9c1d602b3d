"""The form above two frameworks side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from registry.catalog.crosswalk import Kind
from registry.catalog.schema import Framework

KINDS = [
    ("", "All links"),
    (Kind.EQUAL.value, "Asks the same"),
    (Kind.BROADER.value, "The right one asks for more"),
    (Kind.NARROWER.value, "The right one asks for a part"),
    (Kind.RELATED.value, "Asks for something near"),
]


class CrosswalkForm(forms.Form):
    """Which two frameworks, and which links; what cannot be understood shows the first two and all links."""

    left = forms.ChoiceField(required=False)
    right = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False, label="Links", choices=KINDS)
    word = forms.ChoiceField(
        required=False, label="Whose word", choices=[("", "Anybody's"), ("editorial", "A judgement"), ("source", "A published source")]
    )
    bare = forms.BooleanField(required=False, label="Without a counterpart only")

    def __init__(self, found: Sequence[Framework], data: Mapping[str, Any]) -> None:
        """Offer the frameworks."""
        keys = [made_from.key for made_from in found]
        left = data.get("left") if data.get("left") in keys else keys[0]
        others = [key for key in keys if key != left]
        right = data.get("right") if data.get("right") in others else (others or keys)[0]
        chosen = {key: data.get(key, "") for key in ("kind", "word", "bare")}
        super().__init__({**chosen, "left": left, "right": right})
        for name in ("left", "right"):
            self.fields[name] = forms.ChoiceField(choices=[(made_from.key, made_from.title) for made_from in found])
        self.order_fields(["left", "right", "kind", "word", "bare"])
        self.is_valid()

    def wanted(self, name: str) -> str:
        """Return what was chosen; empty when it could not be understood."""
        return str(self.cleaned_data.get(name) or "")
