"""Documents and cards that nobody would write, for the properties of import and export."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from registry.catalog.documents import FieldError, clean
from registry.catalog.loader import template
from registry.catalog.schema import Field, FieldType
from registry.exchange.imported import FRONT_MATTER, OUTLINE

TRICKS = [
    "# Head", "## Training data", "---", "```", "~~~", "- a", "* b", "| a | b |\n|---|---|\n| 1 | 2 |",
    "<!-- assay:overview 1 -->", "<!-- /assay:overview 1 -->", "<!--", "-->", "    code", "===", "**Q?**",
    "- **Who created the dataset?**", "\\", "\\|", "<br>", "\u2028", "\x85", "no", "1e5", "2020-01-01", "é", "😀", "\ufeff",
    "# X = overview", "\n", "\n\n", " ", "\t", ": ", "> q", "1. x", "Further text", "שלום",
]  # fmt: skip
LINES = [
    "# Head", "## Training data", "## Limitations", "### Bias", "# Intended Use", "### Metrics", "## License", "mit", "## Evaluation",
    "### Sub", "some words here", "more text", "---", "```", "~~~", "- a", "* b", "+ c", "  - nested", "1. one",
    "| a | b |\n|---|---|\n| 1 | 2 |", "<!--", "-->", "    code", "===", "Title\n=====", "- **Who created the dataset?** x",
    "    answer", "", "", "", "\t", "> q", "Further text", "## Further text", "license: mit", "tags: [a, b]", "language: no",
    "foo: {a: 1}", "#no heading", "####### seven", "two  spaces", "<div>", "# Model Card for X", "<!-- assay:overview 1 -->",
    "<!-- /assay:overview 1 -->",
]  # fmt: skip
parts = st.lists(st.one_of(st.sampled_from(TRICKS), st.text(max_size=8)), max_size=8)
texts = st.builds(lambda some, between: between.join(some), parts, st.sampled_from(["", "\n", "\n\n", " "]))
cards = st.lists(st.sampled_from(LINES), max_size=25).map("\n".join)


def raw_value(field: Field) -> st.SearchStrategy[Any]:
    """A value as somebody might type it."""
    kinds: dict[FieldType, st.SearchStrategy[Any]] = {
        FieldType.TABLE: st.lists(
            st.dictionaries(st.sampled_from([one.id for one in field.columns] or [""]), texts, max_size=4), max_size=3
        ),
        FieldType.LIST: st.lists(texts, max_size=4),
        FieldType.LINK: st.sampled_from([["https://a.example/x"], ["https://huggingface.co/org/name"]]),
        FieldType.CHOICE: st.sampled_from(field.choices or ("",)),
        FieldType.NUMBER: st.sampled_from([f"{number} {unit}".strip() for number in ("0.5", "12", "-1") for unit in field.units or ("",)]),
        FieldType.PERSON: st.builds("{} ({} {})".format, texts, st.sampled_from(["person", "team"]), st.integers(1, 999)),
        FieldType.REFERENCE: st.builds("{} (evaluation {})".format, texts, st.integers(1, 999)),
        FieldType.DATE: st.just("2026-11-23"),
    }
    return kinds.get(field.type, texts)


def contents(key: str, without: frozenset[str] = frozenset({OUTLINE, FRONT_MATTER})) -> st.SearchStrategy[dict[str, Any]]:
    """The content of a document, in which every text has been accepted by the catalog.

    Without more, two fields are left out: the outline says how an export looks, and front matter is compared by its keys.
    """
    made_from = template(key)
    fields = [field for field in made_from.fields() if field.id not in without]

    def accepted(raw: dict[str, Any]) -> dict[str, Any]:
        found = {}
        for name, value in raw.items():
            try:
                found[name] = clean(made_from.field(name), value)
            except FieldError:
                continue
        return {name: value for name, value in found.items() if value is not None}

    some = st.lists(st.sampled_from(fields), min_size=1, max_size=8, unique_by=lambda field: field.id)
    return some.flatmap(lambda chosen: st.fixed_dictionaries({field.id: raw_value(field) for field in chosen})).map(accepted)
