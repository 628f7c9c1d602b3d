"""Dossiers as an archive looks at them: every kind of field, long tables, many pages, every script; by independent readers."""

from __future__ import annotations

import io
import itertools
import re
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from governance.models import Dossier, JobState
from governance.reports import pdf
from governance.reports.choices import LANGUAGES, Choices, Kind, Paper
from governance.services import dossiers, pdfs, registers, seal
from registry.catalog.schema import FieldType
from registry.models import Document, Organisation
from registry.policy import SYSTEM
from registry.services import documents
from registry.services.logos import checked_logo
from tests import factories, papers
from tests.governance.test_press import WORDS

pytestmark = pytest.mark.django_db
LONG_ROWS = 3000


@pytest.fixture
def owner():
    return factories.engineer()


def made(actor, release, choices=None) -> Dossier:
    asked = dossiers.request_dossier(actor=actor, release_id=release.pk, choices=choices or Choices())
    dossiers.carry_out(asked.pk)
    asked.refresh_from_db()
    assert asked.state == JobState.DONE, asked.error
    return asked


def said(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# Letters that read from left to right and stand alone: what a reader takes out of a PDF of the others is in another order.
LETTERS = st.characters(categories=["Lu", "Ll", "Nd"], include_characters="漢字かなカナ한글", min_codepoint=0x20, max_codepoint=0x52F)
SIGNS = st.sampled_from(["<b>", "&amp;", "a<b", '"x"', "'y'", "{{ z }}", "{% w %}", "#", "100 %", "C:\\d", "a|b"])
WORDS_ALONE = st.text(LETTERS, min_size=1, max_size=12)
# Markdown has its own meaning for signs, so prose has words and a list's lines have both.
TYPED = {
    FieldType.TEXT: st.lists(WORDS_ALONE, min_size=1, max_size=4).map(" ".join),
    FieldType.LIST: st.lists(WORDS_ALONE | SIGNS, min_size=1, max_size=4).map(" ".join),
}


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_text_in_any_field_survives_the_pdf(owner, data):
    version = factories.version(owner)
    document = Document.objects.get(version=version)
    fields = [one for one in documents.template_of(document).fields() if one.type in TYPED and not one.choices]
    typed = {one.id: data.draw(TYPED[one.type]) for one in fields}
    values = {one.id: [typed[one.id]] if one.type is FieldType.LIST else typed[one.id] for one in fields}
    kept = documents.save_fields(actor=owner, document_id=document.pk, values=values, based_on=document.revision).content
    asked = made(owner, factories.release(owner, version), Choices(Kind.CARD))
    printed = "".join(papers.text_of(pdfs.path_of(asked).read_bytes()).split())
    for one in fields:
        for text in kept[one.id] if one.type is FieldType.LIST else [kept[one.id]]:
            assert "".join(text.split()) in printed, f"{one.id}: {text!r}"


@pytest.mark.slow
def test_a_dossier_with_every_field_and_every_script_is_archival_accessible_and_signed(owner):
    version = factories.ready_version(owner)
    document = Document.objects.get(version=version)
    everything = "\n\n".join(WORDS.values())
    documents.save_fields(actor=owner, document_id=document.pk, values={"overview": everything}, based_on=document.revision)
    release = factories.promotion(owner, version)
    path = pdfs.path_of(made(owner, release))
    content = path.read_bytes()
    assert papers.faults(papers.unsigned(content)) == []
    assert papers.faults(content) == []
    assert "No syntax or stream encoding errors found" in said("qpdf", "--check", path)
    signature = said("pdfsig", "-nocert", path)
    assert "Signature is Valid" in signature
    assert "Total document signed" in signature
    assert "ETSI.CAdES.detached" in signature
    fonts = said("pdffonts", path).splitlines()[2:]
    assert fonts
    assert all(re.search(r"yes\s+yes\s+yes\s+\d+", line) for line in fonts), fonts
    text = papers.text_of(content)
    for script in ("Greek", "Cyrillic", "Japanese", "Chinese", "Korean"):
        assert WORDS[script] in text


def test_headings_come_in_order_and_pictures_have_words(owner):
    content = pdfs.path_of(made(owner, factories.promotion(owner, factories.ready_version(owner)))).read_bytes()
    elements = papers.elements_of(content)
    levels = [int(tag[2:]) for tag, _ in elements if re.fullmatch(r"/H[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    assert all(element["/Alt"] for tag, element in elements if tag == "/Figure")
    assert sum(tag == "/Figure" for tag, _ in elements) >= 1
    assert {"/Column", "/Row"} == set(papers.scopes_of(content))


@pytest.mark.slow
def test_two_hundred_pages_with_a_long_table_conform_and_stay_within_memory():
    rows = "".join(f"<tr><th scope='row'>Row {number}</th><td>{number}</td><td>Words.</td></tr>" for number in range(LONG_ROWS))
    head = "<tr><th scope='col'>Name</th><th scope='col'>Rows</th><th scope='col'>Words</th></tr>"
    table = f"<table class='grid'><thead>{head}</thead><tbody>{rows}</tbody></table>"
    pages = "<p style='break-before:page'>One page of many.</p>" * 120
    html = f"<html lang='en'><head><title>Long</title></head><body><h1>Long</h1>{table}{pages}</body></html>"
    found = pdf.render_html(html, identifier="ab" * 32)
    assert found.pages >= 200
    assert found.peak < 600 * 1024
    assert papers.faults(seal.seal(found.content)) == []


@pytest.mark.parametrize(("kind", "paper", "language"), list(zip([*Kind, Kind.CARD], [*Paper, *Paper], LANGUAGES, strict=True)))
def test_every_kind_paper_and_language_conforms(owner, kind, paper, language):
    content = pdfs.path_of(made(owner, factories.release(owner), Choices(kind, paper, language))).read_bytes()
    assert papers.faults(content) == []
    assert papers.width_of(content) == {Paper.A4: 595, Paper.LETTER: 612}[paper]
    assert papers.language_of(content) == language


def an_organisation(language: str = "en") -> None:
    """Meridian, with a colour of its own and a logo that is half transparent."""
    stream = io.BytesIO()
    Image.new("RGBA", (320, 80), (43, 74, 148, 128)).save(stream, "PNG")
    Organisation.objects.create(
        pk=1, name="Meridian Credit", address="Harbour Street 1\nDublin", colour="#2b4a94", language=language,
        logo=checked_logo(stream.getvalue()),
    )  # fmt: skip


def conforms(path) -> None:
    """Both profiles before and after the signature, and the syntax of the file."""
    content = path.read_bytes()
    assert papers.faults(papers.unsigned(content)) == []
    assert papers.faults(content) == []
    assert "No syntax or stream encoding errors found" in said("qpdf", "--check", path)


@pytest.mark.parametrize("kind", list(Kind))
def test_under_an_organisations_logo_and_colour_it_conforms_before_and_after_the_signature(owner, kind):
    an_organisation()
    path = pdfs.path_of(made(owner, factories.emergency_of(owner), Choices(kind)))
    conforms(path)
    pictures = [element["/Alt"] for tag, element in papers.elements_of(path.read_bytes()) if tag == "/Figure"]
    assert pictures[0] == "Meridian Credit"


def test_the_register_conforms_before_and_after_the_signature(owner):
    an_organisation("da")
    factories.emergency_of(owner)
    row = registers.request_register(actor=SYSTEM)
    registers.carry_out(row.pk)
    row.refresh_from_db()
    conforms(pdfs.path_of(row))


def test_a_lost_file_comes_back_with_the_same_bytes_before_the_signature_also_in_a_new_look(owner, monkeypatch):
    release = factories.release(owner)
    first = made(owner, release)
    before = first.unsigned_sha256
    pdfs.path_of(first).unlink()
    monkeypatch.setattr(pdf, "stylesheet", lambda: "body { color: green }")
    again = made(owner, release)
    assert again == first
    assert again.unsigned_sha256 == before
    assert again.remark == ""


def test_what_differs_is_said_when_the_bytes_cannot_be_the_same(owner):
    release = factories.release(owner)
    first = made(owner, release)
    pdfs.path_of(first).unlink()
    Dossier.objects.update(unsigned_sha256="0" * 64, made_with={**first.made_with, "WeasyPrint": "69.0"})
    again = made(owner, release)
    assert "WeasyPrint 69.0 then, 70.0 now" in again.remark
