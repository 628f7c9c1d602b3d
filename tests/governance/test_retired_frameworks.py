"""An uploaded framework is retired and brought back; what was answered stays, what is new is not asked."""

from __future__ import annotations

import pytest
from django.urls import reverse

from governance.models import Answer, Assessment, FrameworkEdition, OrganisationAnswer, RetiredFramework
from governance.services import applicable, assessments, carrying, catalog, frameworkeditions, organisation, policyeditions
from governance.services.frameworkretirement import bring_back, retire, standing_of
from registry import audit
from registry.catalog.schema import UnknownItemError
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.exchange.framework_text import read_framework
from registry.models import Version
from registry.policy import Action, Actor
from registry.services import versions
from tests import factories
from tests.unit.catalog.test_framework_text import GOOD

pytestmark = pytest.mark.django_db
KEY = "house_rules"


@pytest.fixture(autouse=True)
def edition(keeper) -> FrameworkEdition:
    draft = frameworkeditions.upload(actor=keeper, content=read_framework(GOOD).content)
    return frameworkeditions.publish(actor=keeper, key=KEY, digest=draft.digest)


def answer(actor: Actor, version: Version) -> Answer:
    return assessments.answer_item(
        actor=actor, version_id=version.pk, framework_key=KEY, item_slug="hr-1", value="yes", justification="So."
    )


def asked(version: Version) -> set[str]:
    return {made_from.key for made_from in applicable.frameworks_on(version)}


def test_nothing_new_is_asked_and_a_version_that_began_goes_on(keeper, engineer, version):
    answer(engineer, version)
    before = next(part for part in assessments.frozen(version) if part["framework"]["key"] == KEY)
    other = factories.version(engineer)
    retire(actor=keeper, key=KEY, reason="The board has other rules.")
    assert KEY not in asked(other)
    with pytest.raises(UnknownItemError):
        answer(engineer, other)
    assert KEY in asked(version)
    assert next(part for part in assessments.frozen(version) if part["framework"]["key"] == KEY) == before
    following = versions.add_version(actor=engineer, asset_id=version.asset_id, name="2.0.0", commit="0123abc")
    carrying.carry_answers(actor=engineer, version=following, earlier=version)
    assert not Assessment.objects.filter(version=following, framework_key=KEY).exists()
    assert catalog.newest(KEY).title == "House rules"


def test_it_comes_back_as_it_was_and_the_journal_tells_both(keeper, version):
    retire(actor=keeper, key=KEY, reason="The board has other rules.")
    bring_back(actor=keeper, key=KEY)
    assert KEY in asked(version)
    entries = [entry for entry in audit.history(f"framework/{KEY}") if entry.action == Action.FRAMEWORK_RETIRE]
    assert [audit.detail_of(entry) for entry in entries] == [{"retired": False}, {"retired": True, "reason": "The board has other rules."}]
    with pytest.raises(ConflictError, match="not retired"):
        bring_back(actor=keeper, key=KEY)


def test_only_a_policy_administrator_retires_with_a_reason_and_what_was_uploaded_and_published(keeper, engineer):
    with pytest.raises(ForbiddenError):
        retire(actor=engineer, key=KEY, reason="No.")
    with pytest.raises(ForbiddenError):
        bring_back(actor=engineer, key=KEY)
    with pytest.raises(DomainError, match="why it is retired"):
        retire(actor=keeper, key=KEY, reason="  ")
    with pytest.raises(DomainError, match="Hide the items"):
        retire(actor=keeper, key="nist_ai_rmf", reason="No.")
    with pytest.raises(ConflictError, match="never published"):
        retire(actor=keeper, key="nothing", reason="No.")
    assert not RetiredFramework.objects.exists()


def test_a_draft_goes_first_and_a_retired_key_takes_no_upload(keeper):
    later = read_framework(GOOD.replace("version: '1'", "version: '2'").replace("Our own.", "Changed.")).content
    frameworkeditions.upload(actor=keeper, content=later)
    with pytest.raises(ConflictError, match="There is a draft"):
        retire(actor=keeper, key=KEY, reason="No.")
    frameworkeditions.discard(actor=keeper, key=KEY)
    retire(actor=keeper, key=KEY, reason="No.")
    with pytest.raises(ConflictError, match="Bring it back"):
        frameworkeditions.upload(actor=keeper, content=later)
    with pytest.raises(ConflictError, match="retired already"):
        retire(actor=keeper, key=KEY, reason="No.")


