"""Setting a manuscript: HTML with its sheets, fonts and attachments becomes PDF/A-3a that is PDF/UA-1 as well.

The rule: pure in the sense that the same manuscript, on the same libraries
and fonts, gives the same bytes; it reads no clock and fetches nothing. It
runs inside the press only, and imports no Django.
"""

from __future__ import annotations

import base64
import gc
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from governance.reports import glyphs
from registry.digest import sha256

# An address that leads nowhere: relative links of the sheet are resolved against it and looked up among the assets.
BASE: Final = "https://assets.invalid/"
# The organisation's logo, checked when it was uploaded; typed text has neither images nor classes.
LOGO: Final = re.compile(r'<img class="cover-logo" src="(data:image/(?:png|svg\+xml);base64,[A-Za-z0-9+/=]+)"')
VARIANT: Final = "pdf/a-3a"
NOTDEF: Final = ".notdef glyph"
PAGE: Final = re.compile(r"Page (\d+)")
TYPESETTING_FROM, TYPESETTING_TO, DRAWN = 10, 75, 90
# WeasyPrint's own sheet styles a marker and five kinds of notes for every element. Lists alone have markers, and we set no notes.
MARKERS_OF_ALL: Final = re.compile(r"^::marker(?= \{)", re.MULTILINE)
NOTES: Final = re.compile(r"^::(?:foot)?note-\w+ \{[^}]*\}\n", re.MULTILINE)
# The part of the work that is done after so many pages is a guess: nobody knows how many there will be.
USUAL_PAGES: Final = 30
# Where several glyphs draw one letter, all but one stand for nothing; PDF/A wants a letter for each: one without width.
NO_LETTER: Final = re.compile(rb"(<[0-9a-f]+>) <>")

# PDF/UA's mark, and the description of its schema that PDF/A asks for.
ACCESSIBLE: Final = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of PDF/UA</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


class TooLongError(Exception):
    """The document has more pages than it may have."""


class AssetError(ValueError):
    """Something asked for what is not one of the manuscript's assets."""


@dataclass(frozen=True)
class Typeset:
    """What came out.

    Attributes:
        content: the PDF, not signed.
        pages: their number.
        made_with: versions of the libraries and SHA-256 of the fonts, by name.
        refused: addresses that the text wanted and did not get.
        missing: letters that no font shows, which are printed as their code points.
    """

    content: bytes
    pages: int
    made_with: dict[str, str]
    refused: list[str]
    missing: str


def prepare() -> None:
    """Import what every document needs, once."""
    _page("<p>x", None).render()


def typeset(manuscript: Mapping[str, Any], *, most_pages: int, progress: Callable[[int], None]) -> Typeset:
    """Set one manuscript.

    Raises:
        TooLongError: it has too many pages; what follows is not set.
    """
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    assets = {name: base64.b64decode(body) for name, body in manuscript["assets"].items()}
    refused: list[str] = []
    fetcher, without_glyph = _fetcher(assets, refused, _logo(manuscript["html"])), ""
    while True:
        with _Watch(most_pages, progress) as watch:
            fonts = FontConfiguration()
            sheets = [
                weasyprint.CSS(string=sheet, base_url=f"{BASE}{manuscript['folder']}", url_fetcher=fetcher, font_config=fonts)
                for sheet in manuscript["sheets"]
            ]
            page = _page(manuscript["html"], fetcher)
            missing = glyphs.replace_missing(page.etree_element, without_glyph)
            document = page.render(stylesheets=sheets, font_config=fonts)
            gc.collect()  # What setting took is in circles; drawing takes as much again.
            document.metadata.attachments = [_attachment(one) for one in manuscript["attachments"]]
            identifier = bytes.fromhex(manuscript["identifier"])[:16]
            content = document.write_pdf(finisher=_finish, pdf_variant=VARIANT, pdf_identifier=identifier)
        # A letter may have a glyph in some font and not in the one that Pango took: once more, with its code point.
        if not set(watch.without_glyph) - set(without_glyph):
            return Typeset(content, len(document.pages), _made_with(document), sorted(set(refused)), missing)
        without_glyph += watch.without_glyph


def _page(html: str, fetcher: Any) -> Any:
    """Return a parsed page, under WeasyPrint's own sheet without the styles that no element of ours has.

    They are five in six of all styles, and would take as much memory as everything else.
    """
    import weasyprint

    class Page(weasyprint.HTML):  # type: ignore[misc]
        """A page; the private method is pinned with the version and guarded by a test."""

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            del forms
            return [_sheet_of_lists()]

    return Page(string=html, base_url=None, url_fetcher=fetcher)


@lru_cache(maxsize=1)
def _sheet_of_lists() -> Any:
    import weasyprint
    from weasyprint.html import UA, UA_COUNTER_STYLE

    return weasyprint.CSS(string=MARKERS_OF_ALL.sub("li::marker", NOTES.sub("", UA)), counter_style=UA_COUNTER_STYLE)


