"""What a stranger gives to have a PDF checked."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

LARGEST: Final = 64 * 1024**2


class VerifyPdfForm(forms.Form):
    """A PDF as it was downloaded."""

    file = forms.FileField(label="PDF", help_text="The file as you got it. It is looked at and not kept.")

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse what is far larger than anything that is issued here."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size is None or file.size > LARGEST:
            message = f"No PDF that is issued here is larger than {filesizeformat(LARGEST)}."
            raise forms.ValidationError(message)
        return file
