"""Freezing what a version is, in canonical JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from registry import audit
from registry.digest import canonical, sha256
from registry.models import Document, Person, Snapshot, Version
from registry.policy import Action, Actor
from registry.services.documents import state_of, template_of
from registry.services.versions import locked_version

SCHEMA: Final = "assay/snapshot/1"


@transaction.atomic
def take_snapshot(*, actor: Actor, version_id: int, parts: Mapping[str, Any], writers: Iterable[int] = ()) -> Snapshot:
    """Freeze a version, its document, its lineage and what others add.

    The same content gives the same digest and the same row. Authors are
    everyone who wrote any of it, the writers of the linked datasheets, and
    the actor, who froze it.

    Args:
        actor: who freezes it.
        version_id: the version.
        parts: further content by name (checklists, evaluations, policy).
        writers: people who wrote any of the parts and not the version itself.

    Raises:
        ForbiddenError: the actor does not write in the team.
        TypeError: a part holds a float.
    """
    version = locked_version(actor, version_id, Action.SNAPSHOT_TAKE)
    authors = _authors(version, writers)
    content = {
        **content_of(version),
        "authors": [{"id": person.pk, "name": person.name} for person in authors],
        **parts,
    }
    text = canonical(content)
    snapshot, is_new = Snapshot.objects.get_or_create(
        version=version,
        digest=sha256(text),
        defaults={"text": text.decode(), "taken_by_id": actor.id},
    )
    if is_new:
        snapshot.authors.set(authors)
    audit.record(actor, Action.SNAPSHOT_TAKE, version.subject, {"digest": snapshot.digest, "new": is_new})
    return snapshot


def content_of(version: Version) -> dict[str, Any]:
    """Return what the registry knows of a version, as it goes into a snapshot; authors are empty."""
    links = version.lineage.select_related("source__asset", "source__document").order_by("relation", "pk")
    sources = links.prefetch_related("source__artifacts")
    asset = version.asset
    return {
        "schema": SCHEMA,
        "asset": {
            "kind": asset.kind,
            "slug": asset.slug,
            "name": asset.name,
            "description": asset.description,
            "team": asset.team.name,
            "tier": asset.tier,
            "tier_reason": asset.tier_reason,
        },
        "version": _version(version),
        "document": _document(version.document),
        "lineage": [
            {
                "relation": link.relation,
                "asset": {
                    "kind": link.source.asset.kind,
                    "slug": link.source.asset.slug,
                    "name": link.source.asset.name,
                },
                "version": _version(link.source),
                "document": _document(link.source.document),
            }
            for link in sources
        ],
        "authors": [],
    }


def _version(version: Version) -> dict[str, Any]:
    return {
        "name": version.name,
        "commit": version.commit,
        "notes": version.notes,
        "artifacts": [
            {"name": artifact.name, "sha256": artifact.sha256, "size": artifact.size}
            for artifact in sorted(version.artifacts.all(), key=lambda one: (one.name, one.sha256))
        ],
    }


def _document(document: Document) -> dict[str, Any]:
    made_from = template_of(document)
    state = state_of(document)
    waiting = {"to_confirm": sorted(document.to_confirm)} if document.to_confirm else {}
    return {
        "template": made_from.reference(),
        "content": document.content,
        **waiting,
        "completeness": {
            "essential_filled": state.essential_filled,
            "essential_total": state.essential_total,
            "filled": state.filled,
            "total": state.total,
            "percent": state.percent,
        },
    }


def _authors(version: Version, writers: Iterable[int]) -> list[Person]:
    sources = Version.objects.filter(descendants__version=version)
    written = [version.pk, *sources.values_list("pk", flat=True)]
    wrote = Person.objects.filter(Q(authored_versions__in=written) | Q(pk__in=list(writers)))
    return list(wrote.distinct().order_by("pk"))