def test_a_policy_that_names_it_keeps_it(keeper):
    made = policyeditions.begin(actor=keeper, tier="minimal", environment="staging")
    text = f"{made.text}\nframeworks:\n  - {{framework: {KEY}, answered_percent: 100}}\n"
    made = policyeditions.write(actor=keeper, edition_id=made.pk, text=text, reason="", based_on=made.revision)
    assert made.content
    assert standing_of(KEY).policies == (made.title,)
    with pytest.raises(ConflictError, match="These policies ask for it"):
        retire(actor=keeper, key=KEY, reason="No.")
    policyeditions.discard(actor=keeper, edition_id=made.pk)
    retire(actor=keeper, key=KEY, reason="No.")
    again = policyeditions.begin(actor=keeper, tier="minimal", environment="staging")
    again = policyeditions.write(actor=keeper, edition_id=again.pk, text=text, reason="", based_on=again.revision)
    assert any(KEY in fault.text for fault in policyeditions.reading_of(again).faults)


def test_the_page_asks_for_confirmation_says_what_it_means_and_brings_it_back(client, keeper, engineer, version):
    answer(engineer, version)
    client.force_login(factories.Person.objects.get(pk=keeper.id))
    page = reverse("framework", args=[KEY])
    assert "Ask this framework of nothing new?" in client.get(page).content.decode()
    said = client.post(reverse("framework-retire", args=[KEY]), {"reason": "The board has other rules."}, follow=True).content.decode()
    assert "The board has other rules." in said
    assert "Is an owner named?" in said
    assert "Retired" in client.get(reverse("framework-list")).content.decode()
    assert "key: house_rules" in client.get(reverse("framework-yaml", args=[KEY])).content.decode()
    checklist = reverse("checklist", args=[*version.url_args, KEY])
    assert "This framework is retired." in client.get(checklist).content.decode()
    assert "House rules" not in client.get(reverse("crosswalk")).content.decode()
    assert "is back" in client.post(reverse("framework-bring-back", args=[KEY]), follow=True).content.decode()
    assert "This framework is retired." not in client.get(checklist).content.decode()


def test_what_was_chosen_for_a_model_is_dropped_though_it_is_retired(keeper, engineer, version):
    content = {**read_framework(GOOD).content, "version": "2", "applies": "chosen"}
    draft = frameworkeditions.upload(actor=keeper, content=content)
    frameworkeditions.publish(actor=keeper, key=KEY, digest=draft.digest)
    applicable.choose_framework(actor=engineer, asset_id=version.asset_id, framework_key=KEY)
    answer(engineer, version)
    assert standing_of(KEY).models == 1
    retire(actor=keeper, key=KEY, reason="No.")
    with pytest.raises(UnknownItemError):
        applicable.choose_framework(actor=engineer, asset_id=factories.version(engineer).asset_id, framework_key=KEY)
    applicable.drop_framework(actor=engineer, asset_id=version.asset_id, framework_key=KEY)
    assert KEY not in asked(version)


def test_what_versions_go_on_inheriting_from_the_organisation_can_still_be_corrected(client, keeper, engineer, version):
    shared = GOOD.replace("evidence: [a minute]", "scope: organisation").replace("version: '1'", "version: '2'")
    draft = frameworkeditions.upload(actor=keeper, content=read_framework(shared).content)
    frameworkeditions.publish(actor=keeper, key=KEY, digest=draft.digest)
    answer(engineer, version)
    given = {"value": "yes", "justification": "So for all."}
    organisation.answer_for_organisation(actor=keeper, framework_key=KEY, item_slug="hr-1", **given)
    retire(actor=keeper, key=KEY, reason="The board has other rules.")
    client.force_login(factories.Person.objects.get(pk=keeper.id))
    page = reverse("organisation-item", args=[KEY, "hr-1"])
    assert page in client.get(reverse("organisation-checklists")).content.decode()
    assert "This framework is retired." in client.get(page).content.decode()
    client.post(page, {"value": "no", "justification": "It never was.", "based_on": OrganisationAnswer.objects.get().stamp})
    assert (OrganisationAnswer.objects.get().value, OrganisationAnswer.objects.get().justification) == ("no", "It never was.")
    organisation.clear_for_organisation(actor=keeper, framework_key=KEY, item_slug="hr-1")
    assert not OrganisationAnswer.objects.exists()
    Answer.objects.filter(assessment__framework_key=KEY).delete()
    Assessment.objects.filter(framework_key=KEY).delete()
    assert page not in client.get(reverse("organisation-checklists")).content.decode()
