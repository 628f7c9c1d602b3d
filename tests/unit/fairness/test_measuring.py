"""Counting wherever the rows are, exclusions, look-alikes, bins, significance, reversals, scores, errors."""

from __future__ import annotations

import random
from fractions import Fraction
from math import isclose, isnan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.fairness.columns import Columns, check_edges
from governance.fairness.counting import count_in
from governance.fairness.counts import AttributeCounts, Counts, CountTable
from governance.fairness.gaps import METRICS, gap
from governance.fairness.grouping import bin_labels
from governance.fairness.intervals import Draws
from governance.fairness.measuring import measure
from governance.fairness.metrics import RATES
from governance.fairness.opening import as_utf8, dialect_of
from governance.fairness.problems import PredictionsError
from governance.fairness.ratetable import bounded_rates, matrix, rates_of
from governance.fairness.regression import count_errors, error_gaps
from governance.fairness.scorecells import scan_scores
from governance.fairness.scores import group_scores
from governance.fairness.significance import comparisons, fisher, holm, pooled_z
from governance.fairness.simpson import reversals
from governance.fairness.source import open_source

COLUMNS = Columns("y", "p", "1", attributes=("g",))
OTHERS = {
    "eo_difference_mean": Fraction(1, 6),
    "fdr_difference": Fraction(1, 15),
    "fpr_ratio": Fraction(2, 3),
    "di_four_fifths": Fraction(2, 3),
    "treatment_equality_ratio": Fraction(1, 2),
}
A, B = Counts(40, 20, 10, 30), Counts(12, 8, 8, 22)


def counted(path: Path, text: str, columns: Columns = COLUMNS) -> CountTable:
    path.write_text(text, encoding="utf-8", newline="")
    with open_source(path, dialect_of(path, filename=path.name)) as source:
        return count_in(source, columns)


def test_every_row_is_counted_or_excluded_with_a_reason(tmp_path):
    text = "y,p,g\n1,1,a\n0,0,b\nNA,1,a\n,0,a\n1,null,b\n0,1,\n1,1,   \n"
    found = counted(tmp_path / "p.csv", text)
    assert found.excluded == {"label_missing": 2, "prediction_missing": 1}
    assert found.rows == found.overall.n + sum(found.excluded.values()) == 7
    assert found.by("g").unknown == Counts(tp=1, fp=1)
    assert found.by("g").groups == {"a": Counts(tp=1), "b": Counts(tn=1)}


def test_a_word_that_is_the_favourable_outcome_is_not_missing(tmp_path):
    found = counted(tmp_path / "p.csv", "y,p,g\nNone,Some,a\nSome,None,b\n", Columns("y", "p", "None", attributes=("g",)))
    assert (found.overall, found.excluded) == (Counts(fp=1, fn=1), {})


def test_groups_that_look_alike_stay_apart_and_are_pointed_out(tmp_path):
    found = counted(tmp_path / "p.csv", "y,p,g\n1,1,Female\n0,1,female \n1,0,\u00e9\n0,0,e\u0301\n1,1,NA\n")
    assert len(found.by("g").groups) == 5
    assert sum("capitals, spaces or Unicode form" in note for note in found.notes) == 2
    assert any("“NA” is counted as a group" in note for note in found.notes)
    told = counted(tmp_path / "p.csv", "y,p,g\n1,1,x\n1,1,NA\n", Columns("y", "p", "1", attributes=("g",), missing=("NA",)))
    assert (set(told.by("g").groups), told.by("g").unknown.n, told.notes) == ({"x"}, 1, ())


def test_nobody_guesses_which_outcome_is_favourable(tmp_path):
    for text in ("y,p,g\nyes,no,a\nno,no,b\n", "y,p,g\n1,2,a\n2,2,b\n"):
        with pytest.raises(PredictionsError, match="Say which is favourable"):
            counted(tmp_path / "p.csv", text, Columns("y", "p", "1", attributes=("g",), is_assumed=True))


@pytest.mark.parametrize("text", ["y,p,g\n,1,a\n,0,b\n", "y,p,g\n1,1,\n0,0,\n", "y,p,g\n1,1," + "x" * 501 + "\n0,0,b\n"])
def test_what_has_no_groups_is_refused(tmp_path, text):
    with pytest.raises(PredictionsError, match=r"No row could|blank in every row|more than 500"):
        counted(tmp_path / "p.csv", text)


