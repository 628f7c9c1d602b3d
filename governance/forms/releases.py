"""Forms of a release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.text import capfirst

from governance.models import Environment
from registry.policy import role_title


class SubmitForm(forms.Form):
    """Ask for a promotion."""

    environment = forms.ChoiceField(choices=Environment.choices, widget=forms.RadioSelect)
    message = forms.CharField(
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="What should the reviewers know?",
    )


class DecisionForm(forms.Form):
    """A reviewer's decision; which one is told by the button."""

    digest = forms.CharField(widget=forms.HiddenInput)
    role = forms.ChoiceField(label="You decide as")
    comment = forms.CharField(
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What your decision rests on. It is shown with your name and kept for good.",
    )

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["role"])
        field.choices = [(role, f"{capfirst(role_title(role))} reviewer") for role in roles]


class ReasonForm(forms.Form):
    """Why something is ended."""

    reason = forms.CharField(max_length=5000)
