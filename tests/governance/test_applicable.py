"""Which frameworks a model is asked."""

from __future__ import annotations

import pytest

from governance.services import applicable, assessments
from registry.errors import DomainError, ForbiddenError
from tests import factories

pytestmark = pytest.mark.django_db
BASIC = ["nist_ai_rmf", "oecd_ai_principles"]


def keys(made):
    return [part["framework"]["key"] for part in assessments.frozen(made)]


def test_every_model_is_asked_the_basic_ones_and_the_chosen_ones_are_frozen_too():
    owner = factories.engineer()
    made = factories.version(owner)
    assert keys(made) == BASIC
    applicable.choose_framework(actor=owner, asset_id=made.asset_id, framework_key="ml_test_score")
    factories.answer_one(owner, made, "mts-d1", "ml_test_score")
    assert keys(made) == ["ml_test_score", *BASIC]
    applicable.drop_framework(actor=owner, asset_id=made.asset_id, framework_key="ml_test_score")
    assert keys(made) == BASIC
    applicable.choose_framework(actor=owner, asset_id=made.asset_id, framework_key="ml_test_score")
    assert [len(part["answers"]) for part in assessments.frozen(made)] == [1, 0, 0]


def test_what_is_not_asked_is_not_answered():
    owner = factories.engineer()
    with pytest.raises(DomainError, match="not asked"):
        factories.answer_one(owner, factories.version(owner), "a-2-2", "iso_42001")


def test_who_chooses_and_what():
    owner = factories.engineer()
    made = factories.version(owner)
    with pytest.raises(ForbiddenError):
        applicable.choose_framework(actor=factories.engineer(), asset_id=made.asset_id, framework_key="iso_42001")
    with pytest.raises(DomainError, match="every model"):
        applicable.drop_framework(actor=owner, asset_id=made.asset_id, framework_key="nist_ai_rmf")
    with pytest.raises(DomainError, match="Only models"):
        applicable.choose_framework(actor=owner, asset_id=factories.version(owner, kind="dataset").asset_id, framework_key="iso_42001")
