"""Fill a scratch database with answered models, for ``benchmarks.overview``: every item of every framework, half of it with evidence."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.models import Person

BATCH = 5_000


def fill(count: int) -> Person:
    """Make models that are asked every framework and have answered all of it; return an auditor, who sees them."""
    from django.db import connection, transaction
    from django.utils import timezone

    from governance.models import Answer, Assessment, ChosenFramework, Evidence
    from registry.catalog.loader import frameworks
    from registry.catalog.loader import template as template_of
    from registry.models import Asset, Document, Version
    from registry.policy import SYSTEM, Role, TeamRole
    from registry.services import people

    person = people.add_person(actor=SYSTEM, email="owner@bench.example", name="Olga Owner", password="not used at all")  # noqa: S106
    auditor = people.add_person(actor=SYSTEM, email="auditor@bench.example", name="Aino Auditor", password="not used at all")  # noqa: S106
    people.set_roles(actor=SYSTEM, person_id=auditor.pk, roles=[Role.AUDITOR])
    team = people.add_team(actor=SYSTEM, name="Bench")
    people.set_membership(actor=SYSTEM, team_id=team.pk, person_id=person.pk, role=TeamRole.OWNER)
    kinds, now = list(frameworks().values()), timezone.now()
    tiers = ("high", "limited", "minimal")
    with transaction.atomic():
        assets = Asset.objects.bulk_create(
            [
                Asset(
                    kind="model", slug=f"model-{n}", name=f"Model {n}", team=team, tier=tiers[n % 3], tier_reason="So.", created_by=person
                )
                for n in range(count)
            ],
            BATCH,
        )
        versions = Version.objects.bulk_create([Version(asset=one, name="1.0.0", created_by=person) for one in assets], BATCH)
        shipped = template_of("model_card")
        Document.objects.bulk_create(
            [Document(version=one, template_key="model_card", template_version=shipped.version, content={}) for one in versions], BATCH
        )
        ChosenFramework.objects.bulk_create(
            [ChosenFramework(asset=one, framework_key=made.key, chosen_by=person) for one in assets for made in kinds if not made.is_basic],
            BATCH,
        )
        pieces = Evidence.objects.bulk_create(
            [Evidence(version=one, title="Note", url="https://example.org/", added_by=person) for one in versions], BATCH
        )
        assessments = Assessment.objects.bulk_create(
            [
                Assessment(version=one, framework_key=made.key, framework_version=made.version, framework_digest=made.digest)
                for one in versions
                for made in kinds
            ],
            BATCH,
        )
        items = {made.key: made.items for made in kinds}
        for start in range(0, len(assessments), 200):
            answers = Answer.objects.bulk_create(
                [
                    Answer(assessment=one, item=item.id, value="yes", justification="Shown by the model card.", answered_by=person)
                    for one in assessments[start : start + 200]
                    for item in items[one.framework_key]
                ],
                BATCH,
            )
            of = {one.version_id: one.pk for one in pieces}
            by = {one.pk: one.version_id for one in assessments[start : start + 200]}
            through = Answer.evidence.through
            through.objects.bulk_create([through(answer_id=one.pk, evidence_id=of[by[one.assessment_id]]) for one in answers[::2]], BATCH)
        Answer.objects.filter(assessment=assessments[0]).update(answered_at=now - timedelta(days=400))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sys.stdout.write(f"      {count:,} models, {len(kinds)} frameworks, {Answer.objects.count():,} answers\n")
    return auditor
