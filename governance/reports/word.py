"""The pages of a dossier as a document for word processors, for those who must edit.

The rule: the same tree as the page, with the styles that a word processor
knows (headings, lists, tables that repeat their heads) and the language of
the frame, so that its own tools work on it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from governance.reports.choices import Choices, Paper
from governance.reports.tree import Element, parsed

INLINE: Final = frozenset({"a", "b", "br", "code", "del", "em", "i", "img", "span", "strong", "wbr"})
HEADING: Final = re.compile(r"h([1-6])")
LOCALES: Final[Mapping[str, str]] = MappingProxyType({"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "da": "da-DK"})
# Width and height in millimetres.
SIZES: Final[Mapping[Paper, tuple[float, float]]] = MappingProxyType({Paper.A4: (210, 297), Paper.LETTER: (215.9, 279.4)})
MARGIN: Final = 25
TYPEFACE: Final = "Calibri"
INK: Final = (0x1D, 0x1C, 0x19)
DEEPEST: Final = 3
LEFT_OUT: Final = frozenset({"contents"})
# What XML, and so the document, cannot hold.
NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def to_word(html: str, *, title: str, author: str, at: datetime, choices: Choices) -> bytes:
    """Return a page as a DOCX file."""
    import docx
    from docx.shared import Mm

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in SIZES[choices.paper])
    section.left_margin = section.right_margin = Mm(MARGIN)
    _set_look(document)
    _set_language(document, LOCALES[choices.language])
    about = document.core_properties
    about.title, about.author, about.language = title[:255], author[:255], LOCALES[choices.language]
    about.created = about.modified = at.replace(tzinfo=None, microsecond=0)
    about.last_modified_by, about.comments = "", ""
    _Writer(document).blocks(document, parsed(html))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _set_look(document: Any) -> None:
    """One plain typeface, and dark headings in place of the blue of an earlier decade."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    normal = document.styles["Normal"]
    normal.font.size, normal.font.name = Pt(10.5), TYPEFACE
    for name in ("Title", *(f"Heading {level}" for level in range(1, 7)), "Caption"):
        font = document.styles[name].font
        font.name, font.color.rgb = TYPEFACE, RGBColor(*INK)
        fonts = font.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme's typeface would win over the one that is named
            fonts.attrib.pop(qn(f"w:{theme}"), None)


def _set_language(document: Any, locale: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = document.styles["Normal"].element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), locale)
    properties.append(language)


class _Writer:
    """Writes the tree into a document, or into a cell of one of its tables."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.last: Any = None  # the paragraph that was written last outside of a table
        self.is_after_table = False

    def blocks(self, place: Any, element: Element) -> None:
        """Write what is below an element."""
        line: list[Element | str] = []
        for child in element.children:
            if isinstance(child, str) or child.tag in INLINE:
                line.append(child)
                continue
            self._line(place, line)
            line = []
            self._block(place, child)
        self._line(place, line)

    def _line(self, place: Any, line: list[Element | str]) -> None:
        if "".join(one if isinstance(one, str) else one.text() for one in line).strip():
            _write(self._paragraph(place), line)

    def _paragraph(self, place: Any, style: str | None = None) -> Any:
        """Return a new paragraph; the one that a new cell starts with is taken first."""
        first = place.paragraphs[0] if place is not self.document and place.paragraphs else None
        if first is not None and len(place.paragraphs) == 1 and not first.runs:
            first.style = self.document.styles[style or "Normal"]
            return first
        made = place.add_paragraph(style=self.document.styles[style or "Normal"])
        if place is self.document:
            if self.is_after_table and style is None:
                made.paragraph_format.space_before = _points(8)
            self.last, self.is_after_table = made, False
        return made

    def _block(self, place: Any, element: Element) -> None:
        if element.classes & LEFT_OUT:
            return
        if found := HEADING.fullmatch(element.tag):
            level = int(found.group(1)) - 1
            _write(self._paragraph(place, f"Heading {level}" if level else "Title"), element.children)
        elif element.tag in {"p", "figcaption", "pre"}:
            _write(self._paragraph(place), element.children)
        elif element.tag in {"ul", "ol"}:
            self._list(place, element, depth=1)
        elif element.tag == "table":
            self._table(place, element)
        elif element.tag == "blockquote":
            for child in element.elements or [element]:
                _write(self._paragraph(place, "Quote"), child.children)
        else:
            self.blocks(place, element)

    def _list(self, place: Any, element: Element, *, depth: int) -> None:
        name = "List Number" if element.tag == "ol" else "List Bullet"
        style = name if depth == 1 else f"{name} {min(depth, DEEPEST)}"
        for item in element.elements:
            inner = [child for child in item.elements if child.tag in {"ul", "ol"}]
            _write(self._paragraph(place, style), [child for child in item.children if child not in inner])
            for child in inner:
                self._list(place, child, depth=depth + 1)

    def _table(self, place: Any, element: Element) -> None:
        rows = [list(row.all("th", "td")) for row in element.all("tr")]
        width = max((len(row) for row in rows), default=0)
        if not width:
            return
        for caption in element.all("caption"):
            _write(self._paragraph(place, "Caption"), caption.children)
        if self.last is not None:  # what introduces a table stays on its page
            self.last.paragraph_format.keep_with_next = True
        table = place.add_table(rows=len(rows), cols=width)
        table.style = self.document.styles["Table Grid"]
        for row, cells in zip(table.rows, rows, strict=True):
            _hold(row)
            for cell, found in zip(row.cells, cells, strict=False):
                self.blocks(cell, found)
                _settle(cell, is_head=found.tag == "th")
        self.is_after_table = True
        if next(element.all("thead"), None):
            _repeat(table.rows[0])


def _hold(row: Any) -> None:
    """Let no page break go through a row."""
    _say_of(row, "w:cantSplit")


def _repeat(row: Any) -> None:
    """Let a table's head stand on each page that the table reaches."""
    _say_of(row, "w:tblHeader")


def _settle(cell: Any, *, is_head: bool) -> None:
    """Give the text of a cell little air above and below; a head is bold."""
    for paragraph in cell.paragraphs:
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = _points(2)
        for run in paragraph.runs:
            run.bold = True if is_head else run.bold


def _points(number: float) -> Any:
    from docx.shared import Pt

    return Pt(number)


def _say_of(row: Any, word: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(word))  # noqa: SLF001 - the library's documented way to what it lacks


def _write(paragraph: Any, children: list[Element | str], *, bold: bool = False, italic: bool = False) -> None:
    """Write inline text into a paragraph; blocks inside it become text."""
    for child in children:
        if isinstance(child, str):
            text = re.sub(r"\s+", " ", NOT_XML.sub("", child))
            if not paragraph.runs:
                text = text.lstrip()
            if text:
                run = paragraph.add_run(text)
                run.bold, run.italic = bold or None, italic or None
        elif child.tag == "br":
            paragraph.add_run().add_break()
        else:
            _write(paragraph, child.children, bold=bold or child.tag in {"strong", "b"}, italic=italic or child.tag in {"em", "i"})
