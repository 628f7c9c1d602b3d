"""Every page costs the same number of queries, however much there is.

The pages are those of the permission table, which knows every URL name; so a
new page joins by itself.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from governance.demo.triages import NOTHING
from governance.models import Risk
from governance.services import assignments as reviewers
from governance.services import bulk, delegations, evidence, incidents, mappings, riskactions, triageparts, triages
from governance.workflow import Step
from registry.catalog.loader import frameworks
from registry.models import Asset, Document, Version
from registry.policy import Role
from registry.services import assignments, comments, documents, tokens, versions
from tests import factories
from tests.web.test_permissions import ROLES, TABLE, World, no_broker, world  # noqa: F401 - fixtures

MORE = 2
MOST = 64


def costs(at: World, role: str) -> dict[str, int]:
    """Return the number of queries of each page, warm."""
    client, found = at.client(role), {}
    for name, calls in TABLE.items():
        for call in [one for one in calls if one.post is None and one.statuses[role] == 200]:
            query = {key: at.word(value) for key, value in call.query.items()}
            address = reverse(name, args=at.args[call.args])
            connection.queries_log.clear()  # it holds 9,000, which all pages together exceed
            with CaptureQueriesContext(connection) as counted:
                response = client.get(address, query)
            for close in response._resource_closers:
                close()
            found[address] = len(counted)
    return found


def grow(at: World) -> None:
    """Add more of everything that a page lists."""
    owner = at.people["owner"].actor()
    made = Version.objects.get(asset__slug=at.words["@slug"], name="1.0.0")
    item = frameworks()["nist_ai_rmf"].items
    for number in (next(factories.NUMBERS) for _ in range(MORE)):
        data = factories.version(owner, kind="dataset")
        other = factories.version(owner, tier="limited")
        factories.release(owner, other)
        versions.add_version(actor=owner, asset_id=made.asset_id, name=f"2.{number}")
        versions.add_artifact(actor=owner, version_id=made.pk, name=f"a{number}", sha256=f"{number:064x}", size=1)
        versions.link_source(actor=owner, version_id=made.pk, source_id=data.pk, relation="evaluated-on")
        factories.answer_one(owner, made, item[number % 60 + 1].slug)
        evidence.attach_link(
            actor=owner,
            version_id=made.pk,
            framework_key="nist_ai_rmf",
            item_slug=item[0].slug,
            title=f"Link {number}",
            url="https://example.org/",
        )
        at_items = {"actor": owner, "version_id": made.pk, "framework_key": "nist_ai_rmf"}
        free = [one for one in item[62:] if not made.item_assignments.filter(item=one.id).exists()]
        bulk.answer_items(**at_items, seen={free[0].slug: ""}, value="yes")
        bulk.assign_items(**at_items, seen={free[0].slug: ""}, person_id=owner.id, due_on=timezone.localdate())
        factories.evaluation(owner, made, rows=40)
        mappings.save_mapping(actor=owner, asset_id=made.asset_id, name=f"Mapping {number}", columns=factories.COLUMNS)
        document = Document.objects.get(version=made)
        documents.save_fields(actor=owner, document_id=document.pk, values={"overview": f"{number}."}, based_on=document.revision)
        release = made.releases.get(environment="staging")
        factories.decide(factories.person(roles=[Role.REVIEWER_ML]).actor(), release, step=Step.APPROVE)
        thread = comments.write_comment(actor=owner, version_id=made.pk, anchor="document/overview", text="Is it so?")
        comments.answer_comment(actor=owner, comment_id=thread.pk, text="It is.")
        comments.resolve_comment(
            actor=owner, comment_id=comments.write_comment(actor=owner, version_id=made.pk, anchor="document/tags", text="x").pk
        )
        assignments.assign_section(actor=owner, version_id=made.pk, section="identity", person_id=owner.id)
        reviewer = factories.reviewer("ml")
        reviewers.assign(actor=owner, release_id=release.pk, role="ml", person_id=reviewer.id)
        day = timezone.localdate() + timedelta(days=number)
        delegations.delegate(actor=at.people["reviewer"].actor(), role="ml", delegate_id=reviewer.id, starts_on=day, ends_on=day)
        tokens.create_token(actor=owner, name=f"t{number}", days=1)
        risk = factories.risk(owner, made, title=f"Risk {number}")
        riskactions.add_action(
            actor=owner, risk_id=Risk.objects.get(pk=at.args["risk"][0]).pk, text="More.", owner_id=owner.id, due_on=None
        )
        incidents.report_incident(
            actor=owner,
            asset_id=made.asset_id,
            title=f"Incident {number}",
            happened_on=timezone.localdate(),
            what="So.",
            impact=1,
            risk_ids=[risk.pk],
        )
        judged = Asset.objects.get(slug=at.args["judged"][1])
        for asset, seen in ((judged, triageparts.current(judged.pk)), (factories.asset(owner), None)):
            answer = {"actor": owner, "asset_id": asset.pk, "answers": NOTHING, "based_on": seen.pk if seen else None}
            triages.answer_triage(**answer)
        factories.team()
        for person in at.people.values():
            factories.notice(person.actor())


def test_no_page_costs_more_when_there_is_more(world: World):  # noqa: F811
    grow(world)
    before = {role: costs(world, role) for role in ROLES[1:]}
    grow(world)
    after = {role: costs(world, role) for role in ROLES[1:]}
    grown = {
        (role, address): (before[role][address], number)
        for role, pages in after.items()
        for address, number in pages.items()
        if number > before[role][address]
    }
    assert grown == {}
    costly = {(role, address): number for role, pages in after.items() for address, number in pages.items() if number > MOST}
    assert costly == {}
