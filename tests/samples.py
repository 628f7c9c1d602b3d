"""Real data sets with reference figures, which lie beside the checkout and are no part of the product."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
STANDARDS = SHARED / "standards"
FAIRNESS = SHARED / "samples" / "fairness"
CARDS = FAIRNESS.parent / "cards"
DATASHEETS = FAIRNESS.parent / "datasheets"
# What the reference files call our gaps.
GAPS = {
    "demographic_parity_difference": "dp_difference",
    "demographic_parity_ratio": "dp_ratio",
    "equalized_odds_difference": "eo_difference",
    "equalized_odds_ratio": "eo_ratio",
    "equal_opportunity_difference": "eopp_difference",
    "equal_opportunity_ratio": "eopp_ratio",
    "accuracy_difference": "accuracy_difference",
    "fpr_difference": "fpr_difference",
    "fnr_difference": "fnr_difference",
}


def are_here() -> bool:
    """Whether the samples are there; in CI they must be."""
    found = FAIRNESS.exists()
    assert found or not os.environ.get("CI"), f"CI must have the samples, and there is no {FAIRNESS}."
    return found


def documents(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return the files of a folder with what a reader should find in each; nothing without the samples."""
    if not are_here():
        return []
    expected: dict[str, dict[str, Any]] = json.loads((folder / "EXPECTED.json").read_text())
    return sorted(expected.items())


def fairness(name: str) -> tuple[Path, dict[str, Any]]:
    """Return a data set and its reference; without the samples the test is skipped, never in CI."""
    if not are_here():
        pytest.skip("The samples are not here.")
    reference: dict[str, Any] = json.loads((FAIRNESS / f"{name}.reference.json").read_text())
    return FAIRNESS / f"{name}.csv", reference
