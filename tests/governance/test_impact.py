"""Whose approvals a change would make stale, told before it is saved: by the service, on the pages, and to programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.gate import Policy, policy_for
from governance.models import Release
from governance.services import releases
from governance.workflow import Step
from registry.catalog.loader import frameworks, shipped_templates, template
from registry.models import Document, Person, Version
from registry.policy import Actor
from registry.services import versions
from registry.services.impact import impact_on
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


def reviewed(owner: Actor, monkeypatch: pytest.MonkeyPatch, **policy: Any) -> tuple[Version, Release]:
    body = Policy.from_json(policy_for("limited", "staging").to_json() | policy)
    monkeypatch.setattr(releases, "policy_for", lambda *_: body)
    data = factories.version(owner, kind="dataset", name="1")
    made = factories.version(owner, tier="limited")
    versions.link_source(actor=owner, version_id=made.pk, source_id=data.pk, relation="trained-on")
    release = factories.release(owner, made)
    for role in release.roles:
        factories.decide(factories.reviewer(role), release, role)
    return made, release


def test_while_nobody_has_approved_there_is_nothing_to_lose(owner):
    made = factories.version(owner, tier="limited")
    factories.release(owner, made)
    assert impact_on(made, "document") == ()


def test_without_a_scope_any_change_ends_the_approval(owner, monkeypatch):
    made, release = reviewed(owner, monkeypatch)
    name = release.decisions.get().person.name
    (sentence,) = impact_on(made, "document")
    assert sentence.endswith(f"to staging (release {release.pk}): the approval by {name} (ML) will no longer count.")
    assert impact_on(made, "assessments")
    assert impact_on(made.asset, "asset")


def test_with_a_scope_only_what_it_covers_ends_it_and_who_stands_is_told(owner, monkeypatch):
    rules = [{"role": "ml", "quorum": 1, "scope": ["evaluations"]}, {"role": "legal", "quorum": 1, "scope": ["document"]}]
    made, _ = reviewed(owner, monkeypatch, approvals=rules)
    (sentence,) = impact_on(made, "document")
    assert "(legal) will no longer count." in sentence
    assert "(ML): still stands, because it does not cover this." in sentence
    assert impact_on(made, "version") == ()
    assert "(ML)" in impact_on(made, "asset")[0]


def test_a_later_evaluation_ends_what_covers_a_card_that_takes_numbers_from_an_earlier_one(owner, monkeypatch):
    rules = [{"role": "ml", "quorum": 1, "scope": ["version"]}, {"role": "legal", "quorum": 1, "scope": ["document"]}]
    made, _ = reviewed(owner, monkeypatch, approvals=rules)
    assert impact_on(made, "evaluations") == ()
    document = Document.objects.get(version=made)
    factories.documents.save_fields(
        actor=owner, document_id=document.pk, values={"overview": "It is {{rate 1 accuracy}}."}, based_on=document.revision
    )
    assert "(legal) will no longer count" in impact_on(Version.objects.get(pk=made.pk), "evaluations")[0]


def test_a_datasheet_belongs_to_the_models_that_link_it(owner, monkeypatch):
    made, release = reviewed(owner, monkeypatch)
    data = made.lineage.get().source
    assert f"release {release.pk}" in impact_on(data, "document")[0]


def test_an_objection_an_ended_release_and_a_stale_approval_are_nothing_to_lose(owner, monkeypatch):
    made, release = reviewed(owner, monkeypatch)
    person = release.decisions.get().person
    factories.decide(person.actor(), release, step=Step.REJECT)
    assert impact_on(made, "document") == ()
    factories.decide(person.actor(), release)
    assert impact_on(made, "document")
    releases.withdraw(actor=owner, release_id=release.pk, reason="So.")
    assert impact_on(made, "document") == ()


def test_the_number_of_queries_is_the_same_whatever_there_is(owner, monkeypatch, django_assert_num_queries):
    made, release = reviewed(owner, monkeypatch)
    with django_assert_num_queries(2):
        impact_on(made, "document")
    for _ in range(3):
        factories.decide(factories.reviewer(), release)
    factories.decide(factories.reviewer(), factories.release(owner, made, "production"))
    with django_assert_num_queries(2):
        assert len(impact_on(made, "document")) == 2


def pages(made: Version) -> dict[str, str]:
    nist = frameworks()["nist_ai_rmf"]
    section = template(made.document.template_key).sections[0].id
    at = made.url_args
    return {
        "editor": reverse("document-edit", args=[*at, section]),
        "figures": reverse("evaluation-figures", args=at),
        "card": reverse("document", args=at),
        "template": reverse("document-template", args=at),
        "import": reverse("document-import", args=at),
        "data": reverse("version-data", args=at),
        "commit": reverse("version-edit", args=at),
        "checklist": reverse("checklist", args=[*at, nist.key]),
        "item": reverse("checklist-item", args=[*at, nist.key, nist.items[0].slug]),
        "upload": reverse("predictions-upload", args=at),
        "model": reverse("asset-edit", args=at[:2]),
        "risk": reverse("risk-new", args=at),
    }


def test_every_page_on_which_somebody_edits_says_it_before_saving(owner, monkeypatch):
    made, release = reviewed(owner, monkeypatch)
    earlier = shipped_templates("model_card")[1]
    Document.objects.filter(version=made).update(template_digest=earlier.digest, template_version="1", to_confirm=["overview"])
    made = Version.objects.get(pk=made.pk)
    client = Client()
    client.force_login(Person.objects.get(pk=owner.person_id))
    wanted = f"(release {release.pk}): the approval by {release.decisions.get().person.name} (ML) will no longer count."
    said = {name: wanted in client.get(address).content.decode() for name, address in pages(made).items()}
    assert said == dict.fromkeys(said, True)


def test_a_program_that_writes_is_told_too(owner, monkeypatch):
    made, release = reviewed(owner, monkeypatch)
    client = Client()
    client.force_login(Person.objects.get(pk=owner.person_id))
    address = reverse("api-document") + f"?kind=model&asset={made.asset.slug}&version={made.name}"
    answer = client.post(address, b"# Mine\n\nIt sorts.\n", content_type="text/markdown")
    assert f"release {release.pk}" in json.loads(answer.content)["impact"][0]
