"""Editions are drafted, published once and for all, and documents move to them without losing an answer."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from registry.catalog import editions, moves
from registry.catalog.loader import shipped_content, shipped_templates, template
from registry.catalog.merging import fingerprint
from registry.catalog.schema import CatalogError
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.exchange import formats
from registry.models import Document, TemplateEdition
from registry.policy import Role
from registry.services import documents, history, moving, templates
from registry.services.snapshots import content_of
from tests import factories

CARD = template("model_card")
FIELD = {"id": "retention", "title": "Retention", "type": "text", "format": "line", "essential": True, "prompt": "How long is it kept?"}


def keeper():
    return factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()


def publish(actor, content):
    draft = templates.change_draft(actor=actor, key="model_card", content=content)
    return templates.publish_draft(actor=actor, key="model_card", digest=draft.digest)


def with_retention():
    return editions.with_field(templates.content_of("model_card"), "identity", FIELD)


def with_other_words():
    return editions.with_mark(templates.content_of("model_card"), "tags", "hidden", value=True)


@pytest.mark.django_db
class TestEditions:
    def test_a_change_is_a_new_version_and_documents_stay_on_theirs(self):
        owner = factories.engineer()
        before = factories.version(owner)
        edition = publish(keeper(), with_retention())
        assert (edition.version, templates.current("model_card").version) == ("2.1", "2.1")
        assert documents.template_of(before.document).version == "2"
        after = factories.version(owner)
        assert documents.template_of(after.document).field("retention").essential
        assert content_of(after)["document"]["template"] == {"key": "model_card", "version": "2.1", "digest": edition.digest}
        assert publish(keeper(), editions.with_mark(templates.content_of("model_card"), "tags", "hidden", value=True)).version == "2.2"

    def test_documents_of_what_was_shipped_earlier_stay_on_it_until_they_are_moved(self):
        owner = factories.engineer()
        document = factories.filled_version(owner).document
        earlier = shipped_templates("model_card")[1]
        Document.objects.filter(pk=document.pk).update(template_version=earlier.version, template_digest=earlier.digest)
        document = Document.objects.get(pk=document.pk)
        assert documents.template_of(document) == earlier
        assert (earlier.version, documents.state_of(document).essential_total) == ("1", documents.state_of(document).essential_filled)
        change = moves.move(earlier, templates.current("model_card"))
        assert {field.id for field in change.explained} >= {"model_name", "monitoring"}
        assert (change.added, change.hidden, change.essential, change.relaxed) == ((), (), (), ())
        present = templates.current("model_card").digest
        moved = moving.move_document(actor=owner, document_id=document.pk, digest=present, based_on=document.revision)
        assert (moved.template_version, moved.content) == ("2", document.content)

    def test_a_published_edition_is_not_changed_by_sql_either(self):
        edition = publish(keeper(), with_retention())
        for change in ("text = '{}'", "digest = ''", "published_at = NULL", "version = '9'", "note = 'other'"):
            with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE registry_templateedition SET {change} WHERE id = %s", [edition.pk])
        if connection.vendor == "postgresql":
            with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
                TemplateEdition.objects.filter(pk=edition.pk).delete()
        assert TemplateEdition.objects.get(pk=edition.pk).text == edition.text
        draft = templates.change_draft(actor=keeper(), key="model_card", content=templates.content_of("model_card"), note="One.")
        assert templates.change_draft(actor=keeper(), key="model_card", content=with_other_words(), note="Two.").pk == draft.pk
        templates.discard_draft(actor=keeper(), key="model_card")

    def test_a_question_is_said_in_other_words_and_documents_keep_the_earlier_ones(self):
        owner = factories.engineer()
        document = factories.filled_version(owner).document
        words = editions.words_of(templates.content_of("model_card"), "overview")
        seen = fingerprint(words)
        other = {**words, "title": "In short", "prompts": ["For whom?"], "bad_example": ""}
        actor = keeper()
        draft = templates.reword_field(actor=actor, key="model_card", field="overview", words=other, seen=seen)
        with pytest.raises(ConflictError, match="Somebody reworded this question"):
            templates.reword_field(actor=actor, key="model_card", field="overview", words=words, seen=seen)
        with pytest.raises(ForbiddenError):
            templates.reword_field(actor=owner, key="model_card", field="overview", words=words, seen=fingerprint(other))
        with pytest.raises(CatalogError, match=r"sections\[0\]\.fields\[1\]: Give the field a title"):
            templates.reword_field(actor=actor, key="model_card", field="overview", words={**words, "title": " "}, seen=fingerprint(other))
        templates.publish_draft(actor=actor, key="model_card", digest=draft.digest)
        field = templates.current("model_card").field("overview")
        assert (field.title, field.prompts, field.bad_example, field.maps) == ("In short", ("For whom?",), "", CARD.field("overview").maps)
        assert documents.template_of(Document.objects.get(pk=document.pk)).field("overview").title == "Overview"
        change = moves.move(CARD, templates.current("model_card"))
        assert ([one.id for one in change.reworded], [one.id for one in change.explained]) == (["overview"], ["overview"])

    def test_only_a_policy_administrator_changes_a_template(self):
        for actor in (factories.engineer(), factories.reviewer()):
            with pytest.raises(ForbiddenError):
                templates.change_draft(actor=actor, key="model_card", content=with_retention())
            with pytest.raises(ForbiddenError):
                templates.discard_draft(actor=actor, key="model_card")

    def test_a_broken_change_is_refused_with_its_place(self):
        content = editions.with_field(shipped_content("model_card"), "identity", {**FIELD, "id": "overview"})
        with pytest.raises(CatalogError, match=r"sections\[0\]\.fields\[\d+\]\.id: The id “overview” occurs twice"):
            templates.change_draft(actor=keeper(), key="model_card", content=content)
        with pytest.raises(DomainError):
            templates.change_draft(actor=keeper(), key="nothing", content=content)

    def test_what_was_not_seen_is_not_published_and_nothing_is_published_twice(self):
        actor = keeper()
        templates.change_draft(actor=actor, key="model_card", content=with_retention())
        with pytest.raises(ConflictError, match="changed the draft"):
            templates.publish_draft(actor=actor, key="model_card", digest="0" * 64)
        templates.discard_draft(actor=actor, key="model_card")
        with pytest.raises(ConflictError, match="no draft"):
            templates.publish_draft(actor=actor, key="model_card", digest="0" * 64)
        draft = templates.change_draft(actor=actor, key="model_card", content=shipped_content("model_card"))
        with pytest.raises(ConflictError, match="Change something"):
            templates.publish_draft(actor=actor, key="model_card", digest=draft.digest)

    def test_the_shipped_template_is_kept_as_the_first_edition(self):
        publish(keeper(), with_retention())
        first = TemplateEdition.objects.get(version=template("model_card").version)
        assert first.is_shipped
        assert templates.text_of(template("model_card").digest) == first.text

    def test_a_field_of_our_own_goes_out_and_comes_in_again(self):
        publish(keeper(), with_retention())
        owner = factories.engineer()
        made = factories.version(owner)
        document = Document.objects.get(version=made)
        documents.save_fields(actor=owner, document_id=document.pk, values={"retention": "Ten years."}, based_on=1)
        document.refresh_from_db()
        for key in ("huggingface", "markdown", "json", "cyclonedx"):
            text = formats.write(key, document.template_name, document.content)
            assert "Ten years." in text, key
            if key != "cyclonedx":
                found = formats.read(text.encode(), document.template_name)
                assert found.content["retention"] == "Ten years.", key
                assert found.as_dict()["template"] == "model_card"


@pytest.mark.django_db
class TestMoving:
    def test_moving_keeps_every_answer_and_is_a_revision(self):
        owner = factories.engineer()
        made = factories.filled_version(owner)
        document = Document.objects.get(version=made)
        before = document.content
        edition = publish(keeper(), editions.with_mark(with_retention(), "tags", "hidden", value=True))
        with pytest.raises(ConflictError, match="Somebody saved"):
            moving.move_document(actor=owner, document_id=document.pk, digest=edition.digest, based_on=1)
        moved = moving.move_document(actor=owner, document_id=document.pk, digest=edition.digest, based_on=document.revision)
        assert moved.content == before
        assert "tags" in moved.content
        assert documents.state_of(moved).missing == (documents.template_of(moved).field("retention"),)
        assert moved.revisions.get(number=moved.revision).note == "Moved from version 2 of the template to 2.1."
        with pytest.raises(ConflictError, match="another edition"):
            moving.move_document(actor=owner, document_id=document.pk, digest=edition.digest, based_on=moved.revision)

    def test_a_revision_of_an_earlier_edition_is_restored_whole(self):
        owner = factories.engineer()
        made = factories.filled_version(owner)
        document = Document.objects.get(version=made)
        number, before = document.revision, document.content
        edition = publish(keeper(), editions.with_mark(templates.content_of("model_card"), "tags", "hidden", value=True))
        moved = moving.move_document(actor=owner, document_id=document.pk, digest=edition.digest, based_on=number)
        documents.save_fields(actor=owner, document_id=document.pk, values={"tags": "", "overview": "Other."}, based_on=moved.revision)
        back = history.restore_revision(actor=owner, document_id=document.pk, number=number, based_on=moved.revision + 1)
        assert back.content == before


@pytest.mark.django_db
class TestHistory:
    def test_restoring_makes_a_new_revision_and_refuses_what_it_did_not_see(self):
        owner = factories.engineer()
        document = Document.objects.get(version=factories.version(owner))
        for text in ("One.", "Two."):
            document = documents.save_fields(actor=owner, document_id=document.pk, values={"overview": text}, based_on=document.revision)
        with pytest.raises(ConflictError, match="Somebody saved revision 3"):
            history.restore_revision(actor=owner, document_id=document.pk, number=2, based_on=2)
        with pytest.raises(ConflictError, match="no revision"):
            history.restore_revision(actor=owner, document_id=document.pk, number=9, based_on=3)
        back = history.restore_revision(actor=owner, document_id=document.pk, number=2, based_on=3)
        assert (back.revision, back.content["overview"]) == (4, "One.")
        with pytest.raises(ConflictError, match="what stands there now"):
            history.restore_revision(actor=owner, document_id=document.pk, number=2, based_on=4)
        with pytest.raises(ForbiddenError):
            history.restore_revision(actor=factories.engineer(), document_id=document.pk, number=1, based_on=4)

    def test_a_carried_answer_counts_once_it_is_confirmed_or_written(self):
        owner = factories.engineer()
        made = factories.filled_version(owner)
        later = factories.versions.add_version(actor=owner, asset_id=made.asset_id, name="2", carry_from=made.pk)
        document = Document.objects.get(version=later)
        assert documents.state_of(document).essential_filled == 2
        assert "model_name" not in document.to_confirm
        assert content_of(later)["document"]["to_confirm"] == sorted(document.to_confirm)
        history.confirm_fields(actor=owner, document_id=document.pk, keys=["overview", "model_name"])
        saved = documents.save_fields(actor=owner, document_id=document.pk, values={"primary_uses": "Other uses."}, based_on=1)
        assert not {"overview", "primary_uses"}.intersection(saved.to_confirm)
        assert documents.state_of(saved).essential_filled == 4
        with pytest.raises(DomainError):
            history.confirm_fields(actor=owner, document_id=document.pk, keys=["overview"])
        history.confirm_fields(actor=owner, document_id=document.pk, keys=saved.to_confirm)
        assert "to_confirm" not in content_of(type(later).objects.get(pk=later.pk))["document"]


class TestAnyText(TestCase):
    """Whatever is written comes back when its revision is restored."""

    @settings(max_examples=15)
    @given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
    def test_restoring_any_revision_gives_its_content_back(self, texts):
        owner = factories.engineer()
        document = Document.objects.get(version=factories.version(owner))
        for text in texts:
            try:
                document = documents.save_fields(
                    actor=owner, document_id=document.pk, values={"overview": text}, based_on=document.revision
                )
            except documents.FieldsError:
                continue
        kept = {revision.number: revision.content for revision in document.revisions.all()}
        for number, content in kept.items():
            if content != document.content:
                document = history.restore_revision(actor=owner, document_id=document.pk, number=number, based_on=document.revision)
                assert document.content == content
