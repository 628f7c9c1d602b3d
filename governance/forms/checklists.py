"""Forms of a checklist: the answer, its evidence, and the filters above the items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings

from governance.models import Evidence, Value
from governance.services.assessments import LONGEST_REASON
from governance.services.evidence import LONGEST_TITLE, LONGEST_URL, check_size
from registry.catalog.schema import Framework
from registry.errors import DomainError
from registry.models import Person

if TYPE_CHECKING:
    ModelChoice = forms.ModelChoiceField[Any]


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


Known = Sequence[tuple[str, Sequence[tuple[str, str]]]]


class EvidenceForm(forms.Form):
    """A link, a file or something that the registry knows, which supports an answer."""

    title = forms.CharField(
        required=False,
        max_length=LONGEST_TITLE,
        help_text="What it shows, such as “DPIA, signed 3 May”. Empty: the address, the file's name or what the registry calls it.",
    )
    url = forms.URLField(
        required=False,
        max_length=LONGEST_URL,
        assume_scheme="https",
        label="Link",
        error_messages={"invalid": "That is not a web address. It starts with https:// or http://."},
    )
    file = forms.FileField(required=False, allow_empty_file=True, max_length=None)
    refers_to = forms.ChoiceField(
        required=False, label="From the registry", help_text="A field, a datasheet, an evaluation, a review, a risk."
    )
    expires_on = forms.DateField(
        required=False,
        label="Counts until",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day, such as the end of a certificate. Empty: it does not expire.",
    )

    def __init__(self, *args: Any, known: Known = (), **kwargs: Any) -> None:
        """Offer what the registry knows, in groups; without any, only links and files."""
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["refers_to"]).choices = [("", "Nothing"), *known]
        if not known:
            del self.fields["refers_to"]

    @property
    def is_given(self) -> bool:
        """Whether anything was typed or chosen."""
        return any(self.data.get(key, "").strip() for key in ("title", "url", "refers_to")) or bool(self.files.get("file"))

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
        """Ask for one thing: a link, a file, or something that the registry knows."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        number = sum(bool(cleaned.get(key)) for key in ("url", "file", "refers_to"))
        if number > 1:
            self.add_error("url", "Give a link or a file, not both at once; the same goes for what the registry knows.")
        if not number:
            self.add_error("url", "Give a link, or choose a file or something that the registry knows.")
        return cleaned


class KeepForm(forms.Form):
    """Who keeps a piece of evidence current, and until when it counts."""

    owner = forms.ModelChoiceField(Person.objects.none(), label="Owner", help_text="Who keeps it current.")
    expires_on = forms.DateField(
        required=False,
        label="Counts until",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Empty: it does not expire.",
    )

    def __init__(self, *args: Any, piece: Evidence, **kwargs: Any) -> None:
        """Show what stands, and offer everybody who has an account."""
        super().__init__(*args, **kwargs)
        self.initial = {"owner": piece.owner_id or piece.added_by_id, "expires_on": piece.expires_on}
        cast("ModelChoice", self.fields["owner"]).queryset = Person.objects.filter(is_active=True).order_by("name")


class FilterForm(forms.Form):
    """Which items are shown; what cannot be understood shows all."""

    open = forms.BooleanField(required=False, label="Open only")
    mine = forms.BooleanField(required=False, label="Asked of me")
    waiting = forms.BooleanField(required=False, label="To confirm")
    bare = forms.BooleanField(required=False, label="Without evidence")

    def __init__(self, made_from: Framework, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        groups = [(group.slug, group.title) for group in made_from.groups]
        self.fields["group"] = forms.ChoiceField(required=False, choices=[("", "All"), *groups])
        if made_from.lifecycle:
            stages = [("", "All"), *made_from.lifecycle.items()]
            self.fields["stage"] = forms.ChoiceField(required=False, label="Lifecycle stage", choices=stages)
        if made_from.characteristics:
            qualities = [("", "All"), *made_from.characteristics.items()]
            self.fields["quality"] = forms.ChoiceField(required=False, label="Characteristic", choices=qualities)
        self.order_fields(["group", "stage", "quality", "open", "mine", "waiting", "bare"])
        self.is_valid()

    def chosen(self) -> dict[str, Any]:
        """Return the filters that narrow the list."""
        return {key: value for key, value in self.cleaned_data.items() if value}
