"""The demo's people, models and their ways, told to the services one by one."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from django.db import transaction
from django.utils import timezone

from governance.demo import guests, house, loans, proofs, register, rules, triages
from governance.fairness.columns import Columns
from governance.models import Answer, Release
from governance.services import assessments, bulk, decisions, dossiers, evaluations, evidence, predictions, promotions, releases
from governance.services.applicable import frameworks_of
from governance.workflow import Step
from registry.catalog.loader import frameworks
from registry.catalog.schema import Item
from registry.digest import sha256
from registry.models import Asset, Document, Person, Team, Version
from registry.policy import SYSTEM, Actor, Role, TeamRole
from registry.services import assets, documents, history, people, versions

PASSWORD: Final = "assay-demo"  # noqa: S105 - printed on the first start, for the demo workspace only
HERE: Final = Path(__file__).parent
EVERY: Final = 9
MOST_BYTES: Final = 50 * 1024**2
PEOPLE: Final[tuple[tuple[str, str, tuple[Role, ...]], ...]] = (
    ("engineer@demo.example", "Ines Engel", ()),
    ("ml@demo.example", "Marek Lind", (Role.REVIEWER_ML,)),
    ("privacy@demo.example", "Priya Rao", (Role.REVIEWER_PRIVACY,)),
    ("legal@demo.example", "Lena Vogt", (Role.REVIEWER_LEGAL,)),
    ("auditor@demo.example", "Aino Saari", (Role.AUDITOR,)),
    ("admin@demo.example", "Adam Berg", (Role.ADMINISTRATOR,)),
    ("policy@demo.example", "Petra Holm", (Role.POLICY_ADMINISTRATOR,)),
    ("policy2@demo.example", "Paul Roth", (Role.POLICY_ADMINISTRATOR,)),
)


@dataclass(frozen=True)
class Cast:
    """Who acts in the demo."""

    engineer: Actor
    ml: Actor
    privacy: Actor
    legal: Actor
    policy: Actor


def is_seeded() -> bool:
    """Whether the demo workspace is there already."""
    return Person.objects.filter(email=PEOPLE[0][0]).exists()


def seed() -> None:
    """Walk the demo through the services: one model to production, one into review, one at its start."""
    with transaction.atomic():
        cast, team = _people()
        house.answer(cast.policy)
        data = _dataset(cast, team)
        release = _loan_model(cast, team, data)
        _triage_model(cast, team)
        _router_model(cast, team)
        rules.change_policies()
    dossier = dossiers.request_dossier(actor=cast.legal, release_id=release.pk)
    dossiers.carry_out(dossier.pk)


def _people() -> tuple[Cast, Team]:
    found = {}
    for email, name, roles in PEOPLE:
        found[email.split("@")[0]] = guests.invite(email, name, roles, PASSWORD)
    team = people.add_team(actor=SYSTEM, name="Credit")
    people.set_membership(actor=SYSTEM, team_id=team.pk, person_id=found["engineer"].pk, role=TeamRole.OWNER)
    return Cast(**{name: found[name].actor() for name in ("engineer", "ml", "privacy", "legal", "policy")}), team


def _dataset(cast: Cast, team: Team) -> Version:
    asset = assets.register_asset(
        actor=cast.engineer,
        kind="dataset",
        name="Loan applications (synthetic)",
        team_id=team.pk,
        description="6,000 invented applications for consumer loans, with a known bias.",
    )
    version = versions.add_version(actor=cast.engineer, asset_id=asset.pk, name="2026-10", notes="Generated, fixed seed.")
    _write(cast.engineer, version, _yaml("datasheet.yaml"), "Answered the datasheet.")
    return version


def _loan_model(cast: Cast, team: Team, data: Version) -> Release:
    asset = assets.register_asset(
        actor=cast.engineer,
        kind="model",
        name="Loan repayment",
        team_id=team.pk,
        description="Estimates whether a consumer loan will be repaid. Synthetic demo.",
        tier="high",
        tier_reason="It helps to decide on credit for natural persons (EU AI Act, Annex III 5(b)).",
    )
    triages.answer(cast.engineer, asset, triages.LOANS)
    first = _loan_version(cast, asset, data, "1.0.0", with_occupation=True)
    release = releases.submit(
        actor=cast.engineer, version_id=first.pk, environment="staging", message="First candidate, with the occupation score."
    )
    _decide(cast.ml, release, "ml", Step.REJECT, "Selection of women is far below that of men. Take the occupation score out.")
    second = _loan_version(cast, asset, data, "1.1.0", with_occupation=False, earlier=first)
    register.enter(cast.engineer, cast.legal, asset)
    proofs.show(cast.engineer, second)
    for environment in ("staging", "production"):
        release = releases.submit(
            actor=cast.engineer,
            version_id=second.pk,
            environment=environment,
            message="The occupation score is out; the evaluation was run again.",
        )
        _approve_all(cast, release)
        promotions.promote(actor=cast.engineer, release_id=release.pk)
    return release


def _loan_version(cast: Cast, asset: Asset, data: Version, name: str, *, with_occupation: bool, earlier: Version | None = None) -> Version:
    trained = loans.train(with_occupation=with_occupation)
    version = versions.add_version(
        actor=cast.engineer,
        asset_id=asset.pk,
        name=name,
        commit=sha256(trained.weights)[:40],
        notes="With the occupation score." if with_occupation else "Without the occupation score.",
        carry_from=earlier.pk if earlier else None,
    )
    versions.add_artifact(
        actor=cast.engineer,
        version_id=version.pk,
        name="coefficients.tsv",
        sha256=sha256(trained.weights),
        size=len(trained.weights),
    )
    for relation in ("trained-on", "evaluated-on"):
        versions.link_source(actor=cast.engineer, version_id=version.pk, source_id=data.pk, relation=relation)
    card = _yaml("card_high.yaml")
    card["unitary_results"] = _results(trained)
    if with_occupation:
        card["training_approach"] = "Logistic regression on standardised features, the occupation score among them."
        card["train_preprocessing"] = "Standardised features."
        card["mitigations"] = "A case worker decides and can depart from the estimate without giving a reason"
    _write(cast.engineer, version, card, "Wrote the card.")
    _confirm(cast.engineer, version)
    _answer(cast.engineer, version)
    _evaluate(cast.engineer, version, trained)
    return version


def _triage_model(cast: Cast, team: Team) -> None:
    asset = assets.register_asset(
        actor=cast.engineer,
        kind="model",
        name="Message triage",
        team_id=team.pk,
        description="Suggests a desk for each customer message. Synthetic demo.",
        tier="limited",
        tier_reason="Customers must know that a machine sorts their message; nobody is judged by it.",
    )
    triages.answer(cast.engineer, asset, triages.MESSAGES)
    version = versions.add_version(actor=cast.engineer, asset_id=asset.pk, name="0.3.0", commit="3f2a9c1d5e7b")
    _write(cast.engineer, version, _yaml("card_short.yaml")["triage"], "First draft.")
    for item in list(frameworks()["oecd_ai_principles"].items)[:12]:
        _answer_item(cast.engineer, version, "oecd_ai_principles", item, 1)
    release = releases.submit(
        actor=cast.engineer, version_id=version.pk, environment="staging", message="Please look at the direction; the card is half done."
    )
    _decide(cast.ml, release, "ml", Step.REQUEST_CHANGES, "Upload predictions, and say how messages in German fare.")
    _next_triage(cast, version)


def _next_triage(cast: Cast, earlier: Version) -> None:
    """Begin the next version: its answers are carried forward, two are confirmed, three are asked of the engineer."""
    where: dict[str, Any] = {"actor": cast.engineer, "framework_key": "oecd_ai_principles"}
    items = list(frameworks()["oecd_ai_principles"].items)
    evidence.attach_link(
        **where, version_id=earlier.pk, item_slug=items[3].slug, title="Note on customers' rights", url="https://example.org/rights"
    )
    version = versions.add_version(
        actor=cast.engineer,
        asset_id=earlier.asset_id,
        name="0.4.0",
        commit="8d41b7e6c2f0",
        notes="With messages in German.",
        carry_from=earlier.pk,
    )
    seen = {item.slug: answer.stamp for answer in Answer.objects.on(version) for item in items[:2] if item.id == answer.item}
    bulk.confirm_items(**where, version_id=version.pk, seen=seen)
    due = timezone.localdate() + timedelta(days=10)
    asked = dict.fromkeys((item.slug for item in items[12:15]), "")
    bulk.assign_items(**where, version_id=version.pk, seen=asked, person_id=cast.engineer.id, due_on=due, note="Before the review.")


def _router_model(cast: Cast, team: Team) -> None:
    asset = assets.register_asset(
        actor=cast.engineer,
        kind="model",
        name="Branch router",
        team_id=team.pk,
        description="Chooses which branch calls back first. Synthetic demo.",
        tier="minimal",
        tier_reason="It orders opening hours and judges nobody.",
    )
    triages.answer(cast.engineer, asset, triages.ROUTER)
    triages.propose(cast.engineer, asset)
    version = versions.add_version(actor=cast.engineer, asset_id=asset.pk, name="0.1.0")
    _write(cast.engineer, version, _yaml("card_short.yaml")["router"], "Began the card.")


def _write(actor: Actor, version: Version, values: Mapping[str, Any], note: str) -> None:
    document = version.document
    documents.save_fields(actor=actor, document_id=document.pk, values=values, based_on=document.revision, note=note)


def _confirm(actor: Actor, version: Version) -> None:
    document = Document.objects.get(version=version)
    if document.to_confirm:
        history.confirm_fields(actor=actor, document_id=document.pk, keys=document.to_confirm)


def _answer(actor: Actor, version: Version) -> None:
    for framework in frameworks_of(version.asset_id):
        for number, item in enumerate(framework.items):
            _answer_item(actor, version, framework.key, item, number)


def _answer_item(actor: Actor, version: Version, key: str, item: Item, number: int) -> None:
    value = "partly" if number % EVERY == 0 else "yes"
    support = item.evidence[0] if item.evidence else "the model card"
    text = f"Shown by: {support}."
    if value == "partly":
        text += " To be completed before the next quarterly review."
    assessments.answer_item(actor=actor, version_id=version.pk, framework_key=key, item_slug=item.slug, value=value, justification=text)


def _evaluate(actor: Actor, version: Version, trained: loans.Trained) -> None:
    uploaded = predictions.upload_predictions(
        actor=actor,
        version_id=version.pk,
        filename=f"loan-predictions-{version.name}.csv",
        stream=io.BytesIO(trained.predictions),
        most_bytes=MOST_BYTES,
    )
    columns = Columns(
        label="repaid",
        prediction="approved",
        favourable="1",
        score="score",
        weight=None,
        attributes=("sex", "age_group"),
        intersections=(("sex", "age_group"),),
    )
    evaluation = evaluations.request_evaluation(actor=actor, predictions_id=uploaded.pk, name="Held-out half", columns=columns)
    evaluations.carry_out(evaluation.pk)


def _approve_all(cast: Cast, release: Release) -> None:
    words = {
        "ml": "Ranking and error rates are fit for the use; the gap between the sexes is inside the limit.",
        "privacy": "The model does not see sex or age; both are kept for measuring only.",
        "legal": "Purpose, oversight and information of applicants are in order.",
        "security": "No remark.",
    }
    for role in release.roles:
        _decide(getattr(cast, role), release, role, Step.APPROVE, words[role])


def _decide(actor: Actor, release: Release, role: str, step: Step, comment: str) -> None:
    decisions.decide(
        actor=actor,
        release_id=release.pk,
        role=role,
        step=step,
        digest=release.snapshot.digest,
        comment=comment,
        consent=decisions.consent_for(release, role=role, step=step),
    )


def _results(trained: loans.Trained) -> list[dict[str, str]]:
    return [
        {"metric": "Accuracy", "value": trained.accuracy, "slice": "all", "dataset": "held-out half"},
        {"metric": "Area under the ROC curve", "value": trained.auc, "slice": "all", "dataset": "held-out half"},
    ]


def _yaml(name: str) -> dict[str, Any]:
    value: dict[str, Any] = yaml.safe_load((HERE / name).read_text())
    return value
