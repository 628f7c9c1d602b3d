"""Forms of environments."""

from __future__ import annotations

from django import forms

from governance.gate.mode import MEANS, TITLES, Mode

CHOICES = [(mode.value, f"{TITLES[mode]}. {MEANS[mode]}") for mode in Mode]


class EnvironmentForm(forms.Form):
    """What an environment is called, and how it takes the gate's verdict."""

    title = forms.CharField(max_length=40, label="Name")
    mode = forms.ChoiceField(
        choices=CHOICES,
        initial=Mode.PREVENT.value,
        widget=forms.RadioSelect,
        label="When the gate says no",
        help_text="What people may promote is the same in every mode.",
    )


class NewEnvironmentForm(EnvironmentForm):
    """An environment that is added."""

    key = forms.CharField(
        max_length=20,
        help_text="How programs and policies name it, such as “production”. It cannot be changed later.",
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("title", "key", "mode")


class MoveForm(forms.Form):
    """Which way an environment moves."""

    towards = forms.ChoiceField(choices=[("earlier", "Earlier"), ("later", "Later")])
