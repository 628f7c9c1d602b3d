"""A release says at the gate when a number of its card is not the one that was measured last."""

from __future__ import annotations

from dataclasses import replace

from governance.gate import ClaimFact
from governance.gate.claims import claims
from tests.unit.governance.made import FACTS

ONE = ClaimFact("Overview", "Held out", "Demographic parity difference", "sex", "current", field_id="overview")


def test_a_card_that_types_its_numbers_is_not_asked():
    assert list(claims(FACTS)) == []


def test_current_numbers_meet_it():
    (found,) = claims(replace(FACTS, claims=(ONE, ONE)))
    assert (found.state, found.reason) == ("met", "2 numbers of the card come from the newest evaluation.")


def test_a_superseded_and_a_missing_number_are_named_with_their_field():
    wrong = (ONE, replace(ONE, state="superseded"), replace(ONE, state="missing", attribute="age"))
    (found,) = claims(replace(FACTS, claims=wrong))
    assert (found.state, found.mend) == ("unmet", "card:overview")
    assert "“Overview” comes from “Held out”, which a later evaluation supersedes" in found.reason
    assert "by age in “Overview” names a result that does not exist" in found.reason
