"""A document as JSON and as plain Markdown."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from registry.catalog.loader import key_of
from registry.exchange.imported import FRONT_MATTER, FURTHER_TEXT, KEEPING, OUTLINE, ExchangeError, Imported, Unmapped
from registry.exchange.layout import compose
from registry.exchange.markdown_text import split
from registry.exchange.values import accepted
from registry.exchange.vocabulary import vocabulary

FORMAT: Final = "assay/document/1"
MOST_DEPTH: Final = 40


def write_markdown(template_key: str, content: Mapping[str, Any]) -> str:
    """Return every field below a heading, without front matter."""
    words = vocabulary(template_key)
    text = compose(words, {name: value for name, value in content.items() if name != OUTLINE}, skip=(), marked=())[0]
    kept = f"\n\n## {words.headings[FRONT_MATTER]}\n\n{content[FRONT_MATTER]}" if content.get(FRONT_MATTER) else ""
    return f"{text}{kept}\n".lstrip("\n")


def write_json(template_key: str, content: Mapping[str, Any]) -> str:
    """Return the content with the template that it answers."""
    made_from = vocabulary(template_key).template
    return json.dumps({"format": FORMAT, "template": made_from.reference(), "fields": dict(content)}, ensure_ascii=False, indent=2) + "\n"


def read_json(value: Mapping[str, Any], template_key: str) -> Imported:
    """Read what ``write_json`` wrote; what a field cannot hold is kept as text.

    Raises:
        ExchangeError: it is a document of another template.
    """
    reference = value.get("template")
    key = reference.get("key") if isinstance(reference, dict) else None
    if key != key_of(template_key):
        message = f"The file is a document of the template “{key}”, not of “{key_of(template_key)}”."
        raise ExchangeError(message)
    words = vocabulary(template_key)
    raw = value.get("fields")
    content: dict[str, Any] = {}
    unmapped = []
    for name, given in raw.items() if isinstance(raw, dict) else ():
        cleaned = accepted(words.template.field(name), given) if name in words.headings else None
        if cleaned is not None:
            content[name] = cleaned
        elif given not in (None, "", []):
            unmapped.append(Unmapped(2, str(name), given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, indent=2)))
    kept: dict[str, Any] = {name: content.pop(name) for name in KEEPING if name in content}
    inside = [Unmapped(one.level, one.title, one.text) for one in split(kept.get(FURTHER_TEXT, "")).sections]
    kept |= further(template_key, unmapped, kept.get(FURTHER_TEXT, ""))
    return Imported(template_key, content, {}, (*inside, *unmapped), (), kept)


def further(template_key: str, unmapped: Sequence[Unmapped], before: str = "") -> dict[str, Any]:
    """Return texts as the field holds them that keeps what no other field takes, after what it held before."""
    parts = [part for one in unmapped for part in (f"{'#' * one.level} {one.heading}".strip(), one.text) if part]
    text = "\n\n".join(filter(None, (before, *parts)))
    value = accepted(vocabulary(template_key).template.field(FURTHER_TEXT), text)
    return {FURTHER_TEXT: value} if value is not None else {}


def load(text: str) -> Any:
    """Read JSON.

    Raises:
        ExchangeError: it is not JSON, or nested too deep.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"Line {error.lineno}: the file is not valid JSON ({error.msg.lower()})."
        raise ExchangeError(message) from error
    except (RecursionError, ValueError) as error:
        raise ExchangeError(TOO_DEEP) from error
    if not text.isascii() or "\\u" in text:
        _check_letters(value)
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise ExchangeError(TOO_DEEP)
        level = [inner for one in level if isinstance(one, (dict, list)) for inner in (one.values() if isinstance(one, dict) else one)]
    return value


def _check_letters(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (RecursionError, UnicodeEncodeError) as error:
        message = "The JSON holds half a character (a lone surrogate). Write the file again as UTF-8."
        raise ExchangeError(message) from error


def for_json(value: Any) -> Any:
    """Return a value that JSON can hold: infinite numbers and those that are none become text."""
    if isinstance(value, dict):
        return {str(key): for_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [for_json(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


TOO_DEEP: Final = f"The JSON is nested deeper than {MOST_DEPTH} levels, or holds a number that is too long."
