"""The dossier: what its PDF says, when it is made again, and what it refuses to fetch."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from governance.models import Dossier, JobState, Release
from governance.reports import dossier as report
from governance.reports import pages, pdf, presses
from governance.reports.choices import Choices
from governance.services import dossiers, files, jobs, pdfs, promotions, releases
from governance.workflow import State, Step
from registry import audit
from registry.digest import sha256
from registry.errors import ConflictError, ForbiddenError
from registry.models import Version
from registry.policy import ANONYMOUS, SYSTEM, Action
from registry.services import documents
from tests import factories, papers

pytestmark = pytest.mark.django_db
MADE = pdfs.Made(b"%PDF", "ab" * 32, pdf.Rendered(b"%PDF", 1))
TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
SHEETS = sorted((TOKENS.parent / "dossier").glob("*.css"))


def made(actor, release) -> Dossier:
    """A finished dossier of a release."""
    asked = dossiers.request_dossier(actor=actor, release_id=release.pk)
    dossiers.carry_out(asked.pk)
    asked.refresh_from_db()
    return asked


def reader_of(dossier: Dossier) -> pypdf.PdfReader:
    assert dossier.state == JobState.DONE, dossier.error
    return pypdf.PdfReader(pdfs.path_of(dossier))


def pages_of(dossier: Dossier) -> list[str]:
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader_of(dossier).pages]


def titles(outline) -> list[str]:
    return [title for item in outline for title in (titles(item) if isinstance(item, list) else [item.title])]


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def promoted(owner):
    """A model of high risk that has gone the whole way to production."""
    release = factories.release(owner, factories.ready_version(owner, tier="high", rows=1200), "production")
    for role in ("ml", "privacy", "legal"):
        factories.decide(factories.reviewer(role), release, role)
    return promotions.promote(actor=owner, release_id=release.pk)


class TestWhatItSays:
    def test_a_promoted_release_is_told_from_cover_to_digest(self, owner, promoted):
        dossier = made(owner, promoted)
        text = " ".join(pages_of(dossier))
        digest = promoted.snapshot.digest
        assert digest[:32] in text
        assert digest[32:] in text
        assert "Something about overview." in text
        assert text.count("Approved") >= 6
        assert text.count("I looked.") == 3
        for decision in promoted.decisions.all():
            assert f"{decision.person.name} " in text
        assert "Demographic parity ratio" in text
        assert "Selection rate by sex" in text
        assert "“Held-out” rests on 1,200 records." in text
        assert "ab" * 32 in text
        assert "DRAFT" not in text
        assert f"Valid until {promoted.expires_at:%-d %B %Y}" in text

    def test_every_page_has_its_number_its_model_and_its_digest(self, owner):
        release = factories.release(owner)
        pages = pages_of(made(owner, release))
        name = f"{release.version.asset.name} {release.version.name}"
        for number, page in enumerate(pages, start=1):
            assert f"Page {number} of {len(pages)}" in page
        assert all(name in page and release.snapshot.digest[:12] in page for page in pages)

    def test_outline_and_contents_lead_to_each_chapter_and_to_each_section_of_the_card(self, owner):
        reader = reader_of(made(owner, factories.release(owner)))
        assert "2 Intended use" in titles(reader.outline)
        chapters = [item for item in reader.outline if not isinstance(item, list)]
        expected = ["Summary", "Model card", "Datasheets", "Checklists", "Risk register", "Evaluations"]
        assert [chapter.title for chapter in chapters][:6] == expected
        numbers = {str(reader.get_destination_page_number(chapter) + 1) for chapter in chapters}
        printed = re.findall(r"\b\d+\b", reader.pages[1].extract_text().split("Contents")[0])
        assert numbers <= set(printed)
        assert sorted(printed, key=int) == printed

    def test_an_open_release_says_draft_on_each_page(self, owner):
        pages = pages_of(made(owner, factories.release(owner)))
        assert all("DRAFT" in page for page in pages)
        assert "Not promoted" in pages[0]

    def test_a_revoked_release_says_so_on_each_page(self, owner, promoted):
        promotions.revoke(actor=owner, release_id=promoted.pk, reason="A fault.")
        pages = pages_of(made(owner, promoted))
        assert all("REVOKED" in page and "DRAFT" not in page for page in pages)

    def test_who_ended_a_promotion_when_and_why_stands_among_the_decisions(self, owner, promoted):
        promotions.revoke(actor=owner, release_id=promoted.pk, reason="The scores drift.")
        decisions = papers.text_of(pdfs.path_of(made(owner, promoted)).read_bytes()).split("Promoted to ")[-1]
        assert "The scores drift." in decisions

    def test_a_suspension_that_was_cleared_is_told_in_order_and_makes_the_same_bytes_again(self, owner, promoted):
        first = made(owner, promoted)
        promotions.suspend(actor=owner, release_id=promoted.pk, reason="The scores drift.")
        promotions.resume(actor=factories.reviewer("ml"), release_id=promoted.pk, reason="The feed was repaired.")
        assert not dossiers.is_current(first)
        second = made(owner, promoted)
        decisions = papers.text_of(pdfs.path_of(second).read_bytes()).split("Promoted to ")[-1]
        said = ["What became of the release since", "Suspended", owner.name, "The scores drift.", "Resumed", "The feed was repaired."]
        assert [word for word in said if word not in decisions] == []
        assert decisions.index("The scores drift.") < decisions.index("The feed was repaired.")
        assert "SUSPENDED" not in decisions
        source = dossiers.source_of(promoted.pk, Choices())
        assert report.content_digest(source) == second.content_digest
        html = render_to_string(dossiers.TEMPLATE, pages.context_of(source))
        assert f"Promoted to production by {owner.name} on" in html

    def test_a_suspension_that_holds_stands_in_the_box_and_those_before_it_in_the_table(self, owner, promoted):
        promotions.suspend(actor=owner, release_id=promoted.pk, reason="The scores drift.")
        context = pages.context_of(dossiers.source_of(promoted.pk, Choices()))
        assert (context["turns"], context["closing"].reason) == ((), "The scores drift.")
        promotions.resume(actor=factories.reviewer("ml"), release_id=promoted.pk, reason="The feed was repaired.")
        promotions.revoke(actor=owner, release_id=promoted.pk, reason="It was not.")
        context = pages.context_of(dossiers.source_of(promoted.pk, Choices()))
        assert [one.word for one in context["turns"]] == ["Suspended", "Resumed"]
        assert context["closing"].reason == "It was not."

    def test_a_release_whose_place_was_taken_names_the_one_that_took_it(self, owner):
        first = factories.promotion(owner, factories.ready_version(owner))
        version = factories.next_version(owner, first.version, "1.1.0")
        promotions.promote(actor=owner, release_id=factories.release(owner, version).pk)
        context = pages.context_of(dossiers.source_of(first.pk, Choices()))
        assert [(one.word, one.by) for one in context["turns"]] == [("Superseded", f"{version.asset.name} 1.1.0")]

    def test_what_is_not_answered_is_said_to_be_so(self, owner):
        text = " ".join(pages_of(made(owner, factories.release(owner))))
        assert text.count("Not answered.") > 20
        assert "Not answered, and not essential: Tags; Languages" in text
        assert "No evaluation was finished" in text
        assert "No dataset version is linked" in text
        assert "GOVERN 1.1" in text
        assert "0 of 72 items are answered" in text

    def test_a_no_comes_before_every_other_answer(self, owner):
        version = factories.version(owner)
        factories.answer_everything(owner, version)
        factories.assessments.answer_item(
            actor=owner,
            version_id=version.pk,
            framework_key="nist_ai_rmf",
            item_slug="manage-4-3",
            value="no",
            justification="Nobody is told of incidents yet.",
        )
        text = " ".join(pages_of(made(owner, factories.release(owner, version))))
        assert text.index("Nobody is told of incidents yet.") < text.index("Answers: Govern")

    def test_a_decision_about_an_earlier_snapshot_is_marked_stale(self, owner):
        version = factories.version(owner, tier="limited")
        release = factories.release(owner, version)
        factories.decide(factories.reviewer("ml"), release, step=Step.REQUEST_CHANGES)
        factories.fill_document(owner, version)
        releases.resubmit(actor=owner, release_id=release.pk)
        text = " ".join(pages_of(made(owner, release)))
        assert "This decision is about an earlier snapshot and no longer counts." in text

    def test_it_shows_the_snapshot_and_not_the_document_of_today(self, owner):
        version = factories.filled_version(owner)
        release = factories.release(owner, version)
        document = documents.Document.objects.get(version=version)
        documents.save_fields(actor=owner, document_id=document.pk, values={"overview": "Changed afterwards."}, based_on=document.revision)
        text = " ".join(pages_of(made(owner, release)))
        assert "Something about overview." in text
        assert "Changed afterwards." not in text

    def test_letters_of_other_scripts_are_there(self, owner):
        version = factories.version(owner)
        document = documents.Document.objects.get(version=version)
        words = "Ελληνικά, Кириллица, Łódź, naïve"
        documents.save_fields(actor=owner, document_id=document.pk, values={"overview": words}, based_on=document.revision)
        assert words in " ".join(pages_of(made(owner, factories.release(owner, version))))

    def test_it_has_language_title_and_tags(self, owner):
        reader = reader_of(made(owner, factories.release(owner)))
        catalog = reader.trailer["/Root"]
        assert catalog["/Lang"] == "en"
        assert catalog["/MarkInfo"]["/Marked"]
        assert reader.metadata.title.endswith(": Dossier of a release to staging")


class TestWhenItIsMade:
    def test_the_same_content_is_one_row_and_one_file(self, owner):
        release = factories.release(owner)
        first = made(owner, release)
        assert made(factories.reviewer(), release) == first
        assert Dossier.objects.count() == 1

    def test_a_decision_makes_a_new_one(self, owner):
        release = factories.release(owner, factories.version(owner, tier="limited"))
        first = made(owner, release)
        assert dossiers.is_current(first)
        factories.decide(factories.reviewer(), release)
        assert not dossiers.is_current(first)
        assert made(owner, release) != first

    def test_the_same_values_give_the_same_bytes(self, owner):
        release = dossiers._for_report(factories.release(owner).pk)
        source = dossiers._source(release, timezone.now())
        context = pages.context_of(source)
        html = render_to_string(dossiers.TEMPLATE, context)
        first = pdf.render_html(html, identifier="ab" * 32)
        time.sleep(1.1)
        second = pdf.render_html(html, identifier="ab" * 32)
        assert sha256(first.content) == sha256(second.content)

    def test_a_promoted_release_does_not_change_with_the_clock(self, owner, promoted):
        release = dossiers._for_report(promoted.pk)
        now = timezone.now()
        digests = {report.content_digest(dossiers._source(release, now + timedelta(days=days))) for days in (0, 400)}
        assert len(digests) == 1

    def test_a_release_that_changes_while_the_row_waits_is_shown_as_it_is_then(self, owner):
        release = factories.release(owner, factories.version(owner, tier="limited"))
        asked = dossiers.request_dossier(actor=owner, release_id=release.pk)
        factories.decide(factories.reviewer(), release)
        dossiers.carry_out(asked.pk)
        asked.refresh_from_db()
        assert "I looked." in " ".join(pages_of(asked))
        assert dossiers.is_current(asked)

    def test_a_row_that_waited_gives_way_to_one_that_shows_the_same(self, owner):
        release = factories.release(owner, factories.version(owner, tier="limited"))
        late = dossiers.request_dossier(actor=owner, release_id=release.pk)
        factories.decide(factories.reviewer(), release)
        made(owner, release)
        dossiers.carry_out(late.pk)
        late.refresh_from_db()
        assert late.state == JobState.FAILED
        assert late.error == dossiers.ANOTHER

    def test_a_failed_one_can_be_asked_for_again(self, owner, monkeypatch):
        release = factories.release(owner)
        with monkeypatch.context() as without_pango:
            without_pango.setattr(presses, "run", lambda *_, **__: presses.Outcome(frozenset({"pango"}), 1))
            failed = made(owner, release)
        assert failed.state == JobState.FAILED
        assert "libpango-1.0-0" in failed.error
        again = made(owner, release)
        assert again == failed
        assert again.state == JobState.DONE

    def test_a_lost_file_is_made_again(self, owner):
        release = factories.release(owner)
        dossier = made(owner, release)
        pdfs.path_of(dossier).unlink()
        with pytest.raises(ConflictError):
            pdfs.path_of(dossier)
        again = made(owner, release)
        assert again == dossier
        assert pdfs.path_of(again).exists()

    def test_a_changed_file_is_not_handed_out(self, owner):
        dossier = made(owner, factories.release(owner))
        with pdfs.path_of(dossier).open("ab") as stream:
            stream.write(b"%")
        with pytest.raises(ConflictError):
            pdfs.path_of(dossier)

    def test_a_second_worker_finds_nothing_to_do(self, owner):
        dossier = made(owner, factories.release(owner))
        dossiers.carry_out(dossier.pk)
        dossier.refresh_from_db()
        assert dossier.attempt == 1

    def test_a_worker_that_was_given_up_keeps_nothing(self, owner):
        asked = dossiers.request_dossier(actor=owner, release_id=factories.release(owner).pk)
        mine = jobs.claim(Dossier, asked.pk)
        Dossier.objects.filter(pk=asked.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
        assert jobs.claim(Dossier, asked.pk) is not None
        with pytest.raises(jobs.TakenOverError):
            dossiers.finish_dossier(actor=SYSTEM, dossier=mine, made=MADE)
        assert not files.is_intact("dossiers", sha256(b"%PDF"), suffix=pdfs.SUFFIX)

    def test_the_journal_names_the_file_by_its_digest(self, owner):
        release = factories.release(owner)
        dossier = made(owner, release)
        entry = audit.history(release.subject).filter(action=Action.DOSSIER_FINISH).get()
        assert audit.detail_of(entry)["sha256"] == dossier.sha256 == sha256(pdfs.path_of(dossier).read_bytes())
        assert audit.verify().broken is None

    def test_content_that_was_tampered_with_is_not_printed(self, owner):
        release = factories.release(owner)
        asked = dossiers.request_dossier(actor=owner, release_id=release.pk)
        type(release.snapshot).objects.update(text=release.snapshot.text.replace('"minimal"', '"limited"'))
        dossiers.carry_out(asked.pk)
        asked.refresh_from_db()
        assert asked.error == dossiers.TAMPERED


class TestWhoMay:
    def test_nobody_who_is_not_signed_in(self, owner):
        with pytest.raises(ForbiddenError):
            dossiers.request_dossier(actor=ANONYMOUS, release_id=factories.release(owner).pk)

    def test_nobody_who_does_not_see_the_release(self, owner):
        with pytest.raises(Release.DoesNotExist):
            dossiers.request_dossier(actor=factories.engineer(), release_id=factories.release(owner).pk)

    def test_no_person_finishes_a_job(self, owner):
        asked = dossiers.request_dossier(actor=owner, release_id=factories.release(owner).pk)
        mine = jobs.claim(Dossier, asked.pk)
        with pytest.raises(ForbiddenError):
            dossiers.finish_dossier(actor=owner, dossier=mine, made=MADE)


class TestWhatItFetches:
    @pytest.fixture
    def bait(self):
        with papers.bait() as set_out:
            yield set_out

    def test_text_that_people_typed_fetches_nothing(self, owner, bait, monkeypatch):
        root, asked = bait
        refused = spied(monkeypatch)
        version = factories.version(owner)
        document = documents.Document.objects.get(version=version)
        hostile = f'![x]({root}/a.png) <img src="{root}/b.png"> <link rel=attachment href="file:///etc/passwd"> <script>1</script>'
        documents.save_fields(
            actor=owner, document_id=document.pk, values={"overview": hostile, "primary_users": [hostile]}, based_on=document.revision
        )
        dossier = made(owner, factories.release(owner, version))
        assert asked == []
        assert refused == []
        assert "<script>1</script>" in " ".join(pages_of(dossier))

    def test_our_own_fonts_are_inside(self, owner):
        fonts = set()
        for page in reader_of(made(owner, factories.release(owner))).pages:
            fonts |= {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
        assert any("Inter" in font for font in fonts)


def test_weasyprint_is_not_imported_until_a_pdf_is_made():
    code = "import django, sys; django.setup(); import governance.views.dossiers; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("state", list(State))
def test_only_a_promoted_release_has_no_mark(state):
    assert bool(report.mark_of(state)) == (state is not State.PROMOTED)


def test_the_sheets_colours_are_the_tokens_light_values():
    light = set(re.findall(r"light-dark\((#[0-9a-f]{6})", TOKENS.read_text()))
    used = set(re.findall(r"#[0-9a-f]{6}", "".join(sheet.read_text() for sheet in SHEETS)))
    assert used
    assert used <= light


def test_the_name_of_the_file_tells_what_it_is(owner):
    dossier = made(owner, factories.release(owner))
    version: Version = dossier.release.version
    assert dossiers.download_name(dossier) == f"{version.asset.slug}_1.0.0_staging_{dossier.finished_at:%Y-%m-%d}.pdf"


def spied(monkeypatch) -> list[str]:
    """Addresses that a text asks for and does not get."""
    refused: list[str] = []
    plain = pdf.render

    def render(*arguments, **named):
        rendered = plain(*arguments, **named)
        refused.extend(rendered.refused)
        return rendered

    monkeypatch.setattr(pdf, "render", render)
    return refused
