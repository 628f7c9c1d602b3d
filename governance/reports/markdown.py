"""The pages of a dossier as Markdown: the same content, for those who read and compare text.

The rule: nothing is shown that the page does not show; a chart is named and
its table follows. Every sign that Markdown would read is escaped, so that
what people typed stays text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Final

from governance.reports.tree import Element, parsed

SPECIAL: Final = re.compile(r"([\\`*_\[\]|~])")
LINE_START: Final = re.compile(r"^(\s*\d*)([#+=.)-])(?=\s|$)")
INLINE: Final = frozenset({"a", "b", "br", "code", "del", "em", "i", "img", "span", "strong", "wbr"})
HEADING: Final = re.compile(r"h([1-6])")
WRAPS: Final = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~"}
# The contents lead nowhere in a text file.
LEFT_OUT: Final = frozenset({"contents"})


def to_markdown(html: str) -> str:
    """Return a page as Markdown."""
    blocks = [block.strip("\n") for block in _blocks(parsed(html))]
    return "\n\n".join(block for block in blocks if block.strip()) + "\n"


def _blocks(element: Element) -> Iterator[str]:
    """Yield the blocks below an element."""
    line: list[Element | str] = []
    for child in element.children:
        if isinstance(child, str) or child.tag in INLINE:
            line.append(child)
            continue
        yield _inline(line)
        line = []
        yield from _block(child)
    yield _inline(line)


def _block(element: Element) -> Iterator[str]:
    if element.classes & LEFT_OUT:
        return
    if found := HEADING.fullmatch(element.tag):
        yield f"{'#' * int(found.group(1))} {_inline(element.children)}"
    elif element.tag == "table":
        yield from _table(element)
    elif write := WRITERS.get(element.tag):
        yield write(element)
    else:
        yield from _blocks(element)


def _quote(element: Element) -> str:
    return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(filter(None, _blocks(element))).splitlines())


def _inline(children: list[Element | str]) -> str:
    text = "".join(_escaped(child) if isinstance(child, str) else _piece(child) for child in children)
    return "\n".join(" ".join(line.split()) for line in text.split("\n\\\n")).replace("\n", "  \n").strip()


def _piece(element: Element) -> str:
    if element.tag == "br":
        return "\n\\\n"
    if element.tag == "img":
        return _escaped(element.attributes.get("alt", ""))
    if element.tag == "code":
        return _code(element.text())
    inner = "".join(_escaped(child) if isinstance(child, str) else _piece(child) for child in element.children)
    address = element.attributes.get("href", "")
    if element.tag == "a" and address and not address.startswith("#"):
        return f"<{address}>" if inner.strip() == _escaped(address) else f"[{inner.strip()}](<{address.replace('>', '%3E')}>)"
    wrap = WRAPS.get(element.tag, "") if inner.strip() else ""
    return f"{wrap}{inner.strip()}{wrap}" if wrap else inner


def _escaped(text: str) -> str:
    return SPECIAL.sub(r"\\\1", escape(" ".join(text.split("\n")), quote=False))


def _escaped_start(text: str) -> str:
    return LINE_START.sub(r"\1\\\2", text)


def _code(text: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"


def _fenced(element: Element) -> str:
    text = "".join(_raw(element)).strip("\n")
    fence = "`" * max(3, max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{fence}\n{text}\n{fence}"


def _raw(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _raw(child)


def _list(element: Element) -> str:
    items = [child for child in element.elements if child.tag == "li"]
    start = int(element.attributes.get("start") or 1)
    return "\n".join(_item(item, f"{number}." if element.tag == "ol" else "-") for number, item in enumerate(items, start))


def _item(item: Element, mark: str) -> str:
    body = "\n\n".join(filter(None, (block.strip("\n") for block in _blocks(item))))
    indent = " " * (len(mark) + 1)
    return f"{mark} {_escaped_start(body)}".replace("\n", f"\n{indent}").replace(f"\n{indent}\n", "\n\n")


def _table(element: Element) -> Iterator[str]:
    for caption in element.all("caption"):
        yield f"**{_inline(caption.children)}**"
    rows = [[_cell(cell) for cell in row.all("th", "td")] for row in element.all("tr")]
    if not rows:
        return
    width = max(len(row) for row in rows)
    head = rows.pop(0) if next(element.all("thead"), None) else [""] * width
    lines = [head, ["---"] * width, *rows]
    yield "\n".join(f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in lines)


def _cell(cell: Element) -> str:
    return "<br>".join(filter(None, (block.replace("  \n", "<br>").replace("\n", "<br>") for block in _blocks(cell))))


def _figure(element: Element) -> str:
    captions = [_inline(caption.children) for caption in element.all("figcaption")]
    label = _escaped(element.attributes.get("aria-label", ""))
    return "\n\n".join(f"*{text}*" for text in (*captions, label) if text)


WRITERS: Final[Mapping[str, Callable[[Element], str]]] = {
    "p": lambda element: _escaped_start(_inline(element.children)),
    "ul": _list,
    "ol": _list,
    "figure": _figure,
    "pre": _fenced,
    "blockquote": _quote,
    "hr": lambda _: "---",
}
