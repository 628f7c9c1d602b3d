"""Import and export in the browser and by API: a preview, a choice, one revision; bad input loses nothing."""

from __future__ import annotations

import html
import io
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registry.models import Document, Person, Revision, Version
from registry.services import documents, tokens
from tests import factories

pytestmark = pytest.mark.django_db
CARD = "---\nlicense: mit\ncustom: 1\n---\n# Mine\n\nIt <b>sorts</b>.\n\n## Limitations\n\n- Beans only\n\n## Secret sauce\n\nSalt.\n"


@pytest.fixture
def engineer() -> Person:
    return factories.person(member_of=factories.team())


@pytest.fixture
def client(engineer: Person) -> Client:
    client = Client()
    client.force_login(engineer)
    return client


@pytest.fixture
def made(engineer: Person) -> Version:
    made = factories.version(engineer.actor())
    document = made.document
    documents.save_fields(actor=engineer.actor(), document_id=document.pk, values={"overview": "Mine own."}, based_on=document.revision)
    return made


def page(made: Version, name: str, *more: str) -> str:
    return reverse(name, args=[*made.url_args, *more])


def upload(client: Client, made: Version, raw: bytes = CARD.encode()) -> Any:
    file = io.BytesIO(raw)
    file.name = "card.md"
    return client.post(page(made, "document-import"), {"file": file})


