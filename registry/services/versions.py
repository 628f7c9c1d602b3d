"""Versions of an asset: commit, artifacts and lineage."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from registry import audit, policy
from registry.digest import bare
from registry.errors import ConflictError, DomainError
from registry.models import Artifact, Asset, Document, Kind, Lineage, Relation, Revision, Version
from registry.models.asset import SHA256
from registry.policy import Action, Actor
from registry.services.templates import current

TEMPLATE_OF = {Kind.MODEL.value: "model_card", Kind.DATASET.value: "datasheet"}


@transaction.atomic
def add_version(*, actor: Actor, asset_id: int, name: str, commit: str = "", notes: str = "", carry_from: int | None = None) -> Version:
    """Add a version with its document.

    Args:
        actor: who adds it.
        asset_id: the model or dataset.
        name: such as ``2.1.0``, unique in the asset.
        commit: git commit, 7 to 64 hex digits, or empty.
        notes: what is new.
        carry_from: an earlier version of the same asset whose document and
            checklists are carried forward, to be confirmed one by one; its
            authors stay authors.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: the name or the commit is malformed.
        ConflictError: the asset has a version of this name.
    """
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, Action.VERSION_ADD, asset.target)
    version = Version(
        asset=asset,
        name=name.strip(),
        commit=commit.strip().lower(),
        notes=notes.strip(),
        created_by_id=actor.id,
    )
    _check(version)
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError as error:
        message = f"{asset.name} already has a version “{version.name}”."
        raise ConflictError(message) from error
    version.authors.add(actor.id)
    _start_document(actor, version, carry_from)
    detail = {"commit": version.commit, "carried_from": carry_from}
    audit.record(actor, Action.VERSION_ADD, version.subject, detail)
    if carry_from is not None:
        carry = cast("Callable[..., None]", import_string(settings.CARRIED_FORWARD))
        carry(actor=actor, version=version, earlier=asset.versions.get(pk=carry_from))
    return version


@transaction.atomic
def describe_version(*, actor: Actor, version_id: int, commit: str, notes: str) -> Version:
    """Change the git commit and the notes.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: the commit is malformed.
    """
    version = locked_version(actor, version_id)
    version.commit, version.notes = commit.strip().lower(), notes.strip()
    _check(version)
    version.save(update_fields=["commit", "notes"])
    audit.record(actor, Action.VERSION_EDIT, version.subject, {"commit": version.commit})
    return version


@transaction.atomic
def add_artifact(*, actor: Actor, version_id: int, name: str, sha256: str, size: int | None) -> Artifact:
    """Name a file of this version by its digest.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: the digest is not a SHA-256, or the name is empty.
        ConflictError: the version has an artifact with this digest.
    """
    version = locked_version(actor, version_id)
    name, sha256 = clean_filename(name), bare(sha256)
    try:
        SHA256(sha256)
    except ValidationError as error:
        message = "That is not a SHA-256: it has 64 hex digits. Run sha256sum on the file and paste what it prints."
        raise DomainError(message) from error
    if version.artifacts.filter(sha256=sha256).exists():
        message = "This version already has an artifact with that digest."
        raise ConflictError(message)
    artifact = Artifact.objects.create(version=version, name=name, sha256=sha256, size=size, added_by_id=actor.id)
    audit.record(actor, Action.VERSION_EDIT, version.subject, {"artifact": name, "sha256": sha256})
    return artifact


@transaction.atomic
def remove_artifact(*, actor: Actor, version_id: int, artifact_id: int) -> None:
    """Take an artifact off a version; snapshots that name it keep it.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    version = locked_version(actor, version_id)
    artifact = version.artifacts.get(pk=artifact_id)
    artifact.delete()
    detail = {"artifact_removed": artifact.name, "sha256": artifact.sha256}
    audit.record(actor, Action.VERSION_EDIT, version.subject, detail)


