"""Exact numbers as a page shows them: four decimals to read, twelve to compare."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from governance.fairness.counts import Amount

EXACT_DECIMALS: Final = 12
SHOWN_DECIMALS: Final = 4


@dataclass(frozen=True)
class Cell:
    """One number: what is shown, and what it is."""

    metric: str
    shown: str
    exact: str


def exact(value: Amount | None) -> str:
    """Return a fraction with twelve decimals, and an empty string for undefined."""
    return "" if value is None else decimals(value, EXACT_DECIMALS)


def shown(value: Amount | None) -> str:
    """Return a fraction with four decimals, a whole number without."""
    if value is None:
        return "undefined"
    return f"{value.numerator:,}" if value.denominator == 1 else decimals(value, SHOWN_DECIMALS)


def decimals(value: Amount, places: int = SHOWN_DECIMALS) -> str:
    """Return a fraction with a number of decimals."""
    scaled = round(value * 10**places)
    return f"{Decimal(scaled).scaleb(-places):,.{places}f}".replace(",", "")


def plain(value: Fraction | None) -> str:
    """Return a fraction without idle zeros, such as a threshold; empty for none."""
    return "" if value is None else decimals(value).rstrip("0").rstrip(".")