@pytest.mark.parametrize(("encoding", "named"), [("utf-16", ""), ("cp1252", "cp1252"), ("utf-8-sig", "")])
def test_an_encoding_is_told_by_its_mark_or_by_a_person(tmp_path, encoding, named):
    path = tmp_path / "p.csv"
    path.write_bytes("y,p,g\n1,1,Männer\n0,0,Frauen\n".encode(encoding))
    with as_utf8(path, filename="p.csv", encoding=named) as text, open_source(text, dialect_of(text, filename="p.csv")) as source:
        assert set(count_in(source, COLUMNS).by("g").groups) == {"Männer", "Frauen"}


def test_a_wrong_encoding_is_said(tmp_path):
    path = tmp_path / "p.csv"
    path.write_bytes("y,p,g\n1,1,Männer\n".encode("cp1252"))
    for encoding, message in (("ascii", "not ascii text"), ("martian", "no encoding “martian”")):
        with pytest.raises(PredictionsError, match=message), as_utf8(path, filename="p.csv", encoding=encoding):
            pass


def test_numbers_fall_into_classes(tmp_path):
    columns = Columns("y", "p", "1", attributes=("age",), bins={"age": ("25", "40")})
    found = counted(tmp_path / "p.csv", "y,p,age\n1,1,24.9\n0,1,25\n1,0,39\n0,0,40\n1,1,old\n1,1,\n", columns)
    assert bin_labels(("25", "40")) == ["under 25", "25 to under 40", "40 and over"]
    sizes = {name: int(counts.n) for name, counts in found.by("age").groups.items()}
    assert sizes == {"under 25": 1, "25 to under 40": 2, "40 and over": 1}
    assert found.by("age").unknown.n == 2
    assert Columns.from_json(columns.to_json()) == columns
    for edges in (("40", "25"), ("a",), (), ("1; DROP",)):
        with pytest.raises(PredictionsError, match="rising numbers"):
            check_edges("age", edges)


def test_very_many_combinations_give_the_same_counts_as_few(tmp_path):
    """Four attributes of 40 values are grouped set by set, two of them all at once."""
    drawn = random.Random(4)  # noqa: S311 - rows
    names = ("a", "b", "c", "d")
    rows = [[drawn.randrange(2), drawn.randrange(2), *(drawn.randrange(40) for _ in names)] for _ in range(30_000)]
    path = tmp_path / "p.csv"
    path.write_text("y,p,a,b,c,d\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    columns = Columns("y", "p", "1", attributes=names, intersections=(("a", "b"),))
    with open_source(path, dialect_of(path, filename="p.csv")) as source:
        wide = count_in(source, columns)
        narrow = count_in(source, Columns("y", "p", "1", attributes=("a", "b"), intersections=(("a", "b"),)))
    assert wide.rows == narrow.rows == 30_000
    assert wide.overall == narrow.overall
    for attribute in ("a", "b", "a × b"):
        assert wide.by(attribute) == narrow.by(attribute)
    assert (wide.crossed, narrow.crossed) == ((), ())


def test_the_check_values_of_significance():
    counts = AttributeCounts("g", {"A": A, "B": B}, Counts())
    z, p = pooled_z(60, 100, 20, 50)
    assert (round(z, 4), round(p, 4)) == (2.3146, 0.0206)
    assert round(fisher(60, 40, 20, 30), 4) == 0.0245
    assert round(pooled_z(6, 10, 1, 8)[1], 4) == 0.0400
    assert round(fisher(6, 4, 1, 7), 4) == 0.0656
    (found,) = comparisons(counts)
    assert (found.group, found.reference, found.test, found.to_json()["significant"]) == ("B", "A", "z", True)
    small = comparisons(AttributeCounts("g", {"A": Counts(6, 0, 4, 0), "B": Counts(1, 0, 7, 0)}, Counts()))
    assert (small[0].test, round(small[0].p, 4)) == ("fisher", 0.0656)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_and_keeps_the_order(values):
    adjusted = holm(values)
    assert all(before <= after <= 1 for before, after in zip(values, adjusted, strict=True))
    assert [adjusted[place] for place in sorted(range(len(values)), key=values.__getitem__)] == sorted(adjusted)


@given(st.tuples(*[st.integers(0, 12)] * 4))
def test_fisher_is_scipys(cells):
    from scipy.stats import fisher_exact

    a, b, c, d = cells
    assert isclose(fisher(a, b, c, d), fisher_exact([[a, b], [c, d]]).pvalue, abs_tol=1e-9)


def test_a_gap_that_turns_round_inside_another_attribute_is_told(tmp_path):
    """The shape of the Berkeley admissions: one group applies where few are taken."""
    taken = {("men", "easy"): (160, 200), ("women", "easy"): (36, 40), ("men", "hard"): (8, 40), ("women", "hard"): (60, 200)}
    rows = [f"1,{int(number < picked)},{sex},{place}" for (sex, place), (picked, n) in taken.items() for number in range(n)]
    text = "y,p,sex,place\n" + "\n".join([*rows, "0,0,men,easy"]) + "\n"
    found = reversals(counted(tmp_path / "p.csv", text, Columns("y", "p", "1", attributes=("sex", "place"))))
    assert [(one.attribute, one.within, one.ahead, one.reversed_in) for one in found] == [("sex", "place", "men", ("easy", "hard"))]
    assert "look at both" in found[0].sentence


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 4), min_size=1, max_size=6))
def test_rates_as_floats_are_the_exact_rates_rounded_once(groups):
    counts = [Counts(*cells) for cells in groups]
    for _, rate in RATES.values():
        for one, value in zip(counts, rates_of(rate, matrix(counts)).tolist(), strict=True):
            exact = rate(one)
            assert (exact is None and isnan(value)) or (exact is not None and isclose(float(exact), value, rel_tol=1e-15))


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 4), min_size=1, max_size=6))
def test_the_interval_of_a_rate_holds_it(groups):
    counts = matrix(Counts(*cells) for cells in groups)
    for _, rate in RATES.values():
        for value, low, high in zip(*(column.tolist() for column in bounded_rates(rate, counts, counts)), strict=True):
            assert isnan(low) or low - 1e-12 <= value <= high + 1e-12


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=2, max_size=5))
def test_gaps_are_fairlearns_on_any_table(groups):
    """To 1e-12 wherever every group has a rate; fairlearn gives 0 where there is none."""
    import fairlearn.metrics as fairlearn
    import numpy as np

    counts = {f"g{place}": Counts(*cells) for place, cells in enumerate(groups)}
    truth, predicted, group = [], [], []
    for name, one in counts.items():
        for amount, y, p in ((one.tp, 1, 1), (one.fp, 0, 1), (one.fn, 1, 0), (one.tn, 0, 0)):
            truth += [y] * int(amount)
            predicted += [p] * int(amount)
            group += [name] * int(amount)
    for metric in METRICS.values():
        ours = gap(metric, counts)
        if metric.fairlearn and ours.value is not None and not ours.incomplete:
            theirs = getattr(fairlearn, metric.fairlearn)(np.array(truth), np.array(predicted), sensitive_features=np.array(group))
            assert isclose(float(ours.value), theirs, abs_tol=1e-12), metric.key


