"""Forms of a waiver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from governance.gate import Requirement

LONG = forms.Textarea(attrs={"rows": 3})


class WaiverForm(forms.Form):
    """Ask for one requirement to be set aside."""

    requirement = forms.ChoiceField(label="What should be set aside?")
    days = forms.IntegerField(label="For how many days?", min_value=1)
    reason = forms.CharField(
        max_length=5000,
        widget=LONG,
        label="Why can the release not wait for it?",
        help_text="Say also what is done instead. It is shown wherever the gate is, and signed into the attestation.",
    )

    def __init__(self, *args: Any, asked: Sequence[Requirement], longest_days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(asked)
        days = cast("forms.IntegerField", self.fields["days"])
        days.help_text = f"Counted from the answer, at most {longest_days}. The promotion ends with the waiver at the latest."
        days.widget.attrs["max"] = longest_days

    def offer(self, asked: Sequence[Requirement]) -> None:
        """Let one of these requirements be chosen."""
        cast("forms.ChoiceField", self.fields["requirement"]).choices = [(one.key, one.title) for one in asked]


class AnswerForm(forms.Form):
    """Grant or refuse a waiver; which one is told by the button."""

    days = forms.IntegerField(label="For how many days from now?", min_value=1)
    comment = forms.CharField(
        max_length=5000,
        widget=LONG,
        label="What does your answer rest on?",
        help_text="It is shown with your name and kept for good.",
    )

    def __init__(self, *args: Any, longest_days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].help_text = f"At most {longest_days}; fewer than asked for is possible."
        self.fields["days"].widget.attrs["max"] = longest_days
