"""The shipped frameworks say what the facts of the standards say: their ids, how many there are, and what they link to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry.catalog import checks, loader
from registry.catalog.loader import frameworks
from tests.samples import STANDARDS

# Ids and links of the facts, copied, so that this is checked where the facts are not.
COPY = Path(__file__).parent / "standards.json"
NIST = "nist_ai_rmf"


def asked(part: Any) -> Iterator[dict[str, Any]]:
    """Yield whatever has an id and a question, in order."""
    if isinstance(part, dict):
        if {"id", "question"} <= part.keys():
            yield part
        for inner in part.values():
            yield from asked(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from asked(inner)


def facts(name: str) -> Any:
    return yaml.safe_load((STANDARDS / f"{name}.yaml").read_text())


def links_of(item: dict[str, Any]) -> list[str]:
    crosswalk = item.get("crosswalk", {})
    found = item.get("subcategories") or item.get(NIST) or (crosswalk.get(NIST) if isinstance(crosswalk, dict) else crosswalk)
    return sorted(set(found or []))


def from_the_facts() -> dict[str, dict[str, list[str]]]:
    debt = list(asked(facts("technical_debt_sculley")))
    act = facts("eu_ai_act_annex_iv")
    annex = {row["ref"].replace("Annex IV(", "Annex IV ", 1).replace(")", "", 1): links_of(row) for row in act["annex_iv"]}
    return {
        NIST: {item["id"]: [] for item in asked(facts("nist_ai_rmf"))},
        "nist_ai_600_1": {item["section"]: links_of(item) for item in asked(facts("nist_ai_600_1"))},
        "oecd_ai_principles": {item["id"]: links_of(item) for item in asked(facts("oecd_ai_principles"))},
        "iso_42001": {item["id"]: links_of(item) for item in asked(facts("iso_42001_annex_a"))},
        "technical_debt": {item["id"]: links_of(item) for item in debt if item["id"].startswith("HTD")},
        "ml_test_score": {item["id"]: links_of(item) for item in debt if item["id"].startswith("MTS")},
        "eu_ai_act": {**{f"Art. {item['id']}": links_of(item) for item in act["requirements"]}, **annex},
    }


@pytest.mark.skipif(not STANDARDS.exists(), reason="the facts are beside the product, not in it; the copy is compared with ours below")
def test_the_copy_is_that_of_the_facts():
    assert json.loads(COPY.read_text()) == from_the_facts()


@pytest.mark.parametrize(
    "key", ["nist_ai_rmf", "nist_ai_600_1", "oecd_ai_principles", "iso_42001", "technical_debt", "ml_test_score", "eu_ai_act"]
)
def test_ids_counts_and_links_are_those_of_the_standard(key):
    wanted = json.loads(COPY.read_text())[key]
    ours = {item.id: sorted(item.crosswalk.get(NIST, ())) if key != NIST else [] for item in frameworks()[key].items}
    assert ours == wanted
    assert len(ours) == checks.ITEMS[key]


def test_every_framework_that_is_shipped_is_checked_at_the_start():
    assert set(checks.ITEMS) == set(frameworks())
    assert checks.problems() == []


@pytest.mark.parametrize("key", sorted(frameworks()))
def test_every_framework_names_version_digest_source_and_that_it_is_a_paraphrase(key):
    made_from = frameworks()[key]
    assert made_from.version
    assert made_from.source
    assert len(made_from.digest) == 64
    assert any(word in made_from.note.lower() for word in ("paraphrase", "our own", "ours"))


@pytest.mark.parametrize("key", sorted(frameworks()))
def test_every_question_is_one_question_that_can_be_answered(key):
    for item in frameworks()[key].items:
        assert item.question.endswith("?"), item.id
        assert item.question.count("?") == 1, item.id
        assert item.question[0].isupper(), item.id
        assert 15 <= len(item.question) <= 220, item.id
        assert item.title.strip(), item.id


def test_a_framework_that_nobody_counts_stops_the_start(monkeypatch):
    shipped = dict(loader.frameworks())
    monkeypatch.setattr(checks, "frameworks", lambda: {**shipped, "stray": shipped["privacy_review"]})
    assert any("stray" in problem for problem in checks.problems())


def test_what_was_shipped_before_is_found_by_its_digest_and_has_another_version():
    assert loader.earlier_frameworks()
    for digest, earlier in loader.earlier_frameworks().items():
        assert loader.framework(f"{earlier.key}@{digest}") is earlier
        assert earlier.version != frameworks()[earlier.key].version
        assert [item.id for item in earlier.items] == [item.id for item in frameworks()[earlier.key].items]


def test_a_yes_is_never_the_bad_answer():
    """Questions that begin so asked for a flaw, or for how much; the gate and the register take “no” for the gap."""
    flaws = ("Could ", "How ", "When ", "Does improving", "Are there features", "Were features added")
    for made_from in frameworks().values():
        assert [item.id for item in made_from.items if item.question.startswith(flaws)] == []
