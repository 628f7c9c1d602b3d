"""Columns that were chosen once are offered again, by name, to the files that have them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from governance.fairness.predictions import Preview
from governance.models import Mapping
from governance.services import mappings, predictions
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return factories.engineer()


@pytest.fixture
def version(actor):
    return factories.version(actor)


def save(actor, version, name="Usual", columns=factories.COLUMNS) -> Mapping:
    return mappings.save_mapping(actor=actor, asset_id=version.asset_id, name=name, columns=columns)


def preview(actor, version, content=None) -> Preview:
    uploaded = predictions.upload_predictions(
        actor=actor,
        version_id=version.pk,
        filename="p.csv",
        stream=io.BytesIO(content or factories.predictions_csv()),
        most_bytes=10**8,
    )
    return Preview.from_json(uploaded.preview)


def test_a_mapping_of_the_same_name_is_replaced_and_the_journal_tells(actor, version):
    save(actor, version)
    save(actor, version, "  Usual ", replace(factories.COLUMNS, attributes=("sex",), intersections=()))
    [found] = Mapping.objects.all()
    assert found.columns["attributes"] == ["sex"]
    details = [audit.detail_of(entry) for entry in audit.history(version.asset.subject) if "saved" in audit.detail_of(entry)]
    assert len(details) == 2


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_mapping_needs_a_name(actor, version, name):
    with pytest.raises(DomainError):
        save(actor, version, name)


def test_two_mappings_never_share_a_name(actor, version):
    save(actor, version, "Other")
    usual = save(actor, version)
    with pytest.raises(ConflictError):
        mappings.rename_mapping(actor=actor, mapping_id=usual.pk, name="Other")
    usual.refresh_from_db()
    assert usual.name == "Usual"


def test_strangers_neither_save_nor_rename_nor_delete(actor, version):
    usual, stranger = save(actor, version), factories.engineer()
    with pytest.raises(ForbiddenError):
        save(stranger, version)
    with pytest.raises(ForbiddenError):
        mappings.rename_mapping(actor=stranger, mapping_id=usual.pk, name="Mine")
    with pytest.raises(ForbiddenError):
        mappings.delete_mapping(actor=stranger, mapping_id=usual.pk)
    assert Mapping.objects.get().name == "Usual"


def test_offers_name_the_newest_evaluation_first_and_say_what_does_not_fit(actor, version):
    factories.evaluation(actor, version)
    save(actor, version, "Needs region", replace(factories.COLUMNS, attributes=("region",), intersections=()))
    save(actor, version)
    found = mappings.offers(version.asset_id, preview(actor, version))
    assert [(one.key == mappings.LAST, one.fits) for one in found] == [(True, True), (False, False), (False, True)]


def test_another_models_mappings_are_not_offered(actor, version):
    save(actor, factories.version(actor))
    assert mappings.offers(version.asset_id, preview(actor, version)) == []
