"""``manage.py render_pdf``: one release or all, without a worker, with exit codes that a script can rely on."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from governance.models import Dossier, JobState
from governance.reports import presses
from governance.services import dossiers
from registry.models import Organisation
from tests import factories, papers

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("render_pdf", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def release():
    return factories.release(factories.engineer())


def test_one_release_by_number_and_by_name_is_the_same_file(release, tmp_path):
    by_number, by_name = tmp_path / "a.pdf", tmp_path / "b.pdf"
    run(release.pk, "--output", by_number)
    run(f"{release.version.asset.slug}/{release.version.name}/{release.environment}", "--output", by_name)
    assert by_number.read_bytes() == by_name.read_bytes()
    assert papers.faults(by_number.read_bytes()) == []
    assert Dossier.objects.get().requested_by is None
    assert sorted(file.name for file in tmp_path.glob("*.pdf*")) == ["a.pdf", "b.pdf"]


def test_all_go_into_a_folder_each_under_its_own_name(release, tmp_path):
    other = factories.release(factories.engineer())
    text = run("--all", "--output", tmp_path / "out", "--kind", "card", "--paper", "letter")
    assert "1 of 2" in text
    assert "2 of 2" in text
    names = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert [name.partition("_")[0] for name in names] == sorted([str(release.pk), str(other.pk)])
    assert all(name.endswith("_card_letter.pdf") for name in names)


@pytest.mark.parametrize(("form", "begins"), [("html", b"<!DOCTYPE html>"), ("md", b"Assay"), ("docx", b"PK")])
def test_the_other_forms_are_written_without_a_worker_too(release, tmp_path, form, begins):
    file = tmp_path / "dossier"
    call_command("render_dossier", str(release.pk), "--format", form, "--output", str(file), stdout=StringIO())
    assert file.read_bytes().startswith(begins)
    call_command("render_dossier", "--all", "--format", form, "--output", str(tmp_path / "all"), "--language", "da", stdout=StringIO())
    assert [one.suffix for one in (tmp_path / "all").iterdir()] == [f".{form}"]


def test_the_frame_is_in_the_organisations_language(release, tmp_path):
    Organisation.objects.create(pk=1, language="fr")
    run(release.pk, "--output", tmp_path / "a.pdf", "--kind", "summary")
    assert papers.language_of((tmp_path / "a.pdf").read_bytes()) == "fr"


def test_one_that_fails_does_not_stop_the_others_and_shows_in_the_exit_code(release, tmp_path, monkeypatch):
    factories.release(factories.engineer())
    outcomes = iter([presses.Outcome(frozenset(), -9)])
    plain = presses.run
    monkeypatch.setattr(presses, "run", lambda *a, **n: next(outcomes, None) or plain(*a, **n))
    with pytest.raises(SystemExit) as ended:
        run("--all", "--output", tmp_path)
    assert ended.value.code == 1
    assert len(list(tmp_path.glob("*.pdf"))) == 1


@pytest.mark.parametrize("arguments", [(), ("1", "--all"), ("nobody/1.0/staging",), ("999999",)])
def test_a_question_that_makes_no_sense_exits_with_two(arguments, tmp_path):
    with pytest.raises(CommandError) as refused:
        run(*arguments, "--output", tmp_path / "x.pdf")
    assert refused.value.returncode == 2


def test_one_that_a_worker_is_making_is_left_alone(release, tmp_path):
    asked = dossiers.request_dossier(actor=factories.engineer(release.version.asset.team), release_id=release.pk)
    from governance.services import jobs

    jobs.claim(Dossier, asked.pk)
    with pytest.raises(CommandError, match="at this moment") as refused:
        run(release.pk, "--output", tmp_path / "x.pdf")
    assert refused.value.returncode == 1
    asked.refresh_from_db()
    assert asked.state == JobState.RUNNING
