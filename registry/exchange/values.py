"""A field's value as the text below a heading, and back.

The rule: a value is read only when nothing of the text is lost by it; a text
that does not fit its field stays text.
"""

from __future__ import annotations

import re
import textwrap
from typing import Any, Final

from registry.catalog.documents import FieldError, clean
from registry.catalog.schema import Field, FieldType
from registry.exchange.markdown_text import BULLET, FENCE, blocks, table, table_text
from registry.exchange.vocabulary import plain

PLAIN_LIST: Final = "plain"
LISTS: Final = {FieldType.LIST, FieldType.LINK}


def accepted(field: Field, raw: Any) -> Any:
    """Return a value as the catalog stores it, or None when the field cannot hold it."""
    try:
        return clean(field, raw)
    except FieldError:
        return None


def value_of(field: Field, text: str) -> Any:
    """Return the value that a text gives, or None when the field cannot hold the text."""
    if field.type in LISTS:
        return accepted(field, _entries(text))
    if field.type is FieldType.TABLE:
        return _rows(field, text)
    if field.format == "line" and "\n" in text:
        return None
    return accepted(field, textwrap.dedent(text) if text[:1] in " \t" else text)


def list_style(text: str) -> str:
    """Return how a text writes its list: a bullet's mark, or ``plain`` when it has none."""
    return next((marker for _, marker in blocks(text) if marker), PLAIN_LIST)


def text_of(field: Field, value: Any, style: str = "-") -> str:
    """Return a value as it stands below its heading.

    Args:
        field: the field.
        value: the stored value.
        style: of a list, as ``list_style`` names it.
    """
    if field.type in LISTS:
        return _list_text(value, style)
    if field.type is FieldType.TABLE:
        header = [column.title for column in field.columns]
        return table_text(header, [[row.get(column.id, "") for column in field.columns] for row in value])
    return str(value)


def exact_text(field: Field, value: Any) -> str:
    """Return a value as it stands between marks, from which ``exact_value`` reads the same."""
    if field.type in LISTS:
        return "\n".join("- " + entry.replace("\n", "\n  ") for entry in value)
    return text_of(field, value)


def exact_value(field: Field, text: str) -> Any:
    """Return the value between two marks, or None when it does not fit the field."""
    if field.type in LISTS:
        return accepted(field, re.sub(r"\n  ", "\0", text).replace("\n- ", "\1").removeprefix("- ").replace("\0", "\n").split("\1"))
    if field.type is FieldType.TABLE:
        return _rows(field, text)
    return accepted(field, text)


def choice_in(field: Field, text: str) -> str | None:
    """Return the choice with which an answer begins, such as *no* in “No. All records are public.”."""
    first = plain(text[:200]).split(" ")[0]
    return next((choice for choice in field.choices if choice == first), None)


def _list_text(entries: list[str], style: str) -> str:
    text = ""
    was_bullet = False
    for entry in entries:
        is_bullet = style != PLAIN_LIST and not _is_block(entry)
        between = "\n" if was_bullet and is_bullet else "\n\n"
        text += (between if text else "") + (f"{style} {entry}" if is_bullet else entry)
        was_bullet = is_bullet
    return text


def _is_block(entry: str) -> bool:
    return "\n" in entry or entry.startswith(("#", "|", "<", ">", "    ")) or bool(BULLET.match(entry) or FENCE.match(entry))


def _entries(text: str) -> list[str]:
    """Return the entries of a list: bullets and paragraphs; what is indented belongs to the entry above."""
    entries: list[str] = []
    for block, _ in blocks(text):
        if entries and block.startswith((" ", "\t")):
            entries[-1] += f"\n\n{block}"
        else:
            entries.append(block)
    return entries


def _rows(field: Field, text: str) -> list[dict[str, str]] | None:
    """Return the rows of a pipe table whose columns are those of the field, in any order."""
    found = table(text)
    if found is None:
        return None
    header, cells = found
    names = {plain(word): column.id for column in field.columns for word in (column.id, column.title)}
    keys = [names.get(plain(word), "") for word in header]
    if not all(keys) or len(set(keys)) < len(keys) or not cells:
        return None
    rows: list[dict[str, str]] | None = accepted(field, [dict(zip(keys, row, strict=True)) for row in cells])
    return rows if rows is not None and len(rows) == len(cells) else None
