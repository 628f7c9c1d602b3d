"""What a stranger gives to have an attestation checked."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile

from registry.digest import bare

DIGEST: Final = re.compile("[0-9a-f]{64}")
LARGEST: Final = 2_000_000


class VerifyForm(forms.Form):
    """An attestation as text or as file, and optionally the digest of an artifact."""

    text = forms.CharField(
        required=False,
        max_length=LARGEST,
        label="Attestation",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="The JSON as it was downloaded. Or choose the file below.",
    )
    file = forms.FileField(required=False, label="File of the attestation")
    artifact = forms.CharField(
        required=False,
        max_length=80,
        label="SHA-256 of the artifact",
        help_text="Optional: is it about this file? sha256sum FILE prints it.",
    )

    def clean_artifact(self) -> str:
        """Return the digest in lower case, without its prefix."""
        text = bare(self.cleaned_data["artifact"])
        if text and not DIGEST.fullmatch(text):
            message = "A SHA-256 has 64 hexadecimal digits."
            raise forms.ValidationError(message)
        return text

    def clean(self) -> dict[str, Any]:
        """Take the file's text when there is one."""
        data: dict[str, Any] = super().clean() or {}
        file: UploadedFile[Any] | None = data.get("file")
        if file is not None:
            if file.size is None or file.size > LARGEST:
                self.add_error("file", "An attestation is far smaller. Choose the JSON file that was downloaded.")
                return data
            data["text"] = file.read().decode("utf-8", errors="replace")
        if not data.get("text", "").strip():
            self.add_error("text", "Paste the attestation, or choose its file.")
        return data
