"""The form that asks a person to write a section."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from registry.models import Person, Version
from registry.policy import TeamRole


def writers_of(version: Version) -> QuerySet[Person]:
    """Return the people who may write in a version's document, by name."""
    writers = Person.objects.filter(
        is_active=True,
        memberships__team=version.asset.team_id,
        memberships__role__in=[TeamRole.CONTRIBUTOR.value, TeamRole.OWNER.value],
    )
    return writers.order_by("name")


class AssignmentForm(forms.Form):
    """Who, by when, and a word about it."""

    person = forms.ModelChoiceField(queryset=Person.objects.none(), error_messages={"required": "Choose who is asked."})
    due_on = forms.DateField(required=False)
    note = forms.CharField(required=False, max_length=300)

    def __init__(self, data: Any, *, version: Version) -> None:
        super().__init__(data)
        self.fields["person"].queryset = writers_of(version)  # type: ignore[attr-defined]
