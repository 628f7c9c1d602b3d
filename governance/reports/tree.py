"""A page of ours as a tree of elements, for the formats that are no page.

The rule: only pages that our own templates wrote are read, whose tags are
balanced; what people typed is text in them, or was sanitised before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

VOID: Final = frozenset({"br", "hr", "img", "meta", "link", "wbr"})
# Elements that stand for themselves in other formats by their label, or not at all.
LEFT_OUT: Final = frozenset({"style", "head", "svg"})


@dataclass
class Element:
    """One element with what is in it: elements and text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        """The words of its class attribute."""
        return frozenset(self.attributes.get("class", "").split())

    @property
    def elements(self) -> list[Element]:
        """The elements among its children."""
        return [child for child in self.children if isinstance(child, Element)]

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield every element below that has one of the tags, in order; not those inside one that was found."""
        for child in self.elements:
            if child.tag in tags:
                yield child
            else:
                yield from child.all(*tags)

    def text(self) -> str:
        """Return all text below, its white space as one blank."""
        parts = [child if isinstance(child, str) else (" " if child.tag == "br" else child.text()) for child in self.children]
        return " ".join("".join(parts).split())


def parsed(html: str) -> Element:
    """Return the body of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return next(reader.root.all("body"), reader.root)


class _Reader(HTMLParser):
    """Builds the tree; everything inside an element that is left out is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root")
        self.open = [self.root]
        self.passed_over = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        if tag in LEFT_OUT or self.passed_over:
            self.passed_over += tag not in VOID
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close an element."""
        if tag in VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if self.passed_over:
            self.passed_over -= tag not in VOID
        elif len(self.open) > 1 and tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        """Keep text."""
        if not self.passed_over:
            self.open[-1].children.append(data)
