"""Two evaluations side by side: changes, chance, and what cannot be compared."""

from __future__ import annotations

import html
import io
import re
from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from governance.models import Evaluation
from governance.reports.comparison import SAME_FILE, compare
from governance.services import evaluations, predictions
from registry.models import Person
from registry.services import versions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def version(owner):
    return factories.version(owner)


@pytest.fixture
def client(owner) -> Client:
    browser = Client()
    browser.force_login(Person.objects.get(pk=owner.person_id))
    return browser


@pytest.fixture
def two(owner, version) -> tuple[Evaluation, Evaluation]:
    return factories.evaluation(owner, version), factories.evaluation(owner, version)


def page(client, version, **query):
    return client.get(reverse("evaluation-compare", args=version.url_args), query)


def text(response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def say(evaluation: Evaluation, metric: str, value: str, low: str, high: str, attribute: str = "sex", **more: str) -> None:
    finding = evaluation.findings.get(metric=metric, attribute=attribute)
    finding.body = finding.body | {"value": value, "low": low, "high": high} | more
    finding.save(update_fields=["body"])


def change_of(first: Evaluation, second: Evaluation, title: str):
    fresh = [Evaluation.objects.get(pk=one.pk) for one in (first, second)]
    return next(row for row in compare(*fresh).attributes[0].changes if row.title == title)


@pytest.mark.parametrize(
    ("metric", "title", "old", "new", "direction", "words"),
    [
        ("dp_difference", "Demographic parity difference", "1/5", "1/10", "better", "The gap is smaller. The intervals overlap"),
        ("dp_difference", "Demographic parity difference", "1/5", "1/2", "worse", "The gap is wider. The intervals do not overlap"),
        ("dp_ratio", "Demographic parity ratio", "1/2", "9/10", "better", "The gap is smaller. The intervals do not overlap"),
        ("dp_ratio", "Demographic parity ratio", "9/10", "4/5", "worse", "The gap is wider. The intervals overlap"),
        ("dp_ratio", "Demographic parity ratio", "4/5", "4/5", "same", "No change. The intervals overlap"),
    ],
)
def test_a_change_is_told_with_its_direction_and_whether_it_may_be_chance(two, metric, title, old, new, direction, words):
    for evaluation, value in zip(two, (old, new), strict=True):
        say(evaluation, metric, value, str(Fraction(value) - Fraction(1, 10)), str(Fraction(value) + Fraction(1, 10)))
    found = change_of(*two, title)
    assert found.change == Fraction(new) - Fraction(old)
    assert found.direction == direction
    assert found.words.startswith(words)


def test_what_is_undefined_or_measured_once_is_not_compared(two):
    say(two[1], "dp_ratio", "", "", "")
    two[0].findings.get(metric="dp_difference", attribute="sex").delete()
    assert change_of(*two, "Demographic parity ratio").words == "Undefined in at least one, so there is nothing to compare."
    once = change_of(*two, "Demographic parity difference")
    assert (once.words, once.first, once.change) == ("Measured in the second only.", None, None)


def test_the_page_sets_the_two_newest_of_the_version_side_by_side(client, version, two):
    words = text(page(client, version))
    assert "against" in words
    assert SAME_FILE in words
    assert "Demographic parity ratio" in words
    assert "No change. The intervals overlap" in words
    assert f"?first={two[1].pk}&amp;second={two[0].pk}" in page(client, version).content.decode()


def test_two_versions_with_different_files_columns_groups_and_thresholds(client, owner, version, two):
    newer = versions.add_version(actor=owner, asset_id=version.asset_id, name="2.0.0")
    content = factories.predictions_csv(600).replace(b"old", b"elder").replace(b"sex,", b"gender,")
    upload = predictions.upload_predictions(
        actor=owner, version_id=newer.pk, filename="new.csv", stream=io.BytesIO(content), most_bytes=10**8
    )
    columns = factories.Columns("y_true", "y_pred", "1", attributes=("age_group", "gender"))
    asked = evaluations.request_evaluation(actor=owner, predictions_id=upload.pk, name="Newer", columns=columns)
    evaluations.carry_out(asked.pk)
    say(asked, "dp_ratio", "1", "1", "1", attribute="age_group", threshold="9/10")
    words = text(page(client, newer, first=two[0].pk, second=asked.pk))
    assert "They measured different files: predictions.csv (400 rows) and new.csv (600 rows)." in words
    assert "attributes “sex, age_group” and “age_group, gender”" in words
    assert "intersections “sex × age_group” and none" in words
    assert "The thresholds differ for demographic parity ratio" in words
    assert "Measured in the first only: sex, sex × age_group." in words
    assert "Measured in the second only: gender." in words
    assert "Groups in the first only: old. Groups in the second only: elder." in words
    assert "The gaps are over different groups." in words


def test_one_evaluation_alone_or_twice_is_told_to_be_no_comparison(client, owner, version):
    assert "There are not two evaluations yet" in text(page(client, version))
    first = factories.evaluation(owner, version)
    factories.evaluation(owner, version)
    assert "This is one and the same evaluation." in text(page(client, version, first=first.pk, second=first.pk))


@pytest.mark.parametrize("wild", ["9999999", "9" * 30, "-1", "x", "²"])
def test_a_wild_number_gets_no_error(client, version, two, wild):
    assert page(client, version, first=wild, second=two[0].pk).status_code == 200


def test_an_evaluation_of_another_model_is_not_compared(client, version, two):
    foreign = factories.engineer()
    other = factories.evaluation(foreign, factories.version(foreign))
    assert "There is no such finished evaluation of this model." in text(page(client, version, first=other.pk, second=two[0].pk))


def test_the_cost_does_not_grow_with_evaluations(client, owner, version, two):
    page(client, version)
    before = _cost(client, version)
    for _ in range(3):
        factories.evaluation(owner, version)
    assert _cost(client, version) == before


def _cost(client, version) -> int:
    with CaptureQueriesContext(connection) as counted:
        page(client, version)
    return len(counted)


def test_the_rates_of_shared_groups_stand_before_and_after(client, version, two):
    content = two[1].counts
    content["attributes"][0]["groups"][0] |= {"tp": "1", "fp": "2", "fn": "3", "tn": "4"}
    two[1].counts = content
    two[1].save(update_fields=["counts"])
    group = compare(*two).attributes[0].groups[0]
    assert group.name == "female"
    assert group.records[1] == 10
    assert [after for _, after in group.rates] == [
        Fraction(2, 5), Fraction(3, 10), Fraction(1, 4), Fraction(1, 3), Fraction(1, 3), Fraction(1, 2),
    ]  # fmt: skip
    assert "0.3000" in text(page(client, version, first=two[0].pk, second=two[1].pk))
