"""What the engine said is told in the language of the frame: every sentence that it makes is known, and what it names stays."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.template import Context, Template
from django.utils import translation

from governance.fairness import verdicts, witness
from governance.fairness.gaps import Gap
from governance.fairness.likeness import notes_on
from governance.fairness.simpson import Reversal
from governance.fairness.verdicts import Verdict
from governance.reports.choices import LANGUAGES
from governance.reports.measurements import PrintedGap
from governance.reports.noted import measured, noted

OTHERS = [language for language in LANGUAGES if language != "en"]
HALF, WIDE = Fraction(1, 2), (Fraction(3, 10), Fraction(7, 10))
LIMITS = (
    "The smallest group of sex is “other” with 1,234 records; gaps rest on it too.",
    "12.5% of the counted records have no known sex and are in no group.",
    "Scores run from -1.5 to 3, so they are no probabilities: calibration, Brier score and logarithmic loss are undefined.",
    "AUC is computed in 65,536 bins; it is off by at most 1.5e-05.",
    "AUC is exact, by ranks.",
    "AUC was computed in bins of the score; it lies within 1.5e-05 of the exact value.",
    "1,200 counted rows have no score; score metrics leave them out.",
    "postcode has too many groups for score metrics.",
    "From the datasheets of the linked datasets",
    "Measured in “Held-out half”",
    "Measured in “Held-out half”: the worst 10 of 60 gaps",
    "29 of 29 essential fields filled",
    "The datasheet says nothing of it yet.",
)


def told(*, value: Fraction | None = HALF, small=(), incomplete=(), interval=WIDE, threshold: Fraction | None = None) -> str:
    """What the engine says of a gap beside its numbers."""
    found = Gap(value=value, best="male", worst="female", incomplete=incomplete)
    verdict = Verdict.NOT_JUDGED if threshold is None else Verdict.INCONCLUSIVE
    sentence = verdicts._Told("Accuracy ratio by sex", found, small, interval, threshold, 3000.0).sentence(verdict)
    label = "Not judged" if threshold is None else "Inconclusive"
    return PrintedGap("", "", "", "", "", "", label, "", sentence, "", "").more


def of_gaps() -> list[str]:
    return [
        told(),
        told(small=("25 or under", "over 70")),
        told(incomplete=("other",)),
        told(interval=(None, None)),
        told(value=None, incomplete=("other",)),
        told(value=None),
        told(threshold=HALF),
        told(threshold=Fraction(6, 10)),
    ]


def of_the_data() -> list[str]:
    reversal = Reversal("sex", "department", "men", "women", ("A", "B"), ("A",)).sentence
    sampled = f"Both sides looked at a random sample of 100,000 rows. {witness.UNDEFINED}"
    crowded = f"{witness.UNDEFINED} age has more than 1,000 groups, so Fairlearn was not asked about it."
    return [*notes_on("sex", ["Female", "female ", "n/a"]), reversal, witness.UNDEFINED, sampled, crowded]


SENTENCES = [*of_gaps(), *of_the_data(), *LIMITS]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_of_the_engine_is_known(language, sentence):
    assert sentence
    with translation.override(language):
        found = noted(sentence)
    assert found
    assert found != sentence
    assert "%(" not in found


@pytest.mark.parametrize("sentence", SENTENCES)
def test_in_english_it_stays_as_it_was_said(sentence):
    with translation.override("en"):
        assert noted(sentence) == sentence


def test_names_stay_and_numbers_are_written_as_the_language_writes_them():
    with translation.override("de"):
        assert noted(LIMITS[0]) == "Die kleinste Gruppe von sex ist „other“ mit 1.234 Datensätzen; auch auf ihr beruhen Abstände."
        assert noted(told(small=("25 or under", "over 70"))) == "25 or under, over 70 hat zu wenige Datensätze"
        assert noted("About 137,600 more records would settle it, if the value stays.").startswith("Etwa 137.600 weitere")


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("Accuracy ratio by sex × age_group", "Verhältnis der Genauigkeit nach sex × age_group"),
        ("not judged", "Nicht beurteilt"),
        ("0.157", "0,157"),
        ("Loan applications 2026-10", None),
        ("Purpose: To sort by age", None),
    ],
)
def test_rows_of_what_was_measured(text, german):
    with translation.override("de"):
        assert measured(text) == german


@pytest.mark.parametrize("text", ["A sentence of tomorrow.", f"{witness.UNDEFINED} A sentence of tomorrow.", "<b>x</b>"])
def test_what_is_not_known_stays_whole_and_is_marked_as_english(text):
    with translation.override("fr"):
        shown = Template("{% load frame %}{{ text|noted:quoted }}").render(Context({"text": text, "quoted": "en"}))
    assert shown.startswith('<span lang="en">')
    assert "<b>" not in shown
