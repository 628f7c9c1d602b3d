"""Whoever keeps evidence current is told before it expires, and once when it has."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.models import Evidence
from governance.services import assessments, evidence, expiry, organisation, organisationevidence
from registry.errors import ForbiddenError
from registry.models import Membership, Notice, Person, Version
from registry.policy import SYSTEM, Actor, Role, TeamRole
from registry.services.notices import NoticeKind
from tests import factories

pytestmark = pytest.mark.django_db
NIST = {"framework_key": "nist_ai_rmf", "item_slug": "map-1-1"}
HOUSE = {"framework_key": "nist_ai_rmf", "item_slug": "govern-1-1"}


def days(number: int):
    return timezone.localdate() + timedelta(days=number)


def told(person: Actor) -> list[str]:
    rows = Notice.objects.filter(person_id=person.id, kind=NoticeKind.EVIDENCE_EXPIRES).order_by("pk")
    return list(rows.values_list("subject", flat=True))


def remind() -> int:
    return expiry.remind_of_evidence(actor=SYSTEM)


def attach(actor: Actor, version: Version, number: int = 30) -> Evidence:
    where = {"actor": actor, "version_id": version.pk, **NIST}
    assessments.answer_item(**where, value="yes", justification="So.")
    return evidence.attach_link(**where, title="Audit", url="https://example.org/a", expires_on=days(number))


def pass_to(piece: Evidence, number: int) -> None:
    Evidence.objects.filter(pk=piece.pk).update(expires_on=days(number))


def test_its_owner_is_told_once_a_stage(engineer, version):
    piece = attach(engineer, version)
    assert remind() == 0
    for number, count in ((14, 1), (3, 0), (0, 0), (-1, 1), (-9, 0)):
        pass_to(piece, number)
        assert remind() == count
        assert remind() == 0
    assert told(engineer) == [
        f"Expires soon: “Audit”, evidence of {version}",
        f"Expired: “Audit”, evidence of {version}",
    ]
    notice = Notice.objects.filter(kind=NoticeKind.EVIDENCE_EXPIRES).latest("pk")
    assert notice.url == f"{version.get_absolute_url()}evidence/"


def test_a_later_day_begins_anew(engineer, version):
    piece = attach(engineer, version, 5)
    assert remind() == 1
    evidence.keep_evidence(actor=engineer, version_id=version.pk, evidence_id=piece.pk, owner_id=engineer.id, expires_on=days(10))
    assert remind() == 1


def test_who_could_name_an_owner_is_told_where_the_owner_has_gone(engineer, version):
    piece = attach(engineer, version, 5)
    gone = factories.person()
    Evidence.objects.filter(pk=piece.pk).update(owner=gone)
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    assert Membership.objects.get(person_id=engineer.id).role == TeamRole.OWNER
    assert remind() == 1
    assert len(told(engineer)) == 1


def test_of_an_earlier_version_nobody_speaks_unless_it_is_in_use(engineer):
    first = factories.filled_version(engineer)
    piece = attach(engineer, first, 5)
    factories.promotion(engineer, first)
    later = factories.next_version(engineer, first, "2.0.0")
    copies = Evidence.objects.filter(version=later)
    copies.update(expires_on=None)
    assert remind() == 1
    pass_to(piece, 4)
    Evidence.objects.filter(pk=piece.pk).update(reminded="")
    first.releases.update(state="revoked")
    assert remind() == 0


def test_what_supports_nothing_is_not_spoken_of(engineer, version):
    piece = attach(engineer, version, 5)
    piece.answers.clear()
    assert remind() == 0


def test_the_organisations_evidence_reminds_its_keeper_and_without_one_the_policy_administrators(keeper):
    organisation.answer_for_organisation(actor=keeper, **HOUSE, value="yes", justification="So for all.")
    piece = organisation.attach_link_for_organisation(
        actor=keeper, **HOUSE, title="AI policy", url="https://example.org/p", expires_on=days(9)
    )
    assert remind() == 1
    assert told(keeper) == ["Expires soon: “AI policy”, evidence of the organisation"]
    organisationevidence.keep_for_organisation(actor=keeper, evidence_id=piece.pk, owner_id=keeper.id, expires_on=days(8))
    Evidence.objects.filter(pk=piece.pk).update(owner=None)
    other = factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()
    assert remind() == 1
    assert len(told(other)) == 1


def test_only_the_house_reminds(engineer):
    with pytest.raises(ForbiddenError):
        expiry.remind_of_evidence(actor=engineer)
