"""``manage.py fairness FILE --label … --prediction … --by …``."""

from __future__ import annotations

import json
import re
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from governance.fairness import report
from governance.fairness.columns import Columns, canonical_value, check_edges
from governance.fairness.gaps import METRICS, metric_named
from governance.fairness.measuring import SEED, Settings, measure
from governance.fairness.opening import as_utf8, dialect_of
from governance.fairness.others import OTHERS, others
from governance.fairness.problems import PredictionsError
from governance.fairness.regression import count_errors
from governance.fairness.source import FileCounting, open_source
from governance.fairness.verdicts import MINIMUM_GROUP
from governance.fairness.witness import ROW_LIMIT, witness

BOUND: Final = re.compile(r"\s*([A-Za-z0-9_]+)\s*(>=|<=)\s*([0-9]*\.?[0-9]+)\s*")
FAILING: Final[Mapping[str, frozenset[str]]] = {
    "fail": frozenset({"fail"}),
    "inconclusive": frozenset({"fail", "inconclusive", "not-judged"}),
}
EPILOG: Final = """Exit status: 0; 1 with --fail-on when a threshold is not kept; 2 for bad input, with one sentence on standard error.
Give thresholds that you have set before looking: --threshold "demographic_parity_ratio>=0.8". Without any, the usual ones
are judged. No metric is proof of fairness."""


