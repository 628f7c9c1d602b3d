"""Pages of the dossier: asking, watching, taking; with and without JavaScript."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from governance.models import Dossier, JobState, Release
from governance.services import dossiers
from governance.tasks import render_dossier
from registry.models import Person
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
    assert page.redirect_chain == [(url_of(release), 302)]
    dossier = Dossier.objects.get()
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
    with django_assert_max_num_queries(14):
        client.get(url_of(release))
