"""What a dossier shows, read from its pages before they are printed: kinds, languages, risks, the plain summary."""

from __future__ import annotations

import itertools
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from governance.reports import pages, risks
from governance.reports.choices import LANGUAGES, Choices, Kind
from governance.reports.dossier import content_digest
from governance.reports.house import House
from governance.services import dossiers, emergencies, enclosures
from governance.workflow import Step
from registry.catalog.readings import ANNEX_IV, reading
from registry.models import Document
from registry.services import documents
from tests import factories

pytestmark = pytest.mark.django_db

RISKS = [
    {
        "id": "1",
        "title": "Applicants over 60 are refused more often",
        "inherent": [4, 4],
        "residual": [3, 4],
        "treatment": "reduce",
        "state": "open",
        "accepted_until": "2027-03-01",
        "above_appetite": True,
    },
    {
        "id": "2",
        "title": "The score drifts with interest rates",
        "inherent": [3, 3],
        "residual": None,
        "treatment": "accept",
        "state": "open",
        "accepted_until": None,
        "above_appetite": False,
    },
]
SCALE = {"likelihood": ["Rare", "Unlikely", "Possible", "Likely", "Almost certain"], "impact": ["a", "b", "c", "d", "Ruinous"]}
LOUD = {
    "en": "Promoted in an emergency",
    "de": "Im Notfall in Kraft gesetzt",
    "fr": "Promu en urgence",
    "da": "Sat i kraft i et nødstilfælde",
}
HEADING = re.compile(r"<h([1-6])\b")


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def release(owner):
    return factories.release(owner, factories.filled_version(owner, tier="limited"))


