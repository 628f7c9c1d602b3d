"""The form that does one thing to many items of a checklist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.http import QueryDict

from governance.models import Evidence, Value
from governance.services.assessments import LONGEST_REASON
from registry.forms.assignments import writers_of
from registry.models import Person, Version

if TYPE_CHECKING:
    ModelChoice = forms.ModelChoiceField[Any]

ACTIONS: Final = ("confirm", "answer", "support", "assign")


class BulkForm(forms.Form):
    """What is done, and to which items; each is named by its slug and the answer that the person saw."""

    action = forms.ChoiceField(choices=[(one, one) for one in ACTIONS], widget=forms.HiddenInput)
    value = forms.ChoiceField(required=False, label="Answer", choices=[("", "Choose"), *Value.choices])
    justification = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For all of them. Empty: each keeps its own.",
    )
    piece = forms.ModelChoiceField(Evidence.objects.none(), required=False, label="Evidence", empty_label="Choose")
    person = forms.ModelChoiceField(Person.objects.none(), required=False, label="Who answers", empty_label="Choose")
    due_on = forms.DateField(required=False, label="Due", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(required=False, max_length=300)

    def __init__(self, data: Any = None, *, version: Version) -> None:
        super().__init__(data, auto_id="bulk-%s")
        cast("ModelChoice", self.fields["piece"]).queryset = version.evidence.order_by("title", "pk")
        cast("ModelChoice", self.fields["person"]).queryset = writers_of(version)

    @property
    def seen(self) -> Mapping[str, str]:
        """The stamp of the answer that the person saw, by the slug of each chosen item."""
        if not self.is_bound:
            return {}
        chosen = cast("QueryDict", self.data).getlist("shown" if "all" in self.data else "item")
        return {slug: stamp for slug, _, stamp in (one.partition("@") for one in chosen)}

    @property
    def takes_all(self) -> bool:
        """Whether every item that is shown was chosen."""
        return self.is_bound and "all" in self.data

    def clean(self) -> dict[str, Any]:
        """Ask for what the action needs."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        needs = {
            "answer": ("value", "Choose the answer."),
            "support": ("piece", "Choose the evidence."),
            "assign": ("person", "Choose who is asked."),
        }
        field, sentence = needs.get(cleaned.get("action", ""), ("", ""))
        if field and field not in self.errors and not cleaned.get(field):
            self.add_error(field, sentence)
        if not self.seen:
            self.add_error(None, "Choose at least one item: tick it in the list, or tick “All that are shown”.")
        return cleaned

    def words(self) -> dict[str, Any]:
        """Return what the service of the action takes besides the items."""
        found = self.cleaned_data
        return {
            "confirm": {},
            "answer": {"value": found["value"], "justification": found["justification"]},
            "support": {"evidence_id": found["piece"].pk if found["piece"] else 0},
            "assign": {"person_id": found["person"].pk if found["person"] else 0, "due_on": found["due_on"], "note": found["note"]},
        }[found["action"]]
