"""Frameworks of an organisation: uploaded, shortened, added to, published, and answered in the edition that a version began."""

from __future__ import annotations

import html
import json

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from governance.models import Answer, Assessment, FrameworkEdition
from governance.reports import checklists
from governance.services import applicable, assessments, catalog, frameworkeditions
from registry import audit
from registry.catalog import frameworkshape
from registry.catalog.crosswalk import Kind, Ref
from registry.catalog.links import crosswalk
from registry.catalog.loader import frameworks
from registry.catalog.schema import UnknownItemError
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.exchange.framework_text import read_framework
from registry.models import Version
from registry.policy import Action, Actor
from tests import factories
from tests.unit.catalog.test_framework_text import GOOD

pytestmark = pytest.mark.django_db
NIST = "nist_ai_rmf"
ITEM = "govern-1-1"


def upload(actor: Actor, text: str = GOOD) -> FrameworkEdition:
    return frameworkeditions.upload(actor=actor, content=read_framework(text).content)


def published(actor: Actor, text: str = GOOD) -> FrameworkEdition:
    draft = upload(actor, text)
    return frameworkeditions.publish(actor=actor, key=draft.key, digest=draft.digest)


def hidden(actor: Actor, item: str = "GOVERN 1.1") -> FrameworkEdition:
    content = frameworkshape.with_hidden(frameworkeditions.content_of(NIST), item, value=True)
    draft = frameworkeditions.change_ours(actor=actor, key=NIST, content=content)
    return frameworkeditions.publish(actor=actor, key=NIST, digest=draft.digest)


def answer(actor: Actor, version: Version, key: str = NIST, slug: str = ITEM) -> Answer:
    return assessments.answer_item(actor=actor, version_id=version.pk, framework_key=key, item_slug=slug, value="yes", justification="So.")


def frozen(version: Version, key: str = NIST) -> dict:
    return next(part for part in assessments.frozen(version) if part["framework"]["key"] == key)


def test_an_uploaded_framework_is_asked_once_it_is_published_and_chosen(keeper, engineer, version):
    upload(keeper)
    with pytest.raises(UnknownItemError):
        catalog.current("house_rules")
    made = frameworkeditions.publish(actor=keeper, key="house_rules", digest=FrameworkEdition.objects.get().digest)
    answer_it = {"actor": engineer, "version": version, "key": "house_rules", "slug": "hr-1"}
    assert "house_rules" in [one.key for one in applicable.frameworks_on(version)]
    answer(**answer_it)
    part = frozen(version, "house_rules")
    assert (part["framework"]["digest"], part["items"], len(part["answers"])) == (made.digest, 1, 1)
    [printed] = checklists.checklists([part])
    assert (printed.title, printed.is_revised) == ("House rules", False)
    assert audit.history("framework").first().action == Action.FRAMEWORK_EDIT


def test_a_framework_that_people_choose_is_not_asked_of_every_model(keeper, engineer, version):
    published(keeper, GOOD.replace("note: Our own.", "note: Our own.\napplies: chosen"))
    assert "house_rules" not in [one.key for one in applicable.frameworks_on(version)]
    applicable.choose_framework(actor=engineer, asset_id=version.asset_id, framework_key="house_rules")
    assert "house_rules" in [one.key for one in applicable.frameworks_on(version)]


def test_only_a_policy_administrator_changes_frameworks(engineer, keeper):
    draft = upload(keeper)
    calls = [
        lambda: upload(engineer),
        lambda: frameworkeditions.publish(actor=engineer, key=draft.key, digest=draft.digest),
        lambda: frameworkeditions.discard(actor=engineer, key=draft.key),
        lambda: frameworkeditions.change_ours(actor=engineer, key=NIST, content=frameworkeditions.content_of(NIST)),
    ]
    for call in calls:
        with pytest.raises(ForbiddenError):
            call()


def test_ours_is_not_replaced_and_nothing_but_hiding_and_adding_changes_it(keeper):
    with pytest.raises(DomainError, match="one of ours and is not replaced"):
        upload(keeper, GOOD.replace("house_rules", NIST))
    content = frameworkeditions.content_of(NIST)
    content["groups"][0]["categories"][0]["items"][0]["question"] = "Is it?"
    with pytest.raises(DomainError, match="nothing else changes"):
        frameworkeditions.change_ours(actor=keeper, key=NIST, content=content)


def test_a_published_edition_never_changes_not_even_in_the_table(keeper):
    made = published(keeper)
    with pytest.raises(ConflictError, match="published and never changes"):
        upload(keeper, GOOD.replace("Our own.", "Changed."))
    with pytest.raises(DatabaseError), transaction.atomic():
        FrameworkEdition.objects.filter(pk=made.pk).update(text="{}")