def printed(release, content: dict[str, Any] | None = None, **choices: Any) -> str:
    found = dossiers._for_report(release.pk)
    found.snapshot.content.update(content or {})
    for part in [part for part, value in (content or {}).items() if value is None]:  # as before there was such a part
        del found.snapshot.content[part]
    source = dossiers._source(found, timezone.now(), Choices.from_json(choices))
    with translation.override(source.choices.language):
        return render_to_string(dossiers.TEMPLATE, pages.context_of(source))


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("kind", list(Kind))
def test_headings_are_in_order_in_each_kind_and_language(release, kind, language):
    levels = [int(level) for level in HEADING.findall(printed(release, {"risks": RISKS}, kind=kind, language=language))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_each_table_head_has_a_scope_and_each_contents_line_a_target(release, language):
    html = printed(release, {"risks": RISKS}, language=language)
    assert re.findall(r"<th\b(?![^>]*\bscope=)[^>]*>", html) == []
    assert f'<html lang="{language}">' in html
    named = set(re.findall(r'\bid="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= named
    assert len(named) == len(re.findall(r'\bid="([^"]+)"', html))


def test_a_card_is_the_card_and_how_to_verify_it(release):
    html = printed(release, kind="card")
    assert [title for title in re.findall(r'<h2 id="([^"]+)"', html) if title != "contents"] == ["card", "verify"]


def test_a_card_sends_nobody_to_a_chapter_that_it_does_not_have(release):
    card, whole = text_of(printed(release, kind="card")), text_of(printed(release))
    assert "How to verify this card" in card
    assert "this dossier" not in card
    assert "Artifacts and origin" not in card
    assert "Compare the SHA-256 of the model file that runs with the digest under “Artifacts and origin”." in whole


def test_a_summary_leads_to_the_page_that_says_whether_it_holds(release):
    html = printed(release, kind="summary")
    assert re.search(r'Whether this file and the release hold today: <a href="http://[^"]+/v/[0-9a-f]{16}">', html)


def test_a_short_answer_above_a_long_table_of_what_was_measured_may_break(release):
    """Or it would move to the next page as a whole, and half a page would stay empty."""
    rows = [{"label": f"Gap {number}", "value": "0.1", "note": "Fail"} for number in range(10)]
    for kept, is_whole in ((rows, False), (rows[:2], True)):
        live = {"unitary_results": {"title": "Measured", "rows": kept}}
        field = next(part for part in re.split(r'(?=<div class="field[ "])', printed(release, {"live": live})) if "Gap 0" in part)
        assert field.startswith('<div class="field is-short') is is_whole


def test_a_summary_has_no_cover_and_no_contents(release):
    assert re.findall(r'<h2 id="([^"]+)"', printed(release, kind="summary")) == ["summary"]


@pytest.mark.parametrize(("language", "word"), [("en", "DRAFT"), ("de", "ENTWURF"), ("fr", "PROJET"), ("da", "UDKAST")])
@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_hands_the_mark_of_a_draft_to_the_running_foot(release, kind, language, word):
    assert re.search(rf'class="mark run-(long-)?mark">{word}<', printed(release, kind=kind, language=language))


def test_the_frame_speaks_the_language_and_the_answers_stay(release):
    text = text_of(printed(release, language="de"))
    assert "Wofür es nicht verwendet werden darf" in text
    assert "Something about overview." in text
    assert "What it must not be used for" not in text


def test_every_requirement_and_metric_is_named_in_the_language_and_reasons_stay_quoted(owner):
    release = factories.release(owner, factories.ready_version(owner, tier="high", rows=1200), "production")
    html = printed(release, language="de")
    titles = [one.title for one in dossiers.source_of(release.pk, Choices()).requirements]
    assert len(titles) > 12
    assert [title for title in titles if f">{title}<" in html] == []
    assert "Demografische Parität, Verhältnis" in html
    measured = html.split('<h2 id="evaluations"')[1].split('<h2 id="decisions"')[0]
    assert "Demographic parity ratio" not in re.sub(r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>', "", measured)
    assert '<td lang="en">' in html.split('<h2 id="requirements"')[1]


def test_english_of_the_catalog_is_marked_as_such_in_another_language(release):
    html = printed(release, language="fr")
    assert '<h4 class="field-title" id="card-field-overview" lang="en">' in html
    assert 'lang="en"' not in printed(release).replace('<html lang="en">', "")


def test_under_the_name_of_an_organisation_there_is_no_mark_of_ours():
    ours = render_to_string("print/house.html", {"house": House()})
    theirs = render_to_string("print/house.html", {"house": House(name="Nordbank A/S")})
    assert "cover-mark" in ours
    assert "Assay" in ours
    assert "cover-mark" not in theirs
    assert "Nordbank A/S" in theirs


class TestRisks:
    def test_an_old_snapshot_has_no_register(self, release):
        html = printed(release, {"risks": None})
        assert 'id="risks"' not in html
        assert "Risk register" not in html

    def test_the_matrix_and_the_rows_the_gravest_first(self, release):
        html = printed(release, {"risks": RISKS})
        text = text_of(html)
        assert "2 risks are in the register." in text
        assert "1 lies above what the organisation accepts." in text
        assert text.index("Applicants over 60 are refused more often") < text.rindex("The score drifts with interest rates")
        assert "3 × 4 = 12" in text
        assert "1 March 2027" in text

    def test_a_risk_that_nobody_rated_again_counts_as_before(self):
        register = risks.register_of({"risks": RISKS})
        assert register is not None
        assert register.risks[1].residual.split() == ["3", "×", "3", "=", "9"]

    def test_an_empty_register_says_so(self, release):
        assert "The register was kept and held no risk" in text_of(printed(release, {"risks": []}))


class TestScale:
    def test_the_matrix_has_the_words_of_the_frozen_scale(self, release):
        text = text_of(printed(release, {"risks": RISKS, "risk_scale": SCALE}))
        assert "Almost certain 5" in text
        assert "5 Ruinous" in text

    def test_our_own_words_are_translated_and_those_of_the_organisation_stay(self, release):
        text = text_of(printed(release, {"risks": RISKS, "risk_scale": SCALE}, language="de"))
        assert "Fast sicher 5" in text
        assert "5 Ruinous" in text

    def test_a_snapshot_from_before_there_was_a_scale_has_numbers(self):
        register = risks.register_of({"risks": RISKS})
        assert register is not None
        assert [step.word for step in register.steps] == [""] * 5


class TestEmergency:
    @pytest.fixture
    def skipped(self, owner):
        return factories.emergency_of(owner)

    @pytest.mark.parametrize("language", list(LANGUAGES))
    @pytest.mark.parametrize("kind", list(Kind))
    def test_each_kind_says_it_loudly_in_each_language(self, skipped, kind, language):
        html = printed(skipped, kind=kind, language=language)
        first_page = html.split('id="contents"')[0]
        assert f'<p class="alarm-title">{LOUD[language]}</p>' in first_page
        assert re.search(r'class="mark run-(long-)?mark">(EMERGENCY|NOTFALL|URGENCE|NØDFALD)<', first_page)
        assert "It cannot wait." in first_page

    def test_the_decisions_tell_both_people_what_was_skipped_and_what_is_owed(self, skipped):
        made = skipped.emergencies.get()
        text = text_of(printed(skipped).split('<h2 id="decisions"')[1])
        for words in (made.asked_by.name, made.decided_by.name, "It cannot wait.", "I called the team.", "Approved by ML review"):
            assert words in text
        assert f"Owed It is owed by {made.review_due:%-d %B %Y, %H:%M} UTC." in text

    def test_an_overdue_review_changes_what_the_dossier_says(self, skipped, monkeypatch):
        before = dossiers.source_of(skipped.pk, Choices())
        later = skipped.emergencies.get().review_due + timedelta(days=1)
        monkeypatch.setattr(timezone, "now", lambda: later)
        assert "and is not done." in text_of(printed(skipped, kind="summary"))
        assert content_digest(dossiers.source_of(skipped.pk, Choices())) != content_digest(before)

    def test_a_review_that_is_done_is_told_and_the_mark_goes(self, owner, skipped):
        reviewer = factories.reviewer("ml")
        made = skipped.emergencies.get()
        emergencies.review_afterwards(actor=reviewer, emergency_id=made.pk, role="ml", step=Step.APPROVE, comment="All is well.")
        html = printed(skipped)
        assert "run-mark" not in html
        assert LOUD["en"] in html.split('id="contents"')[0]
        text = text_of(html.split('<h2 id="decisions"')[1])
        assert "All is well." in text
        assert "Done It was owed by" in text

    def test_a_refused_request_is_told_among_the_decisions_alone(self, owner):
        release = factories.emergency_of(owner, "asked")
        asked = release.emergencies.get()
        emergencies.refuse_emergency(actor=factories.reviewer("ml"), emergency_id=asked.pk, comment="It can wait.")
        html = printed(release)
        assert "alarm" not in html
        assert "It can wait." in text_of(html.split('<h2 id="decisions"')[1])

    def test_its_steps_are_in_the_proof_from_the_journal(self, skipped):
        files = {one.name: one.text for one in enclosures.enclosed(skipped, Choices())}
        actions = [json.loads(one["entry"])["action"] for one in json.loads(files[enclosures.JOURNAL])["entries"]]
        assert "emergency.ask" in actions
        assert "emergency.answer" in actions


class TestSummary:
    def test_it_says_what_the_card_says(self, release):
        text = text_of(printed(release, kind="summary"))
        assert "Something about overview." in text
        assert "Nothing was measured." in text
        assert "Nobody has decided yet." in text
        assert "No requirement was waived." in text

    def test_where_nothing_is_said_it_says_so_and_invents_nothing(self, owner):
        empty = factories.release(owner, factories.version(owner))
        text = text_of(printed(empty, kind="summary"))
        assert text.count("The card does not say.") == 3
        assert "The card does not say, and the risk register holds none." in text

    def test_requirements_that_are_not_met_are_named(self, owner):
        release = factories.release(owner, factories.version(owner, tier="high"))
        text = text_of(printed(release, kind="summary"))
        assert "Not met: " in text
        assert "Model card complete" in text

    def test_the_gravest_risks_of_the_register_come_before_the_words_of_the_card(self, release):
        text = text_of(printed(release, {"risks": RISKS}, kind="summary"))
        assert "Applicants over 60 are refused more often" in text


def test_the_points_of_the_annex_are_those_of_the_catalog(release):
    html = printed(release).split('id="annex-iv"')[1]
    for point in reading(ANNEX_IV).points:
        assert f'<td class="nowrap">{point.id}</td><th scope="row">{point.title}</th>' in html
    assert '<th scope="row">Das System im Allgemeinen</th>' in printed(release, language="de")


def test_the_annex_is_answered_where_the_card_is(owner, release):
    html = printed(release)
    assert '<a class="page-of" href="#card-field-overview"' in html
    empty = factories.release(owner, factories.version(owner))
    assert text_of(printed(empty)).count("Not answered in this dossier.") > 15


def test_what_a_reviewer_consented_to_is_printed(owner, release):
    factories.decide(factories.reviewer(), release)
    consent = release.decisions.get().consent
    text = text_of(printed(release))
    assert consent
    assert "The text that this person put their name to:" in text
    assert consent.split("\n")[0] in text


def test_a_date_of_the_card_is_written_in_the_language(owner):
    version = factories.version(owner)
    document = Document.objects.get(version=version)
    documents.save_fields(actor=owner, document_id=document.pk, values={"model_date": "2026-03-05"}, based_on=document.revision)
    made = factories.release(owner, version)
    assert "5. marts 2026" in printed(made, language="da")
