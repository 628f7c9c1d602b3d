"""A template with plain values, as PDF.

The rule: everything that a PDF is made from is in its manuscript, so that the
same manuscript gives the same bytes, today and when it is issued again. The
press makes it in a process of its own, which reads our own fonts and
stylesheets and nothing else, whatever the text asks for. WeasyPrint needs
Pango, a library of the system; without it everything but PDF goes on working.
"""

from __future__ import annotations

import base64
import json
import signal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders

from governance.reports import press, presses
from governance.reports.choices import Paper
from registry.digest import canonical, sha256
from registry.errors import DomainError

SCHEMA: Final = "assay/manuscript/1"
# The beginning of the names of the folders in which the press works.
WORKSHOP: Final = "press-"
SHEETS: Final = "css/dossier/"
STYLESHEETS: Final = ("fonts", "page", "type", "cover", "contents", "parts", "tables", "charts")
ASSETS: Final = (
    "fonts/inter-latin-wght-normal.woff2",
    "fonts/inter-latin-wght-italic.woff2",
    "fonts/inter-latin-ext-wght-normal.woff2",
)
MOST_LETTERS: Final = 8_000_000
NO_PANGO: Final = (
    "PDF needs the Pango library, which this machine lacks. Ask your operator to install the packages "
    "libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0, and then ask for it again."
)
NO_FONT: Final = (
    "No font of this machine has these letters, so they are printed as their code points: {letters}. "
    "Ask your operator to install the packages fonts-noto-core and fonts-noto-cjk, and then ask for the PDF again."
)
TOO_LONG: Final = "The PDF would be longer than {pages} pages. Move long passages of the card into evidence files."
TOO_SLOW: Final = "The PDF was not finished within {seconds} seconds. Move long passages and tables of the card into evidence files."
TOO_LARGE: Final = "The PDF needs more memory than it may have. Move long passages and tables of the card into evidence files."
BROKE_OFF: Final = "The rendering broke off. Ask for it again; if it does so again, tell your operator, whose worker's log says more."
TOO_SLOW_SIGNALS: Final = frozenset({-signal.SIGALRM, -signal.SIGXCPU})
# How libraries that look at no return value end when they get no memory, and how the kernel ends who took too much.
OUT_OF_MEMORY_CODES: Final = frozenset({press.OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGTRAP, -signal.SIGKILL})


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF.

    Attributes:
        name: its name there.
        description: what it is, for a person.
        relationship: what it is to the PDF: Source, Data or Supplement (ISO 32000-2, 7.11.3).
        at: the moment that it is of, ISO 8601.
        text: its content.
    """

    name: str
    description: str
    relationship: str
    at: str
    text: str


@dataclass(frozen=True)
class Manuscript:
    """Everything that one PDF is made from.

    Attributes:
        html: the page.
        identifier: SHA-256 of what is shown; it becomes the file's identifier.
        sheets: stylesheets, in order.
        assets: SHA-256 by name of the files that the sheets may ask for.
        attachments: files inside the PDF.
        folder: where the sheets' relative addresses start.
    """

    html: str
    identifier: str
    sheets: tuple[str, ...]
    assets: Mapping[str, str]
    attachments: tuple[Attached, ...] = ()
    folder: str = SHEETS

    def to_bytes(self) -> bytes:
        """Return the manuscript as it is kept."""
        return canonical(
            {"schema": SCHEMA, **asdict(self), "sheets": list(self.sheets), "attachments": [asdict(one) for one in self.attachments]}
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Manuscript:
        """Read a kept manuscript."""
        body = json.loads(content)
        attachments = tuple(Attached(**one) for one in body["attachments"])
        return cls(body["html"], body["identifier"], tuple(body["sheets"]), body["assets"], attachments, body["folder"])


@dataclass(frozen=True)
class Rendered:
    """A finished PDF.

    Attributes:
        content: its bytes.
        pages: their number.
        made_with: versions of libraries and digests of fonts, by name.
        refused: addresses that the text wanted and did not get.
        missing: letters that no font has.
        peak: the most memory that it took, in KiB.
    """

    content: bytes
    pages: int
    made_with: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    missing: str = ""
    peak: int = 0

    @property
    def remark(self) -> str:
        """What a person should know of it; mostly nothing."""
        return NO_FONT.format(letters=" ".join(f"U+{ord(letter):04X}" for letter in self.missing[:20])) if self.missing else ""


def compose(
    html: str, *, identifier: str, paper: Paper = Paper.A4, attachments: tuple[Attached, ...] = (), landscape: bool = False
) -> Manuscript:
    """Return the manuscript of a page in the house's look of today."""
    size = f"@page {{ size: {paper}{' landscape' if landscape else ''} }}"
    assets = {name: sha256(content) for name, content in assets_of_today().items()}
    return Manuscript(html, identifier, (stylesheet(), size), assets, attachments)


