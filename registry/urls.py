"""Addresses of the registry's pages."""

from __future__ import annotations

from django.urls import path, register_converter

from registry.api.exchange import document as api_document
from registry.api.views import Assets, Journal, Versions
from registry.http import KindConverter, VersionConverter
from registry.views import assets, documents, exchange, journal, people, tokens, versions

register_converter(KindConverter, "kind")
register_converter(VersionConverter, "version")

VERSION = "<kind:kind>/<slug:slug>/<version:name>/"

urlpatterns = [
    path("<kind:kind>/-/new/", assets.asset_new, name="asset-new"),
    path("<kind:kind>/<slug:slug>/", assets.asset_detail, name="asset"),
    path("<kind:kind>/<slug:slug>/-/edit/", assets.asset_edit, name="asset-edit"),
    path("<kind:kind>/<slug:slug>/-/new-version/", versions.version_new, name="version-new"),
    path(f"{VERSION}data/", versions.version_data, name="version-data"),
    path(f"{VERSION}edit/", versions.version_edit, name="version-edit"),
    path(f"{VERSION}artifacts/add/", versions.artifact_add, name="artifact-add"),
    path(f"{VERSION}artifacts/<int:pk>/remove/", versions.artifact_remove, name="artifact-remove"),
    path(f"{VERSION}lineage/add/", versions.lineage_add, name="lineage-add"),
    path(f"{VERSION}lineage/<int:pk>/remove/", versions.lineage_remove, name="lineage-remove"),
    path(f"{VERSION}document/", documents.document_detail, name="document"),
    path(f"{VERSION}document/history/", documents.document_history, name="document-history"),
    path(f"{VERSION}document/import/", exchange.document_import, name="document-import"),
    path(f"{VERSION}document/export/", exchange.document_export, name="document-export"),
    path(f"{VERSION}document/export/<slug:key>/", exchange.document_download, name="document-download"),
    path(f"{VERSION}document/<slug:section>/", documents.document_edit, name="document-edit"),
    path(f"{VERSION}journal/", journal.version_journal, name="version-journal"),
    path("journal/", journal.journal, name="journal"),
    path("journal/export.jsonl", journal.journal_export, name="journal-export"),
    path("journal/subject/", journal.journal_subject, name="journal-subject"),
    path("journal/<int:number>/", journal.journal_entry, name="journal-entry"),
    path("journal/<int:number>/proof.json", journal.journal_proof, name="journal-proof"),
    path("journal/checkpoints/", journal.checkpoint_list, name="checkpoint-list"),
    path("journal/checkpoints/<int:number>.json", journal.checkpoint_download, name="checkpoint-download"),
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person-add"),
    path("people/<int:pk>/", people.person_edit, name="person-edit"),
    path("people/teams/add/", people.team_add, name="team-add"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token-revoke"),
    path("api/v1/assets/", Assets.as_view(), name="api-assets"),
    path("api/v1/versions/", Versions.as_view(), name="api-versions"),
    path("api/v1/journal/", Journal.as_view(), name="api-journal"),
    path("api/v1/document/", api_document, name="api-document"),
]
