"""How far checklists are answered: for one version, and across the newest versions of many models.

The rule: the database counts, in a constant number of queries however many
models there are. What counts is an answer that somebody gave or confirmed; an
item of organisation scope that a model has not answered counts as answered by
the organisation, whose evidence and days are its own matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from governance.models import Answer, Assessment, ChosenFramework, OrganisationAnswer
from governance.reports.heatmap import NOTHING, Tally
from registry.catalog.schema import Framework
from registry.models import Asset, Version

Tallies = Mapping[str, Mapping[str, Tally]]
# The present edition of each framework by key.
Frameworks = Mapping[str, Framework]
# Answers to a piece of evidence, as rows.
Support: Any = Answer.evidence.through
# Two ways to count answers without evidence: one list of all that have some, made once, for many answers, and a look for each, for few.
MANY: Final = ~Q(pk__in=Support.objects.values("answer_id"))
FEW: Final = ~Exists(Support.objects.filter(answer_id=OuterRef("pk")))


@dataclass(frozen=True)
class Coverage:
    """One framework of one model: how many items are answered, of how many; whether it is asked at all."""

    is_asked: bool
    items: int
    tally: Tally

    @property
    def percent(self) -> int:
        """The share that is answered, rounded down."""
        return min(100, self.tally.answered * 100 // self.items) if self.items else 0


def of_version(version: Version, keys: Sequence[str]) -> Tallies:
    """Return the tallies of a version by framework and item."""
    return _with_inherited(_by_item(Assessment.objects.filter(version=version, framework_key__in=keys)), dict.fromkeys(keys, 1))


def across(assets: QuerySet[Asset], present: Frameworks) -> tuple[Tallies, Mapping[str, int]]:
    """Return the tallies of the newest versions of models by framework and item, and how many of the models are asked each framework."""
    newest = _newest(assets)
    asked = _asked(assets, present)
    return _with_inherited(_by_item(_assessments(newest, present)), asked), asked


def by_model(assets: Sequence[Asset], present: Frameworks) -> tuple[dict[int, Version], dict[int, dict[str, Coverage]]]:
    """Return the newest version of each of some models, and the coverage of each framework, both by model."""
    ids = [asset.pk for asset in assets]
    found = Version.objects.filter(pk__in=_newest(Asset.objects.filter(pk__in=ids))).select_related("asset")
    versions = {version.asset_id: version for version in found}
    chosen: dict[int, set[str]] = defaultdict(set)
    for asset_id, key in ChosenFramework.objects.filter(asset__in=ids).values_list("asset_id", "framework_key"):
        chosen[asset_id].add(key)
    inherited = _inherited()
    counted = _by_framework([version.pk for version in versions.values()], inherited)
    coverage = {}
    for asset_id, version in versions.items():
        coverage[asset_id] = {
            key: Coverage(
                made.is_basic or key in chosen[asset_id],
                len(made.items),
                _own(counted.get((version.pk, key)), inherited.get(key, frozenset())),
            )
            for key, made in present.items()
        }
    return versions, coverage


def _newest(assets: QuerySet[Asset]) -> QuerySet[Any]:
    """Return the ids of the newest versions of models."""
    return (
        Version.objects.filter(asset__in=assets.order_by().values("pk"))
        .order_by()
        .values("asset")
        .annotate(newest=Max("pk"))
        .values("newest")
    )


def _assessments(newest: QuerySet[Any], present: Frameworks) -> QuerySet[Assessment]:
    """Return the assessments of versions by frameworks that their models are asked."""
    basic = [key for key, made in present.items() if made.is_basic]
    chosen = ChosenFramework.objects.filter(asset=OuterRef("version__asset"), framework_key=OuterRef("framework_key"))
    return Assessment.objects.filter(version__in=newest).filter(Q(framework_key__in=basic) | Exists(chosen))


def _asked(assets: QuerySet[Asset], present: Frameworks) -> dict[str, int]:
    """Return how many models that have a version are asked each framework."""
    with_version = assets.order_by().filter(Exists(Version.objects.filter(asset=OuterRef("pk"))))
    number = with_version.count()
    chosen = ChosenFramework.objects.filter(asset__in=with_version.values("pk")).values("framework_key").annotate(n=Count("pk"))
    found = {row["framework_key"]: row["n"] for row in chosen}
    return {key: number if made.is_basic else found.get(key, 0) for key, made in present.items()}


def _by_item(assessments: QuerySet[Assessment]) -> dict[str, dict[str, Tally]]:
    rows = Answer.objects.standing().filter(assessment__in=assessments.values("pk")).order_by()
    counted = rows.values("assessment__framework_key", "item").annotate(
        n=Count("pk"), bare=Count("pk", filter=MANY), oldest=Min("answered_at")
    )
    found: dict[str, dict[str, Tally]] = defaultdict(dict)
    for row in counted:
        found[row["assessment__framework_key"]][row["item"]] = Tally(row["n"], row["bare"], row["oldest"])
    return found


def _by_framework(versions: Sequence[int], inherited: Mapping[str, Collection[str]]) -> dict[tuple[int, str], dict[str, Any]]:
    """Return what is counted of each framework of each version; ``shared``: answers to what the organisation has answered too."""
    shared = Q(pk__in=[])
    for key, items in inherited.items():
        shared |= Q(assessment__framework_key=key, item__in=list(items))
    rows = Answer.objects.standing().filter(assessment__version__in=versions).order_by()
    counted = rows.values("assessment__version_id", "assessment__framework_key").annotate(
        n=Count("pk"), bare=Count("pk", filter=FEW), oldest=Min("answered_at"), shared=Count("pk", filter=shared)
    )
    return {(row["assessment__version_id"], row["assessment__framework_key"]): {**row} for row in counted}


def _inherited() -> dict[str, frozenset[str]]:
    """Return the items that the organisation has answered, by framework."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, item in OrganisationAnswer.objects.values_list("framework_key", "item"):
        found[key].add(item)
    return {key: frozenset(items) for key, items in found.items()}


def _own(counted: Mapping[str, Any] | None, inherited: Collection[str]) -> Tally:
    """Return what a model has answered, and what it inherits besides."""
    row = counted or {"n": 0, "bare": 0, "oldest": None, "shared": 0}
    return Tally(row["n"] + len(inherited) - row["shared"], row["bare"], row["oldest"])


def _with_inherited(found: Mapping[str, Mapping[str, Tally]], asked: Mapping[str, int]) -> Tallies:
    """Add the organisation's answers for the models that have not answered an item themselves."""
    whole: dict[str, dict[str, Tally]] = {key: dict(found.get(key, {})) for key in asked}
    for key, items in _inherited().items():
        for item in items if key in whole else ():
            own = whole[key].get(item, NOTHING)
            whole[key][item] = own + Tally(max(asked[key] - own.answered, 0))
    return whole
