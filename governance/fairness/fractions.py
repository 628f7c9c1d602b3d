"""Exact fractions as text, because content holds no floats."""

from __future__ import annotations

from fractions import Fraction


def fraction_text(value: Fraction | None) -> str:
    """Return ``n/d`` (or ``n``), and an empty string for undefined."""
    return "" if value is None else str(value)


def parse_fraction(text: str) -> Fraction | None:
    """Return the fraction that a text names, and None for an empty one."""
    return Fraction(text) if text else None
