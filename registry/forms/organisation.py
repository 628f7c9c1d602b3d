"""The form about the organisation."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings

from registry.services.logos import MOST_BYTES
from registry.services.organisation import Draft

COLOUR: Final = r"#[0-9a-fA-F]{6}"


class OrganisationForm(forms.Form):
    """Name, address, colour, logo and languages of what is printed."""

    name = forms.CharField(max_length=120, required=False, help_text="Empty: Assay’s own name and mark.")
    address = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    colour = forms.RegexField(rf"^{COLOUR}$", required=False, help_text="Of the rules on paper, as # and six digits, such as #2b4a94.")
    logo = forms.FileField(
        required=False, help_text=f"PNG, or SVG of plain shapes, at most {MOST_BYTES // 1024} KB. It replaces the name on paper."
    )
    without_logo = forms.BooleanField(required=False, label="Take the present logo away")
    language = forms.ChoiceField(choices=settings.LANGUAGES, label="Language of the frame", help_text="Each print can choose another.")
    writing = forms.ChoiceField(
        choices=settings.LANGUAGES, label="Language in which people write", help_text="Cards and comments; screen readers need to know it."
    )

    def draft(self) -> Draft:
        """Return what was typed."""
        values: dict[str, Any] = self.cleaned_data
        logo = values["logo"].read(MOST_BYTES + 1) if values["logo"] else (b"" if values["without_logo"] else None)
        return Draft(values["name"], values["address"], values["colour"], values["language"], values["writing"], logo)
