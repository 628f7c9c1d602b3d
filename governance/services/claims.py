"""What the claims of a card say: now, for pages, and at one moment, for a snapshot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from django.urls import reverse

from governance.fairness.counts import CountTable
from governance.fairness.metrics import RATES
from governance.fairness.rates import GroupRate, rate_of
from governance.fairness.verdicts import parse_fraction
from governance.models import Evaluation, Finding
from registry.catalog.claims import Claim, claims_of
from registry.models import Version
from registry.services.figures import Figure

PLACES: Final = 3
# The number as it stands in a text, and what was found in words.
_Said = tuple[str, str]


def figures(version: Version, claims: Collection[Claim], /) -> Mapping[Claim, Figure]:
    """Return what claims about a version say now (at most three queries).

    A claim is about a finished evaluation of this very version; it is
    superseded as soon as a later one has finished, because the gate looks at
    the newest alone.
    """
    order = list(version.evaluations.finished().values_list("pk", "name"))
    names = dict(order)
    newest = order[0][0] if order else 0
    found: dict[Claim, _Said] = {}
    if gaps := [claim for claim in claims if not claim.is_rate]:
        found |= _gaps({newest, *(claim.evaluation for claim in gaps)} & set(names))
    if rates := [claim for claim in claims if claim.is_rate]:
        found |= _rates({newest, *(claim.evaluation for claim in rates)} & set(names), rates)
    return {claim: _figure(version, claim, found, names, newest) for claim in claims}


def frozen(version: Version) -> list[dict[str, Any]]:
    """Return the claims of a version's card with what they say, as they go into a snapshot."""
    by_field = claims_of(version.document.content)
    wanted = {claim for found in by_field.values() for claim in found}
    if not wanted:
        return []
    said = figures(version, wanted)
    return [
        {
            "field": key,
            "token": claim.token,
            "evaluation": claim.evaluation,
            "name": said[claim].source,
            "metric": claim.metric,
            "attribute": claim.attribute,
            **({"group": claim.group} if claim.is_rate else {}),
            "text": said[claim].text,
            "state": said[claim].state,
            "sentence": said[claim].sentence,
        }
        for key, found in sorted(by_field.items())
        for claim in found
    ]


def evaluations_of(version: Version, /) -> list[tuple[str, str]]:
    """Return the finished evaluations of a version, by id and name, the newest first."""
    return [(str(pk), name) for pk, name in version.evaluations.finished().values_list("pk", "name")]


def number_text(value: Fraction | None) -> str:
    """Return a measured number as a card says it."""
    return "undefined" if value is None else f"{float(value):.{PLACES}f}"


def rate_text(found: GroupRate) -> str:
    """Return a rate as a card says it: with its interval, where it has one."""
    text = number_text(found.value)
    return text if found.low is None or found.high is None else f"{text} ({number_text(found.low)} to {number_text(found.high)})"


def _gaps(evaluations: Collection[int]) -> dict[Claim, _Said]:
    rows = Finding.objects.filter(evaluation_id__in=evaluations).values_list("evaluation_id", "metric", "attribute", "body")
    return {
        Claim(pk, metric, attribute): (number_text(parse_fraction(body["value"])), body.get("sentence", ""))
        for pk, metric, attribute, body in rows
    }


def _rates(evaluations: Collection[int], claims: Collection[Claim]) -> dict[Claim, _Said]:
    """Return the rates that are claimed, of each of these evaluations that has them."""
    wanted = {(claim.metric, claim.attribute, claim.group) for claim in claims if claim.metric in RATES}
    said = {}
    for pk, counts in Evaluation.objects.filter(pk__in=evaluations).values_list("pk", "counts"):
        table = CountTable.from_json(counts or {})
        groups = {one.attribute: one for one in table.attributes}
        for metric, attribute, group in wanted:
            if not attribute:
                found = rate_of(metric, table.overall, table.overall)
            elif attribute in groups and group in groups[attribute].groups:
                found = rate_of(metric, groups[attribute].groups[group], groups[attribute].evidence(group))
            else:
                continue
            said[Claim(pk, metric, attribute, group)] = rate_text(found), _sentence(metric, attribute, group, found)
    return said


def _sentence(metric: str, attribute: str, group: str, found: GroupRate) -> str:
    whose = f"of “{group}” by {attribute}" if attribute else "of all records"
    few = ", too few to be judged" if found.is_small else ""
    return f"{RATES[metric][0]} {whose} is {rate_text(found)}; {float(found.records):,.0f} records{few}."


def _figure(version: Version, claim: Claim, found: Mapping[Claim, _Said], names: Mapping[int, str], newest: int) -> Figure:
    said = found.get(claim)
    newer = replace(claim, evaluation=newest)
    is_known = claim.evaluation in names
    source = names.get(claim.evaluation, "")
    url = reverse("evaluation", args=[*version.url_args, claim.evaluation]) if is_known else ""
    ahead = newer.token if newer != claim and newer in found else ""
    if said is None:
        return Figure(claim, "", "missing", source=source, url=url, newer=ahead)
    text, sentence = said
    state = "current" if claim.evaluation == newest else "superseded"
    return Figure(claim, text, state, sentence=sentence, source=source, url=url, newer=ahead)