def test_the_check_values_of_the_other_gaps():
    groups = {"A": A, "B": B}
    assert {key: gap(METRICS[key], groups).value for key in OTHERS} == OTHERS


def test_portions_of_draws_do_not_depend_on_who_is_first():
    groups = {f"g{number}": Counts(30 + number % 7, 20, 10, 40) for number in range(400)}
    draws = Draws(AttributeCounts("g", groups, Counts()), seed=5)
    metric = METRICS["dp_difference"]
    values = {metric.key: gap(metric, groups).value or Fraction(0)}
    assert len(list(draws.tables())) > 1
    assert draws.intervals([metric], values) == draws.intervals([metric], values)


def scored(path: Path, rows: list[tuple[int, float, str]]) -> None:
    path.write_text("y,p,s,g\n" + "".join(f"{y},{int(s > 0.5)},{s},{g}\n" for y, s, g in rows))


def random_scores(seed: int, n: int = 3000, digits: int = 3) -> list[tuple[int, float, str]]:
    drawn = random.Random(seed)  # noqa: S311 - rows
    rows = []
    for _ in range(n):
        y = drawn.randrange(2)
        rows.append((y, round(min(1.0, max(0.0, drawn.gauss(0.4 + 0.2 * y, 0.25))), digits), drawn.choice("abc")))
    return rows


@pytest.mark.parametrize("digits", [1, 3, 9])
def test_scores_are_scikit_learns(tmp_path, digits):
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

    rows = random_scores(digits, digits=digits)
    scored(tmp_path / "p.csv", rows)
    columns = Columns("y", "p", "1", score="s", attributes=("g",))
    with open_source(tmp_path / "p.csv", dialect_of(tmp_path / "p.csv", filename="p.csv")) as source:
        found = measure(source, columns)
    for name, group in found.scores["g"].items():
        truth, score = [y for y, _, g in rows if g == name], [s for _, s, g in rows if g == name]
        assert isclose(group.auc.value, roc_auc_score(truth, score), abs_tol=1e-12)
        assert isclose(group.brier.value, brier_score_loss(truth, score), abs_tol=1e-12)
        assert isclose(group.log_loss.value, log_loss(truth, score), abs_tol=1e-12)
        assert isclose(group.mean_gap.value, sum(score) / len(score) - sum(truth) / len(truth), abs_tol=1e-12)
        for estimate in (group.auc, group.brier, group.log_loss, group.ece, group.mean_gap):
            assert estimate.low <= estimate.value <= estimate.high
        assert (group.roc[0], group.roc[-1], group.auc_error_bound) == ((0.0, 0.0), (1.0, 1.0), 0)
        assert sum(one.n for one in group.calibration) == len(truth)
    middle = sorted(s for _, s, _ in rows)
    assert found.split.median == (middle[1499] + middle[1500]) / 2
    assert found.split.groups["g"]["a"] == (sum(s > found.split.median for _, s, g in rows if g == "a"), sum(g == "a" for *_, g in rows))


