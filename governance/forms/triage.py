"""Forms of the triage, of another tier, and of the key dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from django import forms

from governance.triage import TAGS, Answers, KeyDate, Option, Question, Questionnaire
from registry.models import Asset, Tier

NONE: Final = "none"
NONE_OF_THESE: Final = (NONE, "None of these")


class TriageForm(forms.Form):
    """The questions; whoever means “none” says so, so that nothing is taken for answered that was passed over."""

    def __init__(self, *args: Any, asked: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for question in asked.questions:
            self.fields[question.id] = _several(question) if question.is_several else _one(question)

    def clean(self) -> dict[str, Any]:
        """Refuse “none” beside something."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for question in self.asked.questions:
            chosen = cleaned.get(question.id, [])
            if question.is_several and NONE in chosen and len(chosen) > 1:
                self.add_error(question.id, "Choose either “None of these” or what holds, not both.")
        return cleaned

    def answers(self) -> Answers:
        """Return what was chosen as the rules take it."""
        return {
            question.id: tuple(key for key in self.cleaned_data[question.id] if key != NONE)
            if question.is_several
            else (self.cleaned_data[question.id],)
            for question in self.asked.questions
        }

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The questions under their headings."""
        by_step = groupby(self.asked.questions, key=lambda question: question.step)
        return [{"title": step, "fields": [self[question.id] for question in questions]} for step, questions in by_step]


def initial_of(asked: Questionnaire, answers: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Return answers as the form shows them; what a question no longer offers is left out."""
    found: dict[str, Any] = {}
    for question in asked.questions:
        if question.id in answers:
            chosen = [key for key in answers[question.id] if key in {option.id for option in question.options}]
            found[question.id] = (chosen or [NONE]) if question.is_several else (chosen[0] if chosen else None)
    return found


class TierForm(forms.Form):
    """Propose another tier."""

    tier = forms.ChoiceField(label="Tier")
    reason = forms.CharField(
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Why is it another than the triage gives?",
        help_text="A second person reads it before it holds, and so do the reviewers of every release.",
    )

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        """Offer the tiers in which the model is not."""
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = [pair for pair in Tier.choices if pair[0] != asset.tier]  # type: ignore[attr-defined]


class TierAnswerForm(forms.Form):
    """Confirm or decline a tier; which one is told by the button."""

    comment = forms.CharField(
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="What does your answer rest on?",
        help_text="It is shown with your name and kept for good.",
    )


class KeyDateForm(forms.Form):
    """One date."""

    on = forms.DateField(label="Date", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    event = forms.CharField(max_length=300, label="What applies from then on", widget=forms.Textarea(attrs={"rows": 2}))
    note = forms.CharField(max_length=300, required=False, label="Note", widget=forms.Textarea(attrs={"rows": 2}))
    applies = forms.MultipleChoiceField(choices=list(TAGS.items()), label="For", widget=forms.CheckboxSelectMultiple)


KeyDateFormSet = forms.formset_factory(KeyDateForm, extra=2, can_delete=True, max_num=100)


def dates_of(forms_: Iterable[forms.Form]) -> list[KeyDate]:
    """Return the dates that were typed, those to be taken out left out."""
    given = [form.cleaned_data for form in forms_ if form.cleaned_data.get("on") and not form.cleaned_data.get("DELETE")]
    return [KeyDate(one["on"], one["event"].strip(), one["note"].strip(), tuple(one["applies"])) for one in given]


def _one(question: Question) -> forms.ChoiceField:
    choices = [(option.id, _label(option)) for option in question.options]
    return forms.ChoiceField(label=question.question, help_text=question.help, choices=choices, widget=forms.RadioSelect)


def _several(question: Question) -> forms.MultipleChoiceField:
    choices: list[Any] = [NONE_OF_THESE]
    for group, options in groupby(question.options, key=lambda option: option.group):
        pairs = [(option.id, _label(option)) for option in options]
        choices += [(group, pairs)] if group else pairs
    field = forms.MultipleChoiceField(
        label=question.question, help_text=question.help, choices=choices, widget=forms.CheckboxSelectMultiple
    )
    field.error_messages["required"] = "Choose what holds, or “None of these”."
    return field


def _label(option: Option) -> str:
    more = " ".join(filter(None, (option.help, f"({option.article})" if option.article else "")))
    return f"{option.title}. {more}" if more else option.title
