"""A card's body as headings with the text below them, line by line.

The rule: text is cut and joined, never rewritten, so what was cut at its
headings can be put together again. Code and comments hold no headings. A
value that headings cannot carry stands between two marks, which are HTML
comments that a page does not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

ATX: Final = re.compile(r" {0,3}(#{1,6})(?:[ \t]|\Z)")
FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)\Z")
UNDERLINE: Final = re.compile(r"(={2,}|-{2,})[ \t]*\Z")
NO_TITLE: Final = re.compile(r"[ \t]|[-*+>|<#]|\d+[.)]|```|~~~")
MARK: Final = re.compile(r"<!-- assay:([a-z0-9_]+)( \d+)? -->\Z")
QUESTION: Final = re.compile(r"[-*+][ \t]+\*\*(?P<words>.+)\Z")
BULLET: Final = re.compile(r"(?P<marker>[-*+])[ \t]+(?P<text>\S.*)\Z")


@dataclass
class Section:
    """A heading and the lines below it, to the next heading.

    Attributes:
        level: 1 to 6; 0 for what stands before the first heading.
        title: the heading's words as written.
        lines: the text below.
        has_mark: a marked value was taken out of the text.
        is_question: it is a bold question in a list, with the answer indented below.
    """

    level: int
    title: str
    lines: list[str] = field(default_factory=list)
    has_mark: bool = False
    is_question: bool = False

    @property
    def heading(self) -> str:
        """The heading as a line."""
        if self.is_question:
            return f"- {self.title}"
        return f"{'#' * self.level} {self.title}".rstrip() if self.level else ""

    @property
    def text(self) -> str:
        """The text without blank lines around it."""
        return trimmed(self.lines)

    @property
    def whole(self) -> str:
        """Heading and text."""
        return below(self.heading, self.text)


@dataclass(frozen=True)
class Body:
    """The sections of a body in order, and the values between marks, each with a field's id."""

    sections: tuple[Section, ...]
    marked: tuple[tuple[str, str], ...]


def below(heading: str, text: str) -> str:
    """Return a text below its heading; indented below a question."""
    if heading.startswith("- "):
        text = "\n".join(f"    {line}" if line.strip() else "" for line in text.split("\n")) if text else ""
    return "\n\n".join(filter(None, (heading, text)))


