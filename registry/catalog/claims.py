"""Numbers of a document that are not typed but taken from an evaluation; pure.

Such a claim stands in the text as a token: ``{{finding 12 dp_difference sex}}``
for a gap (the evaluation, the metric, the attribute), ``{{rate 12 accuracy sex
female}}`` for a group's own rate, and ``{{rate 12 accuracy}}`` for that of all
records. Odd letters of attribute and group are written in percent. A token is
plain text to every other part (Markdown, formats of others, word differences),
so that it survives saving, export and import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote

TOKEN: Final = re.compile(
    r"\{\{(?P<kind>finding|rate) (?P<evaluation>[1-9][0-9]{0,17}) (?P<metric>[a-z0-9_]{1,60})"
    r"(?: (?P<attribute>[^\s{}]{1,4000})(?: (?P<group>[^\s{}]{1,4000}))?)?\}\}",
    re.ASCII,
)


@dataclass(frozen=True, order=True)
class Claim:
    """A number that an evaluation says: a gap, or a rate.

    Attributes:
        attribute: empty for the rate of all records.
        group: of whom it is the rate; empty for a gap and for all records.
    """

    evaluation: int
    metric: str
    attribute: str
    group: str = ""

    @property
    def is_rate(self) -> bool:
        """Whether it is a rate and no gap."""
        return bool(self.group) or not self.attribute

    @property
    def token(self) -> str:
        """How it stands in a text."""
        words = ["rate" if self.is_rate else "finding", str(self.evaluation), self.metric]
        words += [quote(part, safe="") for part in (self.attribute, self.group) if part]
        return f"{{{{{' '.join(words)}}}}}"


def claims_in(value: Any) -> tuple[Claim, ...]:
    """Return the claims of a field's value, each once, in order."""
    found = (_claim(one) for text in _texts(value) for one in TOKEN.finditer(text))
    return tuple(dict.fromkeys(claim for claim in found if claim))


def claims_of(content: Mapping[str, Any]) -> dict[str, tuple[Claim, ...]]:
    """Return the claims of each field that makes any, by field id."""
    return {key: found for key, value in content.items() if (found := claims_in(value))}


def with_words(value: Any, words: Mapping[Claim, str]) -> Any:
    """Return a field's value with its tokens replaced; a claim without words stays a token."""
    if isinstance(value, str):
        return TOKEN.sub(lambda one: words.get(claim, one[0]) if (claim := _claim(one)) else one[0], value)
    if isinstance(value, list):
        return [with_words(entry, words) for entry in value]
    if isinstance(value, Mapping):
        return {key: with_words(entry, words) for key, entry in value.items()}
    return value


def _claim(one: re.Match[str]) -> Claim | None:
    """Return the claim of a token; a finding has an attribute and no group, a rate both or none."""
    attribute, group = (unquote(one[name] or "") for name in ("attribute", "group"))
    is_whole = bool(attribute) == bool(group) if one["kind"] == "rate" else bool(attribute) and not group
    return Claim(int(one["evaluation"]), one["metric"], attribute, group) if is_whole else None


def readable(
    before: Mapping[str, Any], after: Mapping[str, Any], words_before: Mapping[Claim, str], words_after: Mapping[Claim, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two contents to be compared, with numbers in place of their claims.

    A field stays as it was typed where numbers would hide its change or make
    one up: when both sides then read the same, or were typed the same.
    """
    sides = {**before}, {**after}
    for key in {*before, *after}:
        typed = before.get(key), after.get(key)
        read = with_words(typed[0], words_before), with_words(typed[1], words_after)
        if typed[0] == typed[1] or read[0] == read[1]:
            continue
        for side, value in zip(sides, read, strict=True):
            if key in side:
                side[key] = value
    return sides


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
