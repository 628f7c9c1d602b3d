"""Doing one thing to many items at once, and undoing it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from governance.models import Answer, BulkChange, Evidence, ItemAssignment
from governance.models.answering import UNDO_FOR
from governance.services import assessments, bulk, evidence, itemassignments, sharing
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Notice, Version
from registry.policy import Action, Actor, TeamRole
from registry.services import versions
from tests import factories

pytestmark = pytest.mark.django_db
NIST = "nist_ai_rmf"
SLUGS = ("govern-1-1", "govern-1-2", "map-1-1")
IDS = ["GOVERN 1.1", "GOVERN 1.2", "MAP 1.1"]


def give(actor: Actor, version: Version, slug: str = SLUGS[0], value: str = "no", reason: str = "Not begun.") -> Answer:
    return assessments.answer_item(
        actor=actor, version_id=version.pk, framework_key=NIST, item_slug=slug, value=value, justification=reason
    )


def where(actor: Actor, version: Version) -> dict:
    return {"actor": actor, "version_id": version.pk, "framework_key": NIST}


def seen(version: Version, slugs=SLUGS) -> dict[str, str]:
    stamps = {answer.item.lower().replace(" ", "-").replace(".", "-"): answer.stamp for answer in Answer.objects.on(version, NIST)}
    return {slug: stamps.get(slug, "") for slug in slugs}


def answer_all(actor: Actor, version: Version, value: str = "yes", reason: str | None = None) -> BulkChange:
    return bulk.answer_items(**where(actor, version), seen=seen(version), value=value, justification=reason)


def values(version: Version) -> dict[str, str]:
    return {answer.item: answer.value for answer in Answer.objects.on(version, NIST)}


def link(actor: Actor, version: Version, slug: str = SLUGS[0]) -> Evidence:
    return evidence.attach_link(**where(actor, version), item_slug=slug, title="Register", url="https://example.org/r")


def test_many_items_are_answered_at_once_each_keeps_its_reason_and_one_entry_tells_all(engineer, version):
    give(engineer, version)
    answer_all(engineer, version)
    assert values(version) == dict.fromkeys(IDS, "yes")
    assert Answer.objects.get(item="GOVERN 1.1").justification == "Not begun."
    detail = audit.detail_of(audit.history(version.subject).first())
    assert detail["at_once"] == 3
    assert detail["items"]["GOVERN 1.1"] == {"answer": {"before": "no", "after": "yes"}}


def test_a_reason_is_given_to_all_of_them(engineer, version):
    answer_all(engineer, version, "not-applicable", "No third party.")
    assert set(Answer.objects.values_list("justification", flat=True)) == {"No third party."}


def test_all_or_nothing(engineer, version):
    give(engineer, version)
    with pytest.raises(DomainError, match=r"Say why it is not applicable \(GOVERN 1.2\)"):
        answer_all(engineer, version, "not-applicable")
    assert values(version) == {"GOVERN 1.1": "no"}


def test_nothing_is_done_when_somebody_answered_meanwhile(engineer, version):
    before = seen(version)
    give(engineer, version)
    with pytest.raises(ConflictError, match=r"Somebody answered GOVERN 1\.1 after you opened the page"):
        bulk.answer_items(**where(engineer, version), seen=before, value="yes")
    assert values(version) == {"GOVERN 1.1": "no"}


def test_nothing_chosen_and_nothing_changed_are_told(engineer, version):
    with pytest.raises(DomainError, match="Choose at least one item"):
        bulk.answer_items(**where(engineer, version), seen={}, value="yes")
    answer_all(engineer, version)
    with pytest.raises(DomainError, match="answered so already"):
        answer_all(engineer, version)


def test_undoing_brings_back_what_stood_with_who_said_it_and_when(engineer, version):
    colleague = factories.person(member_of=version.asset.team).actor()
    earlier = give(colleague, version)
    change = answer_all(engineer, version, reason="All done.")
    bulk.undo_change(actor=engineer, change_id=change.pk)
    [back] = Answer.objects.on(version)
    assert (back.item, back.value, back.justification) == ("GOVERN 1.1", "no", "Not begun.")
    assert (back.answered_by_id, back.answered_at) == (colleague.person_id, earlier.answered_at)
    entry = audit.history(version.subject).first()
    assert (entry.action, audit.detail_of(entry)["items"]) == (Action.CHECKLIST_UNDO, IDS)


def test_undoing_is_refused_when_somebody_answered_since(engineer, version):
    change = answer_all(engineer, version)
    give(engineer, version, value="partly")
    with pytest.raises(ConflictError, match=r"Somebody answered GOVERN 1\.1, or gave it evidence, since"):
        bulk.undo_change(actor=engineer, change_id=change.pk)
    assert values(version) == {**dict.fromkeys(IDS, "yes"), "GOVERN 1.1": "partly"}


def test_undoing_loses_no_evidence(engineer, version):
    change = answer_all(engineer, version)
    link(engineer, version)
    with pytest.raises(ConflictError, match="gave it evidence"):
        bulk.undo_change(actor=engineer, change_id=change.pk)


def test_undoing_is_for_who_did_it_once_and_for_a_while(engineer, version):
    change = answer_all(engineer, version)
    colleague = factories.person(member_of=version.asset.team).actor()
    with pytest.raises(ForbiddenError):
        bulk.undo_change(actor=colleague, change_id=change.pk)
    BulkChange.objects.update(made_at=timezone.now() - UNDO_FOR)
    with pytest.raises(ConflictError, match="too long ago"):
        bulk.undo_change(actor=engineer, change_id=change.pk)
    BulkChange.objects.update(made_at=timezone.now())
    bulk.undo_change(actor=engineer, change_id=change.pk)
    with pytest.raises(ConflictError, match="undone already"):
        bulk.undo_change(actor=engineer, change_id=change.pk)


def test_what_was_carried_is_confirmed_at_once_and_that_is_undone(engineer, version):
    give(engineer, version)
    give(engineer, version, "map-1-1", "yes")
    later = versions.add_version(actor=engineer, asset_id=version.asset_id, name="2.0.0", carry_from=version.pk)
    change = bulk.confirm_items(**where(engineer, later), seen=seen(later))
    assert values(later) == {"GOVERN 1.1": "no", "MAP 1.1": "yes"}
    assert not Answer.objects.on(later).filter(to_confirm=True).exists()
    with pytest.raises(DomainError, match="waits to be confirmed"):
        bulk.confirm_items(**where(engineer, later), seen=seen(later))
    bulk.undo_change(actor=engineer, change_id=change.pk)
    assert Answer.objects.on(later).filter(to_confirm=True, carried_from=version).count() == 2


def test_one_piece_of_evidence_supports_many_items_and_that_is_undone(engineer, version):
    answer_all(engineer, version)
    piece = link(engineer, version)
    change = bulk.support_items(**where(engineer, version), seen=seen(version), evidence_id=piece.pk)
    assert piece.answers.count() == 3
    with pytest.raises(DomainError, match="supports all of these already"):
        bulk.support_items(**where(engineer, version), seen=seen(version), evidence_id=piece.pk)
    bulk.undo_change(actor=engineer, change_id=change.pk)
    assert list(piece.answers.values_list("item", flat=True)) == ["GOVERN 1.1"]


def test_evidence_supports_answers_and_belongs_to_the_version(engineer, version):
    give(engineer, version)
    piece = link(engineer, version)
    with pytest.raises(DomainError, match=r"Answer GOVERN 1.2, MAP 1.1 first"):
        bulk.support_items(**where(engineer, version), seen=seen(version), evidence_id=piece.pk)
    other = factories.version(engineer)
    give(engineer, other)
    with pytest.raises(ConflictError, match="removed"):
        bulk.support_items(**where(engineer, other), seen=seen(other, SLUGS[:1]), evidence_id=piece.pk)


def test_evidence_that_is_there_is_used_and_taken_off_and_stays(engineer, version):
    answer_all(engineer, version)
    piece = link(engineer, version)
    place = {**where(engineer, version), "item_slug": "map-1-1"}
    assert sharing.use_evidence(**place, evidence_ids=[piece.pk]) == [piece]
    assert sharing.use_evidence(**place, evidence_ids=[piece.pk]) == []
    sharing.take_off(**place, evidence_id=piece.pk)
    assert list(piece.answers.values_list("item", flat=True)) == ["GOVERN 1.1"]
    with pytest.raises(ConflictError):
        sharing.take_off(**place, evidence_id=piece.pk)
    with pytest.raises(DomainError, match="Choose at least one"):
        sharing.use_evidence(**place, evidence_ids=[])


def test_a_person_is_asked_told_and_no_longer_asked_when_the_item_is_answered(engineer, version):
    colleague = factories.person("Rosa Weber", member_of=version.asset.team, team_role=TeamRole.CONTRIBUTOR)
    bulk.assign_items(
        **where(engineer, version), seen=seen(version), person_id=colleague.pk, due_on=date(2030, 1, 2), note="Before the review."
    )
    asked = ItemAssignment.objects.for_home(colleague.pk)
    assert [(one.item, one.due_on) for one in asked] == [(item, date(2030, 1, 2)) for item in IDS]
    assert "asks you to answer 3 items" in Notice.objects.get(person=colleague).subject
    give(colleague.actor(), version)
    assert [one.item for one in asked.all()] == IDS[1:]


def test_asking_is_undone_and_who_was_asked_before_is_asked_again(engineer, version):
    first, second = (factories.person(member_of=version.asset.team).pk for _ in range(2))
    bulk.assign_items(**where(engineer, version), seen=seen(version), person_id=first)
    change = bulk.assign_items(**where(engineer, version), seen=seen(version), person_id=second)
    assert set(ItemAssignment.objects.open().values_list("person", flat=True)) == {second}
    bulk.undo_change(actor=engineer, change_id=change.pk)
    assert list(ItemAssignment.objects.open().values_list("person", "item")) == [(first, item) for item in IDS]


def test_undoing_answers_asks_again_for_what_they_had_settled(engineer, version):
    bulk.assign_items(**where(engineer, version), seen=seen(version), person_id=engineer.id)
    change = answer_all(engineer, version)
    assert not ItemAssignment.objects.open().exists()
    bulk.undo_change(actor=engineer, change_id=change.pk)
    assert ItemAssignment.objects.open().count() == 3


def test_only_those_are_asked_who_may_answer(engineer, version):
    for outsider in (factories.person(), factories.person(member_of=version.asset.team, team_role=TeamRole.VIEWER)):
        with pytest.raises(DomainError, match="Choose a contributor or owner"):
            bulk.assign_items(**where(engineer, version), seen=seen(version), person_id=outsider.pk)


def test_an_assignment_is_ended_by_who_was_asked_or_the_team_and_nobody_else(engineer, version):
    bulk.assign_items(**where(engineer, version), seen=seen(version), person_id=engineer.id)
    made = ItemAssignment.objects.first()
    with pytest.raises(ForbiddenError):
        itemassignments.finish_item(actor=factories.reviewer(), assignment_id=made.pk)
    assert itemassignments.finish_item(actor=engineer, assignment_id=made.pk).done_at is not None


def test_a_reader_does_nothing_to_many_items(version):
    reader = factories.reviewer()
    calls = [
        lambda: bulk.answer_items(**where(reader, version), seen=seen(version), value="yes"),
        lambda: bulk.assign_items(**where(reader, version), seen=seen(version), person_id=reader.id),
        lambda: bulk.confirm_items(**where(reader, version), seen=seen(version)),
        lambda: bulk.support_items(**where(reader, version), seen=seen(version), evidence_id=1),
    ]
    for call in calls:
        with pytest.raises(ForbiddenError):
            call()


def test_old_changes_cannot_be_undone_by_a_wrong_clock(engineer, version):
    change = answer_all(engineer, version)
    assert change.can_be_undone
    assert change.until - change.made_at == timedelta(hours=1)


def test_what_the_organisation_has_answered_is_left_alone_and_told(engineer, version):
    factories.organisation_answer(SLUGS[0])
    change = answer_all(engineer, version, reason="For all of them.")
    assert values(version) == {"GOVERN 1.2": "yes", "MAP 1.1": "yes"}
    assert change.left == ("GOVERN 1.1",)
    assert audit.detail_of(audit.history(version.subject).first())["left_alone"] == ["GOVERN 1.1"]
    piece = link(engineer, version, SLUGS[1])
    bulk.support_items(**where(engineer, version), seen=seen(version), evidence_id=piece.pk)
    assert piece.answers.count() == 2
    bulk.assign_items(**where(engineer, version), seen=seen(version), person_id=engineer.id)
    assert set(ItemAssignment.objects.open().values_list("item", flat=True)) == set(IDS[1:])


def test_items_that_the_organisation_has_answered_alone_are_refused_with_a_way_out(engineer, version):
    factories.organisation_answer(SLUGS[0])
    chosen = dict.fromkeys(SLUGS[:1], "")
    with pytest.raises(DomainError, match=r"The organisation has answered GOVERN 1.1. Open an item to answer it for this model"):
        bulk.answer_items(**where(engineer, version), seen=chosen, value="no", justification="Not here.")
    assert values(version) == {}
    bulk.assign_items(**where(engineer, version), seen=chosen, person_id=engineer.id)
    assert ItemAssignment.objects.open().get().item == "GOVERN 1.1"


def test_an_own_answer_beside_the_organisations_is_changed_like_any_other(engineer, version):
    give(engineer, version)
    factories.organisation_answer(SLUGS[0])
    change = answer_all(engineer, version)
    assert values(version)["GOVERN 1.1"] == "yes"
    assert change.left == ()
