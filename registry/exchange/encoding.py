"""From the bytes of a file to text, whatever wrote them.

The rule: a byte order mark is believed, UTF-16 is recognised without one,
and what is no text at all is refused before anything reads it.
"""

from __future__ import annotations

import codecs
from typing import Final

from registry.catalog.documents import CONTROL
from registry.exchange.imported import ExchangeError

MOST_BYTES: Final = 2_000_000
UNKNOWN: Final = "\ufffd"
# The longer marks first: that of UTF-32 begins like that of UTF-16.
MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE: Final = 4_096


def decode(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text with line ends as LF, and warnings.

    Raises:
        ExchangeError: the file is empty, too large, or not text.
    """
    if len(raw) > MOST_BYTES:
        message = f"The file has {len(raw):,} bytes; {MOST_BYTES:,} are allowed. Split it, or take tables out of it."
        raise ExchangeError(message)
    text, warnings = _text(raw)
    if not text.strip():
        message = "The file is empty."
        raise ExchangeError(message)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = CONTROL.search(text)
    if found is None:
        return text, warnings
    line = text.count("\n", 0, found.start()) + 1
    warning = f"Line {line}: control characters, which no text may hold, were replaced by {UNKNOWN}."
    return CONTROL.sub(UNKNOWN, text), (*warnings, warning)


def _text(raw: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return _strict(raw[len(mark) :], encoding), ()
    if b"\0" in raw[:SAMPLE]:
        return _strict(raw, _of_two_bytes(raw[:SAMPLE])), ()
    try:
        return raw.decode(), ()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        warning = f"Line {line} is not UTF-8; the file was read as Windows-1252. Check accents and quotation marks."
        return raw.decode("cp1252", errors="replace"), (warning,)


def _of_two_bytes(sample: bytes) -> str:
    """Return which UTF-16 a file without a mark is: the zeros of Latin text and line ends stand on one side."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if even == odd or min(even, odd) > max(even, odd) // 20:
        message = "This is not a text file. Give a Markdown, YAML or JSON file."
        raise ExchangeError(message)
    return "utf-16-be" if even > odd else "utf-16-le"


def _strict(raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"The file begins as {encoding.upper()}, but byte {error.start:,} is not. Save it as UTF-8."
        raise ExchangeError(message) from error
    if "\0" in text:
        message = "This is not a text file. Give a Markdown, YAML or JSON file."
        raise ExchangeError(message)
    return text
