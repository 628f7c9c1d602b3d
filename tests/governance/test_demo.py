"""The demo workspace goes through the services, needs no broker, and is made once."""

from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.core.management import call_command

from governance.demo import loans
from governance.models import Dossier, Evaluation, Release
from registry import audit
from registry.models import Person

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
    assert Person.objects.count() == 6
    assert Dossier.objects.get().state == "done"
    assert set(Evaluation.objects.values_list("state", flat=True)) == {"done"}


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
