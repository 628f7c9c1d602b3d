"""``manage.py fairness``: what it prints, how it ends, and what it never touches."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests import samples

GOOD = "y_true,y_pred,sex,race\n" + "".join(
    f"{y},{p},{sex},{race}\n"
    for sex, race, cells in (("a", "x", (40, 20, 10, 30)), ("b", "y", (12, 8, 8, 42)), ("b", "x", (30, 9, 9, 40)))
    for (y, p), n in zip(((1, 1), (0, 1), (1, 0), (0, 0)), cells, strict=True)
    for _ in range(n)
)


def run(path: Path, *arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("fairness", str(path), "--label", "y_true", "--prediction", "y_pred", "--json", *arguments, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "p.csv").write_text(GOOD)
    return tmp_path / "p.csv"


def test_the_shape_that_programs_rely_on(path):
    found = run(path, "--by", "sex", "--by", "sex,race")
    assert (found["rows"], found["excluded"], [one["attributes"] for one in found["by"]]) == (258, {}, [["sex"], ["sex", "race"]])
    group = found["by"][0]["groups"][0]
    assert {key: group[key] for key in ("group", "n", "tp", "fp", "fn", "tn", "too_small")} == {
        "group": {"sex": "a"}, "n": 100, "tp": 40, "fp": 20, "fn": 10, "tn": 30, "too_small": False,
    }  # fmt: skip
    assert group["metrics"]["selection_rate"]["value"] == 0.6
    assert group["metrics"]["selection_rate"]["low"] < 0.6 < group["metrics"]["selection_rate"]["high"]
    gaps = found["by"][0]["disparities"]
    assert {"demographic_parity_difference", "demographic_parity_ratio", "equalized_odds_difference", "equalized_odds_ratio"} <= set(gaps)
    assert set(gaps["demographic_parity_ratio"]) >= {"value", "low", "high", "verdict"}
    assert "witness" not in found
    assert found["by"][1]["groups"][0]["group"] == {"sex": "a", "race": "x"}


def test_the_same_seed_gives_the_same_output(path):
    assert run(path, "--by", "sex", "--seed", "3") == run(path, "--by", "sex", "--seed", "3")
    assert run(path, "--by", "sex", "--seed", "3") != run(path, "--by", "sex", "--seed", "4")


def test_undefined_is_null_and_cannot_pass(tmp_path):
    (tmp_path / "p.csv").write_text("y_true,y_pred,sex\n" + "0,1,a\n0,0,a\n" * 40 + "1,1,b\n0,0,b\n" * 40)
    found = run(tmp_path / "p.csv", "--by", "sex")["by"][0]
    assert found["groups"][0]["metrics"]["true_positive_rate"] == {"value": None, "low": None, "high": None}
    gap = found["disparities"]["equal_opportunity_difference"]
    assert (gap["value"], gap["verdict"], gap["undefined_groups"]) == (None, "not-judged", ["a"])


def test_fairlearn_is_asked_only_when_wanted_and_agrees(path):
    seen = run(path, "--by", "sex", "--by", "race", "--by", "sex,race", "--witness")["witness"]
    assert seen["agrees"]
    assert seen["largest_difference"] <= 1e-12
    assert seen["rows"] == 258


@pytest.mark.parametrize("name", ["german_credit", "hmda_2018"])
def test_the_reference_files(name):
    path, reference = samples.fairness(name)
    attributes = list(reference["by_attribute"])
    found = run(path, *[part for attribute in attributes for part in ("--by", attribute)])
    for one in found["by"]:
        expected = reference["by_attribute"][one["attributes"][0]]["groups"]
        for group in one["groups"]:
            told = expected[next(iter(group["group"].values()))]
            assert [group[key] for key in ("n", "tp", "fp", "fn", "tn")] == [told[key] for key in ("n", "tp", "fp", "fn", "tn")]
            for ours, theirs in (("selection_rate", "selection_rate"), ("true_positive_rate", "tpr"), ("precision", "ppv")):
                value = group["metrics"][ours]["value"]
                assert value == pytest.approx(told[theirs], abs=1e-6) if value is not None else told[theirs] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--by", "nothing"), "no column “nothing”"),
        (("--by", "sex", "--threshold", "fairness>=1"), "is no threshold"),
        (("--by", "sex", "--threshold", "demographic_parity_ratio<=0.8"), "write “demographic_parity_ratio>=0.8”"),
        (("--by", "sex", "--bootstrap", "0"), "at least 1"),
        (("--by", "sex", "--bins", "sex=3,2"), "rising numbers"),
        (("--by", "sex", "--positive", "yes"), "the favourable outcome “yes” and one other value"),
        (("--by", "sex", "--encoding", "martian"), "no encoding"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(path, arguments, message):
    with pytest.raises(CommandError, match=message) as refused:
        run(path, *arguments)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="There is no file") as refused:
        run(tmp_path / "none.csv", "--by", "sex")
    assert refused.value.returncode == 2


def test_a_threshold_that_fails_ends_with_1(path):
    with pytest.raises(SystemExit) as ended:
        run(path, "--by", "sex", "--threshold", "demographic_parity_ratio>=0.99", "--fail-on", "fail")
    assert ended.value.code == 1
    assert run(path, "--by", "sex", "--threshold", "demographic_parity_ratio>=0.1", "--fail-on", "fail")["rows"] == 258
    with pytest.raises(SystemExit):
        run(path, "--by", "sex", "--threshold", "demographic_parity_ratio>=0.8", "--fail-on", "inconclusive")


def test_people_get_sentences(path):
    out = io.StringIO()
    call_command("fairness", str(path), "--label", "y_true", "--prediction", "y_pred", "--by", "sex", stdout=out)
    assert "By sex" in out.getvalue()
    assert "the threshold of 0.800" in out.getvalue()


def test_errors_of_a_regression(tmp_path):
    (tmp_path / "p.csv").write_text("y_true,y_pred,g\n10,11,A\n12,12,A\n14,13,A\n16,18,A\n10,7,B\n12,10,B\n")
    found = run(tmp_path / "p.csv", "--by", "g", "--regression")["by"][0]
    assert found["groups"][1]["metrics"]["mean_residual"]["value"] == -2.5
    assert found["disparities"]["mae_difference"]["value"] == 1.5


def test_other_metrics_run_through_metric_frame(path, tmp_path):
    from sklearn.metrics import matthews_corrcoef

    found = run(path, "--by", "sex", "--metric", "matthews_corrcoef")["others"][0]
    assert found["groups"]["a"] == pytest.approx(matthews_corrcoef([1] * 40 + [0] * 20 + [1] * 10 + [0] * 30, [1] * 60 + [0] * 40))
    assert found["difference"] == pytest.approx(abs(found["groups"]["a"] - found["groups"]["b"]))
    for name, message in (("os.system", "There is no metric"), ("roc_auc_score", "needs the score")):
        with pytest.raises(CommandError, match=message):
            run(path, "--by", "sex", "--metric", name)
    (tmp_path / "s.csv").write_text("y_true,y_pred,s,sex\n1,1,0.9,a\n0,0,0.2,a\n1,1,0.8,b\n1,0,0.3,b\n")
    found = run(tmp_path / "s.csv", "--by", "sex", "--score", "s", "--metric", "roc_auc_score")["others"][0]
    assert (found["groups"], found["difference"]) == ({"a": 1.0, "b": None}, None)


def test_no_database_is_touched(path):
    """Without the mark ``django_db`` any query fails the test."""
    run(path, "--by", "sex")
    assert not connection.queries_log