def test_a_draft_is_published_as_it_was_seen_and_only_when_it_changes_something(keeper):
    draft = upload(keeper)
    with pytest.raises(ConflictError, match="Somebody changed the draft"):
        frameworkeditions.publish(actor=keeper, key=draft.key, digest="0" * 64)
    frameworkeditions.publish(actor=keeper, key=draft.key, digest=draft.digest)
    same = upload(keeper, GOOD.replace("version: '1'", "version: '2'"))
    with pytest.raises(ConflictError, match="Change something first"):
        frameworkeditions.publish(actor=keeper, key=same.key, digest=same.digest)
    frameworkeditions.discard(actor=keeper, key=same.key)
    with pytest.raises(ConflictError, match="no draft"):
        frameworkeditions.discard(actor=keeper, key=same.key)


def test_a_version_stays_on_its_edition_until_somebody_moves_it(keeper, engineer, version):
    answer(engineer, version)
    before = frozen(version)
    made = hidden(keeper)
    assert frozen(version) == before
    other = factories.version(engineer)
    assert frozen(other)["items"] == len(frameworks()[NIST].items) - 1
    with pytest.raises(UnknownItemError):
        answer(engineer, other)
    frameworkeditions.move_assessment(actor=engineer, version_id=version.pk, key=NIST, digest=made.digest)
    after = frozen(version)
    assert (after["framework"]["digest"], after["items"], after["answers"]) == (made.digest, before["items"] - 1, [])
    assert Answer.objects.filter(item="GOVERN 1.1").exists()
    with pytest.raises(ConflictError):
        frameworkeditions.move_assessment(actor=engineer, version_id=version.pk, key=NIST, digest=made.digest)


def test_what_publishing_means_is_told_before(keeper, engineer, version):
    answer(engineer, version)
    content = frameworkshape.with_hidden(frameworkeditions.content_of(NIST), "GOVERN 1.1", value=True)
    content = frameworkshape.with_question(content, 0, 0, {"title": "T", "question": "Is it?", "outcome": "It is."})
    effects = frameworkeditions.effects_of(frameworkeditions.change_ours(actor=keeper, key=NIST, content=content))
    assert ([item.id for item in effects.change.added], [item.id for item in effects.change.gone]) == (["OWN 1"], ["GOVERN 1.1"])
    assert (effects.versions, effects.answers) == (1, 1)


def test_what_was_shipped_is_kept_for_who_answers_it(engineer, version):
    answer(engineer, version)
    kept = FrameworkEdition.objects.get()
    assert (kept.is_shipped, kept.digest) == (True, Assessment.objects.get().framework_digest)
    assert json.loads(kept.text)["key"] == NIST


@pytest.fixture
def page(client, keeper):
    client.force_login(factories.Person.objects.get(pk=keeper.id))
    return client


def test_a_framework_is_uploaded_looked_at_and_published_in_the_browser(page):
    response = page.post(reverse("framework-upload"), {"text": GOOD}, follow=True)
    assert "Draft of version 1" in response.content.decode()
    assert "Is an owner named?" in response.content.decode()
    digest = FrameworkEdition.objects.get().digest
    assert "is published" in page.post(reverse("framework-publish", args=["house_rules"]), {"digest": digest}, follow=True).content.decode()
    assert "House rules" in page.get(reverse("framework-list")).content.decode()
    assert read_framework(page.get(reverse("framework-yaml", args=["house_rules"])).content.decode()).content["key"] == "house_rules"


def test_a_refused_upload_says_the_lines_and_keeps_the_text(page):
    response = page.post(reverse("framework-upload"), {"text": GOOD.replace("slug: hr-1", "slug: HR 1")})
    said = response.content.decode()
    assert response.status_code == 422
    assert "line 17" in said
    assert "slug: HR 1" in said
    assert not FrameworkEdition.objects.exists()


def test_items_of_ours_are_hidden_and_questions_added_in_the_browser(page):
    page.post(reverse("framework-hide", args=[NIST]), {"item": "GOVERN 1.1"})
    form = {"place": "0-0", "title": "Ours", "question": "Is it ours?", "outcome": "It is ours.", "evidence": "a note\na minute"}
    said = page.post(reverse("framework-add", args=[NIST]), form, follow=True).content.decode()
    assert "No longer asked" in said
    assert "Your own" in said
    page.post(reverse("framework-hide", args=[NIST]), {"item": "GOVERN 1.1", "show": "1"})
    page.post(reverse("framework-hide", args=[NIST]), {"item": "OWN 1", "remove": "1"})
    assert "What is asked stays the same." in page.get(reverse("framework", args=[NIST])).content.decode()
    assert page.post(reverse("framework-add", args=[NIST]), {"title": "Only"}).status_code == 422


