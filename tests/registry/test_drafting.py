"""What the editor saves by itself: one open revision, both texts of a conflict, and nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from registry.audit import AuditEntry
from registry.catalog.merging import fingerprint
from registry.errors import DomainError, ForbiddenError
from registry.models import Document, Presence, Revision, Version
from registry.policy import SYSTEM, Actor, TeamRole
from registry.services import documents, people, presence
from registry.services.documents import Seen, StaleRevisionError
from tests import factories
from tests.unit.exchange.writing import contents

pytestmark = pytest.mark.django_db
ONE, TWO = "session-one", "session-two"


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


@pytest.fixture
def made(owner: Actor) -> Version:
    return factories.version(owner)


@pytest.fixture
def colleague(made: Version) -> Actor:
    person = factories.person(name="Sam Ode")
    people.set_membership(actor=SYSTEM, team_id=made.asset.team_id, person_id=person.pk, role=TeamRole.CONTRIBUTOR)
    return type(person).objects.get(pk=person.pk).actor()


def document(made: Version) -> Document:
    return Document.objects.get(version=made)


def type_in(actor: Actor, made: Version, session: str = ONE, seen: dict[str, str] | None = None, **values: object) -> documents.Autosaved:
    at = document(made)
    known = {key: fingerprint(at.content.get(key)) for key in values} if seen is None else seen
    return documents.autosave(actor=actor, document_id=at.pk, values=values, seen=Seen(at.revision, known, session))


def save(actor: Actor, made: Version, based_on: int | None = None, session: str = "", **values: object) -> Document:
    at = document(made)
    number = at.revision if based_on is None else based_on
    return documents.save_fields(
        actor=actor, document_id=at.pk, values=values, based_on=number, note="Done.", seen=Seen(number, {}, session)
    )


def rows(made: Version) -> list[Revision]:
    return list(document(made).revisions.order_by("number"))


def test_what_is_typed_goes_into_one_open_revision_that_a_named_save_closes(owner, made):
    for letter in ("A", "AB", "ABC"):
        type_in(owner, made, primary_uses=letter)
    type_in(owner, made, contact="x@test.example")
    assert [(row.number, row.changed, row.session) for row in rows(made)[1:]] == [(5, ["contact", "primary_uses"], ONE)]
    save(owner, made, session=ONE)
    last = rows(made)[-1]
    assert (len(rows(made)), last.session, last.note, last.content["primary_uses"]) == (2, "", "Done.", "ABC")
    type_in(owner, made, primary_uses="ABCD")
    assert len(rows(made)) == 3


def test_another_session_another_person_and_a_later_day_begin_a_revision_of_their_own(owner, made, colleague):
    type_in(owner, made, primary_uses="A.")
    type_in(owner, made, TWO, primary_uses="B.")
    type_in(colleague, made, TWO, contact="c@test.example")
    type_in(owner, made, TWO, primary_uses="D.")
    assert len(rows(made)) == 5
    Revision.objects.filter(session=TWO).update(opened_at=timezone.now() - timedelta(hours=5))
    type_in(owner, made, TWO, primary_uses="E.")
    assert len(rows(made)) == 6


def test_the_journal_names_each_field_of_an_open_revision_once(owner, made):
    before = AuditEntry.objects.count()
    for letter in ("A", "AB", "ABC"):
        type_in(owner, made, primary_uses=letter)
    assert AuditEntry.objects.count() == before + 1
    type_in(owner, made, contact="x@test.example")
    save(owner, made, session=ONE)
    assert AuditEntry.objects.count() == before + 3


def test_a_conflict_keeps_theirs_hands_back_both_and_saves_the_rest(owner, made, colleague):
    seen = {"primary_uses": fingerprint(None), "contact": fingerprint(None)}
    type_in(owner, made, primary_uses="Theirs.")
    done = type_in(colleague, made, TWO, seen, primary_uses="Mine.", contact="c@test.example")
    assert {key: (clash.mine, clash.theirs) for key, clash in done.clashes.items()} == {"primary_uses": ("Mine.", "Theirs.")}
    content = document(made).content
    assert (content["primary_uses"], content["contact"]) == ("Theirs.", "c@test.example")
    chosen = type_in(colleague, made, TWO, {"primary_uses": fingerprint("Theirs.")}, primary_uses="Both.")
    assert not chosen.clashes
    assert document(made).content["primary_uses"] == "Both."


def test_a_field_that_does_not_fit_is_named_and_the_others_are_saved(owner, made):
    done = type_in(owner, made, license="stolen", primary_uses="A.")
    assert set(done.errors) == {"license"}
    assert document(made).content["primary_uses"] == "A."
    assert "license" not in document(made).content


def test_a_program_that_writes_while_a_draft_is_open_keeps_both(owner, made, colleague):
    seen = {"primary_uses": fingerprint(None)}
    type_in(owner, made, primary_uses="Half a sent")
    save(colleague, made, primary_uses="By a program.")
    done = type_in(owner, made, seen={"primary_uses": fingerprint("Half a sent")}, primary_uses="Half a sentence.")
    assert done.clashes["primary_uses"].theirs == "By a program."
    assert done.clashes["primary_uses"].mine == "Half a sentence."
    assert [row.content.get("primary_uses") for row in rows(made)] == [None, "Half a sent", "By a program."]
    assert seen


def test_a_program_based_on_a_save_that_the_open_revision_has_left_behind_overwrites_nothing(owner, made, colleague):
    type_in(owner, made, primary_uses="First.")
    read = document(made).revision
    type_in(owner, made, primary_uses="Second.")
    with pytest.raises(StaleRevisionError):
        save(colleague, made, based_on=read, primary_uses="By a program.")
    save(colleague, made, based_on=read, contact="c@test.example")
    assert document(made).content["primary_uses"] == "Second."


def test_a_session_without_a_name_and_a_stranger_are_refused(owner, made):
    with pytest.raises(DomainError, match="session"):
        type_in(owner, made, "", primary_uses="A.")
    with pytest.raises(ForbiddenError):
        type_in(factories.engineer(), made, primary_uses="A.")


def test_presence_names_the_others_by_their_latest_page_and_forgets(owner, made, colleague):
    at = document(made)
    presence.be_present(actor=colleague, document=at, session=ONE, section="metrics")
    presence.be_present(actor=colleague, document=at, session=TWO, section="overview")
    found = presence.be_present(actor=owner, document=at, session=ONE, section="metrics")
    assert [(row.person.name, row.section) for row in found] == [("Sam Ode", "overview")]
    Presence.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert presence.others(actor=owner, document=at) == []
    presence.leave(actor=owner, document=at, session=ONE)
    Presence.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    presence.be_present(actor=owner, document=at, session=ONE, section="metrics")
    assert Presence.objects.count() == 1
    with pytest.raises(ForbiddenError):
        presence.be_present(actor=factories.engineer(), document=at, session=ONE, section="metrics")


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(content=contents("model_card"))
def test_any_text_in_any_field_survives_saving_by_itself_and_by_name(owner, made, content):
    fields = documents.template_of(document(made))
    plain = {key: value for key, value in content.items() if fields.field(key).type not in factories.REFERRING}
    half = dict(list(plain.items())[::2])
    type_in(owner, made, **half)
    save(owner, made, **plain)
    kept = document(made)
    assert {key: kept.content[key] for key in plain} == plain
    assert kept.revisions.first().content == kept.content
