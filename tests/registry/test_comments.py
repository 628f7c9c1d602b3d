"""Who comments, who is told, who resolves what, and who is asked to write."""

from __future__ import annotations

from datetime import date

import pytest

from registry import audit
from registry.catalog.schema import UnknownItemError
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Comment, Notice, Person, SectionAssignment
from registry.policy import Role, TeamRole
from registry.services import assignments, comments
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return factories.team()


@pytest.fixture
def engineer(team):
    return factories.engineer(team)


@pytest.fixture
def version(engineer):
    return factories.version(engineer)


def say(actor, version, text="Why?", **fields):
    return comments.write_comment(actor=actor, version_id=version.pk, anchor="document/overview", text=text, **fields)


def test_a_viewer_may_comment_and_a_stranger_may_not(version, team):
    viewer = factories.person(member_of=team, team_role=TeamRole.VIEWER).actor()
    assert say(viewer, version).written_by_id == viewer.id
    with pytest.raises(ForbiddenError):
        say(factories.engineer(), version)


@pytest.mark.parametrize(("anchor", "text"), [("document/overview", " "), ("no anchor", "x"), ("../x", "x"), ("document/a", "x" * 10_001)])
def test_blank_long_and_misplaced_comments_are_refused(engineer, version, anchor, text):
    with pytest.raises(DomainError):
        comments.write_comment(actor=engineer, version_id=version.pk, anchor=anchor, text=text)
    assert not Comment.objects.exists()


def test_people_who_see_the_version_are_mentioned_by_their_whole_name(engineer, version, team):
    ann = factories.person("Ann", member_of=team)
    lee = factories.person("Ann Lee", roles=[Role.REVIEWER_ML])
    factories.person("Otto Outside")
    made = say(engineer, version, "Look, @ann lee, and @Otto Outside; not @Annette.")
    assert list(made.mentioned.all()) == [lee]
    assert list(say(engineer, version, "@Ann: and @ANN LEE").mentioned.order_by("pk")) == [ann, lee]


def test_a_thread_is_answered_resolved_and_opened_again(engineer, version):
    thread = say(engineer, version)
    answer = comments.answer_comment(actor=engineer, comment_id=thread.pk, text="Because.")
    assert (answer.parent, answer.anchor) == (thread, "document/overview")
    comments.resolve_comment(actor=engineer, comment_id=thread.pk)
    with pytest.raises(ConflictError):
        comments.answer_comment(actor=engineer, comment_id=thread.pk, text="Still.")
    with pytest.raises(ConflictError):
        comments.resolve_comment(actor=engineer, comment_id=thread.pk)
    comments.reopen_comment(actor=engineer, comment_id=thread.pk)
    assert list(Comment.objects.open()) == [thread]
    with pytest.raises(ConflictError):
        comments.reopen_comment(actor=engineer, comment_id=thread.pk)
    assert audit.history(version.subject).filter(action="comment.resolve").count() == 1


def test_an_author_cannot_set_a_blocking_comment_aside(engineer, version, team):
    writer, other = factories.reviewer("legal"), factories.reviewer("ml")
    author = factories.person(member_of=team, roles=[Role.REVIEWER_ML]).actor()
    version.authors.add(author.id)
    thread = say(writer, version, is_blocking=True)
    assert list(Comment.objects.blocking()) == [thread]
    for actor in (engineer, author):
        with pytest.raises(ForbiddenError):
            comments.resolve_comment(actor=actor, comment_id=thread.pk)
    comments.resolve_comment(actor=other, comment_id=thread.pk)
    assert not Comment.objects.blocking().exists()


def test_only_a_reviewer_blocks(engineer, version):
    with pytest.raises(ForbiddenError):
        say(engineer, version, is_blocking=True)


def test_a_reviewer_resolves_an_own_thread_but_not_the_teams(engineer, version):
    reviewer = factories.reviewer()
    comments.resolve_comment(actor=reviewer, comment_id=say(reviewer, version).pk)
    with pytest.raises(ForbiddenError):
        comments.resolve_comment(actor=reviewer, comment_id=say(engineer, version).pk)


def test_home_shows_open_threads_in_which_another_had_the_last_word(engineer, version, team):
    colleague = factories.person("Cleo", member_of=team)
    thread = say(engineer, version, "Is this so, @Cleo?")
    me = Person.objects.get(pk=engineer.id)
    assert list(Comment.objects.for_home(colleague.pk)) == [thread]
    assert not Comment.objects.for_home(me.pk)
    comments.answer_comment(actor=colleague.actor(), comment_id=thread.pk, text="It is.")
    assert list(Comment.objects.for_home(me.pk)) == [thread]
    assert not Comment.objects.for_home(colleague.pk)
    comments.resolve_comment(actor=engineer, comment_id=thread.pk)
    assert not Comment.objects.for_home(me.pk)


def test_a_section_is_asked_of_one_person_at_a_time(engineer, version, team):
    first, second = (factories.person(member_of=team, team_role=TeamRole.CONTRIBUTOR) for _ in range(2))
    for one in (first, second):
        assignments.assign_section(
            actor=engineer, version_id=version.pk, section="model_details", person_id=one.pk, due_on=date(2026, 12, 1)
        )
    assert not SectionAssignment.objects.for_home(first.pk)
    waiting = SectionAssignment.objects.for_home(second.pk).get()
    assignments.finish_assignment(actor=second.actor(), assignment_id=waiting.pk)
    assignments.finish_assignment(actor=second.actor(), assignment_id=waiting.pk)
    assert not SectionAssignment.objects.for_home(second.pk)


def test_a_section_is_asked_only_of_who_can_write_it_and_by_who_can(engineer, version, team):
    viewer = factories.person(member_of=team, team_role=TeamRole.VIEWER)
    asked = {"version_id": version.pk, "section": "model_details", "person_id": engineer.id}
    with pytest.raises(DomainError):
        assignments.assign_section(actor=engineer, **{**asked, "person_id": viewer.pk})
    with pytest.raises(UnknownItemError):
        assignments.assign_section(actor=engineer, **{**asked, "section": "nowhere"})
    with pytest.raises(ForbiddenError):
        assignments.assign_section(actor=viewer.actor(), **asked)
    made = assignments.assign_section(actor=engineer, **asked)
    with pytest.raises(ForbiddenError):
        assignments.finish_assignment(actor=viewer.actor(), assignment_id=made.pk)


def test_authors_and_who_is_named_are_told_and_the_writer_is_not(engineer, version, team):
    cleo = factories.person("Cleo", member_of=team)
    thread = say(cleo.actor(), version, "Is it so?")
    assert {notice.person_id for notice in Notice.objects.all()} == {engineer.id}
    comments.answer_comment(actor=engineer, comment_id=thread.pk, text="It is.")
    told = Notice.objects.get(person=cleo)
    assert told.url.endswith(f"/document/#comment-{thread.pk}")
    assignments.assign_section(actor=engineer, version_id=version.pk, section="model_details", person_id=cleo.pk)
    assert "Model details" in Notice.objects.filter(person=cleo).latest("pk").subject
