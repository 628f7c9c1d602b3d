"""The press: what it fetches, what it refuses, how a hostile document ends, and that every script has its letters."""

from __future__ import annotations

import errno
import io
import re
import sys
import threading
import time
import zlib
from pathlib import Path

import page
import pydyf
import pypdf
import pytest
from weasyprint.css import StyleFor
from weasyprint.html import UA, UA_STYLESHEET

from governance.reports import pdf, press, presses, typesetting
from registry.errors import DomainError
from tests import papers

IDENTIFIER = "ab" * 32
WORDS = {
    "Greek": "Ελληνικά ἀρχή",
    "Cyrillic": "Кириллица Ђ",
    "Latin": "Łódź naïve Ǆ Tiếng Việt",
    "Arabic": "مرحبا",
    "Hebrew": "שלום עולם",
    "Japanese": "日本語のテキスト",
    "Chinese": "中文简体 繁體中文 𠀋",
    "Korean": "한국어",
    "Devanagari": "हिन्दी",
    "Thai": "ไทย",
    "emoji": "😀🚀 👩‍💻 🏳️‍🌈 ❤️ 🇩🇰 1️⃣",
    "signs": "→ ≤ ∑ ∞ ✓ ● ☃",
}


LISTS = "<ul><li>One<ol><li>two</li></ol></li></ul><p>Three</p><table><tr><td>four</td></tr></table>"


def document(body: str) -> str:
    return f'<html lang="en"><head><title>A page</title></head><body><h1>A page</h1>{body}</body></html>'


def rendered(body: str) -> pdf.Rendered:
    return pdf.render_html(document(body), identifier=IDENTIFIER)


@pytest.fixture
def bait():
    with papers.bait() as set_out:
        yield set_out


class TestWhatItFetches:
    @pytest.mark.parametrize("address", ["{bait}/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA", "x.png", "//127.0.0.1/x"])
    def test_html_that_slipped_through_still_fetches_nothing(self, bait, address):
        root, asked = bait
        target = address.format(bait=root)
        html = (
            f'<html lang="en"><title>x</title><link rel="stylesheet" href="{target}"><style>@import "{target}";</style>'
            f'<body><h1 style="background:url({target})">x</h1><img src="{target}" alt="x"><a rel="attachment" href="{target}">y</a>'
            f'<link rel="attachment" href="{target}"><svg viewBox="0 0 9 9"><image href="{target}" width="9" height="9"/></svg>'
        )
        made = pdf.render_html(html, identifier=IDENTIFIER)
        assert made.pages == 1
        assert asked == []
        assert b"root:" not in made.content
        assert all(not one.startswith(typesetting.BASE) for one in made.refused)

    @pytest.mark.parametrize("name", ["css/../../config/settings.py", "fonts/other.woff2", ""])
    def test_an_unknown_asset_is_refused(self, name):
        refused: list[str] = []
        with pytest.raises(typesetting.AssetError):
            typesetting._fetcher({"fonts/mine.woff2": b""}, refused, "").fetch(f"{typesetting.BASE}{name}")
        assert refused == [f"{typesetting.BASE}{name}"]

    def test_the_press_knows_no_secret(self):
        rendered("<p>x</p>")
        environment = papers.environment_of(presses.PRESS.process.pid)
        assert set(environment) <= {*presses.KEPT, "FONTCONFIG_FILE", "XDG_CACHE_HOME", "SOURCE_DATE_EPOCH"}