def trimmed(lines: list[str]) -> str:
    """Return lines as text, without blank lines before and after."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return "\n".join(lines[first:last]).rstrip()


def split(text: str, *, has_questions: bool = False) -> Body:
    """Cut a body at its headings.

    Args:
        text: line ends as LF.
        has_questions: whether a bold question in a list is a heading too, as datasheets write them.
    """
    lines = text.split("\n")
    marked: list[tuple[str, str]] = []
    closings = {line: number for number, line in enumerate(lines) if line.startswith("<!-- /assay:")}
    sections = [Section(0, "")]
    comments_end = max((number for number, line in enumerate(lines) if "-->" in line), default=-1)
    number, fence, in_comment = 0, "", False
    while number < len(lines):
        line, here = lines[number], sections[-1]
        if fence or in_comment:
            here.lines.append(line)
            fence = "" if fence and _closes(line, fence) else fence
            in_comment = in_comment and "-->" not in line
            number += 1
        elif (end := _marked(lines, number, closings)) is not None:
            marked.append((_name(line), "\n".join(lines[number + 1 : end])))
            here.has_mark = True
            number = end + 1
        elif (opened := _opens(line)) or _opens_comment(line, number, comments_end):
            here.lines.append(line)
            fence, in_comment = opened, not opened
            number += 1
        else:
            number = _plain_line(lines, number, sections, has_questions=has_questions)
    return Body(tuple(section for section in sections if section.level or section.text or section.has_mark), tuple(marked))


def _plain_line(lines: list[str], number: int, sections: list[Section], *, has_questions: bool) -> int:
    """Take a line outside code and comments; return the number of the next."""
    line = lines[number]
    if found := ATX.match(line):
        sections.append(Section(len(found[1]), _without_closing(line[found.end() :].strip())))
        return number + 1
    if _is_underlined(lines, number, sections[-1]):
        sections.append(Section(1 if lines[number + 1].startswith("=") else 2, line.strip()))
        return number + 2
    if has_questions and QUESTION.match(line) and (end := _end_of_question(lines, number)) is not None:
        return _question(lines, number, end, sections)
    sections[-1].lines.append(line)
    return number + 1


def _without_closing(title: str) -> str:
    """Return a heading without the marks that may close it."""
    bare = title.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else title


def _end_of_question(lines: list[str], number: int) -> int | None:
    """Return the line after a question, or None when nothing is asked."""
    end = number
    while end < len(lines) and lines[end].strip():
        end += 1
    return end if any("?" in line for line in lines[number:end]) else None


def _question(lines: list[str], number: int, end: int, sections: list[Section]) -> int:
    """Take a list entry that begins with a bold question; its indented text is the answer."""
    words = " ".join(line.strip() for line in lines[number:end])
    above = sections[-1]
    asked = Section(above.level if above.is_question else min(above.level + 1, 6), words[1:].lstrip(), is_question=True)
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith((" ", "\t"))):
        asked.lines.append(lines[end])
        end += 1
    asked.lines = _dedented(asked.lines)
    sections.append(asked)
    return end


def _dedented(lines: list[str]) -> list[str]:
    filled = [line.expandtabs(4) for line in lines if line.strip()]
    by = min((len(line) - len(line.lstrip(" ")) for line in filled), default=0)
    return [line.expandtabs(4)[by:] if line.strip() else "" for line in lines]


def _is_underlined(lines: list[str], number: int, here: Section) -> bool:
    """Whether a line alone in its paragraph is underlined, and so a heading."""
    if number + 1 >= len(lines) or not lines[number].strip() or NO_TITLE.match(lines[number]):
        return False
    return bool(UNDERLINE.match(lines[number + 1])) and not (here.lines and here.lines[-1].strip())


def _opens(line: str) -> str:
    found = FENCE.match(line)
    return "" if found is None or (found[1][0] == "`" and "`" in found[2]) else found[1]


def _closes(line: str, fence: str) -> bool:
    found = FENCE.match(line)
    return found is not None and found[1].startswith(fence) and not found[2].strip()


def _opens_comment(line: str, number: int, last_end: int) -> bool:
    return line.startswith("<!--") and "-->" not in line and number < last_end


def _name(line: str) -> str:
    found = MARK.match(line)
    return found[1] if found else ""


def _marked(lines: list[str], number: int, closings: Mapping[str, int]) -> int | None:
    """Return where a marked value ends that begins here, or None."""
    if not MARK.match(lines[number]):
        return None
    closing = lines[number].replace("<!-- assay:", "<!-- /assay:", 1)
    return lines.index(closing, number) if closings.get(closing, -1) > number else None


def between_marks(name: str, text: str) -> str:
    """Return a text between two marks that do not occur in it."""
    number = 1
    while f"assay:{name} {number} -->" in text:
        number += 1
    return f"<!-- assay:{name} {number} -->\n{text}\n<!-- /assay:{name} {number} -->"


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the blocks of a text with the marker of those that are simple bullets, else an empty marker.

    Code, tables and indented text stay whole.
    """
    block: list[str] = []
    fence = ""
    for line in text.split("\n"):
        if fence:
            block.append(line)
            fence = "" if _closes(line, fence) else fence
        elif not line.strip():
            yield from _finished(block)
            block = []
        else:
            if BULLET.match(line) and not (block and block[0].startswith((" ", "\t"))):
                yield from _finished(block)
                block = []
            block.append(line)
            fence = _opens(line)
    yield from _finished(block)


def _finished(block: list[str]) -> Iterator[tuple[str, str]]:
    if not block:
        return
    bullet = BULLET.match(block[0])
    if bullet and len(block) == 1:
        yield bullet["text"].rstrip(), bullet["marker"]
    else:
        yield "\n".join(block), ""


def table(text: str) -> tuple[list[str], list[list[str]]] | None:
    """Return the header and the rows of a text that is one pipe table, or None."""
    lines = text.split("\n")
    if len(lines) < 2 or not all(line.startswith("|") and line.rstrip().endswith("|") for line in lines):  # noqa: PLR2004
        return None
    header, rule, *rows = [_cells(line) for line in lines]
    if not all(re.fullmatch(r":?-+:?", cell) for cell in rule) or any(len(row) != len(header) for row in [rule, *rows]):
        return None
    return header, rows


def table_text(header: list[str], rows: list[list[str]]) -> str:
    """Return a pipe table; ``table`` reads the same cells back, apart from blanks around them."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_escaped(cell) for cell in line) + " |" for line in lines)


def _escaped(cell: str) -> str:
    return re.sub(r"[\\|]", r"\\\g<0>", cell).replace("<br>", "\\<br>").replace("\n", "<br>")


def _cells(line: str) -> list[str]:
    cells, cell, escaped = [], "", False
    place, line = 1, line.rstrip()
    while place < len(line):
        letter = line[place]
        if escaped:
            cell += letter if letter in "\\|<" else f"\\{letter}"
        elif letter == "|":
            cells.append(cell.strip())
            cell = ""
        elif line.startswith("<br>", place):
            cell += "\n"
            place += 3
        elif letter != "\\":
            cell += letter
        escaped = letter == "\\" and not escaped
        place += 1
    return cells
