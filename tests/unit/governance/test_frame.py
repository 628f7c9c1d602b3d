"""The frame of what is printed: every word in every language, and dates and numbers as each language writes them."""

from __future__ import annotations

import gettext as plain_gettext
import re
from datetime import UTC, datetime
from fractions import Fraction

import polib
import pytest
from django.utils import translation

from governance.fairness.gaps import EVERY_METRIC
from governance.fairness.metrics import RATES
from governance.gate import CONFLICTS
from governance.reports import checklists, dossier, emergencies, extras, frame, guidance, measurements, scores, words
from governance.reports.asked import asked
from governance.reports.choices import LANGUAGES
from governance.risk import Scale
from governance.workflow import WORDS
from registry.catalog.loader import templates
from registry.models.asset import Relation, Tier
from tests.frame_words import ROOT
from tests.frame_words import words as said_words

OTHERS = [language for language in LANGUAGES if language != "en"]
NAMED = re.compile(r"%\(\w+\)s")


def catalog(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


def test_the_frame_has_words_to_translate():
    assert len(said_words()) > 300


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_of_the_templates_and_modules_is_translated(language):
    known = {(entry.msgctxt or "", entry.msgid): entry for entry in catalog(language) if entry.translated() and not entry.fuzzy}
    missing = [word for word in said_words() if word[:2] not in known]
    assert missing == []
    one_form = [word for word in said_words() if word[2] and len(known[word[:2]].msgstr_plural) != 2]
    assert one_form == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_over_and_each_names_what_the_english_names(language):
    wanted = {word[:2] for word in said_words()}
    entries = list(catalog(language))
    assert [entry.msgid for entry in entries if (entry.msgctxt or "", entry.msgid) not in wanted] == []
    for entry in entries:
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            assert sorted(NAMED.findall(text)) == sorted(NAMED.findall(entry.msgid)), entry.msgid


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_words_are_those_of_the_source(language):
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as stream:
        compiled = plain_gettext.GNUTranslations(stream)
    for entry in catalog(language):
        if entry.msgid_plural:
            assert compiled.ngettext(entry.msgid, entry.msgid_plural, 2) == entry.msgstr_plural[1]
        elif entry.msgctxt:
            assert compiled.pgettext(entry.msgctxt, entry.msgid) == entry.msgstr
        else:
            assert compiled.gettext(entry.msgid) == entry.msgstr


def test_every_word_of_our_own_tables_is_named_for_translation():
    named = {word for name, group in vars(words).items() if name.isupper() for word in group}
    tables = {
        *(label for label, _ in WORDS.values()),
        *(label for label, _ in dossier.STEPS.values()),
        *filter(None, dossier.MARKS.values()),
        dossier.DRAFT,
        *(str(tier.label) for tier in Tier),
        *(str(relation.label) for relation in Relation),
        *(label for label, _ in checklists.LABELS.values()),
        *(label for label, _ in measurements.VERDICTS.values()),
        *(title for title, _ in RATES.values()),
        *extras.TESTS.values(),
        *extras.REASONS.values(),
        *(metric.title for metric in EVERY_METRIC.values()),
        *guidance.TITLES.values(),
        *(title for _, title, _ in scores.METRICS),
        *CONFLICTS.values(),
        *(label for label, _ in emergencies.STATES.values()),
        *(word for word, _ in dossier.TURNS.values()),
        dossier.SUPERSEDED[0],
        *Scale().likelihood,
        *Scale().impact,
        *(template.title for template in templates().values()),
        *(section.title for template in templates().values() for section in template.sections),
    }
    assert tables - named == set()


@pytest.mark.parametrize(
    ("language", "day", "number", "share"),
    [
        ("en", "3 November 2026", "1,234.50", "12.3%"),
        ("de", "3. November 2026", "1.234,50", "12,3\N{NO-BREAK SPACE}%"),
        ("fr", "3 novembre 2026", "1\N{NO-BREAK SPACE}234,50", "12,3\N{NO-BREAK SPACE}%"),
        ("da", "3. november 2026", "1.234,50", "12,3\N{NO-BREAK SPACE}%"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_writes_them(language, day, number, share):
    with translation.override(language):
        assert frame.day(datetime(2026, 11, 3, tzinfo=UTC)) == day
        assert frame.count(Fraction(2469, 2)) == number
        assert frame.share(Fraction(123, 1000)) == share
        assert frame.figures("n = 1,234.50") == f"n = {number}"
        assert frame.figures("12.3%") == share
        assert frame.figures("< 0.0001").endswith("0001")
        assert frame.figures("age_2 of v1.2.3") == "age_2 of v1.2.3"


@pytest.mark.parametrize(
    ("title", "german", "french"),
    [
        ("Approved by privacy review", "Zustimmung: Datenschutzprüfung", "Approbation : Revue vie privée"),
        ("NIST AI RMF answered", "NIST AI RMF beantwortet", "NIST AI RMF : réponses données"),
        ("Accuracy ratio at least 0.95", "Verhältnis der Genauigkeit mindestens 0,95", "Rapport d’exactitude d’au moins 0,95"),
        (
            "Equal opportunity difference at most 0.1",
            "Chancengleichheit, Differenz höchstens 0,1",
            "Égalité des chances, écart d’au plus 0,1",
        ),
        ("1 day in staging before", "Zuvor 1 Tag in Staging", "1 jour auparavant en Préproduction"),
        ("30 days in staging before", "Zuvor 30 Tage in Staging", "30 jours auparavant en Préproduction"),
        ("No comment that blocks", "Kein Kommentar, der im Weg steht", "Aucun commentaire bloquant"),
        ("A rule of tomorrow", "A rule of tomorrow", "A rule of tomorrow"),
    ],
)
def test_requirements_are_named_in_the_language_of_the_frame(title, german, french):
    with translation.override("de"):
        assert asked(title) == german
    with translation.override("fr"):
        assert asked(title) == french
    with translation.override("en"):
        assert asked(title) == title


def test_what_is_undefined_is_never_nought():
    with translation.override("de"):
        assert frame.share(None) == "nicht definiert"
