"""A page as Markdown and as a document for word processors."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import docx
import markdown
import pytest
from docx.oxml.ns import qn

from governance.reports.choices import Choices, Paper
from governance.reports.markdown import to_markdown
from governance.reports.tree import parsed
from governance.reports.word import to_word

PAGE = """<!DOCTYPE html><html lang="de"><head><title>x</title><style>p { color: red }</style></head><body>
<h1>Loan <span>1.0</span></h1>
<section class="contents"><h2>Contents</h2><ul><li><a href="#a">A</a></li></ul></section>
<h2 id="a">What it is</h2>
<p>Plain, <strong>strong</strong> and <em>soft</em>;<br>next line. <a href="https://example.org/a">a link</a>, <a href="#a">a place</a></p>
<ul><li>one</li><li>two <ul><li>deep</li></ul></li></ul>
<ol start="3"><li>three</li></ol>
<table><caption>Groups</caption><thead><tr><th scope="col">Group</th><th scope="col">Rate</th></tr></thead>
<tbody><tr><th scope="row">a|b</th><td><p>1</p><p>2</p></td></tr></tbody></table>
<figure role="img" aria-label="A chart. a: 1."><figcaption>A chart</figcaption><svg><text>not this</text><path d="M0 0"/></svg></figure>
<pre><code>x = `1`
y</code></pre>
<blockquote><p>said</p></blockquote>
</body></html>"""


def written(html: str = PAGE, choices: Choices | None = None):
    made = to_word(html, title="Loan", author="Credit", at=datetime(2026, 11, 3, tzinfo=UTC), choices=choices or Choices(language="de"))
    return docx.Document(io.BytesIO(made))


def test_a_page_becomes_markdown_block_by_block():
    assert to_markdown(PAGE).split("\n\n") == [
        "# Loan 1.0",
        "## What it is",
        "Plain, **strong** and *soft*;  \nnext line. [a link](<https://example.org/a>), a place",
        "- one\n- two",
        "  - deep",
        "3. three",
        "**Groups**",
        "| Group | Rate |\n| --- | --- |\n| a\\|b | 1<br>2 |",
        "*A chart*",
        "*A chart. a: 1.*",
        "```\nx = `1`\ny\n```",
        "> said\n",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "*not strong*",
        "# no heading",
        "1. no list",
        "- no list",
        "[no](link)",
        "<b>no tag</b>",
        "a_b_c",
        "`no code`",
        "a | b",
        "back\\slash",
        "a &amp; b",
    ],
)
def test_what_people_typed_stays_text(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    back = markdown.markdown(to_markdown(f"<body><p>{escaped}</p></body>"), extensions=["tables"])
    assert parsed(back).text() == text


def test_a_document_has_headings_lists_tables_and_the_language():
    document = written()
    styles = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    assert styles[0] == ("Title", "Loan 1.0")
    assert ("Heading 1", "What it is") in styles
    assert ("List Bullet", "one") in styles
    assert ("List Bullet 2", "deep") in styles
    assert ("List Number", "three") in styles
    assert ("Caption", "Groups") in styles
    assert "not this" not in " ".join(text for _, text in styles)
    table = document.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["Group", "Rate"], ["a|b", "1\n2"]]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [row._tr.trPr.find(qn("w:cantSplit")) for row in table.rows].count(None) == 0
    language = document.styles["Normal"].element.rPr.find(qn("w:lang"))
    assert language.get(qn("w:val")) == "de-DE"
    assert document.core_properties.title == "Loan"


def test_a_document_has_the_chosen_paper():
    assert round(written(choices=Choices(paper=Paper.LETTER)).sections[0].page_height.inches, 1) == 11.0


def test_signs_that_xml_cannot_hold_are_left_out():
    assert written("<body><p>a\x0bb</p></body>").paragraphs[0].text == "ab"
