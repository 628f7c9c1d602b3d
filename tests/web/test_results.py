"""The results of an evaluation: scores, significance, notes, guidance, the matrix, and pages with very many groups."""

from __future__ import annotations

import html
import re

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from governance.models import Evaluation
from governance.services import dossiers, pdfs
from registry.models import Person
from tests import factories, scored

pytestmark = pytest.mark.django_db
MANY = 200


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def evaluation(owner) -> Evaluation:
    return factories.evaluation(owner, factories.version(owner))


@pytest.fixture
def client(owner) -> Client:
    browser = Client()
    browser.force_login(Person.objects.get(pk=owner.person_id))
    return browser


def url(evaluation: Evaluation, name: str = "evaluation", *more: object) -> str:
    return reverse(name, args=[*evaluation.version.url_args, evaluation.pk, *more])


def text(response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def crowd(evaluation: Evaluation, groups: int = MANY) -> Evaluation:
    """Give the first attribute very many groups."""
    content = evaluation.counts
    content["attributes"][0]["groups"] = [
        {"group": f"g{number:03}", "tp": str(number + 1), "fp": "10", "fn": "10", "tn": "10"} for number in range(groups)
    ]
    evaluation.counts = content
    evaluation.save(update_fields=["counts"])
    for finding in evaluation.findings.filter(attribute=content["attributes"][0]["attribute"]):
        finding.body = finding.body | {"worst_group": "g000", "best_group": f"g{groups - 1:03}"}
        finding.save(update_fields=["body"])
    return evaluation


def test_the_score_is_told_by_group_with_both_curves_and_their_tables(client, evaluation):
    scored.score(evaluation)
    content = client.get(url(evaluation)).content.decode()
    group = evaluation.scores["attributes"][0]["groups"][0]
    for key in ("auc", "ece", "mean_gap", "brier", "log_loss"):
        cell = re.search(f'data-score="{key}" data-attribute="sex" data-group="female">([^<]*)<', content)
        assert cell[1] == group[key]["value"]
    assert "Calibration by sex" in content
    assert "ROC by sex" in content
    assert content.count("<polyline") == 2 * (2 + 2 + 4)
    assert group["calibration"][0]["observed"] in content
    assert "AUC is exact, by ranks." in content


def test_an_undefined_auc_says_so_and_has_no_curve(client, evaluation):
    scored.score(evaluation, undefined="male")
    content = client.get(url(evaluation)).content.decode()
    assert 'data-score="auc" data-attribute="sex" data-group="male">undefined<' in content
    assert content.count("<polyline") == 2 * (2 + 2 + 4) - 1


def test_scores_in_bins_tell_their_error(client, evaluation):
    scored.score(evaluation)
    evaluation.scores = evaluation.scores | {"exact": False, "auc_error_bound": "0.000012"}
    evaluation.save(update_fields=["scores"])
    assert "it lies within 0.000012 of the exact value" in text(client.get(url(evaluation)))


def test_what_stands_beside_the_gaps_is_shown(client, evaluation):
    scored.add_extras(evaluation)
    words = text(client.get(url(evaluation)))
    assert "Simpson's paradox" in words
    assert "The gap by sex turns round among the young." in words
    assert "“NA” is counted as a group of sex" in words
    assert "4 rows of the file are in no number: 3 with no label, 1 with a score that is no number." in words
    assert "sex female male z test 2.3146 0.0206 0.0412 Significant" in words
    assert "age_group old young Fisher's exact test – 0.4000 0.4000 Not significant" in words


def test_without_scores_and_extras_the_sections_are_not_there(client, evaluation):
    evaluation.extras = {}  # as evaluations of earlier releases have it
    evaluation.save(update_fields=["extras"])
    words = text(client.get(url(evaluation)))
    assert "The score" not in words
    assert "Could it be chance?" not in words
    assert "Notes on the data" not in words


def test_incompatible_choices_are_pointed_out_with_the_base_rates(client, evaluation):
    content = evaluation.counts
    content["attributes"][0]["groups"] = [
        {"group": "female", "tp": "300", "fp": "50", "fn": "50", "tn": "100"},
        {"group": "male", "tp": "100", "fp": "50", "fn": "50", "tn": "300"},
    ]
    evaluation.counts = content
    evaluation.save(update_fields=["counts"])
    words = text(client.get(url(evaluation)))
    assert "Kleinberg, Mullainathan and Raghavan 2016" in words
    assert "Chouldechova 2017" in words
    assert "sex 30.0%, male 70.0%, female They differ by more than chance" in words
    assert "Predictive parity difference" in words
    assert "Their intervals overlap" in words  # by age_group


def test_the_matrix_shows_the_rate_that_is_chosen(client, evaluation):
    words = text(client.get(url(evaluation)))
    assert "Selection rate by sex (rows) and age_group (columns)" in words
    words = text(client.get(url(evaluation), {"rate": "precision"}))
    assert "Precision by sex (rows) and age_group (columns)" in words
    assert "Selection rate by sex (rows)" in text(client.get(url(evaluation), {"rate": "nonsense"}))


def test_a_page_with_very_many_groups_shows_some_and_says_so(client, evaluation):
    crowd(evaluation)
    response = client.get(url(evaluation))
    words, content = text(response), response.content.decode()
    assert "25 of the 200 groups are shown" in words
    shown = set(re.findall(r'data-metric="n" data-attribute="sex" data-group="(g\d+)"', content))
    assert len(shown) == 25
    assert {"g000", "g199", "g198"} <= shown
    assert "too many groups for a matrix" in words
    assert len(response.content) < 700_000


def test_all_groups_are_listed_page_by_page_in_a_chosen_order(client, evaluation, django_assert_max_num_queries):
    crowd(evaluation)
    address = url(evaluation, "evaluation-groups", 1)
    with django_assert_max_num_queries(12):
        first = client.get(address)
    names = re.findall(r'data-metric="n" data-attribute="sex" data-group="(g\d+)"', first.content.decode())
    assert names == [f"g{number:03}" for number in range(50)]
    assert "Page 1 of 4, 200 in all" in text(first)
    by_records = client.get(address, {"by": "records", "page": "4"}).content.decode()
    assert re.findall(r'data-metric="n" data-attribute="sex" data-group="(g\d+)"', by_records)[-1] == "g000"
    assert "?by=records&amp;page=3" in by_records
    by_rate = client.get(address, {"by": "selection_rate"}).content.decode()
    assert re.search(r'data-metric="n" data-attribute="sex" data-group="(g\d+)"', by_rate)[1] == "g000"
    assert client.get(url(evaluation, "evaluation-groups", 9)).status_code == 404
    assert client.get(url(evaluation, "evaluation-groups", 0)).status_code == 404


def test_the_dossier_prints_scores_matrix_significance_and_guidance(owner, evaluation):
    scored.add_extras(scored.score(evaluation))
    asked = dossiers.request_dossier(actor=owner, release_id=factories.release(owner, evaluation.version).pk)
    dossiers.carry_out(asked.pk)
    asked.refresh_from_db()
    pages = pypdf.PdfReader(pdfs.path_of(asked)).pages
    words = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    for wanted in (
        "The score by sex, with 95 % intervals",
        "Calibration by sex",
        "ROC by sex × age_group",
        "Selection rate by sex (rows) and age_group (columns)",
        "Could it be chance?",
        "Chouldechova 2017",
        "The gap by sex turns round among the young.",
        evaluation.scores["attributes"][0]["groups"][0]["auc"]["value"],
    ):
        assert wanted in words


def test_the_card_leads_to_the_newest_verdicts(client, owner, evaluation):
    version = evaluation.version
    address = reverse("evaluation-newest", args=version.url_args)
    for page in (reverse("document", args=version.url_args), reverse("document-edit", args=[*version.url_args, "quantitative_analyses"])):
        content = client.get(page).content.decode()
        assert f'hx-get="{address}"' in content
        assert f'href="{address}"' in content
    assert address not in client.get(reverse("document-edit", args=[*version.url_args, "intended_use"])).content.decode()
    newer = factories.evaluation(owner, version)
    assert client.get(address)["Location"] == url(newer)
    part = client.get(address, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert url(newer) in part.content.decode()
    assert "By sex" in text(part)
    assert f"{newer.findings.filter(verdict='pass').count()} pass" in text(part)


def test_the_card_of_an_unmeasured_version_and_of_a_dataset(client, owner):
    version = factories.version(owner)
    address = reverse("evaluation-newest", args=version.url_args)
    assert client.get(address)["Location"] == reverse("evaluation-list", args=version.url_args)
    assert "Nothing has been measured of this version yet." in text(client.get(address, headers={"HX-Request": "true"}))
    data = factories.version(owner, kind="dataset")
    assert "evaluations/newest/" not in client.get(reverse("document", args=data.url_args)).content.decode()
    assert client.get(reverse("evaluation-newest", args=data.url_args)).status_code == 404


def test_an_attribute_without_any_group_and_a_score_without_any_curve_still_give_a_page(client, evaluation):
    scored.score(evaluation)
    content = evaluation.counts
    content["attributes"][0] |= {"groups": [], "unknown": {"tp": "100", "fp": "100", "fn": "100", "tn": "100"}}
    evaluation.counts = content
    evaluation.save(update_fields=["counts"])
    for group in evaluation.scores["attributes"][1]["groups"]:
        group |= {"calibration": [], "roc": [], "auc": {"value": "", "low": "", "high": ""}, "positives": 0}
    evaluation.save(update_fields=["scores"])
    words = text(client.get(url(evaluation)))
    assert "400 of 400 records have no value for sex" in words
    assert "Calibration by age_group" not in words
    assert "ROC by sex × age_group" in words
    assert client.get(url(evaluation, "evaluation-groups", 1)).status_code == 200
    assert (
        client.get(url(evaluation, "ll144"), {"sex": "sex", "rate": "selection", "exclude": "yes", "audited_on": "2026-11-20"}).status_code
        == 200
    )
