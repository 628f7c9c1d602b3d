"""Tiers in their order, and what a promotion is worth once its model is in a stricter one."""

from __future__ import annotations

from governance.gate.policy import TIERS


def is_stricter(one: str, other: str) -> bool:
    """Whether a tier is stricter than another."""
    return TIERS.index(one) < TIERS.index(other)


def outgrown(approved: str, present: str) -> str:
    """Return why a promotion that was approved in one tier no longer counts in another, or nothing."""
    if not is_stricter(present, approved):
        return ""
    return (
        f"The model is in the tier “{present}” now, and this release was approved in “{approved}”. "
        "Submit the version again, so that the stricter policy applies."
    )
