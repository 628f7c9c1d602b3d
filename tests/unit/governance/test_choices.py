"""What is chosen about a PDF: read leniently, written whole, and named in the file only where it is not usual."""

from __future__ import annotations

import pytest

from governance.reports.choices import LANGUAGES, USUAL, Choices, Kind, Paper

EVERY = [Choices(kind, paper, language) for kind in Kind for paper in Paper for language in LANGUAGES]


@pytest.mark.parametrize("choices", EVERY)
def test_choices_come_back_from_json(choices):
    assert Choices.from_json(choices.to_json()) == choices


@pytest.mark.parametrize("body", [{}, {"kind": "poster", "paper": "a0", "language": "tlh"}, {"kind": ["card"], "paper": None}])
def test_what_is_missing_or_unknown_is_the_usual(body):
    assert Choices.from_json(body) == USUAL


def test_a_name_says_only_what_is_not_usual():
    assert USUAL.suffixes == ()
    assert Choices(Kind.CARD, Paper.LETTER, "de").suffixes == ("card", "letter", "de")
