"""A template with plain values, as PDF.

The rule: rendering reads our own fonts and our own stylesheet and nothing
else, whatever the text asks for. The same values give the same bytes.
WeasyPrint needs Pango, a library of the system; without it everything but PDF
goes on working.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from registry.errors import DomainError

# An address that leads nowhere: the stylesheet's relative links are resolved against it and looked up in ASSETS.
BASE: Final = "https://assets.invalid/"
STYLESHEET: Final = "css/dossier.css"
ASSETS: Final[Mapping[str, str]] = {
    f"{BASE}fonts/inter-latin-wght-normal.woff2": "font/woff2",
    f"{BASE}fonts/inter-latin-wght-italic.woff2": "font/woff2",
    f"{BASE}fonts/inter-latin-ext-wght-normal.woff2": "font/woff2",
}
# The library that cuts the fonts writes the time into them, and so other bytes each second, unless this is set.
FONT_TIME: Final = ("SOURCE_DATE_EPOCH", "0")
MOST_LETTERS: Final = 8_000_000
MOST_PAGES: Final = 600
NO_PANGO: Final = (
    "PDF needs the Pango library, which this machine lacks. Ask your operator to install the packages "
    "libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0, and then ask for it again."
)
TOO_LONG: Final = f"The dossier would be longer than {MOST_PAGES} pages. Move long passages of the card into evidence files."


class AssetError(ValueError):
    """Something asked for what is not one of our named assets."""


@dataclass(frozen=True)
class Rendered:
    """A finished PDF and the number of its pages."""

    content: bytes
    pages: int


def render(template: str, context: Mapping[str, Any], *, identifier: str) -> Rendered:
    """Render a template to PDF.

    Args:
        template: a template of ``templates/print/``.
        context: plain values.
        identifier: SHA-256 of what is shown; it becomes the file's identifier.

    Raises:
        DomainError: Pango is missing, or the text is too long.
    """
    return render_html(render_to_string(template, dict(context)), identifier=identifier)


def render_html(html: str, *, identifier: str) -> Rendered:
    """Render HTML to PDF.

    Raises:
        DomainError: Pango is missing, or the text is too long.
    """
    weasyprint = _weasyprint()
    if len(html) > MOST_LETTERS:
        raise DomainError(TOO_LONG)
    os.environ.setdefault(*FONT_TIME)
    fetcher = _fetcher()
    fonts = _font_configuration()
    sheet = weasyprint.CSS(string=_read(STYLESHEET).decode(), base_url=f"{BASE}{STYLESHEET}", url_fetcher=fetcher, font_config=fonts)
    page = weasyprint.HTML(string=html, base_url=None, url_fetcher=fetcher)
    document = page.render(stylesheets=[sheet], font_config=fonts)
    if len(document.pages) > MOST_PAGES:
        raise DomainError(TOO_LONG)
    content = document.write_pdf(pdf_identifier=bytes.fromhex(identifier)[:16], pdf_tags=True)
    return Rendered(content, len(document.pages))


def _weasyprint() -> Any:
    try:
        import weasyprint
    except OSError as error:
        raise DomainError(NO_PANGO) from error
    return weasyprint


def _font_configuration() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def _fetcher() -> Any:
    """Return a fetcher that serves ``ASSETS`` and refuses every other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class NamedAssets(URLFetcher):  # type: ignore[misc]
        """Serves named assets only; the class that it extends is never asked."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Return a named asset."""
            del headers
            if url not in ASSETS:
                message = f"Refused to fetch {url[:200]}."
                raise AssetError(message)
            return URLFetcherResponse(url, body=_read(url.removeprefix(BASE)), headers={"Content-Type": ASSETS[url]})

    return NamedAssets(allowed_protocols=(), allow_redirects=False)


def _read(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        message = f"The static file {name} is missing."
        raise FileNotFoundError(message)
    return Path(found).read_bytes()