class _Watch(logging.Handler):
    """Hears how far WeasyPrint is, and stops it when there are too many pages."""

    def __init__(self, most_pages: int, progress: Callable[[int], None]) -> None:
        super().__init__(logging.INFO)
        self._most_pages, self._progress, self._last = most_pages, progress, 0
        self._logger = logging.getLogger("weasyprint")
        self.without_glyph = ""

    def __enter__(self) -> _Watch:
        logging.getLogger("weasyprint.progress").setLevel(logging.INFO)
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Say how far it is.

        Raises:
            TooLongError: this page is one too many.
        """
        text = record.getMessage()
        if record.levelno == logging.WARNING and NOTDEF in text:
            self.without_glyph += str(record.args[0]) if isinstance(record.args, tuple) else ""
        elif record.levelno != logging.INFO:
            return
        elif found := PAGE.search(text):
            pages = int(found[1])
            if pages > self._most_pages:
                raise TooLongError
            self._say(TYPESETTING_FROM + (TYPESETTING_TO - TYPESETTING_FROM) * pages // (pages + USUAL_PAGES))
        elif text.startswith("Step 6"):
            self._say(TYPESETTING_TO)
        elif text.startswith("Step 7"):
            self._say(DRAWN)

    def _say(self, percent: int) -> None:
        if percent > self._last:
            self._last = percent
            self._progress(percent)


def _logo(html: str) -> str:
    """Return the data address of the logo that the template put there; empty without one."""
    found = LOGO.search(html)
    return found.group(1) if found else ""


def _fetcher(assets: Mapping[str, bytes], refused: list[str], logo: str) -> Any:
    """Return a fetcher that serves the manuscript's assets and its logo, and refuses every other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class NamedAssets(URLFetcher):  # type: ignore[misc]
        """Serves named assets only; the class that it extends is never asked."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Return a named asset."""
            del headers
            if logo and url == logo:
                kind, _, body = url.removeprefix("data:").partition(";base64,")
                return URLFetcherResponse(url, body=base64.b64decode(body), headers={"Content-Type": kind})
            if not url.startswith(BASE) or url.removeprefix(BASE) not in assets:
                refused.append(url[:200])
                message = f"Refused to fetch {url[:200]}."
                raise AssetError(message)
            return URLFetcherResponse(url, body=assets[url.removeprefix(BASE)], headers={"Content-Type": "font/woff2"})

    return NamedAssets(allowed_protocols=(), allow_redirects=False)


def _attachment(body: Mapping[str, str]) -> Any:
    from weasyprint import Attachment

    moment = datetime.fromisoformat(body["at"])
    return Attachment(
        string=body["text"],
        name=body["name"],
        description=body["description"],
        relationship=body["relationship"],
        created=moment,
        modified=moment,
    )


def _finish(document: Any, pdf: Any) -> None:
    """Say that the file is PDF/UA-1 too, whose heads the heads of tables are, and what each glyph stands for."""
    del document
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    metadata.compress = False
    metadata.stream = [metadata.stream[0].replace(b"</rdf:RDF>", ACCESSIBLE + b"</rdf:RDF>")]
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH":
            element["A"]["Scope"] = "/Row" if _is_row_head(pdf, element) else "/Column"
        elif isinstance(element, dict) and element.get("S") == "/Figure" and "Alt" not in element:
            element["S"] = "/NonStruct"  # a picture that says nothing is decoration
        if getattr(element, "extra", {}).get("Subtype") == "/Image":
            element.extra["Interpolate"] = "false"  # PDF/A wants each picture drawn as it is
        if b"endcmap" in getattr(element, "stream", ()):
            element.stream = [NO_LETTER.sub(rb"\1 <200b>", line) for line in element.stream]
        _pack(element)
    _pack_added(pdf)


def _pack_added(pdf: Any) -> None:
    """Pack what is added from now on as well: the streams of objects and of references, which come when the file is written."""
    add = pdf.add_object

    def add_packed(element: Any) -> None:
        _pack(element)
        add(element)

    pdf.add_object = add_packed


def _pack(stream: Any) -> None:
    """Compress a stream; one that ends like a line is wrapped, because readers do not agree on where such a stream ends.

    What is no stream is left alone.
    """
    if not hasattr(stream, "stream"):
        return
    compressed = "/FlateDecode" if stream.compress else stream.extra.get("Filter")
    plain = stream.data
    packed = plain[plain.index(b"stream\n") + len(b"stream\n") : -len(b"\nendstream")]
    if stream.compress:
        stream.compress, stream.stream, stream.extra["Filter"] = False, [packed], compressed
    if compressed and packed.endswith((b"\r", b"\n")):
        stream.stream, stream.extra["Filter"] = [base64.a85encode(packed) + b"~>"], f"[/ASCII85Decode {compressed}]"
        if "DecodeParms" in stream.extra:
            stream.extra["DecodeParms"] = b"[null " + stream.extra["DecodeParms"].data + b"]"


def _is_row_head(pdf: Any, element: Mapping[str, Any]) -> bool:
    """Whether a head stands in the body of its table, and so belongs to its row."""
    row = pdf.objects[int(element["P"].split()[0])]
    return bool(pdf.objects[int(row["P"].split()[0])]["S"] != "/THead")


def _made_with(document: Any) -> dict[str, str]:
    import fontTools
    import pydyf
    import weasyprint
    from weasyprint.text.ffi import pango

    versions = {
        "WeasyPrint": weasyprint.__version__,
        "pydyf": pydyf.__version__,
        "fontTools": fontTools.version,
        "Pango": str(pango.pango_version()),
    }
    fonts = {f"font {font.family} {font.weight} {font.index}": sha256(bytes(font.file_content))[:16] for font in document.fonts.values()}
    return {**versions, **dict(sorted(fonts.items()))}
