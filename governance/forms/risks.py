"""Forms of the risk register and of incidents."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone

from governance.models import Release, Risk
from governance.risk import Rating, Scale, Treatment
from governance.services.risks import RiskDraft
from registry.models import Asset, Person
from registry.policy import REVIEWER_ROLES, role_title

if TYPE_CHECKING:
    ModelChoice = forms.ModelChoiceField[Any]

TREATMENTS: Final = (
    (Treatment.AVOID, "Avoid: do not do what brings it"),
    (Treatment.REDUCE, "Reduce: make it rarer or milder"),
    (Treatment.TRANSFER, "Transfer: somebody else bears it"),
    (Treatment.ACCEPT, "Accept: bear it knowingly"),
)
DATE: Final = {"type": "date"}


def _text(label: str, help_text: str = "", rows: int = 2, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=5000, widget=forms.Textarea(attrs={"rows": rows})
    )


class RiskForm(forms.Form):
    """Everything that a person says of a risk."""

    title = forms.CharField(max_length=200, label="Risk", help_text="What may happen, in one line.")
    cause = _text("Cause", "Why it may happen.")
    event = _text("Event", "What exactly may happen.")
    harm = _text("Harm", "What it does to people or the organisation.")
    harmed = forms.CharField(
        max_length=500, required=False, label="Who is harmed", help_text="Such as applicants without a credit history."
    )
    inherent_likelihood = forms.TypedChoiceField(coerce=int, label="Likelihood, before treatment")
    inherent_impact = forms.TypedChoiceField(coerce=int, label="Impact, before treatment")
    residual_likelihood = forms.TypedChoiceField(coerce=int, required=False, empty_value=None, label="Likelihood, after treatment")
    residual_impact = forms.TypedChoiceField(coerce=int, required=False, empty_value=None, label="Impact, after treatment")
    treatment = forms.ChoiceField(choices=TREATMENTS, initial=Treatment.REDUCE)
    plan = _text("What is done", "Measures that stand or are planned; single tasks follow as actions.", 3)
    owner = forms.ModelChoiceField(Person.objects.none(), label="Owner", help_text="Who answers for it.")
    review_on = forms.DateField(required=False, label="Look at it again on", widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))
    based_on = forms.CharField(required=False, widget=forms.HiddenInput)
    origin = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scale: Scale, **kwargs: Any) -> None:
        """Offer the words of the scale, and everybody who has an account."""
        super().__init__(*args, **kwargs)
        for name, words in (("likelihood", scale.likelihood), ("impact", scale.impact)):
            steps = [(number, f"{number} {word}") for number, word in enumerate(words, start=1)]
            cast("forms.ChoiceField", self.fields[f"inherent_{name}"]).choices = [("", "Choose"), *steps]
            cast("forms.ChoiceField", self.fields[f"residual_{name}"]).choices = [("", "Not rated yet"), *steps]
        cast("ModelChoice", self.fields["owner"]).queryset = Person.objects.filter(is_active=True).order_by("name")

    def clean(self) -> dict[str, Any]:
        """Ask for both halves of a residual rating, or none."""
        values = super().clean() or {}
        if (values.get("residual_likelihood") is None) != (values.get("residual_impact") is None):
            self.add_error("residual_impact", "Rate both likelihood and impact after treatment, or leave both open.")
        return values

    def rebase(self, stamp: str) -> None:
        """Take the state that stands now as the one that was seen, because the page shows it beside what was typed."""
        data = cast("QueryDict", self.data).copy()
        data["based_on"] = stamp
        self.data = data

    def draft(self) -> RiskDraft:
        """Return what was typed as the service takes it."""
        values = self.cleaned_data
        residual = values["residual_likelihood"]
        return RiskDraft(
            **{name: values[name] for name in ("title", "cause", "event", "harm", "harmed", "plan", "review_on")},
            inherent=Rating(values["inherent_likelihood"], values["inherent_impact"]),
            residual=None if residual is None else Rating(residual, values["residual_impact"]),
            treatment=Treatment(values["treatment"]),
            owner_id=values["owner"].pk,
        )


def initial_of(risk: Risk, stamp: str) -> dict[str, Any]:
    """Return a risk as the form shows it."""
    names = ("title", "cause", "event", "harm", "harmed", "plan", "treatment", "review_on")
    ratings = [f"{kind}_{half}" for kind in ("inherent", "residual") for half in ("likelihood", "impact")]
    return {**{name: getattr(risk, name) for name in (*names, *ratings)}, "owner": risk.owner_id, "based_on": stamp}


class AcceptForm(forms.Form):
    """Accept a risk above the appetite."""

    reason = _text("Why it can be borne", "It stands beside your name in the register, the release and the PDF.", 3, required=True)
    until = forms.DateField(label="Until", widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))

    def __init__(self, *args: Any, scale: Scale, **kwargs: Any) -> None:
        """Propose the longest time that the scale allows."""
        super().__init__(*args, **kwargs)
        last = timezone.localdate() + timedelta(days=scale.longest_days)
        self.initial.setdefault("until", last)
        self.fields["until"].help_text = f"At the latest {last:%-d %B %Y}."


class ActionForm(forms.Form):
    """Something to be done."""

    text = forms.CharField(max_length=500, label="What is to be done")
    owner = forms.ModelChoiceField(Person.objects.none(), label="By whom")
    due_on = forms.DateField(required=False, label="By when", widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer everybody who has an account."""
        super().__init__(*args, **kwargs)
        cast("ModelChoice", self.fields["owner"]).queryset = Person.objects.filter(is_active=True).order_by("name")

    def values(self) -> dict[str, Any]:
        """Return what was typed as the service takes it."""
        values = self.cleaned_data
        return {"text": values["text"], "owner_id": values["owner"].pk, "due_on": values["due_on"]}


