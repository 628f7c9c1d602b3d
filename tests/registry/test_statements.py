"""The statements of the gate give the same rows by both ways, and SQLite hashes the bytes as we do."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from governance.services import gatequery
from registry.digest import sha256
from registry.models import Snapshot
from registry.statements import rows
from tests import factories

pytestmark = pytest.mark.django_db
STATEMENT = "SELECT id, digest FROM registry_snapshot WHERE digest <> %s AND id > %s"


def test_both_ways_give_the_same_rows():
    made = factories.release(factories.engineer()).snapshot
    straight = rows(STATEMENT, ["", 0])
    with CaptureQueriesContext(connection) as counted:
        logged = rows(STATEMENT, ["", 0])
    assert straight == logged == [(made.pk, made.digest)]
    assert len(counted) == 1


def test_a_fault_of_the_database_is_djangos():
    with pytest.raises(DatabaseError), transaction.atomic():
        rows("SELECT nothing FROM nowhere WHERE 1 = %s", [1])


def test_the_digest_is_over_the_bytes_as_stored():
    release = factories.release(factories.engineer())
    text = release.snapshot.text.replace("}", ', "sign": "Ø 漢 😀"}', 1)
    Snapshot.objects.filter(pk=release.snapshot_id).update(text=text)
    actor = factories.reviewer()
    asset, version = release.version.asset.slug, release.version.name
    assert gatequery.by_version(actor, asset, version, release.environment)[0].stored == sha256(text.encode())
