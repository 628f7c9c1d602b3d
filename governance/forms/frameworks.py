"""Forms of frameworks: uploading one, and adding a question to one of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from registry.catalog.crosswalk import Kind
from registry.catalog.frameworkshape import KEY
from registry.catalog.schema import Framework
from registry.exchange.framework_text import MOST_LETTERS

LONGEST: Final = 2_000


class FrameworkUploadForm(forms.Form):
    """A framework as a file, or as text."""

    file = forms.FileField(
        required=False, allow_empty_file=True, help_text="YAML of up to 500,000 characters, or an OSCAL 1.1 catalog in JSON of up to 5 MB."
    )
    text = forms.CharField(
        required=False,
        max_length=MOST_LETTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "policy-text", "spellcheck": "false", "wrap": "off"}),
        label="Or as text",
    )
    key = forms.CharField(
        required=False,
        max_length=60,
        help_text="The word for it in addresses and policies, such as our_rules. Empty: the one in the file, or made from the title.",
    )

    def clean_key(self) -> str:
        """Refuse a key that no address can hold."""
        key: str = self.cleaned_data["key"].strip()
        if key and not KEY.fullmatch(key):
            raise forms.ValidationError("Small letters, digits and _, beginning with a letter, 3 to 60 of them.")
        return key

    def clean(self) -> dict[str, Any]:
        """Read the file as text; it goes before what was typed."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file is not None:
            if file.size > MOST_LETTERS:
                self.add_error("file", "The file is larger than 5 MB.")
                return cleaned
            try:
                cleaned["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "The file is not UTF-8 text.")
        if not cleaned.get("text", "").strip() and not self.errors:
            self.add_error("file", "Choose a file, or paste its text below.")
        return cleaned


class QuestionForm(forms.Form):
    """A question of the organisation's own."""

    place = forms.ChoiceField(label="Where it stands")
    title = forms.CharField(max_length=200)
    question = forms.CharField(
        max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}), help_text="One that is answered with yes or no."
    )
    outcome = forms.CharField(
        max_length=LONGEST,
        label="What should be so",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The state in which the answer is yes.",
    )
    evidence = forms.CharField(
        required=False,
        max_length=LONGEST,
        label="Evidence that would help",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line.",
    )
    links = forms.CharField(
        required=False,
        max_length=LONGEST,
        label="Counterparts in other frameworks",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="One a line: the key of the framework, what the counterpart is to your question (equal, broader, narrower or related), "
        "and its id, such as oecd_ai_principles equal 1.4.a.",
    )

    def __init__(self, content: Mapping[str, Any], asked: Mapping[str, Framework], data: Any = None) -> None:
        super().__init__(data)
        self._known = {key: {item.id for item in one.items} for key, one in asked.items() if key != content["key"]}
        self.fields["place"] = forms.ChoiceField(
            label="Where it stands",
            choices=[
                (f"{number}-{place}", f"{group['title']}: {category['id']} {category['title']}"[:120])
                for number, group in enumerate(content["groups"])
                for place, category in enumerate(group["categories"])
            ],
        )

    def clean_links(self) -> dict[str, dict[str, list[str]]]:
        """Return the counterparts by framework and by what they are; each must be there."""
        found: dict[str, dict[str, list[str]]] = {}
        for line in filter(str.strip, self.cleaned_data["links"].splitlines()):
            key, kind, item = (*line.split(maxsplit=2), "", "", "")[:3]
            item = item.strip()
            if key not in self._known:
                message = f"“{line.strip()}”: begin with the key of another framework: {', '.join(sorted(self._known))}."
                raise forms.ValidationError(message)
            if kind not in set(Kind):
                message = f"“{line.strip()}”: after the key, write {', '.join(Kind)}."
                raise forms.ValidationError(message)
            if item not in self._known[key]:
                message = f"“{line.strip()}”: {key} has no item “{item}”. Ids are written as on its page."
                raise forms.ValidationError(message)
            found.setdefault(key, {}).setdefault(kind, []).append(item)
        return found

    def words(self) -> dict[str, Any]:
        """Return group, category and the question as the content keeps it."""
        found = self.cleaned_data
        group, _, category = found["place"].partition("-")
        evidence = [line.strip() for line in found["evidence"].splitlines() if line.strip()]
        question = {key: found[key] for key in ("title", "question", "outcome")}
        more = {"evidence": evidence, "crosswalk": found["links"]}
        return {
            "group": int(group),
            "category": int(category),
            "question": {**question, **{key: value for key, value in more.items() if value}},
        }
