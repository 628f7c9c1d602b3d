"""Pages of a version: adding one, its files and its lineage."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.digest import sha256_of_stream
from registry.errors import DomainError
from registry.forms.assets import ArtifactForm, LineageForm, VersionEditForm, VersionForm
from registry.http import Request, show_refusal
from registry.models import Version
from registry.policy import Action, refusal
from registry.services import versions
from registry.views.frame import breadcrumb, find_asset, find_version, version_frame

DATA_TABS = {"model": "Data", "dataset": "Files"}


@require_http_methods(["GET", "POST"])
def version_new(request: Request, kind: str, slug: str) -> HttpResponse:
    """Add a version."""
    asset = find_asset(request.actor, kind, slug)
    form = VersionForm(request.POST or None, asset=asset)
    if request.method == "POST" and form.is_valid():
        try:
            version = _add(request, asset.pk, form)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, f"Version {version.name} is added. The next step is its document.")
            return redirect("document", *version.url_args)
    why_not = refusal(request.actor, Action.VERSION_ADD, asset.target)
    context = {"asset": asset, "form": form, "breadcrumb": breadcrumb(asset), "why_not": why_not}
    return render(request, "registry/version_new.html", context, status=422 if form.errors else 200)


@require_GET
def version_data(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show commit, artifacts and lineage."""
    version = find_version(request.actor, kind, slug, name)
    return _data_page(request, version)


@require_http_methods(["GET", "POST"])
def version_edit(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Change commit and notes."""
    version = find_version(request.actor, kind, slug, name)
    form = VersionEditForm(request.POST or None, initial={"commit": version.commit, "notes": version.notes})
    if request.method == "POST" and form.is_valid():
        try:
            versions.describe_version(actor=request.actor, version_id=version.pk, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, "commit", error)
        else:
            messages.success(request, "Saved.")
            return redirect("version-data", *version.url_args)
    context = {**version_frame(request, version, DATA_TABS[version.asset.kind], "Edit"), "form": form}
    return render(request, "registry/version_edit.html", context, status=422 if form.errors else 200)


@require_POST
def artifact_add(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Name a file by its digest, hashing it first when it was uploaded."""
    version = find_version(request.actor, kind, slug, name)
    form = ArtifactForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            artifact = versions.add_artifact(actor=request.actor, version_id=version.pk, **_artifact_fields(form))
        except DomainError as error:
            show_refusal(form, "sha256" if form.cleaned_data["sha256"] else "file", error)
        else:
            messages.success(request, f"{artifact.name} is recorded by its digest.")
            return redirect("version-data", *version.url_args)
    return _data_page(request, version, artifact_form=form, status=422)


@require_POST
def artifact_remove(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Take an artifact off a version."""
    version = find_version(request.actor, kind, slug, name)
    artifact = get_object_or_404(version.artifacts, pk=pk)
    versions.remove_artifact(actor=request.actor, version_id=version.pk, artifact_id=artifact.pk)
    messages.success(request, f"{artifact.name} is no longer part of this version.")
    return redirect("version-data", *version.url_args)


@require_POST
def lineage_add(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Link a version that this one came from."""
    version = find_version(request.actor, kind, slug, name)
    form = LineageForm(request.POST, actor=request.actor, version=version)
    if form.is_valid():
        source, relation = form.cleaned_data["source"], form.cleaned_data["relation"]
        try:
            versions.link_source(actor=request.actor, version_id=version.pk, source_id=source.pk, relation=relation)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, f"{source} is linked.")
            return redirect("version-data", *version.url_args)
    return _data_page(request, version, lineage_form=form, status=422)


@require_POST
def lineage_remove(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Take a lineage link away."""
    version = find_version(request.actor, kind, slug, name)
    link = get_object_or_404(version.lineage, pk=pk)
    versions.unlink_source(actor=request.actor, version_id=version.pk, lineage_id=link.pk)
    messages.success(request, "The link is removed.")
    return redirect("version-data", *version.url_args)


def _add(request: Request, asset_id: int, form: VersionForm) -> Version:
    values = dict(form.cleaned_data)
    earlier = values.pop("carry_from")
    return versions.add_version(actor=request.actor, asset_id=asset_id, carry_from=earlier.pk if earlier else None, **values)


def _artifact_fields(form: ArtifactForm) -> dict[str, Any]:
    values = form.cleaned_data
    if uploaded := values["file"]:
        digest, size = sha256_of_stream(uploaded)
        return {"name": values["name"] or uploaded.name, "sha256": digest, "size": size}
    return {"name": values["name"], "sha256": values["sha256"], "size": None}


def _data_page(
    request: Request,
    version: Version,
    artifact_form: ArtifactForm | None = None,
    lineage_form: LineageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **version_frame(request, version, DATA_TABS[version.asset.kind]),
        "artifacts": version.artifacts.select_related("added_by"),
        "lineage": version.lineage.select_related("source__asset", "source__document").order_by("relation", "pk"),
        "descendants": version.descendants.filter(version__in=Version.objects.visible_to(request.actor))
        .select_related("version__asset")
        .order_by("-pk")[:50],
        "artifact_form": artifact_form or ArtifactForm(),
        "lineage_form": lineage_form or LineageForm(actor=request.actor, version=version),
    }
    return render(request, "registry/version_data.html", context, status=status)
