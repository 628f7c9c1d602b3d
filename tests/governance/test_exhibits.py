"""What the registry knows, shown as evidence: listed once, attached by name, and frozen."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from governance.models import Evidence
from governance.reports.changes import answer_text
from governance.services import assessments
from governance.services.exhibits import ExhibitKind, attach_exhibit, exhibits_of, leads_to, said
from registry import audit
from registry.errors import DomainError, ForbiddenError
from registry.models import Relation, Version
from registry.policy import Actor
from registry.services import versions
from tests import factories

pytestmark = pytest.mark.django_db
NIST = "nist_ai_rmf"


@pytest.fixture
def version(engineer) -> Version:
    return factories.filled_version(engineer)


def attach(actor: Actor, version: Version, refers_to: str, slug: str = "map-1-1", **more) -> Evidence:
    factories.answer_one(actor, version, slug)
    return attach_exhibit(actor=actor, version_id=version.pk, framework_key=NIST, item_slug=slug, refers_to=refers_to, **more)


def names(version: Version) -> set[str]:
    return {one.refers_to for one in exhibits_of(version)}


def test_everything_that_the_registry_knows_is_listed(engineer):
    version = factories.filled_version(engineer, tier="limited")
    data = factories.filled_version(engineer, kind="dataset")
    versions.link_source(actor=engineer, version_id=version.pk, source_id=data.pk, relation=Relation.TRAINED_ON)
    measured = factories.evaluation(engineer, version)
    risk = factories.risk(engineer, version)
    release = factories.release(engineer, version)
    factories.decide(factories.reviewer("ml"), release)
    found = exhibits_of(Version.objects.get(pk=version.pk))
    assert {one.kind for one in found} == set(ExhibitKind)
    sheet = f"datasheet/{data.asset.slug}/{data.name}"
    expected = {
        "card#primary_uses",
        sheet,
        f"evaluation/1.0.0/{measured.pk}",
        f"risk/{risk.pk}",
        f"review/1.0.0/{release.pk}",
    }
    assert expected <= {one.refers_to for one in found}
    assert any(one.refers_to.startswith(f"{sheet}#") for one in found)
    assert all(leads_to(version, one.refers_to).startswith("/") for one in found)


def test_an_empty_field_and_an_undecided_release_show_nothing(engineer):
    version = factories.version(engineer)
    factories.release(engineer, version)
    found = exhibits_of(version)
    assert "card#primary_uses" not in {one.refers_to for one in found}
    assert ExhibitKind.REVIEW not in {one.kind for one in found}


def test_a_field_that_waits_to_be_confirmed_shows_nothing(engineer, version):
    later = versions.add_version(actor=engineer, asset_id=version.asset_id, name="2.0.0", carry_from=version.pk)
    assert "primary_uses" in later.document.to_confirm
    assert "card#primary_uses" not in names(later)


def test_a_field_is_attached_named_and_frozen(engineer, version):
    piece = attach(engineer, version, "card#primary_uses")
    assert "uses" in piece.title.lower()
    assert leads_to(version, piece.refers_to).endswith("/document/#primary_uses")
    part = next(one for one in assessments.frozen(version) if one["framework"]["key"] == NIST)
    (answer,) = part["answers"]
    assert answer["evidence"] == [{"title": piece.title, "url": "", "sha256": "", "refers_to": "card#primary_uses"}]
    assert f"Evidence: {piece.title} card#primary_uses" in answer_text(answer)
    assert audit.detail_of(audit.history()[0])["refers_to"] == "card#primary_uses"


def test_one_exhibit_is_one_piece_for_many_items_and_once_for_each(engineer, version):
    first = attach(engineer, version, "card#primary_uses")
    assert attach(engineer, version, "card#primary_uses", "map-1-3") == first
    assert first.answers.count() == 2
    with pytest.raises(DomainError, match="supports this answer already"):
        attach(engineer, version, "card#primary_uses")


@pytest.mark.parametrize("refers_to", ["card#nothing", "evaluation/1.0.0/999", "risk/999", "", "nonsense"])
def test_what_the_registry_does_not_know_is_refused(engineer, version, refers_to):
    with pytest.raises(DomainError, match="Choose from the list"):
        attach(engineer, version, refers_to)


def test_what_belongs_to_another_model_is_refused(engineer, version):
    other = factories.risk(engineer, factories.version(engineer))
    assert f"risk/{other.pk}" not in names(version)
    with pytest.raises(DomainError):
        attach(engineer, version, f"risk/{other.pk}")


def test_a_stranger_attaches_nothing(engineer, version):
    factories.answer_one(engineer, version, "map-1-1")
    with pytest.raises(ForbiddenError):
        attach_exhibit(
            actor=factories.engineer(), version_id=version.pk, framework_key=NIST, item_slug="map-1-1", refers_to="card#primary_uses"
        )


@pytest.mark.parametrize("more", [{}, {"url": "https://example.org", "refers_to": "card#x"}, {"sha256": "a" * 64, "refers_to": "card#x"}])
def test_the_database_keeps_evidence_one_thing(engineer, version, more):
    with pytest.raises(IntegrityError):
        Evidence.objects.create(version=version, title="T", added_by_id=engineer.id, **more)


def test_the_number_of_queries_does_not_grow(engineer, version, django_assert_max_num_queries):
    for number in range(3):
        factories.evaluation(engineer, version, rows=40)
        factories.risk(engineer, version, title=f"Risk {number}")
        data = factories.filled_version(engineer, kind="dataset")
        versions.link_source(actor=engineer, version_id=version.pk, source_id=data.pk, relation=Relation.TRAINED_ON)
    fresh = Version.objects.select_related("asset__team", "document").get(pk=version.pk)
    with django_assert_max_num_queries(6):
        exhibits_of(fresh)


def test_what_a_field_says_is_text():
    assert said(["One", "Two"]) == "One\nTwo"
    assert said([{"a": "1", "b": "", "c": "2"}]) == "1 · 2"
    assert said("Words.") == "Words."
