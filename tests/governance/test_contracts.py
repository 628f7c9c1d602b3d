"""A model's data contract: kept, asked before each run, reported, and told in the journal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from governance.contract import Expected, drafted
from governance.fairness.predictions import Preview
from governance.models import DataContract, Evaluation, JobState
from governance.reports.extras import extras_of
from governance.services import contracts, evaluations, predictions
from registry import audit
from registry.errors import DomainError, ForbiddenError
from registry.models import Person
from registry.policy import Action
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return factories.engineer()


@pytest.fixture
def version(actor):
    return factories.version(actor)


@pytest.fixture
def uploaded(actor, version):
    return predictions.upload_predictions(
        actor=actor, version_id=version.pk, filename="p.csv", stream=io.BytesIO(factories.predictions_csv()), most_bytes=10**8
    )


def run(actor, uploaded, **columns) -> Evaluation:
    asked = evaluations.request_evaluation(
        actor=actor, predictions_id=uploaded.pk, name="Held-out", columns=replace(factories.COLUMNS, **columns)
    )
    evaluations.carry_out(asked.pk)
    asked.refresh_from_db()
    return asked


def test_a_file_keeps_what_is_drafted_from_it_and_the_report_is_frozen(actor, version, uploaded):
    expected = drafted(Preview.from_json(uploaded.preview))
    contracts.save_contract(actor=actor, asset_id=version.asset_id, columns=expected, is_blocking=True)
    found = run(actor, uploaded)
    report = found.extras["contract"]
    assert found.state == JobState.DONE
    assert report["blocking"]
    assert all(answer["is_kept"] for answer in report["answers"])
    assert {answer["column"] for answer in report["answers"]} == {column.name for column in expected}
    assert evaluations.frozen(version)[0]["extras"]["contract"] == report
    assert "thresholds" in found.extras


def test_a_broken_contract_that_blocks_stops_the_run_and_keeps_its_report(actor, version, uploaded):
    broken = (Expected("sex", "text", allowed=("x",)), Expected("income", "number"))
    contracts.save_contract(actor=actor, asset_id=version.asset_id, columns=broken, is_blocking=True)
    found = run(actor, uploaded)
    assert (found.state, found.counts) == (JobState.FAILED, None)
    assert "breaks the data contract" in found.error
    assert "sex: Every value is one of x – broken in" in found.error
    assert [answer["is_kept"] for answer in found.extras["contract"]["answers"]].count(False) == 2


def test_a_broken_contract_that_warns_lets_the_run_go_on(actor, version, uploaded):
    broken = (Expected("income", "number"),)
    contracts.save_contract(actor=actor, asset_id=version.asset_id, columns=broken, is_blocking=False)
    found = run(actor, uploaded)
    assert found.state == JobState.DONE
    assert not found.extras["contract"]["answers"][0]["is_kept"]


def test_contracts_are_told_in_the_journal_and_refused_to_strangers(actor, version):
    expected = (Expected("sex", "text"),)
    contracts.save_contract(actor=actor, asset_id=version.asset_id, columns=expected, is_blocking=True)
    with pytest.raises(ForbiddenError):
        contracts.save_contract(actor=factories.engineer(), asset_id=version.asset_id, columns=expected, is_blocking=True)
    with pytest.raises(ForbiddenError):
        contracts.delete_contract(actor=factories.engineer(), asset_id=version.asset_id)
    for columns in ((), expected * 2):
        with pytest.raises(DomainError):
            contracts.save_contract(actor=actor, asset_id=version.asset_id, columns=columns, is_blocking=True)
    contracts.delete_contract(actor=actor, asset_id=version.asset_id)
    assert not DataContract.objects.exists()
    entries = audit.history(version.asset.subject).filter(action=Action.CONTRACT_EDIT)
    assert {"deleted": True} in [audit.detail_of(entry) for entry in entries]


def page(actor, version) -> tuple[Client, str]:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.id))
    return client, reverse("data-contract", args=version.url_args)


def posted(*rows: dict[str, str]) -> dict[str, str]:
    sent = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0", "is_blocking": "on"}
    for number, row in enumerate(rows):
        sent |= {f"form-{number}-{name}": value for name, value in {"kind": "text", **row}.items()}
    return sent


def test_the_page_drafts_from_a_file_saves_and_deletes(actor, version, uploaded):
    client, url = page(actor, version)
    assert "Nothing is expected yet" in client.get(url).content.decode()
    drafted_page = client.get(url, {"from": uploaded.pk}).content.decode()
    assert "This is a draft" in drafted_page
    assert 'value="age_group"' in drafted_page
    assert client.post(url, posted({"name": "sex", "allowed": "f; m", "missing_percent": "5"}, {"name": ""})).status_code == 302
    contract = DataContract.objects.get()
    assert contract.is_blocking
    assert contract.columns == [Expected("sex", "text", allowed=("f", "m"), missing_percent=5).to_json()]
    assert 'value="f; m"' in client.get(url).content.decode()
    assert client.post(reverse("contract-delete", args=version.url_args)).status_code == 302
    assert not DataContract.objects.exists()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"name": "age", "kind": "number", "low": "ten"}, "is not a number"),
        ({"name": "age", "kind": "number", "low": "9", "high": "3"}, "lies after the last"),
        ({"name": "day", "kind": "date", "low": "23.11.2026"}, "is not a date"),
        ({"name": "sex", "low": "a"}, "Only numbers and dates"),
        ({"name": "sex", "age_days": "3"}, "Only a column of dates"),
        ({"name": ""}, "at least one column"),
    ],
)
def test_what_cannot_be_saved_is_told_and_not_lost(actor, version, row, message):
    client, url = page(actor, version)
    answer = client.post(url, posted(row))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert all(f'value="{value}"' in answer.content.decode() for value in row.values() if value and value not in {"number", "date"})


def test_other_metrics_run_through_metric_frame_and_are_shown(actor, version, uploaded):
    found = run(actor, uploaded, others=("matthews_corrcoef",))
    told = found.extras["others"]
    assert [(one["metric"], one["attribute"]) for one in told] == [
        ("matthews_corrcoef", "sex"), ("matthews_corrcoef", "age_group"), ("matthews_corrcoef", "sex × age_group"),
    ]  # fmt: skip
    client, _ = page(actor, version)
    shown = client.get(reverse("evaluation", args=[*version.url_args, found.pk])).content.decode()
    assert "Metrics through MetricFrame" in shown
    assert "matthews_corrcoef" in shown


def test_the_dossier_tells_the_contract_and_the_other_metrics(actor, version, uploaded):
    expected = drafted(Preview.from_json(uploaded.preview))
    contracts.save_contract(actor=actor, asset_id=version.asset_id, columns=expected, is_blocking=True)
    found = run(actor, uploaded, others=("matthews_corrcoef",))
    told = render_to_string("print/beside.html", {"extras": extras_of(found.extras), "base_rates": []})
    assert "against the data contract" in told
    assert "matthews_corrcoef" in told
    assert "Broken" not in told
