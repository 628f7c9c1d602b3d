"""Forms about who reviews what until when, and who stands in for whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from registry.models import Person
from registry.policy import REVIEWER_ROLES, role_title


class AssignForm(forms.Form):
    """Who is to review in a role, and until when."""

    role = forms.ChoiceField(choices=[(role, role_title(role)) for role in REVIEWER_ROLES])
    person_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    due_on = forms.DateField(required=False)


class ReassignForm(forms.Form):
    """To whom a review is passed on."""

    person_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    due_on = forms.DateField(required=False)


def _date(label: str, help_text: str) -> forms.DateField:
    return forms.DateField(label=label, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class DelegationForm(forms.Form):
    """Who does one's reviews in a role while one is away."""

    role = forms.ChoiceField(label="Role")
    delegate_id = forms.TypedChoiceField(label="Who does your reviews", coerce=int)
    starts_on = _date("First day", "From this day on.")
    ends_on = _date("Last day", "This day included.")

    def __init__(self, data: Any, *, roles: tuple[str, ...], people: list[Person]) -> None:
        super().__init__(data, initial={"starts_on": timezone.localdate()})
        self.fields["role"].choices = [(role, role_title(role)) for role in roles]  # type: ignore[attr-defined]
        choices = [
            (person.pk, f"{person.name} ({', '.join(role_title(role) for role in person.actor().reviewer_roles)})") for person in people
        ]
        self.fields["delegate_id"].choices = [("", "Choose"), *choices]  # type: ignore[attr-defined]
