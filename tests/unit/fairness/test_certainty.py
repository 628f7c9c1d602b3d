"""How sure a verdict may be: rates of 0 and 1, rates that rest on few, weights, and a witness that contradicts."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from governance.fairness.columns import Columns
from governance.fairness.counting import count
from governance.fairness.counts import AttributeCounts, Counts, CountTable
from governance.fairness.gaps import METRICS, gap
from governance.fairness.intervals import Draws
from governance.fairness.predictions import Preview, inspect
from governance.fairness.verdicts import Finding, Verdict, findings
from governance.fairness.witness import witness

WEIGHTED = Columns("y", "p", "1", weight="w", attributes=("g",))
PLAIN = Columns("y", "p", "1", attributes=("g",))


def counts(tp: int, fp: int, fn: int, tn: int) -> Counts:
    return Counts(Fraction(tp), Fraction(fp), Fraction(fn), Fraction(tn))


def table(**groups: Counts) -> CountTable:
    overall = Counts()
    for one in groups.values():
        overall = overall.plus(one)
    return CountTable(int(overall.n), overall, (AttributeCounts("g", groups, Counts()),))


def judged(key: str, of: CountTable) -> Finding:
    return next(one for one in findings(of, seed=1) if one.metric == key)


def write(path: Path, rows: list[tuple[object, ...]], header: str = "y,p,g,w") -> tuple[Path, Preview]:
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path, inspect(path, filename=path.name)


def test_a_rate_of_one_on_few_records_is_not_certain():
    perfect = counts(12, 6, 0, 12)
    found = judged("eopp_difference", table(A=perfect, B=perfect))
    assert (found.value, found.low) == (0, 0)
    assert found.high is not None
    assert found.high > Fraction(1, 10)
    assert found.verdict is Verdict.INCONCLUSIVE


def test_a_rate_of_one_on_many_records_may_pass():
    perfect = counts(1200, 600, 0, 1200)
    found = judged("eopp_difference", table(A=perfect, B=perfect))
    assert found.verdict is Verdict.PASS
    assert found.high is not None
    assert 0 < found.high < Fraction(1, 100)


def test_twelve_deserving_people_of_whom_one_in_seven_is_missed_seldom_pass():
    """A plain percentile bootstrap passes about one such sample in nine, because it takes 12 of 12 for certain."""
    chance, passed, metric = random.Random(5), 0, METRICS["eopp_difference"]  # noqa: S311 - a sample, no secret
    for number in range(200):
        found = [sum(chance.random() < rate for _ in range(12)) for rate in (0.98, 0.85)]
        groups = {str(place): counts(tp, 4, 12 - tp, 14) for place, tp in enumerate(found)}
        value = gap(metric, groups).value
        assert value is not None
        interval = Draws(AttributeCounts("g", groups, Counts()), seed=number, replicates=400).intervals([metric], {metric.key: value})[
            metric.key
        ]
        assert interval is not None
        passed += interval[1] <= metric.threshold
    assert passed / 200 <= 0.025


def test_a_rate_that_rests_on_four_people_is_too_small_in_a_large_group():
    of = table(A=counts(60, 2, 30, 2), B=counts(60, 20, 30, 20))
    assert judged("fpr_difference", of).too_small == ("A",)
    assert judged("fpr_difference", of).verdict is Verdict.NOT_JUDGED
    assert judged("eo_difference", of).too_small == ("A",)
    assert judged("dp_ratio", of).too_small == ()


def test_a_rate_that_rests_on_nobody_is_incomplete_and_not_small():
    found = judged("fpr_difference", table(A=counts(60, 0, 30, 0), B=counts(60, 20, 30, 20)))
    assert (found.incomplete_groups, found.too_small, found.verdict) == (("A",), (), Verdict.NOT_JUDGED)


def test_the_draw_over_cells_is_a_bootstrap_over_rows():
    groups = {"A": counts(30, 12, 9, 29), "B": counts(14, 8, 11, 27)}
    metric, value = METRICS["dp_difference"], Fraction(0)
    drawn = Draws(AttributeCounts("g", groups, Counts()), seed=3, replicates=6000).intervals([metric], {metric.key: value})[metric.key]
    picked = np.array([1] * 42 + [0] * 38 + [1] * 22 + [0] * 38)
    is_a = np.array([True] * 80 + [False] * 60)
    rng = np.random.default_rng(4)
    gaps = []
    for _ in range(6000):
        rows = rng.integers(0, len(picked), len(picked))
        gaps.append(abs(picked[rows][is_a[rows]].mean() - picked[rows][~is_a[rows]].mean()))
    assert drawn is not None
    assert float(drawn[1]) == pytest.approx(np.percentile(gaps, 97.5), abs=0.02)


def test_weights_do_not_make_more_records(tmp_path):
    """Rows that all weigh a thousand say as much as the same rows that weigh one."""
    chance = random.Random(7)  # noqa: S311 - a sample, no secret
    rows = [(chance.randint(0, 1), chance.randint(0, 1), chance.choice("ab")) for _ in range(200)]
    plain, preview = write(tmp_path / "plain.csv", rows, "y,p,g")
    heavy, heavier = write(tmp_path / "heavy.csv", [(*row, 1000) for row in rows])
    one = findings(count(plain, dialect=preview.dialect, columns=PLAIN), seed=1)
    other = findings(count(heavy, dialect=heavier.dialect, columns=WEIGHTED), seed=1)
    assert [(found.value, found.low, found.high, found.verdict) for found in one] == [
        (found.value, found.low, found.high, found.verdict) for found in other
    ]


def test_a_group_is_small_by_its_rows_and_not_by_their_weights(tmp_path):
    rows = [(number % 2, number % 3 % 2, group, 1000) for group in "ab" for number in range(20)]
    path, preview = write(tmp_path / "p.csv", rows)
    found = judged("dp_ratio", count(path, dialect=preview.dialect, columns=WEIGHTED))
    assert (found.too_small, found.verdict) == (("a", "b"), Verdict.NOT_JUDGED)


def test_uneven_weights_agree_with_a_bootstrap_over_rows(tmp_path):
    chance = random.Random(11)  # noqa: S311 - a sample, no secret
    rows = [(chance.randint(0, 1), chance.randint(0, 1), chance.choice("ab"), round(chance.expovariate(1), 3)) for _ in range(400)]
    path, preview = write(tmp_path / "p.csv", rows)
    counted = count(path, dialect=preview.dialect, columns=WEIGHTED)
    found = judged("dp_difference", counted)
    picked, weights = np.array([row[1] for row in rows]), np.array([row[3] for row in rows])
    is_a = np.array([row[2] == "a" for row in rows])
    rng = np.random.default_rng(2)
    gaps = []
    for _ in range(4000):
        drawn = rng.integers(0, len(rows), len(rows))
        of_a, of_b = drawn[is_a[drawn]], drawn[~is_a[drawn]]
        gaps.append(abs(np.average(picked[of_a], weights=weights[of_a]) - np.average(picked[of_b], weights=weights[of_b])))
    assert found.high is not None
    assert float(found.high) == pytest.approx(np.percentile(gaps, 97.5), abs=0.025)


def test_weighted_counts_come_back_with_their_evidence(tmp_path):
    path, preview = write(tmp_path / "p.csv", [(1, 1, "a", "2.5"), (0, 0, "b", "0.000001"), (1, 0, "b", "1e-7")])
    counted = count(path, dialect=preview.dialect, columns=WEIGHTED)
    assert CountTable.from_json(json.loads(json.dumps(counted.to_json()))) == counted
    assert counted.by("g").groups["b"] == Counts(tn=Fraction(1, 10**6), fn=Fraction(1, 10**7))
    assert counted.by("g").evidence("b") == counts(0, 0, 1, 1)
    assert witness(path, dialect=preview.dialect, columns=WEIGHTED, table=counted).agrees


def test_counts_of_earlier_releases_can_still_be_read():
    content = table(A=counts(1, 2, 3, 4)).to_json()
    assert set(content["attributes"][0]["groups"][0]) == {"group", "tp", "fp", "fn", "tn"}
    assert CountTable.from_json({**content, "weighted": True}).by("g").evidence("A") == counts(1, 2, 3, 4)


def test_a_witness_that_says_something_else_disagrees(tmp_path):
    rows = [(number % 2, number % 3 % 2, "ab"[number % 5 % 2], 1) for number in range(60)]
    path, preview = write(tmp_path / "p.csv", rows)
    wrong = table(a=counts(9, 9, 9, 9), b=counts(8, 9, 9, 9))
    assert not witness(path, dialect=preview.dialect, columns=PLAIN, table=wrong).agrees


def test_a_witness_without_a_number_disagrees(tmp_path, monkeypatch):
    import fairlearn.metrics

    rows = [(number % 2, number % 3 % 2, "ab"[number % 5 % 2], 1) for number in range(60)]
    path, preview = write(tmp_path / "p.csv", rows)
    counted = count(path, dialect=preview.dialect, columns=PLAIN)
    assert witness(path, dialect=preview.dialect, columns=PLAIN, table=counted).agrees
    monkeypatch.setattr(fairlearn.metrics, "demographic_parity_ratio", lambda *_, **__: float("nan"))
    assert not witness(path, dialect=preview.dialect, columns=PLAIN, table=counted).agrees


def test_of_a_file_over_the_limit_both_sides_look_at_the_same_sample(tmp_path):
    path, preview = write(tmp_path / "p.csv", [(number % 2, number % 3 % 2, "ab"[number % 5 % 2], 1) for number in range(600)])
    counted = count(path, dialect=preview.dialect, columns=PLAIN)
    seen = witness(path, dialect=preview.dialect, columns=PLAIN, table=counted, row_limit=200)
    assert (seen.rows, seen.agrees) == (200, True)
    assert len(seen.checked) > len("ab")
    assert "a random sample of 200 rows" in seen.note


def test_the_interval_of_no_gap_holds_zero_about_as_often_as_it_says():
    """A percentile interval of a largest minus a smallest would nearly never hold it."""
    import numpy as np

    random = np.random.default_rng(3)
    metrics = [METRICS["dp_difference"], METRICS["dp_ratio"]]
    held = {metric.key: 0 for metric in metrics}
    for number in range(120):
        groups = {name: Counts(tp=int(random.binomial(200, 0.5)), fn=0) for name in "ab"}
        groups = {name: Counts(tp=one.tp, fn=200 - one.tp) for name, one in groups.items()}
        values = {metric.key: gap(metric, groups).value for metric in metrics}
        found = Draws(AttributeCounts("g", groups, Counts()), seed=number, replicates=400).intervals(metrics, values)
        held["dp_difference"] += found["dp_difference"][0] == 0
        held["dp_ratio"] += found["dp_ratio"][1] == 1
    assert all(count >= 105 for count in held.values()), held