def test_an_auc_in_bins_lies_within_its_bound(tmp_path):
    rows = random_scores(3, digits=12)
    scored(tmp_path / "p.csv", rows)
    columns = Columns("y", "p", "1", score="s", attributes=("g",))
    with open_source(tmp_path / "p.csv", dialect_of(tmp_path / "p.csv", filename="p.csv")) as source:
        table = count_in(source, columns)
        exact = group_scores(scan_scores(source, columns, table), seed=1)["g"]
        scan = scan_scores(source, columns, table, most_distinct=10)
    binned = group_scores(scan, seed=1)["g"]
    assert not scan.is_exact
    for name, group in binned.items():
        assert abs(group.auc.value - exact[name].auc.value) <= group.auc_error_bound < 1e-3
        assert isclose(group.brier.value, exact[name].brier.value, abs_tol=1e-9)
        assert isclose(group.log_loss.value, exact[name].log_loss.value, abs_tol=1e-9)


def test_a_score_that_is_no_probability_is_ranked_and_not_calibrated(tmp_path):
    (tmp_path / "p.csv").write_text("y,p,s,g\n1,1,90,a\n0,0,40,a\n1,1,85,b\n0,1,120,b\n0,0,nan,b\n1,1,,b\n")
    columns = Columns("y", "p", "1", score="s", attributes=("g",))
    with open_source(tmp_path / "p.csv", dialect_of(tmp_path / "p.csv", filename="p.csv")) as source:
        found = measure(source, columns)
    group = found.scores["g"]["a"]
    assert (group.auc.value, group.brier.value, group.calibration) == (1.0, None, ())
    assert any("no probabilities" in note for note in found.notes)
    assert any("2 counted rows have no score" in note for note in found.notes)
    assert {one.metric: one.verdict.value for one in found.findings if one.metric in {"auc_difference", "calibration"}} == {
        "auc_difference": "not-judged",
        "calibration": "not-judged",
    }
    assert found.scores_json()["attributes"][0]["groups"][0]["brier"]["value"] == ""


def test_the_check_values_of_regression(tmp_path):
    rows = [(10, 11, "A"), (12, 12, "A"), (14, 13, "A"), (16, 18, "A"), (10, 7, "B"), (12, 10, "B")]
    (tmp_path / "p.csv").write_text("y,p,g\n" + "".join(f"{y},{p},{g}\n" for y, p, g in rows) + "x,1,A\n1,1,\n")
    with open_source(tmp_path / "p.csv", dialect_of(tmp_path / "p.csv", filename="p.csv")) as source:
        found = count_errors(source, COLUMNS)
    groups = found.groups["g"]
    assert {name: (group.mean_absolute_error.value, group.mean_residual.value) for name, group in groups.items()} == {
        "A": (1.0, 0.5),
        "B": (2.5, -2.5),
    }
    assert (found.rows, found.excluded, found.unknown["g"]) == (8, 1, 1)
    gaps = error_gaps(groups, seed=1)
    assert (gaps["mae_difference"].value, gaps["mae_ratio"].value, gaps["mean_residual_gap"].value) == (1.5, 2.5, 3.0)
    assert all(gap.low <= gap.value <= gap.high for gap in gaps.values())
    even = error_gaps({"A": groups["A"], "B": groups["A"]}, seed=1)
    assert (even["mae_difference"].low, even["mae_ratio"].low) == (0.0, 1.0)


def test_an_intersection_in_which_nobody_is_known_has_no_groups_and_no_value(tmp_path):
    (tmp_path / "p.csv").write_text("y,p,a,b\n1,1,x,\n0,0,x,\n1,0,,y\n0,1,,y\n")
    columns = Columns("y", "p", "1", attributes=("a", "b"), intersections=(("a", "b"),))
    with open_source(tmp_path / "p.csv", dialect_of(tmp_path / "p.csv", filename="p.csv")) as source:
        found = measure(source, columns)
    assert found.table.by("a × b").groups == {}
    assert {one.value for one in found.findings if one.attribute == "a × b"} == {None}
    assert sum("have no known" in note for note in found.notes) == 3
