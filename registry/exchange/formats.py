"""Every format by its name: which file is what, and which document can become what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from registry.catalog.loader import key_of
from registry.exchange import croissant, cyclonedx, huggingface, model_card_toolkit, plain
from registry.exchange.about import NOBODY, About
from registry.exchange.encoding import decode
from registry.exchange.imported import ExchangeError, Imported

MODEL_CARD: Final = "model_card"
DATASHEET: Final = "datasheet"


@dataclass(frozen=True)
class Format:
    """A format that documents are exported to.

    Attributes:
        name: as a person reads it.
        use: what one takes it for, in a sentence.
        suffix: of a file's name.
        media_type: of a download.
        write: a template's key, a document's content and what it is about to text.
        templates: keys of the templates that it can carry.
    """

    name: str
    use: str
    suffix: str
    media_type: str
    write: Callable[[str, Mapping[str, Any], About], str]
    templates: tuple[str, ...] = (MODEL_CARD, DATASHEET)


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "huggingface": Format(
            "Hugging Face card",
            "For a repository on the Hub: front matter that its search reads, and every answer below it.",
            ".md",
            "text/markdown",
            lambda key, content, _: huggingface.write(key, content),
        ),
        "markdown": Format(
            "Markdown",
            "For reading anywhere, in the order of the template.",
            ".md",
            "text/markdown",
            lambda key, content, _: plain.write_markdown(key, content),
        ),
        "json": Format(
            "JSON",
            "For programs and for another Assay: every field as it is stored, with the template’s version and digest.",
            ".json",
            "application/json",
            lambda key, content, _: plain.write_json(key, content),
        ),
        "croissant": Format(
            "Croissant",
            "For catalogues of datasets: JSON-LD, version 1.1, with the vocabulary for responsible AI.",
            ".json",
            "application/ld+json",
            croissant.write,
            (DATASHEET,),
        ),
        "cyclonedx": Format(
            "CycloneDX 1.6 ML-BOM",
            "For supply-chain tools: the model as a component, its files by digest, and its card.",
            ".cdx.json",
            "application/vnd.cyclonedx+json",
            cyclonedx.write,
            (MODEL_CARD,),
        ),
    }
)


def formats_for(template_key: str) -> dict[str, Format]:
    """Return the formats that a document of a template can become, by key."""
    return {key: one for key, one in FORMATS.items() if key_of(template_key) in one.templates}


def write(key: str, template_key: str, content: Mapping[str, Any], about: About = NOBODY) -> str:
    """Return a document in a format.

    Raises:
        ExchangeError: there is no such format, or it cannot carry this document.
    """
    possible = formats_for(template_key)
    if key not in possible:
        message = f"There is no format “{key}” for this document. Choose one of {', '.join(possible)}."
        raise ExchangeError(message)
    return possible[key].write(template_key, content, about)


def read(raw: bytes, template_key: str | None = None) -> Imported:
    """Read a file of any format that is understood.

    Args:
        raw: the file.
        template_key: the template to read into; None lets the file decide.

    Raises:
        ExchangeError: it cannot be read.
    """
    text, _ = decode(raw)
    if not text.lstrip().startswith("{"):
        return huggingface.read(raw, template_key)
    return _json(plain.load(text), template_key)


def _json(value: Any, wanted: str | None) -> Imported:
    if value.get("format") == plain.FORMAT:
        reference = value.get("template")
        return plain.read_json(value, wanted or (reference.get("key", "") if isinstance(reference, dict) else ""))
    for is_it, read_it, key in (
        (croissant.is_croissant, croissant.read, croissant.TEMPLATE),
        (model_card_toolkit.is_model_card, model_card_toolkit.read, model_card_toolkit.TEMPLATE),
    ):
        if is_it(value):
            if wanted is not None and key_of(wanted) != key:
                message = f"This file is about a {'dataset' if key == DATASHEET else 'model'}; import it there."
                raise ExchangeError(message)
            return read_it(value)
    message = "This JSON is none that can be imported: a document of Assay, Croissant, or Model Card Toolkit."
    raise ExchangeError(message)
