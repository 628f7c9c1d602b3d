"""What changed between two snapshots: nothing that changed is left out, nothing that stayed is told."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.reports.changes import snapshot_changes
from governance.reports.whole import parts
from registry.catalog.documents import completeness
from registry.catalog.loader import frameworks, template
from tests.unit.governance.made import POLICY

CARD, SHEET = template("model_card"), template("datasheet")


def document(made_from: Any, **content: Any) -> dict[str, Any]:
    state = completeness(made_from, content)
    return {"template": made_from.reference(), "content": content, "completeness": {"percent": state.percent, "filled": state.filled}}


def finding(metric: str, value: str, verdict: str = "pass") -> dict[str, Any]:
    return {"metric": metric, "attribute": "sex", "value": value, "low": "7/10", "high": "19/20", "verdict": verdict}


def snapshot() -> dict[str, Any]:
    nist = frameworks()["nist_ai_rmf"]
    answer = {"item": nist.items[0].id, "value": "yes", "justification": "We do.", "by": "Ines", "evidence": []}
    return {
        "schema": "assay/snapshot/1",
        "asset": {"kind": "model", "slug": "loans", "name": "Loans", "tier": "high", "tier_reason": "People."},
        "version": {"name": "1.0", "commit": "0123abc", "notes": "", "artifacts": [{"name": "model.bin", "sha256": "ab" * 32, "size": 10}]},
        "document": document(CARD, overview="It ranks applications for loans.", primary_uses="To rank."),
        "lineage": [
            {
                "relation": "trained-on",
                "asset": {"kind": "dataset", "slug": "credit", "name": "Credit"},
                "version": {"name": "2026-10", "commit": "", "notes": "", "artifacts": []},
                "document": document(SHEET, purpose="To train."),
            }
        ],
        "assessments": [{"framework": nist.reference(), "items": len(nist.items), "answers": [answer]}],
        "evaluations": [
            {
                "id": 4,
                "name": "Held-out",
                "finished_at": "2026-11-20T10:00:00+00:00",
                "predictions": {"filename": "p.csv", "sha256": "cd" * 32},
                "columns": {"label": "y", "attributes": ["sex"]},
                "counts": {"rows": 400},
                "witness": {"agrees": True},
                "scores": [],
                "extras": {},
                "findings": [finding("dp_ratio", "9/10"), finding("eopp_difference", "1/20")],
            }
        ],
        "risks": [{"id": 1, "title": "Drift", "inherent": [3, 4], "residual": [2, 2], "above_appetite": False}],
        "policy": POLICY.to_json(),
        "authors": [{"id": 1, "name": "Ines"}],
    }


TOKEN = "{{rate 4 recall sex female}}"
CLAIM = {
    "field": "primary_uses",
    "token": TOKEN,
    "evaluation": 4,
    "name": "Held-out",
    "metric": "recall",
    "attribute": "sex",
    "group": "female",
    "text": "0.81",
    "state": "current",
    "sentence": "Recall of “female” by sex is 0.81; 200 records.",
}


def claiming() -> dict[str, Any]:
    made = snapshot() | {"claims": [dict(CLAIM)]}
    made["document"] = document(CARD, overview="It ranks applications for loans.", primary_uses=f"It finds {TOKEN} of them.")
    made["live"] = {"unitary_results": {"title": "Measured", "rows": [{"label": "Recall by sex", "value": "0.9", "note": "pass"}]}}
    return made


def told(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str]]:
    return {part.key: [change.title for change in part.changes] for part in snapshot_changes(before, after)}


def test_a_snapshot_compared_with_itself_has_no_changes():
    assert snapshot_changes(snapshot(), snapshot()) == ()


def test_documents_are_compared_word_by_word_under_the_titles_of_the_template():
    after = snapshot()
    after["document"] = document(CARD, overview="It ranks applications for small loans.", primary_uses="To rank.")
    (part,) = snapshot_changes(snapshot(), after)
    (change,) = part.changes
    assert (part.key, change.title, change.anchor) == ("document", CARD.field("overview").title, "document/overview")
    assert [(one.kind, one.text) for one in change.field.pieces if one.kind != "same"] == [("added", "small ")]


def test_answers_findings_risks_policy_and_artifacts_are_told_each_in_its_part():
    after = snapshot()
    after["assessments"][0]["answers"][0]["value"] = "partly"
    after["evaluations"][0]["findings"][0] = finding("dp_ratio", "3/4", "inconclusive")
    after["risks"][0]["residual"] = [3, 3]
    after["policy"]["validity_days"] = 90
    after["version"]["artifacts"][0]["sha256"] = "ef" * 32
    found = told(snapshot(), after)
    assert list(found) == ["assessments", "risks", "evaluations", "policy", "version"]
    assert found["evaluations"] == ["Demographic parity ratio by sex"]
    assert found["policy"] == ["Validity days"]
    assert found["version"] == ["Artifacts › Model.bin › SHA-256"]


def test_the_card_is_read_with_the_numbers_that_were_frozen_and_not_with_their_tokens():
    read = {row.anchor: row for part in parts(claiming()) for group in part.groups for row in group.rows}
    assert read["document/primary_uses"].value == "It finds 0.81 of them."
    (pair,) = read["claims"].pairs
    assert pair["label"] == "Intended use · Primary intended uses: Recall of “female” by sex"
    assert pair["value"] == "Recall of “female” by sex is 0.81; 200 records. Current, from evaluation 4 (“Held-out”)"
    assert read["live/unitary_results"].table.rows == (("Recall by sex", "0.9", "pass"),)
    assert read["live/unitary_results"].pairs == ()


def test_a_number_of_a_newer_evaluation_is_told_as_one_change_and_word_by_word():
    before, after = claiming(), claiming()
    newer = TOKEN.replace("4", "5")
    after["claims"] = [{**CLAIM, "token": newer, "evaluation": 5, "name": "December", "text": "0.85", "sentence": "It is 0.85."}]
    after["document"]["content"]["primary_uses"] = f"It finds {newer} of them."
    after["live"]["unitary_results"]["rows"][0]["value"] = "0.7"
    found = {part.key: part for part in snapshot_changes(before, after)}
    (change,) = found["document"].changes
    assert [(one.kind, one.text) for one in change.field.pieces if one.kind != "same"] == [("removed", "81"), ("added", "85")]
    assert [(one.title, one.where) for one in found["claims"].changes] == [
        ("Recall of “female” by sex", "Intended use · Primary intended uses")
    ]
    (change,) = found["live"].changes
    assert (change.title, change.anchor) == ("Quantitative analyses · Unitary results", "live/unitary_results")


def test_another_source_of_the_same_number_is_told_too():
    before, after = claiming(), claiming()
    newer = TOKEN.replace("4", "5")
    after["claims"] = [{**CLAIM, "token": newer, "evaluation": 5}]
    after["document"]["content"]["primary_uses"] = f"It finds {newer} of them."
    found = {part.key: part for part in snapshot_changes(before, after)}
    assert [change.title for change in found["document"].changes] == [CARD.field("primary_uses").title]
    assert found["claims"].changes


def test_a_newer_version_of_the_same_dataset_is_compared_with_the_earlier_one():
    after = snapshot()
    after["lineage"][0]["version"]["name"] = "2026-11"
    after["lineage"][0]["document"] = document(SHEET, purpose="To train and to test.")
    (part,) = snapshot_changes(snapshot(), after)
    assert [change.where.split(" · ")[0] for change in part.changes] == ["Credit (trained-on)"] * len(part.changes)
    assert len(part.changes) >= 2


def test_a_part_that_no_earlier_snapshot_had_is_told():
    before = snapshot()
    del before["risks"]
    assert told(before, snapshot())["risks"]
    assert told(snapshot(), before)["risks"]


def test_a_part_of_a_later_edition_is_told_by_names_and_values():
    after = snapshot() | {"energy": {"training_kwh": "12"}}
    assert told(snapshot(), after) == {"energy": ["Training kwh"]}
    assert parts(after)[-1].groups[0].rows[0].pairs == ({"label": "Training kwh", "value": "12"},)


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a value that holds no other."""
    if isinstance(value, dict) and value:
        return [spot for key, one in value.items() for spot in spots(one, (*path, key))]
    if isinstance(value, list) and value:
        return [spot for key, one in enumerate(value) for spot in spots(one, (*path, key))]
    return [] if value in ({}, []) else [path]


# Template and framework references, and rates as fractions, keep a form that the page can read.
SPOTS = [spot for spot in spots(claiming()) if spot[-1] not in {"key", "value", "low", "high", "metric"} and spot[0] != "policy"]


@given(spot=st.sampled_from(SPOTS), value=st.sampled_from(["", "Other.", "Another text altogether."]))
def test_whatever_is_changed_its_part_says_so(spot, value):
    after = copy.deepcopy(claiming())
    inner = after
    for step in spot[:-1]:
        inner = inner[step]
    if inner[spot[-1]] == value:
        return
    inner[spot[-1]] = value
    found = {part.key: part for part in snapshot_changes(claiming(), after)}
    assert list(found) == [spot[0]]
    assert found[spot[0]].changes


@pytest.mark.parametrize("key", ["document", "lineage", "assessments", "evaluations", "risks", "version", "policy", "asset", "authors"])
def test_the_whole_shows_every_part(key):
    assert key in [part.key for part in parts(snapshot())]
    assert all(row.anchor for part in parts(snapshot()) for group in part.groups for row in group.rows)