def hidden(text: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', text)
    assert found, name
    return html.unescape(found[1])


def test_a_preview_says_what_is_filled_and_what_is_replaced_and_saves_nothing(client, made):
    before = Document.objects.get(version=made).revision
    text = upload(client, made).content.decode()
    assert "It &lt;b&gt;sorts&lt;/b&gt;." in text
    assert "Mine own." in text
    assert "Secret sauce" in text
    boxes = dict(re.findall(r'<input type="checkbox" name="take" value="(\w+)"[^>]*?(checked)?>', text))
    assert boxes["risks_harms"] == "checked"
    assert boxes["overview"] == ""
    assert Document.objects.get(version=made).revision == before


def test_the_chosen_fields_are_saved_as_one_revision(client, made):
    shown = upload(client, made).content.decode()
    before = Document.objects.get(version=made)
    words = {name: hidden(shown, name) for name in ("text", "filename", "based_on")}
    response = client.post(page(made, "document-import"), {**words, "take": ["risks_harms", "license", "front_matter"]})
    assert response["Location"] == page(made, "document")
    after = Document.objects.get(version=made)
    assert after.revision == before.revision + 1
    assert (after.content["risks_harms"], after.content["overview"]) == (["Beans only"], "Mine own.")
    assert "custom: 1" in after.content["front_matter"]
    assert "further_text" not in after.content
    assert Revision.objects.get(document=after, number=after.revision).note == "Imported from card.md"


def test_somebody_elses_change_in_between_shows_the_preview_again_with_what_was_chosen(client, made, engineer):
    shown = upload(client, made).content.decode()
    words = {name: hidden(shown, name) for name in ("text", "filename", "based_on")}
    document = Document.objects.get(version=made)
    documents.save_fields(actor=engineer.actor(), document_id=document.pk, values={"overview": "Theirs."}, based_on=document.revision)
    response = client.post(page(made, "document-import"), {**words, "take": ["overview"]})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Theirs." in text
    assert re.search(r'value="overview"[^>]*checked', text)
    again = {name: hidden(text, name) for name in ("text", "filename", "based_on")}
    assert client.post(page(made, "document-import"), {**again, "take": ["overview"]}).status_code == 302
    assert Document.objects.get(version=made).content["overview"] == "It <b>sorts</b>."


def test_nothing_chosen_and_no_file_are_said(client, made):
    shown = upload(client, made).content.decode()
    words = {name: hidden(shown, name) for name in ("text", "filename", "based_on")}
    response = client.post(page(made, "document-import"), words)
    assert (response.status_code, "Choose at least one field" in response.content.decode()) == (422, True)
    response = client.post(page(made, "document-import"), {})
    assert (response.status_code, "Choose a file" in response.content.decode()) == (422, True)


@pytest.mark.parametrize("raw", [b"\0\1\2", b"---\na: !!python/name:x\n---\n", b"{", b"x" * 2_000_001, b'{"@type": "Dataset"}'])
def test_a_file_that_cannot_be_read_gets_a_sentence(client, made, raw):
    response = upload(client, made, raw)
    assert response.status_code == 422
    assert "This file could not be read" in response.content.decode()


def test_broken_front_matter_is_a_warning(client, made):
    text = upload(client, made, b"---\na: [\n---\n# Mine\n").content.decode()
    assert "the front matter is not valid YAML" in text


def test_downloads_are_files_and_the_page_says_what_the_hub_would(client, made):
    text = client.get(page(made, "document-export")).content.decode()
    assert "there is no front matter" in text
    for key in ("huggingface", "markdown", "json", "cyclonedx"):
        assert page(made, "document-download", key) in text
        response = client.get(page(made, "document-download", key))
        assert response["Content-Disposition"].startswith(f'attachment; filename="{made.asset.slug}-1.0.0-{key}.')
        assert b"Mine own." in response.content
    assert client.get(page(made, "document-download", "croissant")).status_code == 422
    assert client.get(page(made, "document-download", "nothing")).status_code == 422


def test_a_datasheet_offers_croissant(client, engineer):
    data = factories.version(engineer.actor(), kind="dataset")
    assert json.loads(client.get(page(data, "document-download", "croissant")).content)["name"] == data.asset.name
    text = upload(client, data, b'{"@type": "Dataset", "description": "One row is one bean."}').content.decode()
    assert "One row is one bean." in text


def ask(made: Version, **more: str) -> dict[str, str]:
    return {"kind": "model", "asset": made.asset.slug, "version": "1.0.0", **more}


def test_a_program_imports_and_exports_with_a_token(made, engineer):
    _, secret = tokens.create_token(actor=engineer.actor(), name="pipeline", days=1)
    client = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {secret}"})
    address, before = reverse("api-document"), Document.objects.get(version=made).revision

    def post(raw: bytes | str = CARD, **more: str) -> Any:
        return client.post(address, raw, content_type="text/markdown", query_params=ask(made, **more))

    tried = post(dry_run="1").json()
    assert (tried["revision"], tried["fields"]["risks_harms"]) == (None, ["Beans only"])
    assert Document.objects.get(version=made).revision == before
    assert post(take="risks_harms").json()["revision"] == before + 1
    assert Document.objects.get(version=made).content["overview"] == "Mine own."
    assert post().json()["revision"] == before + 2
    assert Document.objects.get(version=made).content["overview"] == "It <b>sorts</b>."
    exported = client.get(address, ask(made, **{"as": "huggingface"}))
    assert exported["Content-Type"] == "text/markdown; charset=utf-8"
    assert "custom: 1" in exported.content.decode()


def test_a_program_is_refused_with_a_sentence(made, engineer):
    client = Client()
    client.force_login(engineer)
    address = reverse("api-document")
    for raw, more, status in (
        (b"{", {}, 422),
        (CARD, {"based_on": "first"}, 422),
        (CARD, {"based_on": "99"}, 409),
        (CARD, {"asset": "nothing"}, 404),
    ):
        response = client.post(address, raw, content_type="text/markdown", query_params=ask(made, **more))
        assert (response.status_code, response.json()["error"].endswith(".")) == (status, True)
    assert client.post(address, ask(made)).status_code == 422
    assert client.get(address, ask(made, **{"as": "nothing"})).status_code == 422


def test_a_program_asks_what_the_hub_would_say_and_may_insist_on_it(client, made):
    values = {"front_matter": "pipeline_tag: [a, b]", "license": "mit"}
    documents.save_fields(actor=made.asset.team.memberships.get().person.actor(), document_id=made.document.pk, values=values, based_on=2)
    asked = {"kind": "model", "asset": made.asset.slug, "version": made.name, "as": "huggingface"}
    card = client.get(reverse("api-document"), asked)
    found = client.get(reverse("api-document"), {**asked, "check": "1"}).json()["findings"]
    refused = client.get(reverse("api-document"), {**asked, "strict": "yes"})
    wrong = next(one for one in found if one["is_error"])
    assert "pipeline_tag" in card.content.decode().splitlines()[wrong["line"] - 1]
    assert refused.status_code == 422
    assert refused.json()["error"].startswith(f"Line {wrong['line']}")
