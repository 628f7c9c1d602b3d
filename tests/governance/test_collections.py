"""Many releases as one ZIP, and the register of all models: what is in them, who gets them, and what a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest
from django.utils import translation

from governance.models import Bundle, JobState, Register
from governance.reports import presses
from governance.reports.choices import USUAL, Choices, Kind
from governance.reports.frame import day
from governance.reports.register import quarter_before, quarter_of
from governance.services import bundles, pdfs, promotions, registers
from governance.tasks import request_register
from registry import audit
from registry.digest import sha256
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Organisation
from registry.policy import ANONYMOUS, SYSTEM, Action, Role
from tests import factories, papers

pytestmark = pytest.mark.django_db


def packed(actor, *, only_promoted=False, choices=USUAL) -> Bundle:
    row = bundles.request_bundle(actor=actor, choices=choices, only_promoted=only_promoted)
    bundles.carry_out(row.pk)
    row.refresh_from_db()
    return row


def contents_of(row: Bundle) -> tuple[zipfile.ZipFile, list[dict[str, str]]]:
    archive = zipfile.ZipFile(io.BytesIO(bundles.path_of(row).read_bytes()))
    return archive, list(csv.DictReader(io.StringIO(archive.read(bundles.CONTENTS).decode("utf-8-sig"))))


class TestBundles:
    def test_it_holds_the_pdf_of_each_release_that_the_person_sees(self):
        owner = factories.engineer()
        mine, also_mine = factories.release(owner), factories.release(owner)
        factories.release(factories.engineer())
        archive, lines = contents_of(packed(owner, choices=Choices(Kind.CARD)))
        assert [line["file"].partition("_")[0] for line in lines] == [str(mine.pk), str(also_mine.pk)]
        assert archive.testzip() is None
        for line in lines:
            assert sha256(archive.read(line["file"])) == line["sha256"]

    def test_only_the_promoted_ones_when_that_is_wanted(self):
        owner = factories.engineer()
        promoted = factories.promotion(owner, factories.filled_version(owner))
        factories.release(owner)
        _, lines = contents_of(packed(owner, only_promoted=True, choices=Choices(Kind.CARD)))
        assert [line["model"] for line in lines] == [promoted.version.asset.name]

    def test_one_that_cannot_be_made_is_named_and_stops_nothing(self, monkeypatch):
        owner = factories.engineer()
        factories.release(owner)
        factories.release(owner)
        outcomes, plain = iter([presses.Outcome(frozenset(), -9)]), presses.run
        monkeypatch.setattr(presses, "run", lambda *a, **n: next(outcomes, None) or plain(*a, **n))
        row = packed(owner, choices=Choices(Kind.CARD))
        _, lines = contents_of(row)
        assert row.state == JobState.DONE
        assert [bool(line["file"]) for line in lines] == [False, True]
        assert "more memory" in row.remark

    def test_nothing_to_export_is_said(self):
        with pytest.raises(DomainError, match="no release"):
            bundles.request_bundle(actor=factories.engineer(), choices=USUAL, only_promoted=False)

    def test_too_many_are_refused_with_a_way_out(self, monkeypatch):
        monkeypatch.setattr(bundles, "MOST", 0)
        owner = factories.engineer()
        factories.release(owner)
        with pytest.raises(DomainError, match="render_pdf"):
            bundles.request_bundle(actor=owner, choices=USUAL, only_promoted=False)

    def test_nobody_who_is_not_signed_in(self):
        with pytest.raises(ForbiddenError):
            bundles.request_bundle(actor=ANONYMOUS, choices=USUAL, only_promoted=False)

    def test_it_is_named_by_its_day_and_told_in_the_journal(self):
        owner = factories.engineer()
        factories.release(owner)
        row = packed(owner, choices=Choices(Kind.CARD))
        assert bundles.download_name(row) == f"releases_{row.finished_at:%Y-%m-%d}_card.zip"
        assert audit.detail_of(audit.history(action=Action.BUNDLE_FINISH).get())["sha256"] == row.sha256

    def test_an_unfinished_one_is_not_handed_out(self):
        owner = factories.engineer()
        factories.release(owner)
        row = bundles.request_bundle(actor=owner, choices=USUAL, only_promoted=False)
        with pytest.raises(ConflictError):
            bundles.path_of(row)


def filled(actor=SYSTEM) -> Register:
    row = registers.request_register(actor=actor)
    registers.carry_out(row.pk)
    row.refresh_from_db()
    assert row.state == JobState.DONE, row.error
    return row


def lines_of(row: Register) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(registers.csv_path_of(row).read_bytes().decode("utf-8-sig"))))


class TestTheRegister:
    def test_every_model_is_in_it_and_what_is_in_force(self):
        owner = factories.engineer()
        promoted = factories.promotion(owner, factories.filled_version(owner))
        idle = factories.asset(owner)
        row = filled()
        lines = {line["model"]: line for line in lines_of(row)}
        assert set(lines) == {promoted.version.asset.name, idle.name}
        assert lines[promoted.version.asset.name]["snapshot_sha256"] == promoted.snapshot.digest
        assert lines[promoted.version.asset.name]["state"] == "Promoted"
        assert lines[idle.name]["state"] == "Nothing promoted"
        content = pdfs.path_of(row).read_bytes()
        assert papers.faults(content) == []
        assert idle.name in papers.text_of(content)

    def test_a_suspended_release_stands_there_as_suspended(self):
        owner = factories.engineer()
        promoted = factories.promotion(owner, factories.filled_version(owner))
        promotions.suspend(actor=owner, release_id=promoted.pk, reason="A look.")
        assert [line["state"] for line in lines_of(filled())] == ["Suspended"]

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("de", ("Modellverzeichnis,", "Nach Risikostufe", "In Kraft gesetzt", "Begrenzt", "ML-Prüfung", "Seite 1 von")),
            ("fr", ("Registre des modèles,", "Par niveau de risque", "Promu", "Limité", "Revue ML", "Page 1 sur")),
            ("da", ("Fortegnelse over modeller,", "Efter risikoklasse", "Sat i kraft", "Begrænset", "ML-gennemgang", "Side 1 af")),
        ],
    )
    def test_it_speaks_the_organisations_language_under_its_name_and_the_csv_stays(self, language, words):
        Organisation.objects.create(pk=1, name="Meridian Credit", language=language, colour="#2b4a94")
        owner = factories.engineer()
        version = factories.filled_version(owner, tier="limited")
        factories.answer_everything(owner, version)
        release = factories.promotion(owner, version)
        row = filled()
        content = pdfs.path_of(row).read_bytes()
        text = papers.text_of(content)
        unbroken = text.replace("- ", "-")  # A line may end after a hyphen; how long the names beside it are depends on the database.
        for word in (*words, "Meridian Credit"):
            assert word in unbroken
        with translation.override(language):
            assert day(release.expires_at) in text
        assert papers.language_of(content) == language
        assert papers.faults(content) == []
        assert [line["state"] for line in lines_of(row)] == ["Promoted"]

    def test_a_promotion_in_an_emergency_is_told_in_both(self):
        release = factories.emergency_of(factories.engineer())
        row = filled()
        due = release.emergencies.get().review_due
        assert "Promoted in an emergency" in papers.text_of(pdfs.path_of(row).read_bytes())
        assert [(line["promoted_in_emergency"], line["review_owed_by"], line["reviewed"]) for line in lines_of(row)] == [
            ("yes", due.isoformat(timespec="seconds"), "")
        ]

    def test_a_formula_is_defused(self):
        factories.asset(factories.engineer(), name='=HYPERLINK("http://127.0.0.1","x")')
        assert lines_of(filled())[0]["model"].startswith("'=")

    def test_it_is_made_after_each_quarter_once(self):
        assert registers.request_due(actor=SYSTEM, today=date(2027, 1, 1)).quarter == "2026-Q4"
        assert registers.request_due(actor=SYSTEM, today=date(2027, 3, 31)) is None
        assert registers.request_due(actor=SYSTEM, today=date(2027, 4, 1)).quarter == "2027-Q1"
        request_register.run()
        assert Register.objects.filter(is_scheduled=True).count() == 3

    def test_only_who_sees_every_model_may_ask(self):
        with pytest.raises(ForbiddenError):
            registers.request_register(actor=factories.engineer())
        auditor = factories.person(roles=[Role.AUDITOR]).actor()
        assert registers.request_register(actor=auditor).requested_by_id == auditor.id


@pytest.mark.parametrize(
    ("day", "quarter", "before"),
    [
        (date(2026, 1, 1), "2026-Q1", "2025-Q4"),
        (date(2026, 3, 31), "2026-Q1", "2025-Q4"),
        (date(2026, 4, 1), "2026-Q2", "2026-Q1"),
        (date(2026, 12, 31), "2026-Q4", "2026-Q3"),
    ],
)
def test_quarters(day, quarter, before):
    assert (quarter_of(day), quarter_before(day)) == (quarter, before)
