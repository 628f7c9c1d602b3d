"""Pages of evaluations: every way in, every refusal, and the numbers that come out."""

from __future__ import annotations

import hashlib
import html
import io
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from kombu.exceptions import OperationalError

from config.celery import app
from governance.fairness.predictions import Preview
from governance.fairness.ranges import ranges_from_json
from governance.forms.evaluations import MapForm
from governance.models import Evaluation, JobState, Mapping, Predictions
from governance.services import jobs
from governance.tasks import carry_out_evaluation
from registry import audit
from registry.models import Person, Version
from registry.policy import TeamRole
from registry.services import tokens
from tests import factories, samples

EVEN = factories.predictions_csv()
CHOICE = {
    "name": "Held-out",
    "label": "y_true",
    "prediction": "y_pred",
    "favourable": "1",
    "attributes": ["sex", "age_group"],
    "intersections": "on",
    "score": "",
    "weight": "",
}
NAMES = {"n": "n", "tp": "tp", "fp": "fp", "fn": "fn", "tn": "tn", "base_rate": "base_rate", "accuracy": "accuracy"} | {
    "selection_rate": "selection_rate",
    "tpr": "true_positive_rate",
    "fpr": "false_positive_rate",
    "fnr": "false_negative_rate",
    "tnr": "true_negative_rate",
    "ppv": "precision",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()


@pytest.fixture
def _eager():
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def engineer() -> Person:
    """Somebody who owns a team."""
    return factories.person(member_of=factories.team())


@pytest.fixture
def version(engineer) -> Version:
    """A version of the engineer's model."""
    return factories.version(engineer.actor())


@pytest.fixture
def client(engineer) -> Client:
    """The engineer's browser."""
    browser = Client()
    browser.force_login(engineer, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def url(name: str, version: Version, *more: object) -> str:
    return reverse(name, args=[*version.url_args, *more])


def upload(client, version, content: bytes = EVEN, filename: str = "predictions.csv", name: str = "My typed name"):
    data = {"name": name, "file": SimpleUploadedFile(filename, content), "whole": "yes"}
    return client.post(url("predictions-upload", version), data)


def uploaded(client, version, content: bytes = EVEN) -> Predictions:
    assert upload(client, version, content).status_code == 302
    return Predictions.objects.latest("pk")


def choose(client, version, content: bytes = EVEN, **changes: object):
    found = uploaded(client, version, content)
    return client.post(url("predictions-map", version, found.pk), CHOICE | changes)


def text(response) -> str:
    """What the page says, without its tags."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def cells(response, **wanted: str) -> dict[str, str]:
    """Exact values by metric, of the cells with these data attributes and no others."""
    found = {}
    for tag in re.findall(r"<td[^>]*data-value[^>]*>", response.content.decode()):
        data = {key: html.unescape(value) for key, value in re.findall(r'data-(\w+)="([^"]*)"', tag)}
        value, metric = data.pop("value"), data.pop("metric", "")
        if metric and data == wanted:
            found[metric] = value
    return found


def kept_files(settings) -> list[Path]:
    folders = (settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR)
    return [path for folder in folders for path in Path(folder).rglob("*") if path.is_file()]


def with_column(name: str, value) -> bytes:
    lines = EVEN.decode().splitlines()
    return "\n".join([f"{lines[0]},{name}", *(f"{line},{value(number)}" for number, line in enumerate(lines[1:]))]).encode()


def test_the_empty_list_teaches_the_format(client, version):
    page = text(client.get(url("evaluation-list", version)))
    assert "Nothing has been measured yet" in page
    assert "one row for each person or case" in page
    assert "age_group" in page


def test_a_dataset_has_no_evaluations(client, engineer):
    data = factories.version(engineer.actor(), kind="dataset")
    assert client.get(url("evaluation-list", data)).status_code == 404


def test_another_teams_evaluation_does_not_exist(client):
    other = factories.version(factories.engineer())
    assert client.get(url("evaluation-list", other)).status_code == 404


@pytest.mark.parametrize(
    ("content", "filename", "sentence"),
    [
        (b"", "empty.csv", "This file is empty."),
        (b" \n \n", "blank.csv", "“blank.csv” is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "picture.csv", "“picture.csv” is a picture, not a table."),
        (b"%PDF-1.7 ...", "report.csv", "“report.csv” is a PDF, not a table."),
        (b"PK\x03\x04" + bytes(50), "book.csv", "is a ZIP archive or an Excel workbook"),
        (b"PAR1 this is no Parquet file PAR1", "predictions.parquet", "is damaged and cannot be read as"),
        (b"a,b\n1,2\n3\n", "ragged.csv", "Line 3 of “ragged.csv” has 1 values and the header has 2."),
        (b"a,b\n", "header.csv", "has a header and no rows."),
        (b"a,a\n1,2\n", "twice.csv", "names the column a more than once."),
        ("größe,b\n1,2\n".encode("latin-1"), "latin.csv", "is not UTF-8 text"),
    ],
)
def test_a_bad_file_gets_a_sentence_and_leaves_nothing(client, version, settings, content, filename, sentence):
    entries = audit.history().count()
    response = upload(client, version, content, filename)
    assert response.status_code == 422
    assert sentence in text(response)
    assert 'value="My typed name"' in response.content.decode()
    assert not Predictions.objects.exists()
    assert kept_files(settings) == []
    assert audit.history().count() == entries


def test_a_file_over_the_limit_is_refused_with_a_sentence(client, version, settings):
    settings.PREDICTIONS_MAX_BYTES = 2048
    response = upload(client, version)
    assert response.status_code == 422
    assert "the limit is 2.0 KB" in text(response)
    assert 'value="My typed name"' in response.content.decode()
    assert not Predictions.objects.exists()
    assert kept_files(settings) == []


def test_no_file_is_a_sentence_too(client, version):
    response = client.post(url("predictions-upload", version), {"name": "My typed name"})
    assert response.status_code == 422
    assert "Choose a CSV or Parquet file." in text(response)
    assert 'value="My typed name"' in response.content.decode()


def test_nothing_past_the_limit_is_read(client, version, settings):
    settings.PREDICTIONS_MAX_BYTES = 2**20
    read = 0

    class Endless(io.BytesIO):
        def read(self, size=-1):
            nonlocal read
            piece = super().read(size)
            read += len(piece)
            return piece

    fields = {"name": "My typed name", "file": SimpleUploadedFile("large.csv", b"a,b\n" + b"1,2\n" * 2**21), "whole": "yes"}
    body = encode_multipart(BOUNDARY, fields)
    stream = {"wsgi.input": Endless(body), "CONTENT_LENGTH": len(body), "CONTENT_TYPE": MULTIPART_CONTENT}
    response = client.generic("POST", url("predictions-upload", version), **stream)
    assert response.status_code == 422
    assert "“large.csv” is too large; the limit is 1.0 MB." in text(response)
    assert 'value="My typed name"' in response.content.decode()
    assert read < 4 * 2**20 < len(body)
    assert kept_files(settings) == []


def test_an_upload_that_broke_off_keeps_nothing(client, version, settings):
    data = {"name": "My typed name", "file": SimpleUploadedFile("predictions.csv", EVEN)}
    response = client.post(url("predictions-upload", version), data)
    assert response.status_code == 422
    assert "The upload broke off before its end." in text(response)
    assert not Predictions.objects.exists()
    response.close()
    assert kept_files(settings) == []


def test_a_form_from_elsewhere_is_refused(engineer, version, settings):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(engineer, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert upload(browser, version).status_code == 403
    assert not Predictions.objects.exists()


def post_raw(actor, version, content: bytes, **headers: str):
    _, secret = tokens.create_token(actor=actor, name="pipeline", days=1)
    address = reverse("api-predictions", args=version.url_args[1:]) + "?filename=held-out.csv"
    return Client().post(address, content, content_type="text/csv", headers={"Authorization": f"Bearer {secret}"} | headers)


def test_a_program_sends_a_file_as_the_body(engineer, version, settings):
    response = post_raw(engineer.actor(), version, EVEN)
    assert response.status_code == 201
    answer, found = response.json(), Predictions.objects.get()
    assert answer["sha256"] == found.sha256 == hashlib.sha256(EVEN).hexdigest()
    assert (answer["filename"], answer["rows"], answer["size"]) == ("held-out.csv", 400, len(EVEN))
    assert answer["suggested"]["label"] == "y_true"
    assert [path.read_bytes() for path in kept_files(settings)] == [EVEN]


@pytest.mark.parametrize(("content", "sentence"), [(b"", "is empty"), (b"x" * 5000, "is too large; the limit is 2.0 KB")])
def test_a_program_gets_a_sentence_too(engineer, version, settings, content, sentence):
    settings.PREDICTIONS_MAX_BYTES = 2048
    response = post_raw(engineer.actor(), version, content)
    assert response.status_code == 422
    assert sentence in response.json()["error"].replace("\xa0", " ")
    assert kept_files(settings) == []


def test_the_bytes_are_moved_to_their_shelf(client, version, settings, monkeypatch):
    monkeypatch.setattr("django.core.files.move.copystat", None)  # what a copy would call
    assert upload(client, version).status_code == 302
    assert [path.read_bytes() for path in kept_files(settings)] == [EVEN]


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("../../../etc/cron.d/evil.csv", "evil.csv"),
        ("..\\..\\evil.csv", "evil.csv"),
        ("<script>alert(1)</script>.csv", "script>.csv"),
        ("a\u202egnp.csv", "agnp.csv"),
        ("'; DROP TABLE x; --.csv", "'; DROP TABLE x; --.csv"),
    ],
)
def test_a_hostile_file_name_never_reaches_the_file_system_or_the_page(client, version, settings, filename, shown):
    assert upload(client, version, filename=filename).status_code == 302
    found = Predictions.objects.get()
    assert found.filename.endswith(shown)
    assert "/" not in found.filename
    assert [path.name for path in kept_files(settings)] == [found.sha256]
    page = client.get(url("predictions-map", version, found.pk)).content.decode()
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_the_map_shows_the_first_rows_and_suggests_what_fits(client, version):
    found = uploaded(client, version)
    response = client.get(url("predictions-map", version, found.pk) + "?name=My+typed+name")
    page = response.content.decode()
    assert 'value="My typed name"' in page
    assert '<option value="y_true" selected>' in page
    assert '<option value="y_pred" selected>' in page
    assert '<option value="1" selected>' in page
    assert "400 rows" in text(response)
    assert re.search(r'value="sex"[^>]*checked', page)


def test_another_label_brings_its_own_outcomes(client, version):
    found = uploaded(client, version)
    part = client.get(url("predictions-map", version, found.pk) + "?label=sex", headers={"HX-Request": "true"})
    assert '<option value="female">' in part.content.decode()
    assert "<html" not in part.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"label": "nope"}, "The file has no column “nope”."),
        ({"label": ""}, "Choose the column that says what really happened."),
        ({"prediction": "score"}, "If these are scores, choose the column of decisions."),
        ({"favourable": "maybe"}, "“maybe” is not among the values of the label."),
        ({"favourable": "female"}, "The favourable outcome must be one of 0, 1"),
        ({"attributes": []}, "Choose at least one sensitive attribute"),
        ({"attributes": ["nope"]}, "The file has no column “nope”."),
        ({"attributes": ["y_true"]}, "a column was chosen twice"),
        ({"weight": "sex"}, "The file has no column “sex”."),
    ],
)
def test_a_choice_that_does_not_fit_gets_a_sentence_and_stays(client, version, changes, sentence):
    response = choose(client, version, **({"name": "My typed name"} | changes))
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in text(response)
    assert 'value="My typed name"' in page
    if "attributes" not in changes:
        assert re.search(r'value="age_group"[^>]*checked', page)
    assert not Evaluation.objects.exists()


def test_a_label_with_three_values_is_refused_and_the_choice_stays(client, version):
    content = with_column("outcome", lambda number: ("a", "b", "c")[number % 3])
    response = choose(client, version, content, label="outcome", favourable="a", name="My typed name")
    assert response.status_code == 422
    assert "The label “outcome” has the values a, b, c; it needs exactly two" in text(response)
    assert '<option value="outcome" selected>' in response.content.decode()
    assert '<option value="a" selected>' in response.content.decode()
    assert 'value="My typed name"' in response.content.decode()
    assert not Evaluation.objects.exists()


@pytest.mark.usefixtures("_eager")
def test_blanks_in_a_group_column_are_counted_as_unknown_and_shown(client, version, django_capture_on_commit_callbacks):
    content = with_column("region", lambda number: ("north", "south", "")[number % 3])
    with django_capture_on_commit_callbacks(execute=True):
        response = choose(client, version, content, attributes=["region"])
    response = client.get(response["Location"])
    assert "133 of 400 records have no value for region" in text(response)
    assert cells(response, attribute="region", group="north")["n"] == "134.000000000000"


def test_without_a_broker_the_job_waits_and_the_page_says_so(client, version, monkeypatch, django_capture_on_commit_callbacks):
    def no_broker(*_):
        raise OperationalError

    monkeypatch.setattr(carry_out_evaluation, "delay", no_broker)
    with django_capture_on_commit_callbacks(execute=True):
        response = choose(client, version)
    page = client.get(response["Location"])
    assert Evaluation.objects.get().state == JobState.QUEUED
    assert "Waiting for a worker" in text(page)
    assert '<meta http-equiv="refresh"' in page.content.decode()


def test_the_part_of_a_running_job_asks_again_and_shows_how_far_it_is(client, version):
    response = choose(client, version)
    job = jobs.claim(Evaluation, Evaluation.objects.get().pk)
    jobs.beat(job, 60)
    part = client.get(response["Location"], headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in part
    assert '<progress value="60"' in part
    assert "Comparing with Fairlearn" in part
    assert "<html" not in part


def test_a_running_evaluation_is_cancelled_from_its_page_and_run_again(client, version):
    where = choose(client, version)["Location"]
    job = Evaluation.objects.get()
    assert "Cancel this evaluation?" in text(client.get(where))
    assert client.post(url("evaluation-cancel", version, job.pk)).status_code == 302
    page = client.get(where)
    assert "This evaluation was cancelled." in text(page)
    assert "Cancel this evaluation?" not in text(page)
    assert "Run again" in text(page)
    assert "Cancelled" in text(client.get(url("evaluation-list", version)))
    assert client.post(url("evaluation-cancel", version, job.pk)).status_code == 409
    assert client.post(url("evaluation-retry", version, job.pk)).status_code == 302


def test_the_part_stops_asking_when_the_job_is_over(client, version, engineer):
    job = factories.evaluation(engineer.actor(), version)
    part = client.get(url("evaluation", version, job.pk), headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part
    assert "Verdicts" in part


@pytest.mark.usefixtures("_eager")
def test_a_failed_job_says_why_and_runs_again(client, version, settings, django_capture_on_commit_callbacks):
    found = uploaded(client, version)
    [file] = kept_files(settings)
    content = file.read_bytes()
    file.write_bytes(b"tampered")
    with django_capture_on_commit_callbacks(execute=True):
        where = client.post(url("predictions-map", version, found.pk), CHOICE)["Location"]
    assert "The stored file is missing or was changed since it was uploaded." in text(client.get(where))
    file.write_bytes(content)
    job = Evaluation.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url("evaluation-retry", version, job.pk)).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")


def test_a_finished_evaluation_is_not_run_again(client, version, engineer):
    job = factories.evaluation(engineer.actor(), version)
    assert client.post(url("evaluation-retry", version, job.pk)).status_code == 409


def test_who_only_reads_is_told_so_and_stopped(version, engineer):
    reader = factories.person(member_of=version.asset.team, team_role=TeamRole.VIEWER)
    browser = Client()
    browser.force_login(reader, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Only contributors and owners of the team may do this." in text(browser.get(url("predictions-upload", version)))
    assert upload(browser, version).status_code == 403
    job = factories.evaluation(engineer.actor(), version)
    assert browser.post(url("predictions-map", version, job.predictions_id), CHOICE).status_code == 403
    assert browser.post(url("evaluation-retry", version, job.pk)).status_code == 403


def test_the_counts_can_be_taken_home(client, version, engineer):
    job = factories.evaluation(engineer.actor(), version)
    response = client.get(url("evaluation-counts", version, job.pk))
    lines = response.content.decode().splitlines()
    assert lines[0] == "attribute,group,tp,fp,fn,tn"
    assert lines[1].startswith("sex,female,")
    assert "attachment" in response["Content-Disposition"]


def test_the_list_costs_the_same_for_many_evaluations(client, version, engineer, django_assert_max_num_queries):
    for _ in range(4):
        factories.evaluation(engineer.actor(), version)
    with django_assert_max_num_queries(14):
        page = text(client.get(url("evaluation-list", version)))
    assert page.count("Held-out") == 4
    assert page.count("400 Person") == 4


def test_the_same_file_twice_is_kept_once(client, version, settings):
    uploaded(client, version)
    uploaded(client, version)
    assert Predictions.objects.count() == 2
    assert len(kept_files(settings)) == 1


@pytest.mark.usefixtures("_eager")
def test_the_page_agrees_with_the_reference_to_six_decimals(client, version, django_capture_on_commit_callbacks):
    file, reference = samples.fairness("german_credit")
    content = file.read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        response = choose(client, version, content, attributes=list(reference["by_attribute"]))
    page = client.get(response["Location"])
    parts = {**reference["by_attribute"], "sex × age_group": reference["intersections"]["sex x age_group"]}
    compared = 0
    for attribute, part in parts.items():
        for group, wanted in part["groups"].items():
            found = cells(page, attribute=attribute, group=group.replace(" | ", " × "))
            for theirs, ours in NAMES.items():
                assert float(found[ours]) == pytest.approx(wanted[theirs], abs=1e-6), (attribute, group, ours)
                compared += 1
        found = cells(page, attribute=attribute)
        for theirs, ours in samples.GAPS.items():
            assert float(found[ours]) == pytest.approx(part["fairlearn"][theirs], abs=1e-6), (attribute, ours)
            compared += 1
    assert compared == 10 * len(NAMES) + 4 * len(samples.GAPS)


def test_the_columns_of_the_last_evaluation_are_filled_in_for_the_next_file(client, version):
    choose(client, version, attributes=["age_group"], favourable="0", save_as="Age only")
    found = uploaded(client, version)
    page = client.get(url("predictions-map", version, found.pk)).content.decode()
    assert '<option value="0" selected>' in page
    assert not re.search(r'value="sex"[^>]*checked', page)
    guessed = client.get(url("predictions-map", version, found.pk) + "?start=guess").content.decode()
    assert re.search(r'value="sex"[^>]*checked', guessed)
    assert '<option value="1" selected>' in guessed
    assert "Age only" in page
    saved = Mapping.objects.get()
    assert saved.columns == Evaluation.objects.get().columns
    assert client.get(url("predictions-map", version, found.pk) + f"?start={saved.pk}").content.decode().count("checked") == page.count(
        "checked"
    )


def test_a_file_without_those_columns_is_guessed(client, version):
    choose(client, version, with_column("region", lambda number: "north" if number % 3 else "south"), attributes=["region"])
    found = uploaded(client, version)
    response = client.get(url("predictions-map", version, found.pk))
    assert re.search(r'value="sex"[^>]*checked', response.content.decode())
    assert "this file lacks some of its columns" in text(response)


def test_a_mapping_is_renamed_and_deleted_on_its_page(client, version):
    choose(client, version, save_as="Usual")
    saved = Mapping.objects.get()
    assert "y_true is the label" in text(client.get(url("mapping-list", version)))
    refused = client.post(url("mapping-rename", version, saved.pk), {"name": "x" * 90})
    assert refused.status_code == 422
    assert "x" * 90 in refused.content.decode()
    client.post(url("mapping-rename", version, saved.pk), {"name": "Better"})
    assert Mapping.objects.get().name == "Better"
    client.post(url("mapping-delete", version, saved.pk))
    assert not Mapping.objects.exists()
    assert "No mapping is saved yet" in text(client.get(url("mapping-list", version)))


def test_chosen_combinations_are_crossed(client, version):
    content = with_column("region", lambda number: "north" if number % 3 else "south")
    choose(
        client,
        version,
        content,
        attributes=["sex", "age_group", "region"],
        intersections="",
        combinations="region, sex\n sex × age_group × region \n",
    )
    assert Evaluation.objects.get().columns["intersections"] == [["sex", "region"], ["sex", "age_group", "region"]]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("sex, region", "“region” is not among the attributes"),
        ("sex", "not a combination of two or three"),
        ("sex, sex", "not a combination"),
    ],
)
def test_a_combination_that_is_none_gets_a_sentence_and_stays(client, version, line, sentence):
    response = choose(client, version, combinations=line)
    assert response.status_code == 422
    assert sentence in text(response)
    assert line in response.content.decode()
    assert not Evaluation.objects.exists()


def numbered(client, version) -> tuple[Predictions, Preview]:
    found = uploaded(client, version, with_column("age", lambda number: 18 + number % 70))
    return found, Preview.from_json(found.preview)


def test_a_column_of_many_numbers_can_be_cut(client, version):
    found, preview = numbered(client, version)
    page = text(client.get(url("predictions-map", version, found.pk)))
    assert "Make groups of numbers" in page
    assert "Reaches from 18 to 87. For quarters of about the same size: 35, 50, 70." in page
    form = MapForm(preview, data=CHOICE | {"attributes": [], "cuts_0": "60, 25 40", "save_as": ""}, reach=ranges_from_json(found.ranges))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["attributes"] == ["age"]
    assert form._bins == {"age": ["25", "40", "60"]}


def test_cut_points_that_are_no_numbers_get_a_sentence_and_stay(client, version):
    found, _ = numbered(client, version)
    response = client.post(url("predictions-map", version, found.pk), CHOICE | {"cuts_0": "25, old"})
    assert response.status_code == 422
    assert "“old” is not a number." in text(response)
    assert 'value="25, old"' in response.content.decode()
    assert not Evaluation.objects.exists()
