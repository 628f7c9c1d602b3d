"""What is uploaded for an import, and what is taken of it."""

from __future__ import annotations

from typing import Any

from django import forms

from registry.exchange.encoding import MOST_BYTES

CHOOSE = "Choose a file: a card in Markdown, or JSON."


class FileForm(forms.Form):
    """A file of another format."""

    file = forms.FileField(
        label="File",
        widget=forms.FileInput(attrs={"accept": ".md,.markdown,.txt,.json,.jsonld,.yaml,.yml"}),
        error_messages={"required": CHOOSE, "missing": CHOOSE, "empty": "This file is empty. Choose another one."},
    )

    def content(self) -> tuple[str, bytes]:
        """Return name and bytes of the file, one byte more than is allowed at most."""
        file = self.cleaned_data["file"]
        return file.name or "file", file.read(MOST_BYTES + 1)


class TakeForm(forms.Form):
    """The text that was read, and the fields to be taken from it."""

    text = forms.CharField(strip=False, widget=forms.HiddenInput)
    filename = forms.CharField(required=False, widget=forms.HiddenInput)
    based_on = forms.IntegerField(widget=forms.HiddenInput)
    take = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, choices: list[tuple[str, str]], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["take"] = forms.MultipleChoiceField(
            choices=choices,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Choose at least one field to be imported."},
        )
