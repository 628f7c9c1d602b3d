"""Filters of the printed frame: dates, numbers and words in the language that is active."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from django import template
from django.utils.html import format_html

from governance.reports import frame
from governance.reports import noted as notes
from governance.reports.asked import asked as requirement

register = template.Library()


@register.filter
def day(value: date | datetime | None) -> str:
    """Return a date in words; nothing for nothing."""
    return frame.day(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Return a date with its time of day in UTC; nothing for nothing."""
    return frame.moment(value) if value else ""


@register.filter
def count(value: Fraction | float | None) -> str:
    """Return a number of things, its thousands grouped."""
    return "" if value is None else frame.count(value)


@register.filter
def share(value: Fraction | None) -> str:
    """Return a share in 0..1 in percent; None is undefined, never 0."""
    return frame.share(value)


@register.filter
def figures(text: str) -> str:
    """Return a text that holds one English number as the language writes it."""
    return frame.figures(text)


@register.filter
def said(word: str) -> str:
    """Return a word of our own vocabulary in the active language."""
    return frame.said(word)


@register.filter
def noted(text: str, quoted: str = "") -> str:
    """Return what the engine said in the active language; what is not known stays, marked as the language that it is in."""
    return _marked(text, notes.noted(text), quoted)


@register.filter
def measured(text: str, quoted: str = "") -> str:
    """Return a metric by an attribute, or a verdict, in the active language; what is not known stays, marked likewise."""
    return _marked(text, notes.measured(text), quoted)


def _marked(text: str, found: str | None, quoted: str) -> str:
    if found is not None:
        return found
    return format_html('<span lang="{}">{}</span>', quoted, text) if quoted else text


@register.filter
def asked(title: str) -> str:
    """Return the title of a requirement in the active language."""
    return requirement(title)


@register.filter
def halves(digest: str) -> tuple[str, str]:
    """Return a digest in two lines of the same length."""
    middle = len(digest) // 2
    return digest[:middle], digest[middle:]
