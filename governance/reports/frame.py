"""The frame of what is printed: our own words, and dates and numbers as a language writes them.

The rule: the frame speaks the language that was chosen; what people typed,
what the engine and the gate said, and the questions of the catalog stay as
they were frozen, and are marked as such in the file.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Final

from django.utils import dateformat, formats
from django.utils.timezone import is_naive
from django.utils.translation import get_language, gettext, pgettext

ENGLISH_NUMBER: Final = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?( ?%)?(?![\w,]|\.\d)")


def said(word: str) -> str:
    """Return a word of our own vocabulary in the active language; an unknown one as it is."""
    return gettext(word) if word else ""


def day(value: date | datetime) -> str:
    """Return a date in words."""
    # Translators: how a date is written, in the letters of Django's date filter.
    return dateformat.format(value, pgettext("date", "j F Y"))


def moment(value: datetime) -> str:
    """Return a date with its time of day in UTC."""
    shown = value if is_naive(value) else value.astimezone(UTC)
    # Translators: how a date with its time is written, in the letters of Django's date filter.
    return f"{dateformat.format(shown, pgettext('moment', 'j F Y, H:i'))} UTC"


def count(value: Fraction | float) -> str:
    """Return a number of things, its thousands grouped; sums of weights have two decimals."""
    number = Fraction(value)
    return decimal(number, 0 if number.denominator == 1 else 2)


def decimal(value: Fraction | float, places: int) -> str:
    """Return a number with decimals."""
    return formats.number_format(f"{float(value):.{places}f}", places, use_l10n=True, force_grouping=True)


def share(value: Fraction | None, places: int = 1) -> str:
    """Return a share in 0..1 in percent; None is undefined, never 0."""
    if value is None:
        return gettext("undefined")
    return percent(decimal(value * 100, places))


def percent(number: str) -> str:
    """Return a written number with its percent sign."""
    return f"{number}%" if (get_language() or "en").startswith("en") else f"{number}\N{NO-BREAK SPACE}%"


def figures(text: str) -> str:
    """Return a text whose numbers are written in English with its numbers as the active language writes them."""
    return text if (get_language() or "en").startswith("en") else ENGLISH_NUMBER.sub(_rewritten, text)


def _rewritten(found: re.Match[str]) -> str:
    whole, fraction, sign = found.group(1), found.group(2) or "", found.group(3)
    places = max(len(fraction) - 1, 0)
    written = formats.number_format(f"{whole.replace(',', '')}{fraction}", places, use_l10n=True, force_grouping="," in whole)
    return percent(written) if sign else written
