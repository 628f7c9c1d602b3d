"""The summary that New York City's Local Law 144 asks to publish: page, PDF, and what it refuses."""

from __future__ import annotations

import html
import io
import re
import subprocess

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from governance.models import BiasAuditSummary, Evaluation, JobState
from governance.reports.ll144 import Choices, summary
from governance.services import jobs, pdfs, summaries
from governance.tasks import render_summary, sweep
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Person
from registry.policy import SYSTEM, TeamRole
from tests import factories, papers, scored

pytestmark = pytest.mark.django_db
CHOSEN = {
    "sex": "sex",
    "race": "race",
    "rate": "selection",
    "exclude": "yes",
    "reason": "Fifteen people are too few.",
    "audited_on": "2026-11-20",
    "distributed_on": "2027-01-02",
    "source": "All applications of 2025.",
}
#          attribute, group, selected, of
GROUPS = [
    ("sex", {"A": (400, 1000), "B": (360, 985), "C": (15, 15)}),
    ("race", {"X": (300, 1000), "Y": (475, 1000)}),
    ("race × sex", {"X × A": (200, 500), "Y × A": (200, 500), "X × B": (160, 485), "Y × B": (200, 500), "Y × C": (15, 15)}),
]


def cell(selected: int, records: int) -> dict[str, str]:
    return {"tp": str(selected), "fp": "0", "fn": "0", "tn": str(records - selected)}


def counts(groups=GROUPS, unknown: int = 4) -> dict:
    return {
        "rows": 2000 + unknown,
        "weighted": False,
        "overall": cell(775, 2000),
        "attributes": [
            {
                "attribute": attribute,
                "groups": [{"group": name, **cell(*numbers)} for name, numbers in own.items()],
                "unknown": cell(0, unknown),
            }
            for attribute, own in groups
        ],
    }


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def evaluation(owner) -> Evaluation:
    made = factories.evaluation(owner, factories.version(owner), rows=40)
    made.counts = counts()
    made.columns = made.columns | {"attributes": ["sex", "race"], "intersections": [["race", "sex"]]}
    made.save(update_fields=["counts", "columns"])
    return made


def client_of(actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def url(evaluation: Evaluation, name: str = "ll144", *more: object) -> str:
    return reverse(name, args=[*evaluation.version.url_args, evaluation.pk, *more])


def text(response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def choices(**changes) -> Choices:
    return Choices(**(CHOSEN | {"exclude": True} | changes))


def test_the_page_shows_the_ratios_of_both_attributes_and_of_their_intersection(owner, evaluation):
    page = client_of(owner).get(url(evaluation), CHOSEN)
    ratios = dict(re.findall(r'data-ratio="([^"]*)">([^<]*)<', page.content.decode()))
    assert (ratios["A"], ratios["B"], ratios["C"]) == ("1.000", "0.914", "–")
    assert (ratios["X"], ratios["Y"], ratios["X × A"]) == ("0.632", "1.000", "1.000")
    words = text(page)
    assert "The reference is “A”, the category with the highest rate among those with at least 2 %" in words
    assert "Left out, because each has under 2 % of the records: C. Reason: Fifteen people are too few." in words
    assert "The other choice: The reference is “C”" in words
    assert "20 November 2026" in words
    assert "2 January 2027" in words
    assert "All applications of 2025." in words
    assert "The law sets no pass mark" in words
    assert "no legal advice" in words
    assert "Unknown (in no rate) 4" in words
    assert "Not yet fit to publish" not in words


def test_at_first_the_attributes_are_guessed_and_what_is_missing_is_named(owner, evaluation):
    words = text(client_of(owner).get(url(evaluation)))
    assert "Left out, because each has under 2 % of the records: C." in words
    assert "the date from which the tool is used" in words
    assert "the source and explanation of the data" in words


def test_comparing_small_categories_too_makes_them_the_reference(owner, evaluation):
    page = client_of(owner).get(url(evaluation), CHOSEN | {"exclude": "no"})
    ratios = dict(re.findall(r'data-ratio="([^"]*)">([^<]*)<', page.content.decode()))
    assert (ratios["A"], ratios["B"], ratios["C"]) == ("0.400", "0.365", "1.000")


def test_an_intersection_that_was_not_measured_is_named(owner, evaluation):
    evaluation.counts = counts(GROUPS[:2])
    evaluation.save(update_fields=["counts"])
    assert "The intersection of “sex” and “race” was not measured." in text(client_of(owner).get(url(evaluation), CHOSEN))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"audited_on": "soon"}, "Enter a valid date."),
        ({"sex": "race"}, "This attribute was chosen for the sex already."),
        ({"sex": "nope"}, "is not one of the available choices"),
        ({"rate": "scoring"}, "is not one of the available choices"),
    ],
)
def test_a_choice_that_does_not_fit_gets_a_sentence_and_loses_nothing(owner, evaluation, changes, sentence):
    page = client_of(owner).get(url(evaluation), CHOSEN | changes)
    assert page.status_code == 422
    assert sentence in text(page)
    assert "All applications of 2025." in page.content.decode()


