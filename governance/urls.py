"""Addresses of governance's pages and of the gate."""

from __future__ import annotations

from django.urls import path, register_converter

from governance.api.attestations import release_attestation
from governance.api.evaluations import Evaluations, OneEvaluation
from governance.api.predictions import PredictionsUpload
from governance.api.releases import Releases
from governance.http import StepConverter
from governance.views import (
    assets,
    attestations,
    checklists,
    compare,
    contracts,
    dossiers,
    evaluations,
    groups,
    home,
    ll144,
    mappings,
    newest,
    overview,
    policies,
    releases,
)

register_converter(StepConverter, "step")

VERSION = "<kind:kind>/<slug:slug>/<version:name>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("models/", assets.asset_list, {"kind": "model"}, name="model-list"),
    path("datasets/", assets.asset_list, {"kind": "dataset"}, name="dataset-list"),
    path(VERSION, overview.version_overview, name="version"),
    path(f"{VERSION}checklists/", checklists.checklist_list, name="checklist-list"),
    path(f"{VERSION}checklists/<slug:framework>/", checklists.checklist, name="checklist"),
    path(f"{VERSION}checklists/<slug:framework>/<slug:item>/", checklists.checklist_item, name="checklist-item"),
    path(f"{VERSION}checklists/<slug:framework>/<slug:item>/clear/", checklists.answer_clear, name="answer-clear"),
    path(f"{VERSION}checklists/<slug:framework>/<slug:item>/evidence/", checklists.evidence_add, name="evidence-add"),
    path(f"{VERSION}evidence/<int:pk>/", checklists.evidence_download, name="evidence"),
    path(f"{VERSION}evidence/<int:pk>/remove/", checklists.evidence_remove, name="evidence-remove"),
    path(f"{VERSION}evaluations/", evaluations.evaluation_list, name="evaluation-list"),
    path(f"{VERSION}evaluations/compare/", compare.evaluation_compare, name="evaluation-compare"),
    path(f"{VERSION}evaluations/newest/", newest.evaluation_newest, name="evaluation-newest"),
    path(f"{VERSION}evaluations/upload/", evaluations.predictions_upload, name="predictions-upload"),
    path(f"{VERSION}evaluations/predictions/<int:pk>/", evaluations.predictions_map, name="predictions-map"),
    path(f"{VERSION}evaluations/contract/", contracts.data_contract, name="data-contract"),
    path(f"{VERSION}evaluations/contract/delete/", contracts.contract_delete, name="contract-delete"),
    path(f"{VERSION}evaluations/mappings/", mappings.mapping_list, name="mapping-list"),
    path(f"{VERSION}evaluations/mappings/<int:pk>/rename/", mappings.mapping_rename, name="mapping-rename"),
    path(f"{VERSION}evaluations/mappings/<int:pk>/delete/", mappings.mapping_delete, name="mapping-delete"),
    path(f"{VERSION}evaluations/<int:pk>/", evaluations.evaluation_detail, name="evaluation"),
    path(f"{VERSION}evaluations/<int:pk>/again/", evaluations.evaluation_retry, name="evaluation-retry"),
    path(f"{VERSION}evaluations/<int:pk>/cancel/", evaluations.evaluation_cancel, name="evaluation-cancel"),
    path(f"{VERSION}evaluations/<int:pk>/counts.csv", evaluations.evaluation_counts, name="evaluation-counts"),
    path(f"{VERSION}evaluations/<int:pk>/groups/<int:number>/", groups.evaluation_groups, name="evaluation-groups"),
    path(f"{VERSION}evaluations/<int:pk>/ll144/", ll144.ll144, name="ll144"),
    path(f"{VERSION}evaluations/<int:pk>/ll144/<int:summary>.pdf", ll144.ll144_download, name="ll144-download"),
    path(f"{VERSION}releases/", releases.version_releases, name="version-releases"),
    path(f"{VERSION}releases/submit/", releases.release_submit, name="release-submit"),
    path(f"{VERSION}releases/<int:pk>/", releases.release_detail, name="release"),
    path(f"{VERSION}releases/<int:pk>/snapshot/", releases.release_snapshot, name="release-snapshot"),
    path(f"{VERSION}releases/<int:pk>/resubmit/", releases.release_resubmit, name="release-resubmit"),
    path(f"{VERSION}releases/<int:pk>/steps/<step:step>/", releases.release_step, name="release-step"),
    path(f"{VERSION}releases/<int:pk>/dossier/", dossiers.dossier, name="dossier"),
    path(f"{VERSION}releases/<int:pk>/dossier/<int:dossier>.pdf", dossiers.dossier_download, name="dossier-download"),
    path(f"{VERSION}releases/<int:pk>/attestations/<int:attestation>.json", attestations.release_attestation, name="release-attestation"),
    path("attestations/verify/", attestations.attestation_verify, name="attestation-verify"),
    path(".well-known/assay-keys.json", attestations.keys, name="assay-keys"),
    path("releases/", releases.release_list, name="release-list"),
    path("policies/", policies.policy_list, name="policy-list"),
    path("policies/<slug:key>/", policies.policy_detail, name="policy"),
    path("api/v1/evaluations/", Evaluations.as_view(), name="api-evaluations"),
    path("api/v1/evaluations/<int:pk>/", OneEvaluation.as_view(), name="api-evaluation"),
    path("api/v1/models/<slug:slug>/<version:name>/predictions/", PredictionsUpload.as_view(), name="api-predictions"),
    path("api/v1/releases/<int:pk>/attestation/", release_attestation, name="api-attestation"),
    path("api/v1/releases/", Releases.as_view(), name="api-releases"),
]
