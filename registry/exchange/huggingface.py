"""Model cards and dataset cards of the Hugging Face Hub: front matter and a body in Markdown.

The rule: an export is read back before it is handed out. What headings would
not bring back exactly stands between marks, so that any text in any field
survives.

Source:
    Hugging Face Hub, model card and dataset card metadata specifications.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog.documents import MOST_LETTERS
from registry.exchange import body, front_matter, outline
from registry.exchange.encoding import decode
from registry.exchange.imported import FRONT_MATTER, FURTHER_TEXT, KEEPING, OUTLINE, ExchangeError, Imported, Unmapped
from registry.exchange.layout import compose
from registry.exchange.markdown_text import split
from registry.exchange.values import accepted
from registry.exchange.vocabulary import Vocabulary, vocabulary
from registry.exchange.yaml_text import write as write_yaml

BROKEN: Final = "Front matter that could not be read"
MOST_HEADINGS: Final = 5_000
PEOPLE: Final = "relates_to_people"
# Keys that only dataset cards of the Hub have.
DATASET_KEYS: Final = {
    "annotations_creators", "configs", "dataset_info", "language_creators", "language_details", "multilinguality",
    "paperswithcode_id", "pretty_name", "size_categories", "source_datasets", "task_categories", "task_ids",
}  # fmt: skip
DATASET_WORDS: Final = ("datasheet", "data sheet", "dataset card")


@dataclass(frozen=True)
class _Reading:
    """A card as it was read, before anything is said about it."""

    front: dict[Any, Any]
    fields: dict[str, Any]
    unmapped: tuple[Unmapped, ...]
    headings: tuple[outline.Entry, ...]
    warning: str

    @property
    def further(self) -> str | None:
        """The text that no field took, each under its heading, as ``FURTHER_TEXT`` holds it."""
        parts = [part for one in self.unmapped for part in (f"{'#' * one.level} {one.heading}".strip(), one.text) if part]
        return "\n\n".join(filter(None, (self.fields.get(FURTHER_TEXT), *parts))) or None


def read(raw: bytes, template_key: str | None = None) -> Imported:
    """Read a card into the fields of a template; without one the card decides.

    Raises:
        ExchangeError: it is no text, too large, or its YAML is refused.
    """
    text, warnings = decode(raw)
    card = front_matter.cut(text)
    front, warning = front_matter.mapping_of(card)
    template_key = template_key or _kind(card, front or {})
    words = vocabulary(template_key)
    found = _read_parts(words, card, front, warning)
    fields = {name: value for name, value in found.fields.items() if name not in KEEPING}
    kept = _kept(words, found, fields)
    told = [*warnings, *filter(None, (found.warning, *_warnings(words, fields)))]
    return Imported(template_key, fields, found.front, found.unmapped, tuple(told), kept)


def write(template_key: str, content: Mapping[str, Any]) -> str:
    """Return a document as a card.

    Args:
        template_key: the template that the content answers.
        content: cleaned values by field id, the keeping fields included.
    """
    words = vocabulary(template_key)
    content = {name: value for name, value in content.items() if name in words.headings}
    front = front_matter.keys_of(words, content)
    carried = _carried(words, content, front)
    marked: set[str] = set()
    if FRONT_MATTER in content and front_matter.kept_mapping(content[FRONT_MATTER]) is None:
        marked.add(FRONT_MATTER)
    text = ""
    for _ in range(len(content) + 1):
        text = _text(words, content, front, carried, marked)
        wrong = _differing(words, content, _read(words, text)) - marked
        if not wrong:
            break
        marked |= wrong & set(content) or set(content) - {OUTLINE}
        carried -= marked
    return text


def _kind(card: front_matter.Card, front: Mapping[Any, Any]) -> str:
    """Return the template of a card, by the keys that only dataset cards have and by its first line."""
    first = next((line for line in card.body.split("\n") if line.strip()), "")[:200].casefold()
    is_about_data = not DATASET_KEYS.isdisjoint(str(key) for key in front) or any(word in first for word in DATASET_WORDS)
    return "datasheet" if is_about_data else "model_card"


def _read(words: Vocabulary, text: str) -> _Reading:
    card = front_matter.cut(text)
    return _read_parts(words, card, *front_matter.mapping_of(card))


def _read_parts(words: Vocabulary, card: front_matter.Card, front: dict[Any, Any] | None, warning: str) -> _Reading:
    said, found = _merged(words, front or {}, card.body)
    unmapped = found.unmapped
    if front is None:
        unmapped = (*unmapped, Unmapped(2, BROKEN, _fenced(card.front or "")))
    fields = said | found.fields
    headings = found.outline if unmapped == found.unmapped else (*found.outline, outline.Entry(f"## {BROKEN}", None))
    return _Reading(front or {}, fields, unmapped, headings, warning)


def _merged(words: Vocabulary, front: Mapping[Any, Any], text: str) -> tuple[dict[str, Any], body.Found]:
    """Return what the front matter says, and what a body says beside it."""
    said = front_matter.fields_of(words, front)
    parts = split(text, has_questions=bool(words.questions))
    if len(parts.sections) > MOST_HEADINGS:
        message = f"The text has {len(parts.sections):,} headings; {MOST_HEADINGS:,} are allowed. Split it, or make lists of them."
        raise ExchangeError(message)
    return said, body.read(words, parts, said)


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}yaml\n{text}\n{fence}"


def _kept(words: Vocabulary, found: _Reading, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the keeping fields."""
    rest = front_matter.kept_text(front_matter.rest_of(words, found.front, fields))
    raw = {FRONT_MATTER: found.fields.get(FRONT_MATTER) or rest, FURTHER_TEXT: found.further}
    kept = {name: _held(words, name, value) for name, value in raw.items() if value}
    content = {**fields, **kept}
    usual = compose(words, content, skip=_carried(words, content, found.front), marked=())[1]
    lines = [str(entry) for entry in found.headings]
    if lines != [str(entry) for entry in usual]:
        named = accepted(words.template.field(OUTLINE), lines)
        kept |= {OUTLINE: named} if named is not None else {}
    return kept


