"""The text that a reviewer puts their name to."""

from __future__ import annotations

from typing import Any

import pytest

from governance.gate import CONFLICTS, Matter, consent_text
from governance.workflow import DECISIONS, Step
from tests.unit.governance.made import POLICY


def matter(**policy: Any) -> Matter:
    content = {"asset": {"name": "Loans"}, "version": {"name": "1.2"}, "policy": POLICY.to_json() | policy}
    return Matter(release=7, environment="production", digest="c" * 64, content=content)


def text(step: Step = Step.APPROVE, role: str = "legal", **policy: Any) -> str:
    return consent_text(matter(**policy), role=role, step=step, conflict="gain" if step is Step.ABSTAIN else "")


@pytest.mark.parametrize("step", DECISIONS)
def test_it_names_what_is_decided_on_exactly(step):
    said = text(step)
    assert all(word in said for word in ("Release 7: Loans 1.2 to production.", "c" * 64, POLICY.digest, "the role “legal”"))


def test_each_step_and_each_role_has_a_text_of_its_own():
    texts = [text(step, role) for step in DECISIONS for role in ("ml", "legal")]
    assert len(set(texts)) == len(texts)


def test_it_says_how_far_an_approval_reaches():
    limited = [{"role": "legal", "quorum": 1, "scope": ["document", "risks"]}]
    assert "My approval covers everything in this snapshot, and no other snapshot." in text()
    assert "My approval covers the model card and the risks, with the model's tier and the policy." in text(approvals=limited)


def test_an_abstention_names_its_conflict():
    assert CONFLICTS["gain"] in text(Step.ABSTAIN)


def test_it_says_what_was_shown_at_the_moment_of_decision():
    assert "I showed my second factor at the moment of this decision." in text(reauthenticate="second-factor")
    assert "I showed" not in text()
