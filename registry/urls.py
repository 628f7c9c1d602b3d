"""Addresses of the registry's pages."""

from __future__ import annotations

from django.urls import path, register_converter

from registry.api.exchange import document as api_document
from registry.api.templates import template_schema
from registry.api.views import Assets, Journal, Versions
from registry.http import KindConverter, VersionConverter
from registry.views import (
    assets,
    assignments,
    autosave,
    comments,
    documents,
    editor,
    exchange,
    history,
    journal,
    moving,
    notices,
    organisation,
    people,
    readings,
    templates,
    tokens,
    versions,
)

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
    path(f"{VERSION}document/history/", history.document_history, name="document-history"),
    path(f"{VERSION}document/history/compare/", history.document_compare, name="document-compare"),
    path(f"{VERSION}document/history/restore/", history.document_restore, name="document-restore"),
    path(f"{VERSION}document/template/", moving.document_template, name="document-template"),
    path(f"{VERSION}document/annex-iv/", readings.document_annex_iv, name="document-annex-iv"),
    path(f"{VERSION}document/confirm/", history.document_confirm, name="document-confirm"),
    path(f"{VERSION}document/import/", exchange.document_import, name="document-import"),
    path(f"{VERSION}document/export/", exchange.document_export, name="document-export"),
    path(f"{VERSION}document/export/<slug:key>/", exchange.document_download, name="document-download"),
    path(f"{VERSION}document/<slug:section>/", editor.document_edit, name="document-edit"),
    path(f"{VERSION}document/<slug:section>/assign/", assignments.section_assign, name="section-assign"),
    path(f"{VERSION}assignments/<int:pk>/done/", assignments.assignment_done, name="assignment-done"),
    path(f"{VERSION}comment-people/", comments.comment_people, name="comment-people"),
    path(f"{VERSION}comments/<path:anchor>/", comments.comments_at, name="comments"),
    path(f"{VERSION}document/<slug:section>/autosave/", autosave.document_autosave, name="document-autosave"),
    path(f"{VERSION}document/<slug:section>/presence/", autosave.document_presence, name="document-presence"),
    path(f"{VERSION}document/<slug:section>/preview/", autosave.document_preview, name="document-preview"),
    path(f"{VERSION}journal/", journal.version_journal, name="version-journal"),
    path("journal/", journal.journal, name="journal"),
    path("journal/export.jsonl", journal.journal_export, name="journal-export"),
    path("journal/subject/", journal.journal_subject, name="journal-subject"),
    path("journal/<int:number>/", journal.journal_entry, name="journal-entry"),
    path("journal/<int:number>/proof.json", journal.journal_proof, name="journal-proof"),
    path("journal/checkpoints/", journal.checkpoint_list, name="checkpoint-list"),
    path("journal/checkpoints/<int:number>.json", journal.checkpoint_download, name="checkpoint-download"),
    path("templates/", templates.template_list, name="template-list"),
    path("templates/<slug:key>/", templates.template_detail, name="template"),
    path("templates/<slug:key>/fields/add/", templates.template_field_add, name="template-field-add"),
    path("templates/<slug:key>/fields/mark/", templates.template_field_mark, name="template-field-mark"),
    path("templates/<slug:key>/fields/<slug:field>/words/", templates.template_field_words, name="template-field-words"),
    path("templates/<slug:key>/sections/add/", templates.template_section_add, name="template-section-add"),
    path("templates/<slug:key>/upload/", templates.template_upload, name="template-upload"),
    path("templates/<slug:key>/publish/", templates.template_publish, name="template-publish"),
    path("templates/<slug:key>/discard/", templates.template_discard, name="template-discard"),
    path("templates/<slug:key>/versions/<version:version>/", templates.template_edition, name="template-edition"),
    path("templates/<slug:key>/versions/<version:version>/template.yaml", templates.template_yaml, name="template-yaml"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person-add"),
    path("people/<int:pk>/", people.person_edit, name="person-edit"),
    path("people/teams/add/", people.team_add, name="team-add"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.notices_read, name="notices-read"),
    path("notices/choices/", notices.notice_choices, name="notice-choices"),
    path("notices/<int:pk>/open/", notices.notice_open, name="notice-open"),
    path("notices/<int:pk>/read/", notices.notice_read, name="notice-read"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token-revoke"),
    path("api/v1/templates/<slug:key>/schema.json", template_schema, name="api-template-schema"),
    path("api/v1/templates/<slug:key>/<version:version>/schema.json", template_schema, name="api-template-version-schema"),
    path("api/v1/assets/", Assets.as_view(), name="api-assets"),
    path("api/v1/versions/", Versions.as_view(), name="api-versions"),
    path("api/v1/journal/", Journal.as_view(), name="api-journal"),
    path("api/v1/document/", api_document, name="api-document"),
]
