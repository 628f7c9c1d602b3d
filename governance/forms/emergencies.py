"""Forms of a promotion in an emergency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.utils.text import capfirst

from governance.workflow import Step
from registry.policy import role_title

LONG: Final = forms.Textarea(attrs={"rows": 3})
AFTERWARDS: Final = (
    (Step.APPROVE.value, "It may stay: I approve"),
    (Step.REQUEST_CHANGES.value, "It needs changes: suspend it"),
    (Step.REJECT.value, "It should not be live: suspend it"),
)


class EmergencyForm(forms.Form):
    """Ask for a promotion without the approvals that are missing."""

    reason = forms.CharField(
        max_length=5000,
        widget=LONG,
        label="What happens if this waits for the reviewers?",
        help_text="It is shown wherever this release is, told to everybody who has to do with it, and signed into the attestation.",
    )


class ConfirmForm(forms.Form):
    """Confirm or refuse; which one is told by the button."""

    comment = forms.CharField(
        max_length=5000,
        widget=LONG,
        label="What does your answer rest on?",
        help_text="It is shown with your name and kept for good.",
    )


class AfterReviewForm(forms.Form):
    """The review that was skipped, in one role."""

    role = forms.ChoiceField(label="You review as")
    step = forms.ChoiceField(label="Your review", choices=AFTERWARDS, widget=forms.RadioSelect)
    comment = forms.CharField(max_length=10_000, widget=LONG, label="What does it rest on?")

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["role"])
        field.choices = [(role, f"{capfirst(role_title(role))} reviewer") for role in roles]
