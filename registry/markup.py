"""From Markdown that a person typed to HTML that is safe to show.

The rule: raw HTML stays text, nothing that the browser or the PDF would fetch
gets through, links lead to absolute addresses only, and headings fall into
the page's own order. Markdown writes, nh3 checks; neither is used without the
other, and this is the only place that calls text safe.
"""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import markdown
import nh3
from django.utils.safestring import SafeString
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

FIRST_LEVEL: Final = 4
LAST_LEVEL: Final = 6
TAGS: Final = {
    "a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES: Final = {"a": {"href"}, "ol": {"start"}, "td": {"align"}, "th": {"align", "scope"}}
SCHEMES: Final = {"http", "https", "mailto"}
ALIGNS: Final = {"left", "center", "right"}
# Markdown looks to the end of the text for the partner of each bracket, which takes minutes when thousands have none.
LINKS: Final = ("link", "reference", "short_reference")
MOST_LONELY: Final = 40
# What Markdown would pass through or fetch: HTML of the writer's own, and images of every spelling.
UNWANTED: Final = ("html", "image_link", "image_reference", "short_image_ref")


def render(text: str, level: int = FIRST_LEVEL) -> SafeString:
    """Return a text as HTML.

    Args:
        text: Markdown; tables and fenced code are understood.
        level: what the highest heading becomes, 2 to 6.
    """
    try:
        html = _markdown(level, has_links=not _is_wild(text)).convert(text)
    except RecursionError:
        html = f"<pre>{escape(text)}</pre>"
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=SCHEMES,
        link_rel="noopener nofollow",
        set_tag_attribute_values={"th": {"scope": "col"}},
    )
    return SafeString(clean)  # safe because nh3 has just made it so; nothing else in the product says this of typed text


def is_web_address(address: str) -> bool:
    """Whether an address is absolute and leads to the web or to a mailbox."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.netloc or parts.scheme == "mailto")


class _Headings(Treeprocessor):
    """Gives headings levels without gaps, from a first level on."""

    def __init__(self, md: markdown.Markdown, first: int) -> None:
        super().__init__(md)
        self.first = first

    def run(self, root: Element) -> None:
        """Rename h1 to h6 in place."""
        above: list[int] = []
        for element in root.iter():
            if not _is_heading(element.tag):
                continue
            typed = int(element.tag[1])
            while above and above[-1] >= typed:
                above.pop()
            element.tag = f"h{min(self.first + len(above), LAST_LEVEL)}"
            above.append(typed)


class _Tight(Extension):
    """Takes HTML and images out of Markdown and puts headings in order."""

    def __init__(self, first: int, unwanted: tuple[str, ...]) -> None:
        super().__init__()
        self.first = first
        self.unwanted = unwanted

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 - the library's name
        """Change the parser."""
        md.preprocessors.deregister("html_block")
        for name in self.unwanted:
            md.inlinePatterns.deregister(name)
        md.treeprocessors.register(_Headings(md, self.first), "headings", 1)


def _markdown(level: int, *, has_links: bool) -> markdown.Markdown:
    unwanted = UNWANTED if has_links else UNWANTED + LINKS
    extensions: list[Extension | str] = ["tables", "fenced_code", "sane_lists", _Tight(level, unwanted)]
    tables = {"tables": {"use_align_attribute": True}}
    return markdown.Markdown(extensions=extensions, extension_configs=tables, output_format="html")


def _is_wild(text: str) -> bool:
    """Whether so many brackets lack a partner, or stand in each other, that the text's links are given up."""
    return _lonely(text, "[", "]") > MOST_LONELY or _lonely(text, "(", ")") > MOST_LONELY


def _lonely(text: str, opener: str, closer: str) -> int:
    depth = lonely = 0
    for letter in text:
        if letter == opener:
            depth += 1
            lonely += depth > 1
        elif letter == closer:
            depth = max(depth - 1, 0)
    return lonely


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href" and not is_web_address(value):
        return None
    if name == "align" and value not in ALIGNS:
        return None
    return value


def _is_heading(tag: object) -> bool:
    return isinstance(tag, str) and len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()  # noqa: PLR2004 - h1 to h6
