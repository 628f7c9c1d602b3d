"""A release's dossier in other forms: what is handed out, to whom, and the same as last time (golden files)."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from governance.models import Release
from governance.reports.choices import Choices, Kind
from governance.services.editions import Form, make_edition
from registry import audit
from registry.digest import sha256
from registry.errors import DomainError, ForbiddenError
from registry.policy import ANONYMOUS, Action
from tests import factories

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
# What differs from one run to the next.
CHANGING = (
    (re.compile(r"[0-9a-f]{64}|(?<=<br>)[0-9a-f]{32}|[0-9a-f]{32}(?=<br>|  \n)|(?<=  \n)[0-9a-f]{32}"), "DIGEST"),
    (re.compile(r"sha256:[0-9a-f]{12}"), "sha256:DIGEST"),
    (re.compile(r"\d{1,2} [A-Z][a-z]+ 20\d\d(, \d\d:\d\d)?"), "DATE"),
    (re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "DATE"),
    (re.compile(r"\b(Person|Model|Team|model|Dataset|dataset)([ -])\d+"), r"\1\2N"),
    (re.compile(r"(releases?)/\d+"), r"\1/N"),
    (re.compile(r"<style>.*?</style>", re.DOTALL), "<style></style>"),
)


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def release(owner):
    return factories.release(owner, factories.filled_version(owner, tier="limited"))


def settled(text: str) -> str:
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


@pytest.mark.parametrize(("form", "kind"), [(Form.MARKDOWN, Kind.DOSSIER), (Form.WEBPAGE, Kind.SUMMARY)])
def test_the_file_is_the_golden_one(owner, release, form, kind):
    """ASSAY_WRITE_GOLDEN=1 writes it anew, to be read before it is committed."""
    made = make_edition(actor=owner, release_id=release.pk, form=form, choices=Choices(kind))
    file = GOLDEN / f"{kind}.{form}"
    found = settled(made.content.decode())
    if os.environ.get("ASSAY_WRITE_GOLDEN"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


def test_a_page_of_html_needs_and_fetches_nothing(owner, release):
    html = make_edition(actor=owner, release_id=release.pk, form=Form.WEBPAGE, choices=Choices()).content.decode()
    assert html.startswith("<!DOCTYPE html>")
    assert "default-src 'none'" in html
    assert "max-width: 185mm" in html
    assert re.findall(r"(?:src|href)=\"(?!#|https?://|mailto:|data:image/)[^\"]*\"", html) == []
    assert "<script" not in html
    assert not re.search(r"<(?:link|iframe|object|embed)\b", html)


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_word_processor_gets_the_card_alone(owner, release, language):
    made = make_edition(actor=owner, release_id=release.pk, form=Form.WORD, choices=Choices(language=language))
    document = docx.Document(io.BytesIO(made.content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Something about overview." in text
    assert ("Tjeklister" if language == "da" else "Checklists") not in text
    levels = [int(style.style.name[-1]) for style in document.paragraphs if style.style.name.startswith("Heading ")]
    assert all(below <= above + 1 for above, below in zip([0, *levels], levels, strict=False))
    assert made.name.startswith(release.version.asset.slug)
    assert made.name.endswith("_card.docx" if language == "en" else "_card_da.docx")


def test_what_introduces_a_table_stays_on_its_page_and_heads_are_bold(owner, release):
    made = make_edition(actor=owner, release_id=release.pk, form=Form.WORD, choices=Choices())
    document = docx.Document(io.BytesIO(made.content))
    before = [one.getprevious() for one in document.element.body.iterchildren(qn("w:tbl"))]
    assert before
    assert all(one.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None for one in before if one.tag == qn("w:p"))
    first = document.tables[0].rows[0].cells
    assert [all(run.bold for run in cell.paragraphs[0].runs) for cell in first] == [True, False]
    assert document.styles["Heading 1"].font.name == document.styles["Normal"].font.name


@pytest.mark.parametrize("form", [Form.WEBPAGE, Form.MARKDOWN])
def test_it_says_that_it_is_not_signed_and_where_its_digest_stands(owner, release, form):
    text = make_edition(actor=owner, release_id=release.pk, form=form, choices=Choices()).content.decode()
    assert "This file is not signed. The PDF of the same release is, and it is the record." in text
    assert "dossier.request" in text
    assert "dossier.finish" not in text


def test_it_stands_in_the_journal_by_its_digest(owner, release):
    made = make_edition(actor=owner, release_id=release.pk, form=Form.MARKDOWN, choices=Choices())
    entry = audit.history(release.subject).filter(action=Action.DOSSIER_REQUEST).first()
    assert entry is not None
    assert audit.detail_of(entry)["sha256"] == sha256(made.content)


def test_nobody_gets_what_they_do_not_see(owner, release):
    for stranger, error in ((ANONYMOUS, ForbiddenError), (factories.engineer(), Release.DoesNotExist)):
        with pytest.raises(error):
            make_edition(actor=stranger, release_id=release.pk, form=Form.MARKDOWN, choices=Choices())


def test_content_that_was_tampered_with_is_not_handed_out(owner, release):
    type(release.snapshot).objects.update(text=release.snapshot.text.replace('"limited"', '"minimal"'))
    with pytest.raises(DomainError, match="no longer has the digest"):
        make_edition(actor=owner, release_id=release.pk, form=Form.MARKDOWN, choices=Choices())
