"""What somebody chooses for an export of many releases, and for a register."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.reports.choices import KINDS, LANGUAGES, PAPERS, Choices


class PrintForm(forms.Form):
    """On which paper, in which language."""

    paper = forms.ChoiceField(choices=[(str(paper), label) for paper, label in PAPERS.items()])
    language = forms.ChoiceField(choices=list(LANGUAGES.items()), label="Language of the frame")

    @property
    def chosen(self) -> Choices:
        """What was chosen."""
        return Choices.from_json(self.cleaned_data)


class BundleForm(PrintForm):
    """Which releases, and how much of each."""

    which = forms.ChoiceField(choices=[("promoted", "Promoted releases"), ("all", "Every release that you see")], label="Releases")
    kind = forms.ChoiceField(choices=[(str(kind), label) for kind, label in KINDS.items()], label="How much of each")

    field_order: Any = ("which", "kind", "paper", "language")