@transaction.atomic
def link_source(*, actor: Actor, version_id: int, source_id: int, relation: str) -> Lineage:
    """Say that a version came from another.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: an unknown relation, one that does not fit, or itself.
        ConflictError: the link is there already.
    """
    version = locked_version(actor, version_id)
    source = Version.objects.visible_to(actor).select_related("asset").get(pk=source_id)
    _check_relation(version, source, relation)
    link, is_new = Lineage.objects.get_or_create(version=version, source=source, relation=relation)
    if not is_new:
        message = f"{source} is linked in this way already."
        raise ConflictError(message)
    audit.record(actor, Action.VERSION_EDIT, version.subject, {"linked": source.subject, "relation": relation})
    return link


@transaction.atomic
def unlink_source(*, actor: Actor, version_id: int, lineage_id: int) -> None:
    """Take a lineage link away; snapshots that name it keep it.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    version = locked_version(actor, version_id)
    link = version.lineage.select_related("source__asset").get(pk=lineage_id)
    link.delete()
    detail = {"unlinked": link.source.subject, "relation": link.relation}
    audit.record(actor, Action.VERSION_EDIT, version.subject, detail)


def locked_version(actor: Actor, version_id: int, action: Action = Action.VERSION_EDIT) -> Version:
    """Lock a version for writing by an actor, who becomes one of its authors.

    Raises:
        ForbiddenError: the actor may not do this to the version.
    """
    version = Version.objects.select_for_update(of=("self",), no_key=True).select_related("asset").get(pk=version_id)
    policy.require(actor, action, version.target)
    version.authors.add(actor.id)
    return version


def clean_filename(name: str) -> str:
    """Return the last part of a path, without control characters, at most 200 long.

    Raises:
        DomainError: nothing is left.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(letter for letter in last if letter.isprintable()).strip()[-200:]
    if clean in {"", ".", ".."}:
        message = "Give the file a name."
        raise DomainError(message)
    return clean


def _start_document(actor: Actor, version: Version, carry_from: int | None) -> Document:
    made_from = current(TEMPLATE_OF[version.asset.kind])
    content, note, carried = _first_content(version), "", []
    if carry_from is not None:
        earlier = version.asset.versions.select_related("document").get(pk=carry_from)
        carried = sorted(earlier.document.content.keys() - content.keys())
        content = {**earlier.document.content, **content}
        note = f"Carried forward from {earlier.name}."
        version.authors.add(*earlier.authors.values_list("pk", flat=True))
    document = Document.objects.create(
        version=version,
        template_key=made_from.key,
        template_version=made_from.version,
        template_digest=made_from.digest,
        content=content,
        to_confirm=carried,
        revision=1,
    )
    Revision.objects.create(
        document=document,
        number=1,
        content=content,
        changed=sorted(content),
        note=note or "Started from the registry.",
        saved_by_id=actor.id,
    )
    return document


def _first_content(version: Version) -> dict[str, str]:
    if version.asset.kind == Kind.MODEL:
        return {"model_name": version.asset.name, "model_version": version.name}
    return {}


def _check(version: Version) -> None:
    try:
        version.clean_fields(exclude=["asset", "created_by"])
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error


def _check_relation(version: Version, source: Version, relation: str) -> None:
    if relation not in Relation.values:
        message = "Choose how they are related: trained on, evaluated on or derived from."
        raise DomainError(message)
    if version.pk == source.pk:
        message = "A version cannot come from itself."
        raise DomainError(message)
    kinds = (version.asset.kind, source.asset.kind)
    if relation == Relation.DERIVED_FROM and kinds[0] != kinds[1]:
        message = "A model is derived from a model, a dataset from a dataset."
        raise DomainError(message)
    if relation != Relation.DERIVED_FROM and kinds != (Kind.MODEL, Kind.DATASET):
        message = "A model is trained or evaluated on a dataset; choose a dataset version."
        raise DomainError(message)