class TestItsLimits:
    def test_too_much_text_is_refused_with_a_sentence(self):
        with pytest.raises(DomainError, match="longer than"):
            pdf.render_html("x" * (pdf.MOST_LETTERS + 1), identifier=IDENTIFIER)

    def test_too_many_pages_are_refused_with_a_sentence(self, settings):
        settings.PDF_PAGES = 2
        with pytest.raises(DomainError, match="longer than 2 pages"):
            rendered('<p style="break-after:page">x</p>' * 4)

    def test_too_long_a_time_is_refused_with_a_sentence(self, settings):
        settings.PDF_SECONDS = 1
        start = time.monotonic()
        with pytest.raises(DomainError, match="within 1 seconds"):
            rendered("<p>x</p>" * 20_000)
        assert time.monotonic() - start < 30

    def test_too_much_memory_is_refused_with_a_sentence(self, settings):
        # Close to the limit a library may also go round in circles; then it is the time that ends it.
        settings.PDF_MEMORY, settings.PDF_SECONDS = 200 * 1024**2, 60
        with pytest.raises(DomainError, match=r"more memory|within 60 seconds"):
            rendered("<p>x</p>" * 100_000)

    def test_an_error_that_came_of_too_little_memory_is_told_as_that(self):
        error = ValueError("The font is broken.")
        error.__cause__ = MemoryError()
        assert press._is_lack_of_memory(error)
        error.__cause__ = OSError(errno.ENOMEM, "Cannot allocate memory")
        assert press._is_lack_of_memory(error)
        assert not press._is_lack_of_memory(ValueError("The font is broken."))

    def test_too_little_memory_even_to_look_into_it_is_told_as_that(self, monkeypatch):
        code = (
            "import sys\nfrom governance.reports import press\n"
            "def broken(*_): raise MemoryError\npress._work = press._is_lack_of_memory = broken\npress.main()"
        )
        without = presses.Press(command=(sys.executable, "-c", code))
        monkeypatch.setattr(presses, "PRESS", without)
        with pytest.raises(DomainError, match="more memory"):
            rendered("<p>x</p>")
        without.close()

    def test_a_hostile_document_ends_its_own_job_only(self, settings, monkeypatch):
        outcomes: list[object] = []
        begun, send = threading.Event(), presses.PRESS.send

        def sent(job, writer):
            send(job, writer)
            begun.set()

        monkeypatch.setattr(presses.PRESS, "send", sent)
        other = threading.Thread(target=lambda: outcomes.append(rendered("<p>quiet</p>" * 500).pages))
        other.start()
        assert begun.wait(60)  # the other has its own limits by now
        settings.PDF_MEMORY, settings.PDF_SECONDS = 200 * 1024**2, 60
        with pytest.raises(DomainError):
            rendered("<table>" * 5_000 + "<p>x</p>" * 50_000)
        other.join()
        assert len(outcomes) == 1

    def test_a_press_that_died_is_replaced(self):
        assert rendered("<p>x</p>").pages == 1
        before = presses.PRESS.process
        before.kill()
        before.wait()
        assert rendered("<p>x</p>").pages == 1
        assert presses.PRESS.process.pid != before.pid

    def test_a_missing_pango_is_named_in_a_sentence(self, monkeypatch):
        code = (
            "import sys\nfrom governance.reports import press, typesetting\n"
            "def broken(): raise OSError('cannot load library')\ntypesetting.prepare = broken\npress.main()"
        )
        without = presses.Press(command=(sys.executable, "-c", code))
        monkeypatch.setattr(presses, "PRESS", without)
        for _ in range(2):
            with pytest.raises(DomainError, match="libpangoft2"):
                rendered("<p>x</p>")
        without.close()

    def test_nothing_stays_open_or_behind(self, settings, tmp_path):
        settings.FILE_UPLOAD_TEMP_DIR = tmp_path
        rendered("<p>x</p>")
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(3):
            rendered("<p>x</p>")
        assert len(list(Path("/proc/self/fd").iterdir())) == before
        assert not list(tmp_path.iterdir())


class TestItsLetters:
    @pytest.mark.parametrize("script", WORDS)
    def test_every_script_has_glyphs_in_both_profiles(self, script):
        words = WORDS[script]
        made = rendered(f"<p>{words}</p><p><b>{words}</b> <code>{words}</code></p>")
        assert papers.faults(made.content) == []
        assert made.missing == ""

    @pytest.mark.parametrize("script", ["Greek", "Cyrillic", "Latin", "Japanese", "Chinese", "Korean", "signs"])
    def test_words_are_read_back_as_they_were_written(self, script):
        made = rendered(f"<p>{WORDS[script]}</p>")
        assert WORDS[script] in papers.text_of(made.content)

    def test_a_letter_that_no_font_has_is_printed_as_its_code_point_and_told(self):
        made = rendered("<p>Here: &#xE000; and &#x10FFFD;, and a bell &#x7; and a line\u2028break.</p>")
        text = papers.text_of(made.content)
        assert "Here: (U+E000) and (U+10FFFD)" in text
        assert papers.faults(made.content) == []

    def test_no_font_of_the_machine_is_used_beside_the_named_ones(self):
        made = rendered("".join(f"<p>{words}</p>" for words in WORDS.values()))
        families = {name.removeprefix("font ") for name in made.made_with if name.startswith("font ")}
        assert all(family.startswith(("Inter", "Noto", "DejaVu")) for family in families), families


