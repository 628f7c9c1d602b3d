"""Forms of a release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.text import capfirst

from governance.gate import CONFLICTS
from governance.models import Environment
from registry.policy import role_title


def _environments() -> list[tuple[str, str]]:
    return list(Environment.objects.values_list("key", "title"))


class SubmitForm(forms.Form):
    """Ask for a promotion."""

    environment = forms.ChoiceField(choices=_environments, widget=forms.RadioSelect)
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

    conflict = forms.ChoiceField(
        required=False,
        label="Conflict of interest",
        choices=[("", "None"), *((key, capfirst(words)) for key, words in CONFLICTS.items())],
        help_text="Only to abstain. It is shown on this page with your name.",
    )

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["role"])
        field.choices = [(role, f"{capfirst(role_title(role))} reviewer") for role in roles]


class ConsentForm(DecisionForm):
    """The decision again, with the text that the reviewer was shown and, where the policy asks, a proof of who decides."""

    consent = forms.CharField(strip=False, widget=forms.HiddenInput)
    secret = forms.CharField(required=False, strip=False)

    def __init__(self, *args: Any, roles: Sequence[str], wanted: str, **kwargs: Any) -> None:
        super().__init__(*args, roles=roles, **kwargs)
        for name in ("role", "comment", "conflict"):
            self.fields[name].widget = forms.HiddenInput()
        field = cast("forms.CharField", self.fields["secret"])
        field.required = bool(wanted)
        field.label = "Your password, once more" if wanted == "password" else "A code from your authenticator app"
        field.widget = (
            forms.PasswordInput(attrs={"autocomplete": "current-password"})
            if wanted == "password"
            else forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
        )
        field.widget.is_required = field.required

    def clean_consent(self) -> str:
        """Return the text as it was shown: forms send line ends as two characters."""
        return str(self.cleaned_data["consent"]).replace("\r\n", "\n")

    def clean_comment(self) -> str:
        """Return the comment with the line ends that were first sent."""
        return str(self.cleaned_data["comment"]).replace("\r\n", "\n")


class ReasonForm(forms.Form):
    """Why something is ended."""

    reason = forms.CharField(max_length=5000)
