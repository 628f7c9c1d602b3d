"""How the journal is narrowed down."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms

from registry.policy import Action


class JournalFilter(forms.Form):
    """What, who, which subject, and when; days are in UTC and the last one is meant whole."""

    subject = forms.CharField(required=False, max_length=300, widget=forms.TextInput({"placeholder": "model/credit-scoring/2.1.0"}))
    actor = forms.CharField(label="Who", required=False, max_length=120, widget=forms.TextInput({"placeholder": "Full name"}))
    action = forms.ChoiceField(label="What", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        choices = [("", "Anything"), *((one.value, one.value) for one in sorted(Action))]
        self.fields["action"].choices = choices  # type: ignore[attr-defined]

    @property
    def wanted(self) -> dict[str, Any]:
        """What ``audit.history`` is asked for; a field that cannot be read narrows nothing and shows its error."""
        if not self.is_bound:
            return {}
        self.is_valid()
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        return {
            "subject": data.get("subject", "").strip("/"),
            "actor": data.get("actor", ""),
            "action": data.get("action", ""),
            "since": datetime.combine(since, time(), UTC) if since else None,
            "until": datetime.combine(until, time(), UTC) + timedelta(days=1) if until else None,
        }

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the journal."""
        return any(self.wanted.values())
