"""People and things for tests, made through the services; the shortest call gives the commonest thing."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from governance.fairness.columns import Columns
from governance.models import Decision, Evaluation, OrganisationAnswer, Release, Risk, Waiver
from governance.risk import Rating
from governance.services import (
    assessments,
    decisions,
    emergencies,
    evaluations,
    organisation,
    predictions,
    promotions,
    releases,
    risks,
    waivers,
)
from governance.services.applicable import frameworks_of
from governance.services.risks import RiskDraft
from governance.workflow import Step
from registry.catalog.loader import template
from registry.catalog.schema import Field, FieldType
from registry.models import Asset, Notice, Person, Team, Version
from registry.policy import SYSTEM, Actor, Role, TeamRole
from registry.services import assets, documents, history, notices, people, versions

PASSWORD = "a long test password"
NUMBERS = itertools.count(1)
PREDICTIONS_ROWS = 400


def team(name: str = "") -> Team:
    """A team."""
    return people.add_team(actor=SYSTEM, name=name or f"Team {next(NUMBERS)}")


def person(name: str = "", *, roles: Iterable[Role] = (), member_of: Team | None = None, team_role: TeamRole = TeamRole.OWNER) -> Person:
    """Somebody with an account; owner of the team that is given."""
    number = next(NUMBERS)
    made = people.add_person(actor=SYSTEM, email=f"person{number}@test.example", name=name or f"Person {number}", password=PASSWORD)
    if roles:
        people.set_roles(actor=SYSTEM, person_id=made.pk, roles=list(roles))
    if member_of is not None:
        people.set_membership(actor=SYSTEM, team_id=member_of.pk, person_id=made.pk, role=team_role)
    return Person.objects.get(pk=made.pk)


def engineer(member_of: Team | None = None) -> Actor:
    """Somebody who owns a team."""
    return person(member_of=member_of or team()).actor()


def reviewer(role: str = "ml") -> Actor:
    """Somebody who holds one reviewing role and belongs to no team."""
    return person(roles=[Role(f"reviewer-{role}")]).actor()


def asset(actor: Actor, *, kind: str = "model", tier: str = "minimal", name: str = "") -> Asset:
    """A model of the actor's first team."""
    fields = {"tier": tier, "tier_reason": "For a test."} if kind == "model" else {}
    return assets.register_asset(
        actor=actor,
        kind=kind,
        name=name or f"{kind.capitalize()} {next(NUMBERS)}",
        team_id=next(iter(actor.teams)),
        **fields,
    )


def version(actor: Actor, *, kind: str = "model", tier: str = "minimal", name: str = "1.0.0", **fields: Any) -> Version:
    """A first version of a new asset."""
    made = asset(actor, kind=kind, tier=tier, **fields)
    return versions.add_version(actor=actor, asset_id=made.pk, name=name, commit="0123abc")


REFERRING = {FieldType.PERSON, FieldType.REFERENCE}


def answer_for(field: Field) -> Any:
    """A value that fits a field."""
    values: dict[FieldType, Any] = {
        FieldType.NUMBER: f"12 {field.units[0]}" if len(field.units) > 1 else "12",
        FieldType.PERSON: "Somebody (person 1)",
        FieldType.REFERENCE: f"Something ({(field.refers_to or ('dataset',))[0]} 1)",
        FieldType.DATE: "2026-11-23",
        FieldType.LINK: "https://example.org/report",
        FieldType.LIST: "One thing\nAnother thing",
        FieldType.CHOICE: field.choices[0] if field.choices else "",
        FieldType.TABLE: [{column.id: "x" for column in field.columns}],
    }
    return values.get(field.type, f"Something about {field.title.lower()}.")


def fill_document(actor: Actor, made: Version) -> None:
    """Answer every field of a version's document, but for those that refer to something."""
    document = documents.Document.objects.get(version=made)
    values = {field.id: answer_for(field) for field in template(document.template_key).fields() if field.type not in REFERRING}
    documents.save_fields(actor=actor, document_id=document.pk, values=values, based_on=document.revision)


def next_version(actor: Actor, earlier: Version, name: str) -> Version:
    """A version to which an earlier one's document was carried, every answer confirmed."""
    made = versions.add_version(actor=actor, asset_id=earlier.asset_id, name=name, carry_from=earlier.pk)
    if made.document.to_confirm:
        history.confirm_fields(actor=actor, document_id=made.document.pk, keys=made.document.to_confirm)
    return Version.objects.get(pk=made.pk)


def filled_version(actor: Actor, **fields: Any) -> Version:
    """A version whose document is filled: with nothing more, a minimal model goes to staging."""
    made = version(actor, **fields)
    fill_document(actor, made)
    return made


def answer_everything(actor: Actor, made: Version, value: str = "yes") -> None:
    """Answer every item of every framework that the model is asked."""
    for framework in frameworks_of(made.asset_id):
        key = framework.key
        for item in framework.items:
            assessments.answer_item(
                actor=actor, version_id=made.pk, framework_key=key, item_slug=item.slug, value=value, justification="So."
            )