def test_scoring_rates_are_told_when_the_score_was_read(owner, evaluation):
    groups = [{"group": "A", "n": 6, "above_median": 4}, {"group": "B", "n": 4, "above_median": 1}]
    evaluation.scores = {"median": "57.5", "attributes": [{"attribute": "sex", "unknown": 1, "groups": groups}]}
    evaluation.save(update_fields=["scores"])
    page = client_of(owner).get(url(evaluation), CHOSEN | {"rate": "scoring"})
    ratios = dict(re.findall(r'data-ratio="([^"]*)">([^<]*)<', page.content.decode()))
    assert ratios == {"A": "1.000", "B": "0.375"}
    assert "scored strictly above 57.5, the median of all records" in text(page)


def test_from_asking_to_the_file(owner, evaluation, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(render_summary, "delay", render_summary.run)
    client = client_of(owner)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url(evaluation), CHOSEN)
    assert answer.status_code == 302
    made = BiasAuditSummary.objects.get()
    assert made.state == JobState.DONE, made.error
    page = client.get(answer["Location"])
    download = url(evaluation, "ll144-download", made.pk)
    assert download in page.content.decode()
    file = client.get(download)
    assert file["Content-Type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(b"".join(file.streaming_content)))
    words = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    assert len(reader.pages) == made.pages
    for wanted in ("0.914", "20 November 2026", "2 January 2027", CHOSEN["source"], CHOSEN["reason"], "no pass mark"):
        assert wanted in words
    journal = audit.history(f"{evaluation.version.subject}/evaluation/{evaluation.pk}")
    assert [entry.action for entry in journal][:2] == ["summary.finish", "summary.request"]


def test_the_same_summary_is_one_file_and_another_choice_is_another(owner, evaluation):
    first = summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices())
    assert summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices()).pk == first.pk
    assert summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices(source="Other.")).pk != first.pk
    assert first.content_digest == summary(evaluation, choices()).digest


def test_a_failed_one_and_one_whose_file_is_gone_are_made_again(owner, evaluation, settings):
    row = summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices())
    job = jobs.claim(BiasAuditSummary, row.pk)
    summaries.fail_summary(actor=SYSTEM, summary=job, reason="No paper.")
    page = client_of(owner).get(url(evaluation), CHOSEN)
    assert "No paper." in text(page)
    again = summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices())
    assert (again.pk, again.state) == (row.pk, JobState.QUEUED)
    summaries.carry_out(again.pk)
    again.refresh_from_db()
    pdfs.path_of(again).write_bytes(b"tampered")
    with pytest.raises(ConflictError, match="Ask for it again"):
        pdfs.path_of(again)
    assert client_of(owner).get(url(evaluation, "ll144-download", again.pk)).status_code == 409
    assert summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices()).state == JobState.QUEUED


