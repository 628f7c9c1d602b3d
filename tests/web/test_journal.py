"""The journal's pages: filters, pages, export, proofs, checkpoints."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registry import audit
from registry.audit.verifying import bytes_of
from registry.digest import sha256
from registry.policy import SYSTEM, Action, Role
from registry.services import tokens
from registry.services.checkpoints import read_checkpoint
from registry.services.keys import public_keys
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor():
    return factories.person("Aino Auditor", roles=[Role.AUDITOR])


@pytest.fixture
def page(auditor):
    client = Client()
    client.force_login(auditor)

    def _page(name="journal", *args, **query):
        return client.get(reverse(name, args=args), query)

    return _page


def text(response):
    return response.content.decode()


def write(count=1, subject="model/loans", action=Action.DOCUMENT_WRITE):
    with transaction.atomic():
        return [audit.record(SYSTEM, action, subject, {"revision": number}) for number in range(count)]


def numbers(response):
    return [row["entry"].number for row in response.context["rows"]]


def test_older_entries_are_reached_page_by_page_and_none_twice(page):
    write(60)
    total = audit.history().count()
    seen, address = [], {}
    while True:
        response = page(**address)
        seen += numbers(response)
        if response.context["older"] is None:
            break
        address = {"before": response.context["older"]}
    assert seen == list(range(total, 0, -1))


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40])
def test_a_wild_page_is_the_first(page, before):
    write(3)
    assert page(before=before).status_code == 200


def test_filters_narrow_by_subject_person_action_and_time(page):
    write(1, "model/loans/1.0.0")
    write(1, "model/loans-old")
    other = write(1, "model/loans", Action.ASSET_EDIT)[0].number
    today, tomorrow = timezone.now().date(), timezone.now().date() + timedelta(days=1)
    assert len(numbers(page(subject="model/loans"))) == 2
    assert numbers(page(subject="model/loans", action="asset.edit")) == [other]
    assert numbers(page(subject="model/loans", actor="Assay", since=today.isoformat(), until=today.isoformat()))[0] == other
    assert numbers(page(actor="Nobody Here")) == []
    assert "Nothing fits" in text(page(actor="Nobody Here"))
    assert numbers(page(since=tomorrow.isoformat())) == []


def test_a_date_that_cannot_be_read_says_so_and_keeps_what_was_typed(page):
    write(1)
    said = text(page(subject="model/loans", since="yesterday"))
    assert "valid date" in said
    assert "model/loans" in said


def test_the_export_holds_what_each_digest_is_over(page):
    write(5)
    response = page("journal-export", subject="model/loans")
    lines = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    assert [line["detail"] for line in lines] == [f'{{"revision":{number}}}' for number in range(5)]
    raw = b"".join(page("journal-export").streaming_content).splitlines()
    previous = "0" * 64
    for line in raw:
        body = json.loads(line)
        tail = f',"digest":"{body["digest"]}"}}'.encode()
        assert line.endswith(tail)
        assert sha256(line.removesuffix(tail) + b"}") == body["digest"]
        assert body["previous"] == previous
        previous = body["digest"]


def test_an_entry_shows_its_place_and_hands_out_its_proof(page):
    number = write(5)[2].number
    assert "Download the proof" in text(page("journal-entry", number))
    told = page("journal-proof", number).json()
    assert told == audit.inclusion(number).to_json()
    assert page("journal-entry", 9999).status_code == 404
    assert page("journal-proof", 9999).status_code == 404


def test_a_changed_tree_gives_no_proof_and_says_so(page, monkeypatch):
    number = write(5)[2].number
    monkeypatch.setattr(audit, "inclusion", lambda _: audit.Inclusion(number, "00" * 32, 9, "00" * 32, ()))
    assert "has no proof" in text(page("journal-entry", number))
    assert page("journal-proof", number).status_code == 409


def test_an_entry_leads_to_its_subject_or_to_what_is_known_of_it(page):
    made = factories.version(factories.engineer())
    assert page("journal-subject", subject=made.subject).headers["Location"] == made.get_absolute_url()
    assert page("journal-subject", subject=made.asset.subject).headers["Location"] == made.asset.get_absolute_url()
    release = page("journal-subject", subject=f"{made.subject}/release/7").headers["Location"]
    assert release == reverse("release", args=[*made.url_args, 7])
    for gone in ("model/gone", "model/gone/1.0.0", "person/9/token/3", ""):
        response = page("journal-subject", subject=gone)
        assert response.headers["Location"].startswith(reverse("journal"))


def test_a_checkpoint_is_taken_listed_and_downloaded(auditor, page):
    write(4)
    client = Client()
    client.force_login(auditor)
    assert "No checkpoint yet" in text(page("checkpoint-list"))
    client.post(reverse("checkpoint-list"))
    kept = audit.Checkpoint.objects.get()
    assert f"/{kept.number}.json" in text(page("checkpoint-list"))
    mark = read_checkpoint(page("checkpoint-download", kept.number).content, public_keys())
    assert mark.number == audit.history().count()


def test_programs_of_auditors_read_the_journal(auditor):
    write(3)
    _, secret = tokens.create_token(actor=auditor.actor(), name="siem", days=1)
    header = {"Authorization": f"Bearer {secret}"}
    told = Client().get(reverse("api-journal"), {"subject": "model/loans"}, headers=header).json()
    assert [one["detail"] for one in told["results"]] == [f'{{"revision":{number}}}' for number in (2, 1, 0)]
    row = audit.history().get(number=told["results"][0]["number"])
    values = tuple(getattr(row, name) for name in ("number", "at", "actor_id", "actor_name", "action", "subject", "detail", "previous"))
    assert sha256(bytes_of((*values, ""))) == told["results"][0]["digest"]