def _held(words: Vocabulary, name: str, text: str) -> str:
    """Return what a keeping field holds, or refuse what would be lost."""
    held: str | None = accepted(words.template.field(name), text)
    if held is None:
        what = "front matter" if name == FRONT_MATTER else "text"
        message = f"The {what} that no field takes has {len(text):,} characters; {MOST_LETTERS:,} are allowed. Split the file."
        raise ExchangeError(message)
    return held


def _warnings(words: Vocabulary, fields: Mapping[str, Any]) -> list[str]:
    told = []
    about_people = [name for name in fields if words.template.field(name).condition]
    if about_people and PEOPLE in words.headings and fields.get(PEOPLE) != "yes":
        told.append("Questions about people were answered. Answer “Is it about people?” with yes to see them.")
    return told


def _text(words: Vocabulary, content: Mapping[str, Any], front: Mapping[Any, Any], skip: Collection[str], marked: Collection[str]) -> str:
    written = compose(words, content, skip=skip, marked=marked)[0]
    head = f"---\n{write_yaml(dict(front))}---\n\n" if front else ""
    return f"{head}{written}\n" if written else head


def _carried(words: Vocabulary, content: Mapping[str, Any], front: Mapping[Any, Any]) -> set[str]:
    """Return the fields that need no section: the front matter, or text that is kept anyway, says them exactly."""
    said, found = _merged(words, front, content.get(FURTHER_TEXT, ""))
    said |= found.fields
    placed = {entry.field for entry in outline.read(content.get(OUTLINE) or (), words.headings)}
    return {name for name, value in said.items() if content.get(name) == value and name not in placed}


def _differing(words: Vocabulary, content: Mapping[str, Any], found: _Reading) -> set[str]:
    """Return the fields that a card does not bring back; its outline and the order of its keys are its own."""
    back = {**found.fields, FURTHER_TEXT: found.further}
    compared = ({*content, *back} - {OUTLINE, FRONT_MATTER}) | ({FRONT_MATTER} & set(found.fields))
    return {name for name in compared if content.get(name) != back.get(name)}
