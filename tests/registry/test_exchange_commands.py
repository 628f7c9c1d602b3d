"""``import_card`` and ``export_card``: what they print, what they save, and how they say no."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from registry.models import Document, Person, Revision
from registry.services import documents
from tests import factories

CARD = "---\nlicense: mit\ncustom: [1, .inf]\n---\n# Mine\n\nIt sorts.\n\n## Secret sauce\n\nSalt.\n"


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.md"
    path.write_text(CARD)
    return path


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_a_dry_run_prints_json_and_opens_no_database(card):
    printed = json.loads(run("import_card", str(card), "--json", "--dry-run"))
    assert printed == {
        "template": "model_card",
        "fields": {"license": "mit", "model_name": "Mine", "overview": "It sorts."},
        "front_matter": {"license": "mit", "custom": [1, "inf"]},
        "unmapped": [{"heading": "Secret sauce", "level": 2, "text": "Salt."}],
        "warnings": [],
    }


def test_the_command_line_itself_exits_2_with_one_sentence(tmp_path, checkout):
    bad = tmp_path / "bad.md"
    bad.write_text("---\na: !!python/name:os.system\n---\n")
    words = [sys.executable, "manage.py", "import_card", str(bad), "--json", "--dry-run"]
    done = subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "is refused" in done.stderr


@pytest.mark.django_db
def test_an_import_is_one_revision_and_its_export_says_the_same(card, tmp_path):
    person = factories.person(member_of=factories.team())
    made = factories.version(person.actor())
    where = ("--model", made.asset.slug, "--version", "1.0.0")
    before = made.document.revision
    assert f"Saved as revision {before + 1}." in run("import_card", str(card), *where, "--as", person.email)
    document = Document.objects.get(version=made)
    assert document.content["overview"] == "It sorts."
    assert Revision.objects.get(document=document, number=before + 1).note == "Imported from card.md"
    exported = run("export_card", *where, "--format", "huggingface")
    assert exported.startswith(CARD.replace("custom: [1, .inf]\n---\n", "custom:\n- 1\n- .inf\n---\n\n").split("## ")[0])
    assert "## Secret sauce\n\nSalt.\n" in exported
    run("export_card", *where, "--format", "json", "--output", str(tmp_path / "card.json"))
    assert json.loads((tmp_path / "card.json").read_text())["fields"] == document.content


@pytest.mark.django_db
def test_what_cannot_be_is_refused_with_2(card):
    person = factories.person(member_of=factories.team())
    made = factories.version(person.actor())
    stranger = factories.person(member_of=factories.team())
    where = ["--model", made.asset.slug, "--version", "1.0.0"]
    mine = ["--as", person.email]
    for words in (
        [str(card)],
        [str(card), *where],
        [str(card), *where, "--as", stranger.email],
        [str(card), *where, *mine, "--template", "datasheet"],
        [str(card), "--model", "nothing", "--version", "1.0.0", *mine],
        [str(card), "--dataset", made.asset.slug, "--version", "1.0.0", *mine],
        ["/nowhere/at/all.md", *where, *mine],
    ):
        with pytest.raises(CommandError, match=r"\.$") as refused:
            run("import_card", *words)
        assert refused.value.returncode == 2
    assert Document.objects.get(version=made).revision == made.document.revision
    assert Person.objects.filter(pk=person.pk).exists()


@pytest.mark.django_db
def test_an_entry_of_several_lines_survives_the_form():
    person = factories.person(member_of=factories.team()).actor()
    document = factories.version(person).document
    entry = "One:\n\n```\ncode\n```"
    typed = "\n".join(one.replace("\n", "\n  ") for one in [entry, "Two"])
    saved = documents.save_fields(actor=person, document_id=document.pk, values={"risks_harms": typed}, based_on=document.revision)
    assert saved.content["risks_harms"] == [entry, "Two"]