def test_what_the_rule_asks_for_must_be_given_before_there_is_a_pdf(owner, evaluation):
    with pytest.raises(DomainError, match="the source and explanation of the data"):
        summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices(source=""))
    with pytest.raises(DomainError, match="why small categories are left out"):
        summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices(reason=""))
    assert summary(evaluation, choices(reason="", exclude=False)).lacks == ()
    answer = client_of(owner).post(url(evaluation), CHOSEN | {"distributed_on": ""})
    assert answer.status_code == 422
    assert "Before it can be published, give the date from which the tool is used." in text(answer)
    assert "All applications of 2025." in answer.content.decode()
    assert not BiasAuditSummary.objects.exists()


def test_a_reader_sees_the_page_and_may_not_publish(owner, evaluation):
    reader = factories.person(member_of=evaluation.version.asset.team, team_role=TeamRole.VIEWER).actor()
    assert "Only contributors and owners of the team may do this." in text(client_of(reader).get(url(evaluation), CHOSEN))
    assert client_of(reader).post(url(evaluation), CHOSEN).status_code == 403
    with pytest.raises(ForbiddenError):
        summaries.request_summary(actor=reader, evaluation_id=evaluation.pk, choices=choices())


def test_an_evaluation_without_a_result_has_no_summary(owner, evaluation):
    Evaluation.objects.filter(pk=evaluation.pk).update(state=JobState.FAILED, error="For a test.")
    assert client_of(owner).get(url(evaluation)).status_code == 404
    with pytest.raises(ConflictError):
        summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices())


def test_the_sweep_rings_for_a_summary_whose_bell_was_lost(owner, evaluation, monkeypatch, settings):
    row = summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices())
    settings.LOST_BELL_SECONDS = -1
    rung = []
    monkeypatch.setattr(render_summary, "delay", rung.append)
    sweep()
    assert rung == [row.pk]
    part = client_of(owner).get(url(evaluation), CHOSEN, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in part
    assert "Waiting for a worker" in part
    assert "<html" not in part


def test_scores_of_every_group_give_a_page_too(owner, evaluation):
    scored.score(evaluation)
    assert client_of(owner).get(url(evaluation), CHOSEN | {"rate": "scoring"}).status_code == 200


def test_groups_that_mean_unknown_are_guessed_counted_and_in_no_rate(owner, evaluation):
    sex = ("sex", {"A": (400, 1000), "not reported": (500, 1000)})
    race = ("race", {"X": (500, 1000), "N/A": (400, 1000)})
    both = ("sex × race", {"A × X": (200, 500), "A × N/A": (200, 500), "not reported × X": (300, 500), "not reported × N/A": (200, 500)})
    evaluation.counts = counts([sex, race, both])
    evaluation.save(update_fields=["counts"])
    first = client_of(owner).get(url(evaluation)).content.decode()
    for name in ("not reported", "N/A"):
        assert re.search(f'value="{name}"[^>]*checked', first)
    words = text(client_of(owner).get(url(evaluation), CHOSEN | {"unknown": ["not reported", "N/A"]}))
    assert "Unknown (in no rate) 1,004" in words
    assert "Unknown (in no rate) 1,504" in words
    assert "Counted as unknown: N/A, not reported." in words
    assert "not reported × X" not in words


def test_the_pdf_is_archival_and_accessible_before_and_after_the_signature(owner, evaluation):
    row = summaries.request_summary(actor=owner, evaluation_id=evaluation.pk, choices=choices())
    summaries.carry_out(row.pk)
    row.refresh_from_db()
    path = pdfs.path_of(row)
    assert papers.faults(papers.unsigned(path.read_bytes())) == []
    assert papers.faults(path.read_bytes()) == []
    assert subprocess.run(["qpdf", "--check", path], check=False, capture_output=True).returncode == 0