class IncidentForm(forms.Form):
    """Report what happened."""

    title = forms.CharField(max_length=200, label="What happened", help_text="In one line.")
    happened_on = forms.DateField(label="On", widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))
    what = _text("In full", "What was seen, where, and how it came to light.", 5, required=True)
    harm = _text("Harm", "What it did, and to whom.")
    impact = forms.TypedChoiceField(coerce=int, label="How grave it was")
    version = forms.ModelChoiceField(Release.objects.none(), required=False, label="Version in use", empty_label="Not known")
    risks = forms.ModelMultipleChoiceField(
        Risk.objects.none(), required=False, label="Risks that came true", widget=forms.CheckboxSelectMultiple
    )
    suspend = forms.ModelChoiceField(
        Release.objects.none(),
        required=False,
        label="Suspend a promotion",
        empty_label="Suspend nothing",
        help_text="The gate closes at once; a reviewer who wrote nothing of it opens it again.",
    )

    def __init__(self, *args: Any, asset: Asset, scale: Scale, **kwargs: Any) -> None:
        """Offer the versions, risks and live promotions of the model."""
        super().__init__(*args, **kwargs)
        steps = [(number, f"{number} {word}") for number, word in enumerate(scale.impact, start=1)]
        cast("forms.ChoiceField", self.fields["impact"]).choices = steps
        cast("ModelChoice", self.fields["version"]).queryset = asset.versions.select_related("asset").newest_first()
        cast("ModelChoice", self.fields["risks"]).queryset = asset.risks.order_by("pk")
        live = Release.objects.live().filter(version__asset=asset, state="promoted").select_related("version__asset")
        cast("ModelChoice", self.fields["suspend"]).queryset = live

    def values(self) -> dict[str, Any]:
        """Return what was typed as the service takes it."""
        values = self.cleaned_data
        return {
            **{name: values[name] for name in ("title", "happened_on", "what", "harm", "impact")},
            "version_id": values["version"].pk if values["version"] else None,
            "risk_ids": [risk.pk for risk in values["risks"]],
            "suspend_release_id": values["suspend"].pk if values["suspend"] else None,
        }


class ScaleForm(forms.Form):
    """The words of the matrix, the appetite and the role."""

    likelihood = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), help_text="Five words, one a line, the least first.")
    impact = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), help_text="Five words, one a line, the least first.")
    appetite = forms.IntegerField(min_value=1, max_value=25, help_text="The largest score, 1 to 25, that a team bears by itself.")
    role = forms.ChoiceField(
        choices=[(name, f"{role_title(name)} reviewer".capitalize() if name != "ml" else "ML reviewer") for name in REVIEWER_ROLES],
        label="Who accepts what lies above",
    )
    longest_days = forms.IntegerField(min_value=1, max_value=3650, label="An acceptance holds for at most, days")

    def scale(self) -> Scale:
        """Return the scale that was typed.

        Raises:
            DomainError: there are not five different words.
        """
        values = self.cleaned_data
        return Scale(
            likelihood=_lines(values["likelihood"]),
            impact=_lines(values["impact"]),
            appetite=values["appetite"],
            role=values["role"],
            longest_days=values["longest_days"],
        )


def initial_of_scale(scale: Scale) -> dict[str, Any]:
    """Return the scale as the form shows it."""
    words = {"likelihood": "\n".join(scale.likelihood), "impact": "\n".join(scale.impact)}
    return {**words, "appetite": scale.appetite, "role": scale.role, "longest_days": scale.longest_days}


class CsvForm(forms.Form):
    """A register as CSV."""

    file = forms.FileField(label="CSV file", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
