"""Forms about assets and versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms

from registry.models import Asset, Kind, Relation, Team, Tier, Version
from registry.policy import Actor, TeamRole

if TYPE_CHECKING:
    ModelChoice = forms.ModelChoiceField[Any]

TIER_HELP = "Prohibited: may not be built. High: decides about people. Limited: people must know that it is AI. Minimal: the rest."


class AssetForm(forms.Form):
    """Register a model or a dataset."""

    name = forms.CharField(max_length=120, help_text="As people call it. The address is made from it and stays.")
    description = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="One plain sentence."
    )
    team = forms.ModelChoiceField(Team.objects.none(), empty_label=None, help_text="The team that owns it.")
    tier = forms.ChoiceField(choices=Tier.choices, initial=Tier.HIGH, label="Risk tier", help_text=TIER_HELP)
    tier_reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Why this tier",
        help_text="It holds until the triage is answered, which then gives the tier. When in doubt choose the stricter one.",
    )

    def __init__(self, *args: Any, actor: Actor, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        writable = [team for team, role in actor.teams.items() if role is not TeamRole.VIEWER]
        field = cast("ModelChoice", self.fields["team"])
        field.queryset = Team.objects.filter(pk__in=writable)
        if kind == Kind.DATASET:
            del self.fields["tier"], self.fields["tier_reason"]


class AssetEditForm(forms.Form):
    """Change what a model or dataset is called."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="One plain sentence."
    )


class VersionForm(forms.Form):
    """Add a version."""

    name = forms.CharField(max_length=60, label="Version", help_text="Such as 2.1.0 or 2026-11-23.")
    commit = forms.CharField(
        max_length=64, required=False, label="Git commit", help_text="7 to 64 hex digits; git rev-parse HEAD prints it."
    )
    notes = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}), label="What is new")
    carry_from = forms.ModelChoiceField(
        Version.objects.none(),
        required=False,
        label="Start from",
        empty_label="Nothing: an empty document and open checklists",
        help_text="Document, answers and evidence are copied. Each counts when somebody has confirmed that it still holds.",
    )

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("ModelChoice", self.fields["carry_from"])
        field.queryset = asset.versions.select_related("asset").newest_first()
        if not self.is_bound and (newest := field.queryset.first()):
            self.initial["carry_from"] = newest.pk


class VersionEditForm(forms.Form):
    """Change the commit and the notes of a version."""

    commit = forms.CharField(max_length=64, required=False, label="Git commit", help_text="7 to 64 hex digits.")
    notes = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}), label="What is new")


class ArtifactForm(forms.Form):
    """Name a file by its digest, or hash it on upload."""

    file = forms.FileField(required=False, help_text="It is hashed and not kept. Large files are quicker to hash at your side.")
    sha256 = forms.CharField(required=False, max_length=80, label="Or its SHA-256", help_text="64 hex digits; sha256sum prints it.")
    name = forms.CharField(required=False, max_length=200, help_text="Such as model.safetensors; an uploaded file brings its own.")

    def clean(self) -> dict[str, Any]:
        """Ask for a file or a digest, not both and not neither."""
        values = super().clean() or {}
        if not values.get("file") and not values.get("sha256"):
            message = "Choose a file or type its SHA-256."
            raise forms.ValidationError(message)
        if values.get("file") and values.get("sha256"):
            message = "Choose a file or type a SHA-256, not both: the file is hashed here."
            raise forms.ValidationError(message)
        if values.get("sha256") and not values.get("name"):
            self.add_error("name", "Name the file whose digest you typed.")
        return values


class LineageForm(forms.Form):
    """Say which version this one came from."""

    relation = forms.ChoiceField(choices=Relation.choices)
    source = forms.ModelChoiceField(Version.objects.none(), label="Version", empty_label="Choose a version")

    def __init__(self, *args: Any, actor: Actor, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("ModelChoice", self.fields["source"])
        sources = Version.objects.visible_to(actor).exclude(pk=version.pk)
        field.queryset = sources.select_related("asset").order_by("asset__kind", "asset__name", "-pk")
        if not version.asset.is_model:
            relation = cast("forms.ChoiceField", self.fields["relation"])
            relation.choices = [(Relation.DERIVED_FROM.value, Relation.DERIVED_FROM.label)]
            field.queryset = field.queryset.filter(asset__kind=Kind.DATASET)
