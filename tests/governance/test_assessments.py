"""Answers to checklists and their evidence, through the services."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from django.conf import settings

from governance.models import Answer, Evidence
from governance.services import assessments, evidence, files
from registry import audit
from registry.catalog.schema import UnknownItemError
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Version
from registry.policy import Action, Actor, TeamRole
from tests import factories

pytestmark = pytest.mark.django_db
NIST = "nist_ai_rmf"
ITEM = "govern-1-1"
PDF = b"%PDF-1.7\nwhatever follows"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def answer(actor: Actor, version: Version, value: str = "yes", justification: str | None = "Because.", **more) -> Answer:
    return assessments.answer_item(
        actor=actor,
        version_id=version.pk,
        framework_key=NIST,
        item_slug=ITEM,
        value=value,
        justification=justification,
        **more,
    )


def attach(actor: Actor, version: Version, content: bytes = PDF, *, filename: str = "dpia.pdf", title: str = "") -> Evidence:
    return evidence.attach_file(
        actor=actor,
        version_id=version.pk,
        framework_key=NIST,
        item_slug=ITEM,
        title=title,
        filename=filename,
        stream=io.BytesIO(content),
        most_bytes=100,
    )


def link(actor: Actor, version: Version, url: str, title: str = "") -> Evidence:
    return evidence.attach_link(actor=actor, version_id=version.pk, framework_key=NIST, item_slug=ITEM, title=title, url=url)


def last_entry(version: Version) -> tuple[audit.AuditEntry, dict]:
    entry = audit.history(version.subject).first()
    return entry, audit.detail_of(entry)


def test_an_answer_is_kept_with_who_gave_it(engineer, version):
    made = answer(engineer, version, "partly", "Half of it.\r\nThe rest follows. ")
    assert (made.item, made.value, made.justification) == ("GOVERN 1.1", "partly", "Half of it.\nThe rest follows.")
    assert made.answered_by_id == engineer.person_id


def test_an_answer_stands_in_the_journal_with_the_one_before(engineer, version):
    answer(engineer, version, "no", "Not begun.")
    answer(engineer, version, "yes", "Done.")
    entry, detail = last_entry(version)
    assert entry.action == Action.CHECKLIST_ANSWER
    assert entry.subject == f"{version.subject}/checklist/{NIST}"
    assert detail == {
        "item": "GOVERN 1.1",
        "answer": {"before": "no", "after": "yes"},
        "reason": {"before": "Not begun.", "after": "Done."},
    }


def test_the_same_answer_given_again_writes_nothing(engineer, version):
    answer(engineer, version)
    number = last_entry(version)[0].number
    answer(engineer, version)
    assert last_entry(version)[0].number == number


def test_one_click_keeps_the_reason_that_stands(engineer, version):
    answer(engineer, version, "no", "Only the first half is done.")
    assert answer(engineer, version, "partly", None).justification == "Only the first half is done."


@pytest.mark.parametrize("justification", ["", "  \n", None])
def test_not_applicable_needs_a_reason(engineer, version, justification):
    with pytest.raises(DomainError, match="Say why it is not applicable"):
        answer(engineer, version, "not-applicable", justification)
    assert not Answer.objects.exists()
    assert not version.assessments.exists()


def test_not_applicable_with_a_reason_is_an_answer(engineer, version):
    assert answer(engineer, version, "not-applicable", "No third party is involved.").value == "not-applicable"


def test_an_unknown_answer_is_refused(engineer, version):
    with pytest.raises(DomainError, match="Choose yes, partly, no or not applicable"):
        answer(engineer, version, "perhaps")


def test_a_reason_as_long_as_a_book_is_refused(engineer, version):
    with pytest.raises(DomainError, match="longer than 20000 characters"):
        answer(engineer, version, "yes", "x" * 20_001)


def test_an_unknown_item_is_not_found(engineer, version):
    with pytest.raises(UnknownItemError):
        assessments.answer_item(actor=engineer, version_id=version.pk, framework_key=NIST, item_slug="govern-9-9", value="yes")


def test_two_people_do_not_overwrite_each_other(engineer, version):
    seen = answer(engineer, version, "no", "Not begun.").stamp
    team = version.asset.team
    colleague = factories.person("Rosa Weber", member_of=team, team_role=TeamRole.CONTRIBUTOR).actor()
    answer(colleague, version, "yes", "Finished today.", based_on=seen)
    with pytest.raises(ConflictError, match="Rosa Weber answered this item after you opened it"):
        answer(engineer, version, "partly", "Begun.", based_on=seen)
    assert Answer.objects.get().value == "yes"


def test_an_answer_that_was_taken_back_meanwhile_is_not_written_over(engineer, version):
    seen = answer(engineer, version).stamp
    assessments.clear_answer(actor=engineer, version_id=version.pk, framework_key=NIST, item_slug=ITEM)
    with pytest.raises(ConflictError, match="was taken back after you opened it"):
        answer(engineer, version, based_on=seen)


def test_outsiders_reviewers_and_viewers_do_not_answer(version):
    viewer = factories.person(member_of=version.asset.team, team_role=TeamRole.VIEWER).actor()
    for actor in (factories.engineer(), factories.reviewer(), viewer):
        with pytest.raises(ForbiddenError):
            answer(actor, version)
    assert not Answer.objects.exists()


def test_whoever_answers_is_an_author(engineer, version):
    colleague = factories.person(member_of=version.asset.team, team_role=TeamRole.CONTRIBUTOR)
    answer(colleague.actor(), version)
    assert colleague in version.authors.all()


def test_a_dataset_has_no_checklists(engineer):
    with pytest.raises(DomainError, match="Only models have checklists"):
        answer(engineer, factories.version(engineer, kind="dataset"))


def test_an_answer_taken_back_leaves_the_item_open_and_takes_its_evidence_along(engineer, version):
    answer(engineer, version)
    attach(engineer, version, title="DPIA")
    assessments.clear_answer(actor=engineer, version_id=version.pk, framework_key=NIST, item_slug=ITEM)
    assert not Answer.objects.exists()
    assert not Evidence.objects.exists()
    assert last_entry(version)[1] == {
        "item": "GOVERN 1.1",
        "answer": {"before": "yes", "after": None},
        "reason": {"before": "Because.", "after": ""},
        "evidence_removed": ["DPIA"],
    }


def test_evidence_that_supports_another_answer_outlives_the_first(engineer, version):
    shared = attach_to_two(engineer, version)
    assessments.clear_answer(actor=engineer, version_id=version.pk, framework_key=NIST, item_slug=ITEM)
    assert list(Evidence.objects.all()) == [shared]


def attach_to_two(actor: Actor, version: Version) -> Evidence:
    first = answer(actor, version)
    shared = attach(actor, version)
    second = assessments.answer_item(actor=actor, version_id=version.pk, framework_key=NIST, item_slug="govern-1-2", value="yes")
    second.evidence.add(shared)
    assert first.evidence.get() == shared
    return shared


def test_taking_back_no_answer_writes_nothing(engineer, version):
    number = last_entry(version)[0].number
    assessments.clear_answer(actor=engineer, version_id=version.pk, framework_key=NIST, item_slug=ITEM)
    assert last_entry(version)[0].number == number


def test_a_file_is_kept_by_its_digest_and_stands_in_the_journal(engineer, version):
    answer(engineer, version)
    piece = attach(engineer, version)
    digest = hashlib.sha256(PDF).hexdigest()
    assert (piece.sha256, piece.size, piece.content_type, piece.title) == (digest, len(PDF), "application/pdf", "dpia.pdf")
    assert files.path_of(evidence.SHELF, digest).read_bytes() == PDF
    assert last_entry(version)[1] == {"item": "GOVERN 1.1", "evidence": "dpia.pdf", "sha256": digest, "url": ""}


def test_the_same_bytes_are_kept_once(engineer, version):
    answer(engineer, version)
    attach(engineer, version, title="One")
    attach(engineer, version, title="Two")
    kept = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert Evidence.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "title"),
    [("../../etc/passwd", "passwd"), ("C:\\Users\\a\\secret.pdf", "secret.pdf"), ("a\x00b\n.pdf", "ab.pdf"), ("x" * 300, "x" * 200)],
)
def test_a_hostile_file_name_reaches_only_the_title(engineer, version, typed, title):
    answer(engineer, version)
    piece = attach(engineer, version, filename=typed)
    assert piece.title == title
    kept = [path.relative_to(settings.MEDIA_ROOT).as_posix() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert kept == [f"evidence/{piece.sha256[:2]}/{piece.sha256}"]


@pytest.mark.parametrize(
    ("content", "filename", "sentence"),
    [
        (b"", "empty.pdf", "“empty.pdf” is empty"),
        (b"x" * 101, "large.pdf", "“large.pdf” is larger than"),
        (PDF, "..", "Give the file a name"),
    ],
)
def test_a_file_that_cannot_be_kept_leaves_nothing_behind(engineer, version, content, filename, sentence):
    answer(engineer, version)
    with pytest.raises(DomainError, match=sentence):
        attach(engineer, version, content, filename=filename)
    assert not Evidence.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_evidence_waits_for_the_answer(engineer, version):
    with pytest.raises(DomainError, match="Answer the item first"):
        attach(engineer, version)
    with pytest.raises(DomainError, match="Answer the item first"):
        link(engineer, version, "https://example.org/dpia")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,<script>", "ftp://example.org/a", "dpia.pdf", "", "https://"])
def test_only_a_web_address_is_a_link(engineer, version, url):
    answer(engineer, version)
    with pytest.raises(DomainError, match="not a web address"):
        link(engineer, version, url)


def test_an_address_without_end_is_refused(engineer, version):
    answer(engineer, version)
    with pytest.raises(DomainError, match="longer than 500 characters"):
        link(engineer, version, f"https://example.org/{'a' * 500}")


def test_a_link_without_a_title_is_called_by_its_address(engineer, version):
    answer(engineer, version)
    assert link(engineer, version, " https://example.org/dpia ").title == "https://example.org/dpia"
    assert last_entry(version)[1]["url"] == "https://example.org/dpia"


def test_an_outsider_attaches_and_removes_nothing(engineer, version):
    answer(engineer, version)
    piece = attach(engineer, version)
    outsider = factories.engineer()
    with pytest.raises(ForbiddenError):
        attach(outsider, version)
    with pytest.raises(ForbiddenError):
        link(outsider, version, "https://example.org/")
    with pytest.raises(ForbiddenError):
        evidence.detach_evidence(actor=outsider, version_id=version.pk, evidence_id=piece.pk)
    assert Evidence.objects.get() == piece


def test_removed_evidence_stands_in_the_journal_and_its_bytes_stay(engineer, version):
    answer(engineer, version)
    piece = attach(engineer, version)
    evidence.detach_evidence(actor=engineer, version_id=version.pk, evidence_id=piece.pk)
    assert not Evidence.objects.exists()
    assert files.is_intact(evidence.SHELF, piece.sha256)
    entry, detail = last_entry(version)
    assert entry.subject.endswith(NIST)
    assert detail == {"item": "GOVERN 1.1", "evidence_removed": "dpia.pdf", "sha256": piece.sha256, "url": ""}


def test_evidence_is_removed_once(engineer, version):
    answer(engineer, version)
    piece = attach(engineer, version)
    evidence.detach_evidence(actor=engineer, version_id=version.pk, evidence_id=piece.pk)
    with pytest.raises(ConflictError, match="removed already"):
        evidence.detach_evidence(actor=engineer, version_id=version.pk, evidence_id=piece.pk)


def test_evidence_of_another_version_is_not_removed_by_way_of_this_one(engineer, version):
    answer(engineer, version)
    piece = attach(engineer, version)
    other = factories.version(engineer)
    with pytest.raises(ConflictError):
        evidence.detach_evidence(actor=engineer, version_id=other.pk, evidence_id=piece.pk)
    assert Evidence.objects.get() == piece


@pytest.mark.parametrize(
    ("name", "opening", "kind"),
    [
        ("a.txt", b"%PDF-1.7", "application/pdf"),
        ("a.pdf", b"<html>", "application/octet-stream"),
        ("a.html", b"<html>", "application/octet-stream"),
        ("a.csv", b"a,b\n1,2\n", "text/csv"),
        ("a.csv", b"\x00\x01", "application/octet-stream"),
        ("a.docx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.pdf", b"PK\x03\x04", "application/zip"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
    ],
)
def test_the_bytes_say_what_a_file_is_and_the_name_only_helps(name, opening, kind):
    assert evidence.content_type_of(name, opening) == kind


@pytest.mark.parametrize(
    ("title", "kind", "name"),
    [
        ("dpia.pdf", "application/pdf", "dpia.pdf"),
        ("DPIA, signed", "application/pdf", "DPIA, signed.pdf"),
        ("a/b: “c”?", "image/png", "a-b- “c”-.png"),
        ("notes", "application/octet-stream", "notes"),
    ],
)
def test_a_download_is_named_by_its_title_and_kind(title, kind, name):
    assert evidence.download_name(Evidence(title=title, content_type=kind)) == name


def test_a_snapshot_tells_every_answer_with_its_evidence(engineer, version):
    answer(engineer, version, "partly", "Half of it.")
    piece = attach(engineer, version, title="DPIA")
    parts = {part["framework"]["key"]: part for part in assessments.frozen(version)}
    assert parts[NIST]["items"] == 72
    assert parts[NIST]["answers"] == [
        {
            "item": "GOVERN 1.1",
            "value": "partly",
            "justification": "Half of it.",
            "by": engineer.name,
            "evidence": [{"title": "DPIA", "url": "", "sha256": piece.sha256}],
        }
    ]
    assert all(part["answers"] == [] for key, part in parts.items() if key != NIST)
