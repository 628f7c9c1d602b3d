"""Offers: what is offered changes nothing, what is ticked is written whole, and the journal says where it came from."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.models import Answer, Value
from governance.services import assessments, catalog, frameworkeditions, offers
from governance.services.applicable import frameworks_of
from governance.services.evidence import attach_link
from governance.services.exhibits import exhibits_of
from governance.services.offers import Wanted, counterparts, pass_on, suggestions, take_exhibits
from governance.views.checkrows import Place
from governance.views.offers import crosswalk_panel, suggestions_panel
from registry import audit
from registry.catalog import frameworkshape
from registry.catalog.crosswalk import Ref
from registry.catalog.loader import framework, frameworks
from registry.errors import DomainError, ForbiddenError
from registry.exchange.framework_text import read_framework
from registry.models import Version
from registry.policy import Actor, Role
from tests import factories
from tests.unit.catalog.test_framework_text import GOOD

pytestmark = pytest.mark.django_db
NIST, OECD = "nist_ai_rmf", "oecd_ai_principles"
ITEM = "measure-2-11"
FAIR = Ref(OECD, "1.2.b")
INEQUALITY = Ref(OECD, "1.1.c")


def answer(actor: Actor, version: Version, slug: str = ITEM, value: str = "yes", reason: str = "Measured.", key: str = NIST) -> Answer:
    return assessments.answer_item(actor=actor, version_id=version.pk, framework_key=key, item_slug=slug, value=value, justification=reason)


def give(actor: Actor, version: Version, *wanted: Ref, stamp: str = "") -> list[Answer]:
    return pass_on(actor=actor, version_id=version.pk, framework_key=NIST, item_slug=ITEM, wanted=[Wanted(ref, stamp) for ref in wanted])


def standing() -> list[tuple[str, str, str]]:
    return sorted(Answer.objects.values_list("assessment__framework_key", "item", "value"))


def test_an_answer_is_given_with_its_reason_and_its_evidence(engineer, version):
    answer(engineer, version)
    attach_link(actor=engineer, version_id=version.pk, framework_key=NIST, item_slug=ITEM, title="Report", url="https://example.org")
    (given_one,) = give(engineer, version, FAIR)
    assert (given_one.item, given_one.value, given_one.justification) == ("1.2.b", "yes", "Measured.")
    assert [piece.title for piece in given_one.evidence.all()] == ["Report"]
    detail = audit.detail_of(audit.history()[0])
    assert (detail["taken_from"], detail["link"], detail["editorial"]) == (f"{NIST} MEASURE 2.11", "equal", True)


def test_only_what_was_ticked_is_written(engineer, version):
    answer(engineer, version)
    give(engineer, version, FAIR)
    assert standing() == [(NIST, "MEASURE 2.11", "yes"), (OECD, "1.2.b", "yes")]


def test_a_counterpart_that_somebody_answered_meanwhile_stops_the_whole(engineer, version):
    answer(engineer, version)
    answer(engineer, version, "1-2-b", "no", "Not yet.", OECD)
    with pytest.raises(assessments.AnsweredMeanwhileError):
        give(engineer, version, INEQUALITY, FAIR)
    assert (OECD, "1.1.c", "yes") not in standing()
    assert (OECD, "1.2.b", "no") in standing()


def test_an_answer_that_the_person_saw_is_replaced(engineer, version):
    answer(engineer, version)
    seen = answer(engineer, version, "1-2-b", "no", "Not yet.", OECD).stamp
    give(engineer, version, FAIR, stamp=seen)
    assert (OECD, "1.2.b", "yes") in standing()


@pytest.mark.parametrize("ref", [Ref(OECD, "1.4.c"), Ref(NIST, "MAP 1.1"), Ref("iso_42001", "A.5.4"), Ref("nothing", "1")])
def test_what_is_no_counterpart_or_not_asked_gets_nothing(engineer, version, ref):
    answer(engineer, version)
    with pytest.raises(DomainError, match="no counterpart"):
        give(engineer, version, ref)


def test_nothing_is_given_without_an_answer_a_tick_or_the_right(engineer, version):
    with pytest.raises(DomainError, match="Answer the item first"):
        give(engineer, version, FAIR)
    answer(engineer, version)
    with pytest.raises(DomainError, match="Tick the items"):
        give(engineer, version)
    with pytest.raises(ForbiddenError):
        give(factories.engineer(), version, FAIR)


VALUES = st.sampled_from([value.value for value in Value])
SLUGS = st.sampled_from([item.slug for item in framework(NIST).items])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(st.dictionaries(SLUGS, VALUES, min_size=1, max_size=4), SLUGS)
def test_offers_never_change_an_answer_by_themselves(engineer, version, given_answers, looked_at):
    for slug, value in given_answers.items():
        before = {row for row in standing() if row[1] != framework(NIST).item(slug).id}
        answer(engineer, version, slug, value)
        assert {row for row in standing() if row[1] != framework(NIST).item(slug).id} == before
    stood = standing()
    made_from = framework(NIST)
    place = Place(version, made_from, made_from.item(looked_at))
    shelf = exhibits_of(version)
    crosswalk_panel(place, list(Answer.objects.on(version).for_page()), frameworks_of(version.asset_id))
    suggestions_panel(place, shelf, [], frameworks().values())
    assert standing() == stood


def names(version: Version, key: str, slug: str) -> set[str]:
    made_from = catalog.current(key)
    fresh = Version.objects.select_related("asset", "document").get(pk=version.pk)
    return {
        one.exhibit.refers_to
        for one in suggestions(fresh, made_from, made_from.item(slug), exhibits_of(fresh), catalog.all_on(fresh).values())
    }


def test_fields_evaluations_and_risks_are_suggested_where_they_speak(engineer):
    version = factories.filled_version(engineer)
    measured = factories.evaluation(engineer, version, rows=40)
    risk = factories.risk(engineer, version)
    assert {"card#primary_uses", "card#developer"} <= names(version, NIST, "map-1-1")
    assert f"evaluation/1.0.0/{measured.pk}" in names(version, NIST, ITEM)
    assert f"evaluation/1.0.0/{measured.pk}" in names(version, OECD, "1-2-b")
    assert f"evaluation/1.0.0/{measured.pk}" not in names(version, NIST, "map-1-1")
    assert f"risk/{risk.pk}" in names(version, NIST, "manage-1-2")


def test_a_field_becomes_answer_and_evidence_with_its_source(engineer):
    version = factories.filled_version(engineer)
    found = take_exhibits(
        actor=engineer,
        version_id=version.pk,
        framework_key=NIST,
        item_slug="map-1-1",
        chosen=["card#primary_uses"],
        value="yes",
        with_text=True,
        based_on="",
    )
    assert found.value == "yes"
    assert "> Something about primary intended uses." in found.justification
    assert found.evidence.get().refers_to == "card#primary_uses"
    assert found.justification.startswith(found.evidence.get().title)


def test_an_open_item_wants_an_answer_too_and_nothing_is_kept(engineer):
    version = factories.filled_version(engineer)
    place = {"actor": engineer, "version_id": version.pk, "framework_key": NIST, "item_slug": "map-1-1"}
    with pytest.raises(DomainError, match="Choose an answer too"):
        take_exhibits(**place, chosen=["card#primary_uses"])
    with pytest.raises(DomainError, match="Tick what"):
        take_exhibits(**place, chosen=[], value="yes")
    with pytest.raises(DomainError, match="Choose from the list"):
        take_exhibits(**place, chosen=["card#nothing"], value="yes")
    assert standing() == []


def test_an_answer_that_stands_keeps_its_reason_and_takes_the_same_thing_once(engineer):
    version = factories.filled_version(engineer)
    answer(engineer, version, "map-1-1", "partly", "So far.")
    for _ in range(2):
        take_exhibits(actor=engineer, version_id=version.pk, framework_key=NIST, item_slug="map-1-1", chosen=["card#primary_uses"])
    found = Answer.objects.get()
    assert (found.value, found.justification, found.evidence.count()) == ("partly", "So far.", 1)


def test_counterparts_are_those_that_the_model_is_asked(engineer, version):
    made_from = framework(NIST)
    found = counterparts(made_from, made_from.item(ITEM), frameworks_of(version.asset_id))
    assert {chain.end.framework for chain in found} == {OECD}
    assert found[0].end == FAIR
    assert offers.counterparts(made_from, made_from.item("map-1-5"), frameworks_of(version.asset_id)) == ()


def house_rules(crosswalk: str) -> None:
    """Publish an uploaded framework whose one item names items of ours."""
    keeper = factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()
    content = read_framework(f"{GOOD}      crosswalk: {crosswalk}\n").content
    draft = frameworkeditions.upload(actor=keeper, content=content)
    frameworkeditions.publish(actor=keeper, key=draft.key, digest=draft.digest)


def test_an_uploaded_framework_gives_to_ours_and_is_given_by_ours(engineer, version):
    house_rules("{nist_ai_rmf: {equal: [MEASURE 2.11]}}")
    answer(engineer, version)
    give(engineer, version, Ref("house_rules", "HR-1"))
    assert ("house_rules", "HR-1", "yes") in standing()
    detail = audit.detail_of(audit.history()[0])
    assert (detail["link"], detail["editorial"]) == ("equal", True)
    made_from = catalog.current("house_rules")
    found = {chain.end: chain for chain in counterparts(made_from, made_from.item("hr-1"), frameworks_of(version.asset_id))}
    assert (found[Ref(NIST, "MEASURE 2.11")].kind, found[FAIR].over) == ("equal", (Ref(NIST, "MEASURE 2.11"),))


def test_what_the_registry_knows_is_suggested_to_an_uploaded_item_over_a_close_link_only(engineer):
    version = factories.filled_version(engineer)
    house_rules("{nist_ai_rmf: {narrower: [MAP 1.1], related: [MANAGE 1.2]}}")
    risk = factories.risk(engineer, version)
    found = names(version, "house_rules", "hr-1")
    assert "card#primary_uses" in found
    assert f"risk/{risk.pk}" not in found
    assert "card#primary_uses" in names(version, NIST, "map-1-1")


def test_a_link_to_an_item_that_the_edition_hides_offers_nothing(engineer, version):
    house_rules("{nist_ai_rmf: {equal: [MEASURE 2.11]}}")
    keeper = factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()
    content = frameworkshape.with_hidden(frameworkeditions.content_of(NIST), "MEASURE 2.11", value=True)
    draft = frameworkeditions.change_ours(actor=keeper, key=NIST, content=content)
    frameworkeditions.publish(actor=keeper, key=NIST, digest=draft.digest)
    made_from = catalog.current("house_rules")
    assert offers.counterparts(made_from, made_from.item("hr-1"), frameworks_of(version.asset_id)) == ()