def render_html(html: str, *, identifier: str, paper: Paper = Paper.A4) -> Rendered:
    """Render a page in the house's look of today.

    Raises:
        DomainError: as ``render``.
    """
    manuscript = compose(html, identifier=identifier, paper=paper)
    return render(manuscript, {sha256(content): content for content in assets_of_today().values()})


def render(manuscript: Manuscript, assets: Mapping[str, bytes], *, progress: Callable[[int], None] = lambda _: None) -> Rendered:
    """Make the PDF of a manuscript.

    Args:
        manuscript: what it is made from.
        assets: content of the assets by SHA-256.
        progress: told how far it is, in percent.

    Raises:
        DomainError: Pango is missing, the text is too long, or it takes too much time or memory.
    """
    if len(manuscript.html) > MOST_LETTERS:
        raise DomainError(TOO_LONG.format(pages=settings.PDF_PAGES))
    brought = {name: base64.b64encode(assets[digest]).decode("ascii") for name, digest in manuscript.assets.items()}
    with TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix=WORKSHOP) as name:
        folder = Path(name)
        (folder / press.MANUSCRIPT).write_text(json.dumps({**asdict(manuscript), "assets": brought}), encoding="utf-8")
        outcome = presses.run(folder, progress=progress)
        if "done" not in outcome.words:
            raise DomainError(_reason(outcome))
        told = json.loads((folder / press.RESULT).read_bytes())
        content = (folder / press.OUTPUT).read_bytes()
    return Rendered(content, told["pages"], told["made_with"], tuple(told["refused"]), told["missing"], told["peak"])


def assets_of_today() -> dict[str, bytes]:
    """Return the files that the stylesheets ask for, by name."""
    return {name: _read(name) for name in ASSETS}


def stylesheet(names: Iterable[str] = STYLESHEETS) -> str:
    """Return our own stylesheet, or some parts of it."""
    return "\n".join(_read(f"{SHEETS}{name}.css").decode() for name in names)


def _reason(outcome: presses.Outcome) -> str:
    """Return why there is no PDF, as a sentence."""
    if "pango" in outcome.words:
        return NO_PANGO
    if "pages" in outcome.words:
        return TOO_LONG.format(pages=settings.PDF_PAGES)
    if outcome.code in TOO_SLOW_SIGNALS:
        return TOO_SLOW.format(seconds=settings.PDF_SECONDS)
    return TOO_LARGE if outcome.code in OUT_OF_MEMORY_CODES else BROKE_OFF


def _read(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        message = f"The static file {name} is missing."
        raise FileNotFoundError(message)
    return Path(found).read_bytes()


def told(made_with: Mapping[str, str], before: Mapping[str, Any]) -> str:
    """Return what has changed among the libraries and fonts since an earlier rendering, in words; empty when nothing has."""
    names = sorted(set(made_with) | set(before))
    changed = [name for name in names if made_with.get(name) != before.get(name)]
    return "; ".join(f"{name} {before.get(name, 'not used')} then, {made_with.get(name, 'not used')} now" for name in changed)
