"""The form of a bias audit's summary: which attributes, which rate, and the words that the rule asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils import timezone

from governance.reports.ll144 import SCORING, SELECTION, Choices

SEX: Final = re.compile(r"sex|gender", re.IGNORECASE)
RACE: Final = re.compile(r"race|ethnic", re.IGNORECASE)
UNKNOWN: Final = re.compile(
    r"unknown|not (reported|disclosed|stated|provided|applicable)|undisclosed|prefer not|declined|missing|^n/?a$", re.IGNORECASE
)
MOST_GROUPS: Final = 30
NONE: Final = ("", "Not measured")
# The choices are the page's address, which must stay short enough for every proxy.
LONGEST: Final = 1000
LONGEST_REASON: Final = 400
REASON: Final = "The category has under 2 % of the records, so that its ratio would rest on too few people."


class SummaryForm(forms.Form):
    """What the summary compares, and what only a person can say."""

    sex = forms.ChoiceField(required=False, label="Attribute that holds the sex")
    race = forms.ChoiceField(required=False, label="Attribute that holds race and ethnicity")
    rate = forms.ChoiceField(
        label="What the tool does",
        help_text="A tool that picks or classifies has selection rates; a tool that gives a score has scoring rates.",
    )
    exclude = forms.ChoiceField(
        label="Categories under 2 % of the records",
        choices=[("yes", "Leave them out of the ratios"), ("no", "Compare them too")],
        help_text="The rule lets the auditor choose. Their counts and rates are shown either way.",
    )
    unknown = forms.MultipleChoiceField(
        required=False,
        label="Groups that mean “unknown”",
        widget=forms.CheckboxSelectMultiple,
        help_text="Such as “not reported”. Their people are counted as unknown and are in no rate.",
    )
    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        label="Why they are left out",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    audited_on = forms.DateField(label="Date of the audit", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    distributed_on = forms.DateField(
        required=False,
        label="Used from (distribution date)",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    source = forms.CharField(
        required=False,
        max_length=LONGEST,
        label="Source and explanation of the data",
        help_text="Whose data, from when, and why they are fit for this audit; say so when they are test data.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, groups: Mapping[str, Sequence[str]], *args: Any, has_scores: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [NONE, *((name, name) for name in groups)]
        self._offer("unknown", [(name, name) for name in sorted({name for own in groups.values() for name in own[:MOST_GROUPS]})])
        self._offer("sex", choices)
        self._offer("race", choices)
        self._offer("rate", [(SELECTION, "Selects people"), *([(SCORING, "Scores people")] if has_scores else [])])

    def clean(self) -> dict[str, Any]:
        """Refuse one attribute in both places."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("sex") and cleaned.get("sex") == cleaned.get("race"):
            self.add_error("race", "This attribute was chosen for the sex already. Choose another.")
        return cleaned

    def chosen(self) -> Choices:
        """Return what was chosen; the form is valid."""
        found = self.cleaned_data
        return Choices(
            sex=found["sex"],
            race=found["race"],
            rate=found["rate"],
            audited_on=found["audited_on"].isoformat(),
            distributed_on=found["distributed_on"].isoformat() if found["distributed_on"] else "",
            source=found["source"],
            exclude=found["exclude"] == "yes",
            reason=found["reason"],
            unknown=tuple(sorted(found["unknown"])),
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


def guesses(groups: Mapping[str, Sequence[str]], *, audited_on: str = "") -> dict[str, Any]:
    """Return what the form shows at first: attributes by their names, the usual choices, and today."""
    sex = next((name for name in groups if SEX.search(name)), "")
    race = next((name for name in groups if RACE.search(name) and name != sex), "")
    return {
        "sex": sex,
        "race": race,
        "rate": SELECTION,
        "exclude": "yes",
        "reason": REASON,
        "unknown": [name for attribute in (sex, race) for name in groups.get(attribute, ())[:MOST_GROUPS] if UNKNOWN.search(name)],
        "audited_on": audited_on or timezone.now().date().isoformat(),
        "distributed_on": "",
        "source": "",
    }
