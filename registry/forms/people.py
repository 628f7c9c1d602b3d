"""Forms about people, teams and tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from registry.models import Person, Team
from registry.policy import Role, TeamRole

ROLE_LABELS = {
    Role.REVIEWER_ML: "ML reviewer",
    Role.REVIEWER_PRIVACY: "Privacy reviewer",
    Role.REVIEWER_LEGAL: "Legal reviewer",
    Role.REVIEWER_SECURITY: "Security reviewer",
    Role.POLICY_ADMINISTRATOR: "Policy administrator",
    Role.AUDITOR: "Auditor (reads everything, changes nothing)",
    Role.ADMINISTRATOR: "Administrator (people and settings)",
}


class PersonForm(forms.Form):
    """Add an account."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    password = forms.CharField(
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"}),
        label="First password",
        help_text="Hand it over in person; it can be changed after signing in.",
    )

    def clean_password(self) -> str:
        """Hold the first password to the same rules as every other."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class PersonEditForm(forms.Form):
    """What a person is in the organisation and in each team."""

    roles = forms.MultipleChoiceField(
        choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Organisation roles",
    )
    is_active = forms.BooleanField(required=False, label="May sign in")

    def __init__(self, data: Any, *, person: Person, teams: list[Team]) -> None:
        initial: dict[str, Any] = {
            "roles": [grant.role for grant in person.grants.all()],
            "is_active": person.is_active,
        }
        held = {membership.team_id: membership.role for membership in person.memberships.all()}
        choices = [("", "Not a member"), *((role.value, role.value.capitalize()) for role in TeamRole)]
        for team in teams:
            initial[f"team_{team.pk}"] = held.get(team.pk, "")
        super().__init__(data, initial=initial)
        for team in teams:
            self.fields[f"team_{team.pk}"] = forms.ChoiceField(choices=choices, required=False, label=f"Team {team.name}")

    def team_roles(self) -> dict[int, TeamRole | None]:
        """Return the chosen role by team, only where it was changed."""
        return {
            int(name.removeprefix("team_")): TeamRole(value) if (value := self.cleaned_data[name]) else None
            for name in self.changed_data
            if name.startswith("team_")
        }


class TeamForm(forms.Form):
    """Add a team."""

    name = forms.CharField(max_length=80)


class TokenForm(forms.Form):
    """Make an access token."""

    name = forms.CharField(max_length=80, help_text="The program that will use it, such as “deploy pipeline”.")
    days = forms.IntegerField(min_value=1, max_value=366, initial=90, label="Days until it expires")
