"""Forms of editions of policies."""

from __future__ import annotations

from django import forms

from governance.gate.policy import TIERS
from governance.models import Environment


def _environments() -> list[tuple[str, str]]:
    return list(Environment.objects.values_list("key", "title"))


class BeginForm(forms.Form):
    """Which policy is to be changed, or written first."""

    tier = forms.ChoiceField(choices=[(tier, tier.capitalize()) for tier in TIERS])
    environment = forms.ChoiceField(choices=_environments)


class EditionForm(forms.Form):
    """The text of a draft, and why it is changed."""

    text = forms.CharField(
        required=False,
        strip=False,
        label="The policy, in YAML",
        help_text="It is kept as you type it, also while it is no policy yet.",
        widget=forms.Textarea(attrs={"rows": 32, "class": "policy-text", "spellcheck": "false", "autocapitalize": "off", "wrap": "off"}),
    )
    reason = forms.CharField(
        required=False,
        max_length=5000,
        label="Why is it changed?",
        help_text="Whoever publishes it reads this, and it is kept with the edition.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput)


class StepForm(forms.Form):
    """What goes with a step of an edition."""

    reason = forms.CharField(required=False, max_length=5000)
    digest = forms.CharField(required=False, max_length=64)
