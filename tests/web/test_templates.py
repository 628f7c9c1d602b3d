"""Changing a template in the browser, and moving a document to it."""

from __future__ import annotations

import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from registry.catalog import loader
from registry.catalog.loader import shipped_content
from registry.exchange import template_text
from registry.models import Document, TemplateEdition
from registry.policy import Role
from tests import factories

pytestmark = pytest.mark.django_db
KEY = "model_card"
QUESTION = {
    "section": "identity",
    "id": "retention",
    "title": "Retention",
    "kind": "line",
    "prompt": "How long is it kept?",
    "essential": "on",
}


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def keeper() -> Client:
    return client_of(factories.person(roles=[Role.POLICY_ADMINISTRATOR]))


def text(response) -> str:
    return response.content.decode()


def post(client: Client, name: str, **data):
    return client.post(reverse(name, args=[KEY]), data, follow=True)


def test_a_question_is_added_hidden_and_published(keeper):
    assert "Retention is in the draft." in text(post(keeper, "template-field-add", **QUESTION))
    page = text(post(keeper, "template-field-mark", mark="hide tags"))
    assert "Draft of version 2.1" in page
    assert "Asked anew" in page
    draft = TemplateEdition.objects.drafts().get()
    assert "Version 2.1 is published" in text(post(keeper, "template-publish", digest=draft.digest))
    edition = text(keeper.get(reverse("template-edition", args=[KEY, "2.1"])))
    assert "Against version 2" in edition
    assert draft.digest in edition


def test_a_question_is_reworded_in_the_browser(keeper):
    address = reverse("template-field-words", args=[KEY, "risks_harms"])
    page = keeper.get(address)
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"seen": page.context["seen"]}
    sent |= {"prompt": "Who could be hurt?", "good_example": "First line.\r\nSecond line.", "reviewer_asks": " Who?\r\n\r\nHow often? "}
    said = keeper.post(address, sent, follow=True)
    assert "The new words of Risks and harms are in the draft." in text(said)
    assert "Reworded" in text(said)
    draft = loader.template_from(json.loads(TemplateEdition.objects.drafts().get().text), KEY).field("risks_harms")
    assert (draft.prompt, draft.good_example, draft.reviewer_asks) == (
        "Who could be hurt?",
        "First line.\nSecond line.",
        ("Who?", "How often?"),
    )
    stale = keeper.post(address, {**sent, "prompt": "Who is hurt?"})
    assert stale.status_code == 422
    for words in ("Somebody reworded this question", "Who is hurt?", "What stands there now", "<dd>Who could be hurt?</dd>"):
        assert words in text(stale)
    blank = keeper.post(address, {**sent, "title": ""})
    assert (blank.status_code, "Who could be hurt?" in text(blank)) == (422, True)
    assert keeper.get(reverse("template-field-words", args=[KEY, "outline"])).status_code == 422
    assert keeper.get(reverse("template-field-words", args=[KEY, "nothing"])).status_code == 404


def test_a_section_is_added_and_a_draft_discarded(keeper):
    assert "Ours" in text(post(keeper, "template-section-add", id="ours", title="Ours", essence="What we ask."))
    assert "The draft is gone." in text(post(keeper, "template-discard"))
    assert not TemplateEdition.objects.drafts().exists()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("template-field-add", {**QUESTION, "id": "overview"}, "occurs twice"),
        ("template-field-add", {**QUESTION, "kind": "choice"}, "A choice needs choices."),
        ("template-field-add", {**QUESTION, "title": ""}, "required"),
        ("template-section-add", {"id": "history", "title": "Ours", "essence": "x"}, "word of the addresses"),
        ("template-upload", {}, "required"),
        ("template-field-mark", {"mark": "burn tags"}, "Choose what should become"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(keeper, name, data, words):
    response = post(keeper, name, **data)
    assert response.status_code == 422
    assert words in text(response)
    assert not TemplateEdition.objects.exists()


def test_a_yaml_file_becomes_the_draft_or_is_refused_with_line_and_path(keeper):
    good = template_text.write(shipped_content(KEY)).replace("    title: Tags\n", "    title: Search words\n")
    bad = good.replace("    type: list\n", "    type: lists\n", 1)
    for content, words in ((bad, "].type: Choose one of"), (good, "The file is the draft now.")):
        file = io.BytesIO(content.encode())
        file.name = "card.yaml"
        page = text(post(keeper, "template-upload", file=file))
        assert words in page
    assert "Search words" in page
    version = TemplateEdition.objects.drafts().get().version
    assert "title: Search words" in text(keeper.get(reverse("template-yaml", args=[KEY, version])))


def test_a_document_moves_after_it_was_shown_what_would_change(keeper):
    owner = factories.person(member_of=factories.team())
    made = factories.filled_version(owner.actor())
    post(keeper, "template-field-add", **QUESTION)
    post(keeper, "template-field-mark", mark="hide tags")
    post(keeper, "template-publish", digest=TemplateEdition.objects.drafts().get().digest)
    client, address = client_of(owner), reverse("document-template", args=made.url_args)
    assert "There is a newer version of the template." in text(client.get(reverse("document", args=made.url_args)))
    page = text(client.get(address))
    assert "Retention (essential)" in page
    assert "stays with the document: Tags" in page
    document = Document.objects.get(version=made)
    present = TemplateEdition.objects.get(version="2.1")
    client.post(address, {"digest": present.digest, "based_on": document.revision})
    moved = Document.objects.get(version=made)
    assert (moved.template_version, moved.content) == ("2.1", document.content)
    page = text(client.get(reverse("document", args=made.url_args)))
    assert "Retention" in page
    assert page.index("No longer asked") < page.rindex("Another thing")


def test_every_version_has_a_json_schema(keeper):
    post(keeper, "template-field-add", **QUESTION)
    post(keeper, "template-publish", digest=TemplateEdition.objects.drafts().get().digest)
    present = keeper.get(reverse("api-template-schema", args=[KEY]))
    assert present["Content-Type"] == "application/schema+json"
    assert "retention" in present.json()["properties"]
    first = keeper.get(reverse("api-template-version-schema", args=[KEY, "1"])).json()
    assert "retention" not in first["properties"]
    assert present.json()["$id"].endswith("/api/v1/templates/model_card/2.1/schema.json")
    assert keeper.get(reverse("api-template-version-schema", args=[KEY, "9"])).status_code == 404
    assert keeper.get(reverse("api-template-schema", args=["nothing"])).status_code == 404
