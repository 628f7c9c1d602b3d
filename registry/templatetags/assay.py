"""Filters for what people typed and what was computed from it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from registry.catalog.documents import REFERENCE
from registry.markup import FIRST_LEVEL, render

register = template.Library()
SHORT: Final = 12


@register.filter
def markdown(text: object, level: int = FIRST_LEVEL) -> SafeString:
    """Return typed Markdown as safe HTML; its highest heading gets the level."""
    return render("" if text is None else str(text), level)


@register.filter
def digest_short(digest: str) -> str:
    """Return the first twelve digits of a SHA-256."""
    return digest[:SHORT]


@register.filter
def entry(mapping: Mapping[str, Any], key: str) -> Any:
    """Return what a mapping holds under a key, or nothing."""
    return mapping.get(key, "")


@register.filter
def reference(value: object) -> dict[str, str]:
    """Return label, kind, key and address of what a reference stands for; people and evaluations have no address of their own here."""
    found = REFERENCE.fullmatch(str(value))
    if found is None:
        return {"label": str(value)}
    parts = found.groupdict()
    slug, _, name = parts["key"].partition("/")
    url = reverse("document", args=["dataset", slug, name]) if parts["kind"] == "dataset" and name else ""
    return {**parts, "url": url}


@register.filter
def human(word: object) -> str:
    """Return a stored word, such as ``not-applicable``, as a person writes it."""
    text = str(word).replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


@register.filter
def percent(value: Fraction | None, places: int = 1) -> str:
    """Return a share in 0..1 in percent; None is undefined, never 0."""
    return "undefined" if value is None else f"{float(value * 100):.{places}f}%"
