"""Pages of the dossier: asking, watching, taking; with and without JavaScript."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from governance.models import Bundle, Dossier, JobState, Release
from governance.reports.choices import Choices, Kind
from governance.services import bundles, dossiers
from governance.tasks import render_dossier
from registry import audit
from registry.models import Organisation, Person
from registry.policy import Action
from registry.services import tokens
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def release(owner):
    return factories.release(owner, factories.version(owner, tier="limited"))


@pytest.fixture
def at_once(monkeypatch, django_capture_on_commit_callbacks):
    """Carry a job out within the request that asks for it."""
    monkeypatch.setattr(render_dossier, "delay", render_dossier.run)
    plain = Client.request

    def request(client: Client, **environ: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return plain(client, **environ)

    monkeypatch.setattr(Client, "request", request)


def client_of(actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def url_of(release: Release) -> str:
    return reverse("dossier", args=[*release.version.url_args, release.pk])


def download_of(release: Release, dossier: Dossier) -> str:
    return reverse("dossier-download", args=[*release.version.url_args, release.pk, dossier.pk])


@pytest.mark.usefixtures("at_once")
def test_from_asking_to_the_file_without_javascript(owner, release):
    client = client_of(owner)
    assert "Make the PDF" in client.get(url_of(release)).content.decode()
    page = client.post(url_of(release), follow=True)
    dossier = Dossier.objects.get()
    assert page.redirect_chain == [(f"{url_of(release)}?made={dossier.pk}", 302)]
    assert download_of(release, dossier) in page.content.decode()
    answer = client.get(download_of(release, dossier))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{dossiers.download_name(dossier)}"'
    assert len(pypdf.PdfReader(io.BytesIO(b"".join(answer.streaming_content))).pages) == dossier.pages


def test_a_part_that_is_not_finished_asks_again_by_itself(owner, release):
    client = client_of(owner)
    part = client.post(url_of(release), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'hx-trigger="every 1s"' in part
    assert "Waiting for a worker" in part
    Dossier.objects.update(state=JobState.RUNNING, progress=20)
    part = client.get(url_of(release), headers={"HX-Request": "true"}).content.decode()
    assert 'value="20"' in part
    dossier = Dossier.objects.get()
    Dossier.objects.update(state=JobState.QUEUED)
    dossiers.carry_out(dossier.pk)
    part = client.get(url_of(release), headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part
    assert download_of(release, dossier) in part


def test_without_javascript_the_page_loads_itself_again_while_it_waits(owner, release):
    client = client_of(owner)
    client.post(url_of(release))
    assert '<noscript><meta http-equiv="refresh"' in client.get(url_of(release)).content.decode()


@pytest.mark.usefixtures("at_once")
def test_asking_again_for_the_same_says_that_nothing_has_changed(owner, release):
    client = client_of(owner)
    client.post(url_of(release))
    page = client.post(url_of(release), follow=True).content.decode()
    assert "Nothing has changed since this PDF was made" in page
    assert Dossier.objects.count() == 1


@pytest.mark.usefixtures("at_once")
def test_a_pdf_of_an_earlier_state_is_said_to_be_so(owner, release):
    client = client_of(owner)
    client.post(url_of(release))
    factories.decide(factories.reviewer(), release)
    page = client.get(url_of(release)).content.decode()
    assert "The release has changed since this PDF was made." in page
    assert "Make a new PDF" in page


@pytest.mark.usefixtures("at_once")
def test_the_page_of_the_release_leads_to_the_other_editions(owner, release):
    client = client_of(owner)
    link = f'<a href="{url_of(release)}#edition-title">Another edition</a>'
    assert link in client.get(release.get_absolute_url()).content.decode()
    client.post(url_of(release))
    assert link in client.get(release.get_absolute_url()).content.decode()


def test_a_failure_says_why_and_offers_another_try(owner, release):
    client = client_of(owner)
    client.post(url_of(release))
    Dossier.objects.update(state=JobState.FAILED, error="There is no Pango.")
    page = client.get(url_of(release)).content.decode()
    assert "There is no Pango." in page
    assert "Try again" in page


def test_a_stranger_finds_neither_page_nor_file(owner, release):
    asked = dossiers.request_dossier(actor=owner, release_id=release.pk)
    dossiers.carry_out(asked.pk)
    stranger = client_of(factories.engineer())
    assert stranger.get(url_of(release)).status_code == 404
    assert stranger.post(url_of(release)).status_code == 404
    assert stranger.get(download_of(release, asked)).status_code == 404


def test_a_file_is_only_found_under_its_own_release(owner, release):
    asked = dossiers.request_dossier(actor=owner, release_id=release.pk)
    other = factories.release(owner)
    assert client_of(owner).get(download_of(other, asked)).status_code == 404


def test_an_unfinished_file_is_a_conflict(owner, release):
    asked = dossiers.request_dossier(actor=owner, release_id=release.pk)
    answer = client_of(owner).get(download_of(release, asked))
    assert answer.status_code == 409
    assert "not finished yet" in answer.content.decode()


def test_the_page_costs_the_same_however_much_was_decided(owner, release, django_assert_max_num_queries):
    asked = dossiers.request_dossier(actor=owner, release_id=release.pk)
    dossiers.carry_out(asked.pk)
    for _ in range(5):
        factories.decide(factories.reviewer(), release)
    client = client_of(owner)
    with django_assert_max_num_queries(22):
        client.get(url_of(release))


class TestAnotherEdition:
    def test_it_is_handed_out_at_once_under_a_name_that_tells_what_it_is(self, owner, release):
        url = reverse("dossier-edition", args=[*release.version.url_args, release.pk])
        answer = client_of(owner).post(url, {"form": "md", "kind": "summary", "language": "fr"})
        assert answer["Content-Type"] == "text/markdown; charset=utf-8"
        assert answer["Content-Disposition"].endswith('_summary_fr.md"')
        assert "À quoi il ne doit pas servir" in answer.content.decode()

    def test_a_pdf_with_choices_is_asked_for_and_watched(self, owner, release):
        url = reverse("dossier-edition", args=[*release.version.url_args, release.pk])
        answer = client_of(owner).post(url, {"form": "pdf", "kind": "card", "paper": "letter", "language": "de"})
        made = Dossier.objects.get()
        assert answer["Location"] == f"{url_of(release)}?made={made.pk}"
        assert made.choices == {"kind": "card", "paper": "letter", "language": "de"}

    def test_the_page_offers_every_choice(self, owner, release):
        page = client_of(owner).get(url_of(release)).content.decode()
        for word in ("Whole dossier", "Summary only", "US letter", "Dansk", "Markdown", "DOCX, the card to edit"):
            assert word in page


class TestForPrograms:
    @pytest.fixture
    def ask(self, owner, release):
        def get(**query: str) -> Any:
            _, secret = tokens.create_token(actor=owner, name="pipeline", days=1)
            return Client().get(reverse("api-dossier", args=[release.pk]), query, headers={"Authorization": f"Bearer {secret}"})

        return get

    @pytest.mark.parametrize(
        ("form", "begins", "kind"),
        [("html", b"<!DOCTYPE html>", "text/html"), ("md", b"Assay", "text/markdown"), ("docx", b"PK", "application/vnd.openxml")],
    )
    def test_each_form_comes_by_token_as_on_the_page(self, release, ask, form, begins, kind):
        found = ask(form=form)
        assert found.status_code == 200
        assert found.content.startswith(begins)
        assert found["Content-Type"].startswith(kind)
        assert f"{release.version.asset.slug}_{release.version.name}_{release.environment}_" in found["Content-Disposition"]
        assert audit.history(release.subject).first().action == Action.DOSSIER_REQUEST

    def test_the_frame_is_in_the_organisations_language_unless_another_is_asked_for(self, ask):
        Organisation.objects.create(pk=1, language="de")
        assert "Zusammenfassung" in ask(kind="summary").content.decode()
        assert "Résumé" in ask(kind="summary", language="fr").content.decode()

    @pytest.mark.parametrize("query", [{"form": "pdf"}, {"kind": "half"}, {"paper": "a5"}, {"language": "xx"}])
    def test_what_is_unknown_is_named_with_what_may_be_asked(self, ask, query):
        found = ask(**query)
        assert found.status_code == 422
        assert next(iter(query.values())) in found.json()["error"]
        assert "Ask for one of: " in found.json()["error"]


@pytest.mark.usefixtures("at_once")
def test_another_kind_is_another_file_and_the_first_stays_at_hand(owner, release):
    client = client_of(owner)
    client.post(url_of(release))
    page = client.post(url_of(release), {"kind": "summary", "paper": "letter", "language": "de"}, follow=True).content.decode()
    whole, summary = Dossier.objects.order_by("pk")
    assert "Summary only, US letter, Deutsch" in page
    assert download_of(release, summary) in page
    assert download_of(release, whole) in page
    answer = client.get(download_of(release, summary))
    assert answer["Content-Disposition"].endswith('_summary_letter_de.pdf"')
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    page = client.post(url_of(release), follow=True).content.decode()
    assert "Nothing has changed since this PDF was made" in page
    assert "Whole dossier, A4, English: " in page


@pytest.mark.parametrize(("state", "words"), [(JobState.QUEUED, "Waiting for a worker"), (JobState.RUNNING, "Being made")])
def test_an_export_says_what_it_holds_and_how_far_it_is(owner, release, state, words):
    row = bundles.request_bundle(actor=owner, choices=Choices(Kind.SUMMARY), only_promoted=False)
    Bundle.objects.filter(pk=row.pk).update(state=state, progress=50)
    page = client_of(owner).get(reverse("bundle-list")).content.decode()
    assert words in page
    assert "50 %" in page
    assert "of 100" not in page
    assert "1 release; Summary only, A4, English." in page