def test_an_own_question_has_counterparts_in_other_frameworks(page):
    form = {"place": "0-0", "title": "Ours", "question": "Is it ours?", "outcome": "It is ours."}
    for wrong, words in (
        ("nothing equal 1", "begin with the key of another framework"),
        ("eu_ai_act same Art. 9", "write equal, broader, narrower, related"),
        ("eu_ai_act equal Art. 999", "has no item “Art. 999”"),
    ):
        refused = page.post(reverse("framework-add", args=[NIST]), {**form, "links": wrong})
        assert (refused.status_code, words in refused.content.decode()) == (422, True)
    said = page.post(reverse("framework-add", args=[NIST]), {**form, "links": "eu_ai_act equal Art. 9\n\n"}, follow=True).content.decode()
    assert "Counterpart, equal: eu_ai_act Art. 9" in said
    page.post(reverse("framework-publish", args=[NIST]), {"digest": FrameworkEdition.objects.drafts().get().digest})
    (link,) = [one for one in crosswalk(catalog.present().values()).links(Ref(NIST, "OWN 1")) if one.end.framework == "eu_ai_act"]
    assert (link.end.item, link.kind, link.editorial) == ("Art. 9", Kind.EQUAL, True)
    assert "your organisation" in link.source


def test_a_checklist_on_an_older_edition_offers_the_new_one(client, keeper, engineer, version):
    answer(engineer, version)
    made = hidden(keeper, "GOVERN 1.2")
    client.force_login(factories.Person.objects.get(pk=engineer.id))
    address = reverse("checklist", args=[*version.url_args, NIST])
    assert f"Version {made.version} of this framework is here" in client.get(address).content.decode()
    client.post(reverse("checklist-move", args=[*version.url_args, NIST]), {"digest": made.digest})
    assert "of this framework is here" not in client.get(address).content.decode()


LINKED = f"{GOOD}      crosswalk: {{nist_ai_rmf: {{equal: [GOVERN 2.1, GOVERN 9.9]}}, elsewhere: [X]}}\n"


def test_links_that_lead_nowhere_are_told_before_publishing(page):
    said = page.post(reverse("framework-upload"), {"text": LINKED}, follow=True).content.decode()
    assert "These links name no item that is asked here." in said
    assert "nist_ai_rmf GOVERN 9.9" in said
    assert "elsewhere X" in said
    assert "GOVERN 2.1" not in said


@pytest.mark.parametrize(("left", "right", "words"), [("house_rules", NIST, "asks the same"), (NIST, "house_rules", "asks the same")])
def test_an_uploaded_framework_stands_side_by_side_with_ours(keeper, page, version, left, right, words):
    published(keeper, LINKED)
    for address in (reverse("crosswalk"), reverse("version-crosswalk", args=version.url_args)):
        said = page.get(address, {"left": left, "right": right, "kind": "equal", "word": "editorial"}).content.decode()
        assert words in said
        assert "GOVERN 2.1" in said
        assert "HR-1" in said


def test_a_published_source_of_links_is_told_from_a_judgement(keeper, page):
    published(keeper, LINKED.replace("note: Our own.", "note: Our own.\nlinked_by: {nist_ai_rmf: Crosswalk of the board}"))
    said = page.get(reverse("crosswalk"), {"left": "house_rules", "right": NIST, "word": "source"}).content.decode()
    assert "Crosswalk of the board" in said


def test_two_frameworks_stand_side_by_side_though_one_hides_an_item(keeper, page):
    hidden(keeper, "MEASURE 2.11")
    said = page.get(reverse("crosswalk"), {"left": "oecd_ai_principles", "right": NIST}).content.decode()
    assert "MEASURE 2.11" not in said


@pytest.mark.parametrize("key", sorted(frameworks()))
def test_the_page_of_a_framework_names_its_edition_and_whose_words_it_is_in(page, key):
    said = html.unescape(page.get(reverse("framework", args=[key])).content.decode())
    made_from = frameworks()[key]
    for fact in (key, made_from.version, made_from.digest, made_from.source, made_from.note):
        assert fact in said


def test_every_published_edition_can_still_be_read(keeper, page):
    first = published(keeper)
    published(keeper, GOOD.replace("version: '1'", "version: '2'").replace("Is an owner named?", "Is somebody named?"))
    address = reverse("framework-yaml", args=["house_rules"])
    assert f"?edition={first.digest}" in page.get(reverse("framework", args=["house_rules"])).content.decode()
    assert "Is an owner named?" in page.get(address, {"edition": first.digest}).content.decode()
    assert "Is somebody named?" in page.get(address).content.decode()
    assert page.get(address, {"edition": "0" * 64}).status_code == 404
    assert page.get(reverse("framework-yaml", args=[NIST]), {"edition": first.digest}).status_code == 404