def predictions_csv(rows: int = PREDICTIONS_ROWS) -> bytes:
    """Predictions with the same rates in both groups of both attributes."""
    lines = ["sex,age_group,y_true,y_pred,score"]
    for number in range(rows):
        sex = "female" if number % 2 else "male"
        age = "young" if number % 4 < 2 else "old"
        truth = (number // 4) % 2
        predicted = truth if (number // 8) % 10 else 1 - truth
        lines.append(f"{sex},{age},{truth},{predicted},{0.9 if predicted else 0.1}")
    return "\n".join(lines).encode() + b"\n"


COLUMNS = Columns(
    label="y_true",
    prediction="y_pred",
    favourable="1",
    score=None,
    weight=None,
    attributes=("sex", "age_group"),
    intersections=(("sex", "age_group"),),
)


def evaluation(actor: Actor, made: Version, *, rows: int = PREDICTIONS_ROWS) -> Evaluation:
    """A finished evaluation over even predictions."""
    uploaded = predictions.upload_predictions(
        actor=actor,
        version_id=made.pk,
        filename="predictions.csv",
        stream=io.BytesIO(predictions_csv(rows)),
        most_bytes=10**8,
    )
    asked = evaluations.request_evaluation(actor=actor, predictions_id=uploaded.pk, name="Held-out", columns=COLUMNS)
    evaluations.carry_out(asked.pk)
    asked.refresh_from_db()
    return asked


def ready_version(actor: Actor, *, tier: str = "minimal", rows: int = PREDICTIONS_ROWS) -> Version:
    """A version that lacks nothing but the reviewers' approval."""
    data = filled_version(actor, kind="dataset", name="2026-10")
    made = version(actor, tier=tier)
    versions.add_artifact(actor=actor, version_id=made.pk, name="model.bin", sha256="ab" * 32, size=10)
    for relation in ("trained-on", "evaluated-on"):
        versions.link_source(actor=actor, version_id=made.pk, source_id=data.pk, relation=relation)
    fill_document(actor, made)
    answer_everything(actor, made)
    evaluation(actor, made, rows=rows)
    return made


def release(actor: Actor, made: Version | None = None, environment: str = "staging") -> Release:
    """A submitted release."""
    made = made or version(actor)
    return releases.submit(actor=actor, version_id=made.pk, environment=environment)


def decide(actor: Actor, made: Release, role: str = "ml", step: Step = Step.APPROVE, **words: Any) -> Decision:
    """A reviewer's decision on the present snapshot, with consent to the text that belongs to it."""
    fresh = Release.objects.select_related("snapshot").get(pk=made.pk)
    said = {"role": role, "step": step, "conflict": "team" if step is Step.ABSTAIN else ""} | words
    consent = decisions.consent_for(fresh, role=said["role"], step=said["step"], conflict=said["conflict"])
    usual = {"digest": fresh.snapshot.digest, "comment": "I looked.", "consent": consent}
    return decisions.decide(actor=actor, release_id=made.pk, **(usual | said))


def waiver(actor: Actor, made: Release, requirement: str, *, granted_by: Actor | None = None, days: int = 10) -> Waiver:
    """A waiver that was asked for, and granted when somebody is given who grants it."""
    asked = waivers.request_waiver(actor=actor, release_id=made.pk, requirement=requirement, reason="The pilot ends first.", days=days)
    if granted_by is None:
        return asked
    return waivers.answer_waiver(actor=granted_by, waiver_id=asked.pk, is_granted=True, comment="Little harm, for so long.")


def emergency_of(actor: Actor, state: str = "confirmed") -> Release:
    """A limited release to staging that lacks its approval alone; with an emergency that was asked for, or confirmed."""
    made = filled_version(actor, tier="limited")
    answer_everything(actor, made)
    asked_for = release(actor, made)
    if state:
        asked = emergencies.ask_emergency(actor=actor, release_id=asked_for.pk, reason="It cannot wait.")
    if state == "confirmed":
        emergencies.confirm_emergency(actor=reviewer(), emergency_id=asked.pk, comment="I called the team.")
    return Release.objects.select_related("version__asset", "snapshot").get(pk=asked_for.pk)


def promotion(actor: Actor, made: Version, environment: str = "staging") -> Release:
    """A release that a reviewer of each wanted role has approved, promoted."""
    asked = release(actor, made, environment)
    for role in asked.roles:
        decide(reviewer(role), asked, role)
    return promotions.promote(actor=actor, release_id=asked.pk)


def answer_one(actor: Actor, made: Version, item_slug: str, framework_key: str = "nist_ai_rmf") -> None:
    """Answer one item with yes."""
    assessments.answer_item(
        actor=actor,
        version_id=made.pk,
        framework_key=framework_key,
        item_slug=item_slug,
        value="yes",
        justification="So.",
    )


@transaction.atomic
def notice(actor: Actor, subject: str = "Something happened", **fields: str) -> Notice:
    """Something that a person is told."""
    told = {"kind": "other", "text": "Look at it.", "url": "/releases/", **fields}
    notices.notify(person_ids=[actor.id], subject=subject, **told)
    return Notice.objects.filter(person_id=actor.id).latest("pk")


def risk(actor: Actor, made: Version, *, rating: tuple[int, int] = (4, 4), title: str = "It may go wrong", **fields: Any) -> Risk:
    """A risk of a version's model; above the appetite unless told otherwise."""
    draft = RiskDraft(title=title, inherent=Rating(*rating), **fields)
    return risks.add_risk(actor=actor, asset_id=made.asset_id, draft=draft)


def organisation_answer(item_slug: str, value: str = "yes", *, framework_key: str = "nist_ai_rmf") -> OrganisationAnswer:
    """The organisation's answer to an item, with a file as evidence."""
    keeper = person(roles=[Role.POLICY_ADMINISTRATOR]).actor()
    place: dict[str, Any] = {"actor": keeper, "framework_key": framework_key, "item_slug": item_slug}
    made = organisation.answer_for_organisation(**place, value=value, justification="So for all.")
    stream = io.BytesIO(b"%PDF-1.7 a policy")
    organisation.attach_file_for_organisation(**place, title="AI policy", filename="policy.pdf", stream=stream, most_bytes=1_000)
    return made
