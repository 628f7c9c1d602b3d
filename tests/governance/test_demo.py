"""The demo workspace goes through the services, needs no broker, and is made once."""

from __future__ import annotations

import io
import itertools

import pytest
from django.apps import apps
from django.core.management import call_command

from governance.demo import loans
from governance.models import Dossier, Evaluation, Evidence, PolicyEdition, Release
from governance.reports.choices import LANGUAGES, Choices, Kind, Paper
from governance.services import dossiers
from governance.services.exhibits import kind_of
from registry import audit
from registry.models import Notice, Person
from registry.policy import SYSTEM

pytestmark = pytest.mark.django_db


def sizes() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_a_second_run_changes_nothing_and_nothing_is_behind_the_journals_back(monkeypatch):
    def ring(*_: object) -> None:
        pytest.fail("The demo rings no bell.")

    monkeypatch.setattr("celery.app.task.Task.delay", ring)
    call_command("seed_demo", stdout=io.StringIO())
    before, entries = sizes(), audit.verify()
    out = io.StringIO()
    call_command("seed_demo", stdout=out)
    assert sizes() == before
    assert audit.verify() == entries
    assert entries.broken is None
    assert "there already" in out.getvalue()
    states = sorted(Release.objects.values_list("state", flat=True))
    assert states == ["changes_requested", "promoted", "promoted", "rejected"]
    assert Person.objects.count() == 8
    assert sorted(PolicyEdition.objects.under_way().values_list("state", flat=True)) == ["draft", "proposed"]
    assert Dossier.objects.get().state == "done"
    assert set(Notice.objects.values_list("mail", flat=True)) == {"none"}
    assert set(Evaluation.objects.values_list("state", flat=True)) == {"done"}
    shown = Evidence.objects.filter(version__name="1.1.0")
    assert {kind_of(piece.refers_to) for piece in shown.exclude(refers_to="")} == {"card", "evaluation", "risk"}
    assert {bool(piece.sha256) for piece in shown.filter(refers_to="")} == {True, False}
    assert shown.filter(expires_on__isnull=False).get().answers.count() == 2


def test_its_summary_is_one_page_on_each_paper_in_each_language():
    """The demo's release is as full as one is: two frameworks and a law, three reviewers, risks, a register."""
    call_command("seed_demo", stdout=io.StringIO())
    release = Release.objects.get(state="promoted", environment="production")
    lengths = {}
    for paper, language in itertools.product(Paper, LANGUAGES):
        row = dossiers.request_dossier(actor=SYSTEM, release_id=release.pk, choices=Choices(Kind.SUMMARY, paper, language))
        dossiers.carry_out(row.pk)
        row.refresh_from_db()
        lengths[paper, language] = row.pages
    assert set(lengths.values()) == {1}, lengths


def test_the_known_bias_is_in_the_first_model_and_not_in_the_second():
    rates = {}
    for with_occupation in (True, False):
        lines = loans.train(with_occupation=with_occupation).predictions.decode().splitlines()[1:]
        picked = {"female": [0, 0], "male": [0, 0]}
        for line in lines:
            _, sex, _, _, _, approved = line.split(",")
            picked[sex][0] += int(approved)
            picked[sex][1] += 1
        shares = [part / whole for part, whole in picked.values()]
        rates[with_occupation] = min(shares) / max(shares)
    assert rates[True] < 0.75
    assert rates[False] > 0.9
