"""Forms of a checklist: the answer, its evidence, and the filters above the items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings

from governance.models import Value
from governance.services.assessments import LONGEST_REASON
from governance.services.evidence import LONGEST_TITLE, LONGEST_URL, check_size
from registry.catalog.schema import Framework
from registry.errors import DomainError


class AnswerForm(forms.Form):
    """The answer to one item."""

    value = forms.ChoiceField(
        label="Answer",
        choices=Value.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose yes, partly, no or not applicable."),
    )
    justification = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What the answer rests on; Markdown works. “Not applicable” always needs a reason.",
    )
    based_on = forms.CharField(required=False, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """Return what the service takes; None for what the page did not ask."""
        return {key: value if key in self.data else None for key, value in self.cleaned_data.items()}


class EvidenceForm(forms.Form):
    """A link or a file that supports an answer."""

    title = forms.CharField(
        required=False,
        max_length=LONGEST_TITLE,
        help_text="What it shows, such as “DPIA, signed 3 May”. Empty: the address or the file's name.",
    )
    url = forms.URLField(
        required=False,
        max_length=LONGEST_URL,
        assume_scheme="https",
        label="Link",
        error_messages={"invalid": "That is not a web address. It starts with https:// or http://."},
    )
    file = forms.FileField(required=False, allow_empty_file=True, max_length=None)

    @property
    def is_given(self) -> bool:
        """Whether anything was typed or chosen."""
        return any(self.data.get(key, "").strip() for key in ("title", "url")) or bool(self.files.get("file"))

    def clean_file(self) -> Any:
        """Refuse what the service would refuse, so that nothing else is saved before."""
        file = self.cleaned_data["file"]
        if file is not None:
            try:
                check_size(file.name or "", file.size or 0, settings.EVIDENCE_MAX_BYTES)
            except DomainError as error:
                raise forms.ValidationError(error.message) from error
        return file

    def clean(self) -> dict[str, Any]:
        """Ask for one thing: a link or a file."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned.get("url") and cleaned.get("file"):
            self.add_error("url", "Give a link or a file, not both at once.")
        if not cleaned.get("url") and not cleaned.get("file"):
            self.add_error("url", "Give a link, or choose a file.")
        return cleaned


class FilterForm(forms.Form):
    """Which items are shown; what cannot be understood shows all."""

    open = forms.BooleanField(required=False, label="Open only")
    bare = forms.BooleanField(required=False, label="Without evidence")

    def __init__(self, made_from: Framework, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        groups = [(group.slug, group.title) for group in made_from.groups]
        self.fields["group"] = forms.ChoiceField(required=False, choices=[("", "All"), *groups])
        if made_from.lifecycle:
            stages = [("", "All"), *made_from.lifecycle.items()]
            self.fields["stage"] = forms.ChoiceField(required=False, label="Lifecycle stage", choices=stages)
        self.order_fields(["group", "stage", "open", "bare"])
        self.is_valid()

    def chosen(self) -> dict[str, Any]:
        """Return the filters that narrow the list."""
        return {key: value for key, value in self.cleaned_data.items() if value}