class Command(BaseCommand):
    """Measure a file of predictions; no database is touched."""

    help = "Measure fairness on a file of predictions (CSV or Parquet), with intervals and verdicts."
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the lines of the epilog, and say bad arguments in one sentence."""
        return super().create_parser(prog_name, subcommand, epilog=EPILOG, **{"formatter_class": RawDescriptionHelpFormatter, **kwargs})

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="CSV or Parquet, told by its bytes")
        parser.add_argument("--label", required=True, help="column: what really happened")
        parser.add_argument("--prediction", required=True, help="column: what the model said")
        parser.add_argument("--score", help="column: the model's number behind the prediction")
        parser.add_argument("--weight", help="column: how many records a row stands for")
        parser.add_argument("--by", action="append", required=True, help="attribute, or several joined by a comma; can be repeated")
        parser.add_argument("--positive", help="the favourable outcome; needed unless outcomes are 0 and 1")
        parser.add_argument("--bins", action="append", default=[], metavar="COLUMN=25,40,60", help="put a numeric attribute into classes")
        parser.add_argument("--missing", action="append", default=[], metavar="WORD", help="a word that means unknown in an attribute")
        parser.add_argument("--regression", action="store_true", help="label and prediction are numbers: compare errors")
        parser.add_argument("--bootstrap", type=int, default=2000, help="replicates of the bootstrap (2000)")
        parser.add_argument("--seed", type=int, default=SEED, help="of all draws")
        parser.add_argument("--minimum-group", type=int, default=MINIMUM_GROUP, help=f"records of a group to be judged ({MINIMUM_GROUP})")
        parser.add_argument("--threshold", action="append", default=[], metavar="METRIC>=0.8", help="can be repeated")
        parser.add_argument("--fail-on", choices=list(FAILING), help="exit 1 when a threshold has this verdict or a worse one")
        parser.add_argument("--witness", action="store_true", help="let Fairlearn compute the same, and compare")
        parser.add_argument("--witness-rows", type=int, default=ROW_LIMIT, help="rows that Fairlearn looks at, at most")
        parser.add_argument("--metric", action="append", default=[], help=f"also run through MetricFrame: {', '.join(OTHERS)}")
        parser.add_argument("--delimiter", default="", help="of a CSV; told by its header otherwise")
        parser.add_argument("--encoding", default="", help="of a CSV without a byte order mark, such as cp1252; UTF-8 otherwise")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        """Measure and print."""
        try:
            found = self._measured(options)
        except PredictionsError as error:
            raise CommandError(error.message, returncode=2) from error
        self.stdout.write(json.dumps(found, ensure_ascii=False) if options["json"] else report.text_of(found))
        if not found.get("witness", {}).get("agrees", True):
            message = f"Fairlearn disagrees by {found['witness']['largest_difference']}; the result is not to be trusted."
            raise CommandError(message, returncode=2)
        if options["fail_on"] and self._missed(found, options):
            sys.exit(1)

    def _measured(self, options: dict[str, Any]) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            message = f"There is no file {path}."
            raise PredictionsError(message)
        thresholds = _thresholds(options["threshold"])
        if min(options["bootstrap"], options["minimum_group"], options["witness_rows"]) < 1 or options["seed"] < 0:
            message = "--bootstrap, --minimum-group and --witness-rows must be at least 1, and --seed not negative."
            raise PredictionsError(message)
        with as_utf8(path, filename=path.name, encoding=options["encoding"]) as text:
            dialect = dialect_of(text, filename=path.name, delimiter=options["delimiter"])
            with open_source(text, dialect, label=path.name) as source:
                columns = _columns(source, options)
                if options["regression"]:
                    errors = count_errors(source, columns)
                    return report.errors_to_json(errors, seed=options["seed"], minimum_group=options["minimum_group"])
                settings = Settings(options["seed"], options["bootstrap"], thresholds, options["minimum_group"])
                measurement = measure(source, columns, settings)
            found = report.to_json(measurement, replicates=options["bootstrap"], minimum_group=options["minimum_group"])
            if options["metric"]:
                run = others(text, dialect=dialect, columns=columns, metrics=options["metric"], row_limit=options["witness_rows"])
                found["others"] = [vars(one) | {"groups": dict(one.groups)} for one in run]
            if options["witness"]:
                seen = witness(text, dialect=dialect, columns=columns, table=measurement.table, row_limit=options["witness_rows"])
                found["witness"] = seen.to_json() | {"largest_difference": float(seen.largest_difference)}
        return found

    def _missed(self, found: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
        bad = FAILING[options["fail_on"]]
        asked = {(metric_named(key) or METRICS["dp_ratio"]).name for key in _thresholds(options["threshold"])}
        gaps = [(name, gap) for one in found["by"] for name, gap in one["disparities"].items()]
        return any(gap["verdict"] in bad for name, gap in gaps if not asked or name in asked)


def _columns(source: FileCounting, options: Mapping[str, Any]) -> Columns:
    sets = [tuple(name.strip() for name in one.split(",")) for one in options["by"]]
    singles = dict.fromkeys(name for one in sets for name in one)
    named = {str(row[0]) for row in source.rows(f"DESCRIBE SELECT * FROM {source.table}")}  # noqa: S608
    wanted = [options["label"], options["prediction"], *filter(None, [options["score"], options["weight"]]), *singles]
    if absent := [name for name in wanted if name not in named]:
        message = f"“{source.label}” has no column “{absent[0]}”. It has {', '.join(sorted(named))}."
        raise PredictionsError(message)
    return Columns(
        label=options["label"],
        prediction=options["prediction"],
        favourable=canonical_value(options["positive"] or "1"),
        score=options["score"],
        weight=options["weight"],
        attributes=tuple(singles),
        asked=tuple(dict.fromkeys(sets)),
        is_assumed=options["positive"] is None,
        bins=_bins(options["bins"]),
        missing=tuple(options["missing"]),
    )


def _bins(given: list[str]) -> dict[str, tuple[str, ...]]:
    found = {}
    for one in given:
        name, _, edges = one.partition("=")
        found[name.strip()] = tuple(edge.strip() for edge in edges.split(","))
        check_edges(name.strip(), found[name.strip()])
    return found


def _thresholds(given: list[str]) -> dict[str, Fraction]:
    found = {}
    for one in given:
        match = BOUND.fullmatch(one)
        metric = metric_named(match[1]) if match else None
        if match is None or metric is None:
            known = ", ".join(metric.name for metric in METRICS.values())
            message = f"“{one}” is no threshold. Write a metric, >= or <=, and a number; metrics are {known}."
            raise PredictionsError(message)
        if (match[2] == ">=") is not metric.is_ratio:
            sign = ">=" if metric.is_ratio else "<="
            message = f"{metric.name} is best at {1 if metric.is_ratio else 0}: write “{metric.name}{sign}{match[3]}”."
            raise PredictionsError(message)
        found[metric.key] = Fraction(Decimal(match[3]))
    return found