class TestConformance:
    def test_both_profiles_and_one_language(self):
        made = rendered("<h2>Part</h2><p>x</p>")
        reader = pypdf.PdfReader(papers.stream_of(made.content))
        assert reader.trailer["/Root"]["/Lang"] == "en"
        assert papers.faults(made.content) == []
        assert page.validate_pdf_bytes(made.content, profile="pdfua-1").is_compliant

    def test_a_head_in_the_body_of_a_table_belongs_to_its_row(self):
        made = rendered(
            "<table><thead><tr><th scope='col'>Name</th><th scope='col'>Rows</th></tr></thead>"
            "<tbody><tr><th scope='row'>Loan</th><td>1</td></tr></tbody></table>"
        )
        assert papers.scopes_of(made.content) == ["/Column", "/Column", "/Row"]
        assert papers.faults(made.content) == []

    def test_no_stream_ends_like_a_line(self):
        """Nor pictures, which come compressed, nor the streams of objects and of references, which pydyf adds as it writes."""
        wrapped, pictures = 0, 0
        for number in range(400):
            file = pydyf.PDF()
            metadata = pydyf.Stream([b"<rdf:RDF></rdf:RDF>"])
            file.add_object(metadata)
            file.catalog["Metadata"] = metadata.reference.decode()
            file.add_object(pydyf.Stream([f"{number} " * 3], compress=True))
            pixels = bytes((number % 256, number // 2, 255))
            about = {"Subtype": "/Image", "Filter": "/FlateDecode", "DecodeParms": pydyf.Dictionary({"Predictor": 1, "Columns": 3})}
            picture = pydyf.Stream([zlib.compress(pixels)], pydyf.Dictionary(about))
            file.add_object(picture)
            file.info["Title"] = pydyf.String(f"{number}")
            typesetting._finish(None, file)
            out = io.BytesIO()
            file.write(out, b"1.7", compress=True)
            content = out.getvalue()
            assert not re.search(rb"[\r\n]\nendstream", content)
            reader = pypdf.PdfReader(io.BytesIO(content))
            assert reader.metadata.title == f"{number}"
            assert reader.get_object(picture.number).get_data() == pixels
            of_objects = re.search(rb"<<[^>]*/ObjStm[^>]*>>", content)[0]
            wrapped, pictures = wrapped + (b"ASCII85Decode" in of_objects), pictures + ("null" in str(picture.extra.get("DecodeParms")))
        assert wrapped
        assert pictures


class TestTheSheetOfWeasyPrint:
    """What we leave away of it is a private matter of its version: these fail when another version has it otherwise."""

    def test_what_is_left_away_is_there(self):
        assert len(typesetting.MARKERS_OF_ALL.findall(UA)) == 1
        assert len(typesetting.NOTES.findall(UA)) == 5

    def test_only_lists_have_styles_of_markers(self, monkeypatch):
        styled, compute = set(), StyleFor.set_computed_styles

        def watch(self, element, *words, pseudo_type=None, **named):
            styled.add((getattr(element, "tag", "page"), pseudo_type))
            compute(self, element, *words, pseudo_type=pseudo_type, **named)

        monkeypatch.setattr(StyleFor, "set_computed_styles", watch)
        typesetting._page(document(LISTS), None).render()
        assert ("p", None) in styled
        assert {pair for pair in styled if pair[0] != "page" and pair[1]} == {("li", "marker")}

    def test_without_it_every_box_is_where_it_was(self, monkeypatch):
        def boxes():
            (only,) = typesetting._page(document(LISTS), None).render().pages
            return [(one.element_tag, one.position_x, one.position_y, one.width, one.height) for one in only._page_box.descendants()]

        ours = boxes()
        monkeypatch.setattr(typesetting, "_sheet_of_lists", lambda: UA_STYLESHEET)
        assert boxes() == ours
        assert "li::marker" in {tag for tag, *_ in ours}
