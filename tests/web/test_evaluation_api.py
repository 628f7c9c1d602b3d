"""Evaluations for programs: what is listed, what one holds, and who sees it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from governance.fairness.counts import CountTable
from registry.services import tokens, versions
from tests import factories, scored

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def evaluation(owner):
    return factories.evaluation(owner, factories.version(owner))


def get(actor, name: str, *args: object, **query: str):
    _, secret = tokens.create_token(actor=actor, name="pipeline", days=1)
    return Client().get(reverse(name, args=args), query, headers={"Authorization": f"Bearer {secret}"})


def test_one_evaluation_holds_counts_findings_scores_and_extras(owner, evaluation):
    scored.add_extras(scored.score(evaluation))
    found = get(owner, "api-evaluation", evaluation.pk).json()
    assert CountTable.from_json(found["counts"]).rows == 400
    assert found["findings"] == [finding.body for finding in evaluation.findings.all()]
    assert found["scores"] == evaluation.scores
    assert found["extras"]["excluded"] == {"label_missing": 3, "score_unreadable": 1}
    assert found["predictions"]["sha256"] == evaluation.predictions.sha256
    assert sum(found["verdicts"].values()) == len(found["findings"])
    assert (found["model"], found["version"], found["state"]) == (evaluation.version.asset.slug, "1.0.0", "done")


def test_an_evaluation_without_a_score_says_null(owner, evaluation):
    found = get(owner, "api-evaluation", evaluation.pk).json()
    assert found["scores"] is None
    assert set(found["extras"]) == {"significance", "simpson", "notes", "excluded", "thresholds", "others"}


def test_the_list_of_a_version_is_short_and_narrowed(owner, evaluation):
    newer = versions.add_version(actor=owner, asset_id=evaluation.version.asset_id, name="2.0.0")
    other = factories.evaluation(owner, newer)
    listed = get(owner, "api-evaluations", model=evaluation.version.asset.slug).json()
    assert [row["id"] for row in listed["results"]] == [other.pk, evaluation.pk]
    assert "counts" not in listed["results"][0]
    narrowed = get(owner, "api-evaluations", model=evaluation.version.asset.slug, version="1.0.0", state="done").json()
    assert [row["id"] for row in narrowed["results"]] == [evaluation.pk]


def test_who_does_not_see_the_version_gets_404_and_an_empty_list(evaluation):
    stranger = factories.engineer()
    assert get(stranger, "api-evaluation", evaluation.pk).status_code == 404
    assert get(stranger, "api-evaluations").json()["results"] == []
    assert Client().get(reverse("api-evaluation", args=[evaluation.pk])).status_code == 401
