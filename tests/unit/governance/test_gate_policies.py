"""The policy files: sensible as shipped, and refused when they could be misread."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

import pytest
import yaml

from governance.fairness.gaps import EVERY_METRIC
from governance.gate import Policy, PolicyError, load_policy, policies, policy_for
from governance.gate.fairness import is_ratio
from governance.gate.policy import TIERS
from governance.gate.shape import METRICS as TITLES
from governance.gate.shipped import FOLDER
from registry.catalog.loader import framework, template
from tests.unit.governance.made import POLICY

ENVIRONMENTS = ("staging", "production")
GOOD = POLICY.to_json()
STRICTER = [
    *((f"{strict}-{place}", f"{loose}-{place}") for place in ENVIRONMENTS for strict, loose in pairwise(TIERS[1:])),
    *((f"{tier}-production", f"{tier}-staging") for tier in TIERS[1:]),
]


def test_each_file_is_named_by_its_key():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(policies())


@pytest.mark.parametrize("key", [f"prohibited-{place}" for place in ENVIRONMENTS])
def test_the_prohibited_tier_has_its_sentence_and_nothing_to_meet(key):
    policy = policies()[key]
    assert policy.forbidden.endswith(".")
    assert (policy.documents, policy.frameworks, policy.approvals) == ((), (), ())


@pytest.mark.parametrize(("strict", "loose"), STRICTER)
def test_the_measuring_of_a_stricter_policy_is_never_weaker(strict, loose):
    mine, other = policies()[strict].evaluations, policies()[loose].evaluations
    if other is None:
        return
    assert mine is not None
    assert mine.max_age_days <= other.max_age_days
    assert mine.minimum_rows >= other.minimum_rows
    assert mine.minimum_attributes >= other.minimum_attributes
    assert mine.on_inconclusive in {other.on_inconclusive, "block"}
    for metric, threshold in other.metrics.items():
        own = mine.metrics[metric]
        assert own >= threshold if is_ratio(metric) else own <= threshold


@pytest.mark.parametrize(("strict", "loose"), STRICTER)
def test_the_items_that_must_hold_are_never_fewer_in_a_stricter_policy(strict, loose):
    must = {rule.framework: set(rule.must_hold) for rule in policies()[strict].frameworks}
    for rule in policies()[loose].frameworks:
        assert must[rule.framework] >= set(rule.must_hold)


@pytest.mark.parametrize("policy", policies().values(), ids=list(policies()))
def test_a_policy_names_only_what_the_catalog_has(policy):
    for document in policy.documents:
        assert template(document.template)
    for rule in policy.frameworks:
        items = {item.id for item in framework(rule.framework).items}
        assert set(rule.must_hold) <= items


def test_production_of_what_can_harm_people_has_a_reviewer_in_every_case():
    for tier in TIERS[1:]:
        assert policy_for(tier, "production").approvals


def test_the_gate_knows_every_metric_of_the_engine_by_its_title_and_direction():
    assert dict(TITLES) == {key: metric.title for key, metric in EVERY_METRIC.items()}
    assert {key: is_ratio(key) for key in EVERY_METRIC} == {key: metric.is_ratio for key, metric in EVERY_METRIC.items()}


def changed(key, value):
    content = deepcopy(GOOD)
    part, _, inner = key.partition(".")
    if inner:
        content[part][inner] = value
    else:
        content[part] = value
    return content


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("version", 1, "version must be text"),
        ("title", " ", "title must be text"),
        ("documents", "model_card", "documents must be a list of mappings"),
        ("documents", ["model_card"], "documents must be a list of mappings"),
        ("documents", [{"template": "essay", "essential_percent": 1}], "template must be one of"),
        ("documents", [{"template": "model_card", "essential_percent": "100"}], "a whole number from 0 to 100"),
        ("documents", [{"template": "model_card", "essential_percent": 101}], "a whole number from 0 to 100"),
        ("documents", [{"template": "model_card"}], "the key 'essential_percent' is missing"),
        ("frameworks", [{"framework": "x", "answered_percent": 1, "must_hold": "MAP 1.1"}], "must_hold must be a list of texts"),
        ("frameworks", [{"framework": "x", "answered_percent": 1, "must": []}], "unknown key must"),
        ("evaluations", {}, "the key 'max_age_days' is missing"),
        ("evaluations", None, "evaluations must be a mapping"),
        ("evaluations.metrics", {}, "at least one metric"),
        ("evaluations.metrics", {"dp": "0.8"}, "“dp”, which is not a metric"),
        ("evaluations.metrics", {"dp_ratio": 0.8}, "a decimal from 0 to 1 in quotes"),
        ("evaluations.metrics", {"dp_ratio": "80"}, "a decimal from 0 to 1 in quotes"),
        ("evaluations.metrics", {"dp_ratio": "0.8\n"}, "a decimal from 0 to 1 in quotes"),
        ("evaluations.minimum_rows", 0, "at least 1"),
        ("evaluations.on_inconclusive", "maybe", "must be one of block, allow"),
        ("artifacts", -1, "at least 0"),
        ("artifacts", True, "a whole number"),
        ("git_commit", "no", "true or false"),
        ("approvals", [{"role": "mll", "quorum": 1}], "must be one of ml, privacy, legal, security"),
        ("approvals", [{"role": "ml", "quorum": 0}], "at least 1"),
        ("approvals", [{"role": "ml", "quorum": 1}, {"role": "ml", "quorum": 1}], "approvals names ml twice"),
        ("tier", "prohibited", "the key must be prohibited-production"),
        ("environment", "moon", "the key must be high-moon"),
        ("validity_days", 0, "at least 1"),
        ("forbidden", "", "forbidden must be text"),
    ],
)
def test_what_could_be_misread_is_refused_with_place_and_problem(key, value, message):
    with pytest.raises(PolicyError, match=message) as refused:
        load_policy(yaml.safe_dump(changed(key, value), allow_unicode=True), "here.yaml")
    assert refused.value.message.startswith("here.yaml: ")
    assert refused.value.message.endswith(".")


def test_a_prohibited_policy_without_its_sentence_does_not_open_the_gate():
    content = {**GOOD, "key": "prohibited-production", "tier": "prohibited"}
    with pytest.raises(PolicyError, match="forbidden"):
        Policy.from_json(content)


@pytest.mark.parametrize("text", ["artifacts: 1\nartifacts: 0\n", "evaluations: {minimum_rows: 9, minimum_rows: 1}\n"])
def test_a_key_written_twice_is_refused_instead_of_the_last_one_winning(text):
    with pytest.raises(PolicyError, match="written twice"):
        load_policy(text, "here.yaml")


def test_nobody_changes_a_loaded_policy_by_changing_its_copy():
    POLICY.to_json()["approvals"].clear()
    assert POLICY.to_json() == GOOD


def test_changing_what_a_policy_was_made_from_does_not_change_it():
    content = deepcopy(GOOD)
    policy = Policy.from_json(content)
    content["approvals"].clear()
    assert policy.to_json() == GOOD


def test_a_policy_that_is_not_there_is_said_so():
    with pytest.raises(PolicyError, match="no policy for the tier “high” and the environment “moon”"):
        policy_for("high", "moon")
