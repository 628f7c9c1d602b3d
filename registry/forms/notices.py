"""The forms of the pages of notices."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from registry.models import Channel
from registry.services.notices import TITLES, NoticeKind

LARGEST: Final = 2**63 - 1


class UpToForm(forms.Form):
    """The newest notice that a page could show."""

    up_to = forms.IntegerField(min_value=0, max_value=LARGEST)


class ChoicesForm(forms.Form):
    """One way for each kind of notice."""

    def __init__(self, data: Any, *, chosen: dict[NoticeKind, Channel]) -> None:
        super().__init__(data)
        for kind, channel in chosen.items():
            self.fields[kind.value] = forms.ChoiceField(choices=Channel.choices, initial=channel.value, label=TITLES[kind])
