"""Fill a scratch database with promoted releases, for ``benchmarks.gate``: ``python -m benchmarks.gate_data COUNT``.

Every release has a model, a version, an artifact, a snapshot and a promotion
of its own. The first thousand, which are asked about, have snapshots of the
size of the demo's; the others have short ones, so that 100,000 fit on a disk.
Prints the secret of the token with which the gate is asked.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import django

ASKED: Final = 1_000
BATCH: Final = 2_000


def main() -> int:
    """Fill the database that the settings name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.gate_settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("seed_demo", verbosity=0, stdout=sys.stderr)
    fill(int(sys.argv[1]))
    return 0


def fill(count: int) -> None:
    """Make the releases and a token."""
    from django.db import connection, transaction

    from governance.models import Release
    from registry.models import Person
    from registry.services.tokens import create_token

    pattern = Release.objects.filter(state="promoted").select_related("snapshot").latest("pk")
    engineer = Person.objects.get(email="engineer@demo.example")
    with transaction.atomic():
        for numbers in _batches(count):
            _releases(numbers, pattern, engineer)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _, secret = create_token(actor=engineer.actor(), name="benchmark", days=1)
    sys.stdout.write(secret + "\n")


def artifact_of(number: int) -> str:
    """Return the SHA-256 that a numbered model's artifact is named by."""
    return f"{number:064x}"


def _batches(count: int) -> Iterator[range]:
    return (range(start, min(start + BATCH, count)) for start in range(0, count, BATCH))


def _releases(numbers: range, pattern: Any, engineer: Any) -> None:
    from governance.models import Release
    from registry.digest import canonical, sha256
    from registry.models import Artifact, Asset, Snapshot, Version

    team = pattern.version.asset.team
    common = {"kind": "model", "team": team, "tier": pattern.version.asset.tier, "tier_reason": "So.", "created_by": engineer}
    assets = Asset.objects.bulk_create(Asset(slug=f"model-{n}", name=f"Model {n}", **common) for n in numbers)
    versions = Version.objects.bulk_create(Version(asset=asset, name="1.0.0", commit="0123abc", created_by=engineer) for asset in assets)
    Artifact.objects.bulk_create(
        Artifact(version=version, name="model.bin", sha256=artifact_of(n), size=1, added_by=engineer)
        for n, version in zip(numbers, versions, strict=True)
    )
    whole = json.loads(pattern.snapshot.text)
    short = {**whole, "assessments": [], "evaluations": [], "lineage": [], "document": {}}
    texts = [canonical(_content(whole if n < ASKED else short, n)) for n in numbers]
    snapshots = Snapshot.objects.bulk_create(
        Snapshot(version=version, digest=sha256(text), text=text.decode(), taken_by=engineer)
        for version, text in zip(versions, texts, strict=True)
    )
    promoted = pattern.promoted_at
    releases = Release.objects.bulk_create(
        Release(
            version=version,
            environment=pattern.environment,
            snapshot=snapshot,
            policy_key=pattern.policy_key,
            policy_version=pattern.policy_version,
            policy_digest=pattern.policy_digest,
            wanted_roles=pattern.wanted_roles,
            state="promoted",
            submitted_by=engineer,
            promoted_by=engineer,
            promoted_at=promoted,
            expires_at=promoted + timedelta(days=90),
        )
        for version, snapshot in zip(versions, snapshots, strict=True)
    )
    _attest(releases, texts, pattern)


def _attest(releases: list[Any], texts: list[bytes], pattern: Any) -> None:
    """Sign what each release rests on, with the proof of the pattern's own entry."""
    from governance.attestation import PAYLOAD_TYPE, promotion
    from governance.models import Attestation
    from governance.services.attestations import promotion_of
    from registry.digest import canonical
    from registry.services.keys import signing_key
    from registry.signing import Envelope, sign

    attested = promotion_of(pattern)
    if attested is None:
        sys.exit("The demo's promotion has no attestation.")
    journal, key = json.loads(Envelope.from_json(attested.text).payload)["predicate"]["journal"], signing_key()
    made = []
    for release, text in zip(releases, texts, strict=True):
        facts = {
            "id": release.pk,
            "environment": release.environment,
            "snapshot": release.snapshot.digest,
            "policy": {"key": release.policy_key, "version": release.policy_version, "digest": release.policy_digest},
            "promoted_at": release.promoted_at,
            "expires_at": release.expires_at,
            "promoted_by": "Ines Engel",
        }
        body = promotion(json.loads(text), release=facts, decisions=(), waivers=(), journal=journal)
        envelope = sign(canonical(body), PAYLOAD_TYPE, key).to_text()
        made.append(Attestation(release=release, kind="promotion", step="promote", entry=journal["entry"], text=envelope))
    Attestation.objects.bulk_create(made)


def _content(pattern: dict[str, Any], number: int) -> dict[str, Any]:
    artifact = {"name": "model.bin", "sha256": artifact_of(number), "size": 1}
    return {
        **pattern,
        "asset": {**pattern["asset"], "slug": f"model-{number}"},
        "version": {**pattern["version"], "artifacts": [artifact]},
    }


if __name__ == "__main__":
    sys.exit(main())
