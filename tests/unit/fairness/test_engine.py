"""The engine against check values, reference files, Fairlearn and a naive count."""

from __future__ import annotations

import csv
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance.fairness import verdicts
from governance.fairness.columns import Columns, canonical_value, check_columns, pairs
from governance.fairness.counting import count
from governance.fairness.counts import AttributeCounts, Counts, CountTable
from governance.fairness.gaps import METRICS, gap
from governance.fairness.intervals import wilson
from governance.fairness.metrics import RATES, selection_rate, treatment_equality
from governance.fairness.predictions import PredictionsError, Preview, inspect, suggest
from governance.fairness.table import open_table, quoted
from governance.fairness.verdicts import Verdict, findings
from governance.fairness.witness import witness
from tests import samples

A = Counts(Fraction(40), Fraction(20), Fraction(10), Fraction(30))
B = Counts(Fraction(12), Fraction(8), Fraction(8), Fraction(22))
GROUPS = {"A": A, "B": B}
COLUMNS = Columns("y", "p", "1", attributes=("g",))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dp_difference", "1/5"),
        ("dp_ratio", "2/3"),
        ("eo_difference", "1/5"),
        ("eo_ratio", "2/3"),
        ("eopp_difference", "1/5"),
        ("eopp_ratio", "3/4"),
        ("fpr_difference", "2/15"),
        ("fnr_difference", "1/5"),
        ("accuracy_difference", "1/50"),
        ("ppv_difference", "1/15"),
        ("for_difference", "1/60"),
    ],
)
def test_the_check_values_of_the_facts(key, value):
    assert gap(METRICS[key], GROUPS).value == Fraction(value)


def test_rates_are_exact_and_undefined_is_none():
    assert (selection_rate(A), treatment_equality(A), treatment_equality(B)) == (Fraction(3, 5), Fraction(1, 2), 1)
    assert all(rate(Counts()) is None for _, rate in RATES.values())


def test_a_ratio_is_undefined_when_nobody_is_picked():
    nobody = Counts(fn=Fraction(5), tn=Fraction(5))
    assert gap(METRICS["dp_ratio"], {"A": nobody, "B": nobody}).value is None
    assert gap(METRICS["dp_difference"], {"A": nobody, "B": nobody}).value == 0


def test_a_group_without_a_rate_is_named_and_cannot_pass():
    groups = {"A": A, "B": A, "C": Counts(fp=Fraction(40), tn=Fraction(60))}
    table = CountTable(300, A, (AttributeCounts("g", groups, Counts()),))
    found = next(one for one in findings(table, seed=1) if one.metric == "eopp_difference")
    assert (found.incomplete_groups, found.verdict) == (("C",), Verdict.NOT_JUDGED)


def test_a_small_group_is_shown_and_not_judged():
    table = CountTable(129, A, (AttributeCounts("g", {"A": A, "B": Counts(tp=Fraction(29))}, Counts()),))
    found = findings(table, seed=1)[0]
    assert (found.too_small, found.verdict) == (("B",), Verdict.NOT_JUDGED)
    assert "too few records" in found.sentence


@pytest.mark.parametrize(
    ("factor", "key", "verdict"),
    [(1, "dp_ratio", Verdict.INCONCLUSIVE), (100, "dp_ratio", Verdict.FAIL), (100, "accuracy_difference", Verdict.PASS)],
)
def test_a_verdict_follows_the_whole_interval(factor, key, verdict):
    groups = {name: Counts(*(value * factor for value in (one.tp, one.fp, one.fn, one.tn))) for name, one in GROUPS.items()}
    table = CountTable(150 * factor, A, (AttributeCounts("g", groups, Counts()),))
    found = next(one for one in findings(table, seed=1) if one.metric == key)
    assert found.verdict is verdict
    assert found.low is not None
    assert found.high is not None
    assert found.low <= (found.value or 0) <= found.high


def test_the_same_seed_gives_the_same_intervals():
    table = CountTable(150, A, (AttributeCounts("g", GROUPS, Counts()),))
    assert findings(table, seed=7) == findings(table, seed=7)
    assert findings(table, seed=7) != findings(table, seed=8)


def test_no_sentence_calls_a_metric_proof():
    table = CountTable(150, A, (AttributeCounts("g", GROUPS, Counts()),))
    for finding in findings(table, seed=1):
        assert not {"proof", "proves", "fair."} & set(finding.sentence.lower().split())


def test_findings_hold_no_floats_and_come_back():
    table = CountTable(150, A, (AttributeCounts("g", GROUPS, Counts()),))
    again = CountTable.from_json(json.loads(json.dumps(table.to_json())))
    assert again == table
    for finding in findings(table, seed=1):
        body = finding.to_json()
        assert verdicts.parse_fraction(body["value"]) == finding.value
        assert not any(isinstance(value, float) for value in body.values())


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_holds_the_share_and_stays_within_0_and_1(part, whole):
    part = min(part, whole)
    interval = wilson(Fraction(part), Fraction(whole))
    assert interval is not None
    low, high = interval
    assert 0 <= low <= Fraction(part, whole) + Fraction(1, 10**6)
    assert Fraction(part, whole) - Fraction(1, 10**6) <= high <= 1
    assert wilson(Fraction(0), Fraction(0)) is None


def look(path: Path) -> Preview:
    return inspect(path, filename=path.name)


@pytest.mark.parametrize(("name", "intersection"), [("german_credit", "sex x age_group"), ("hmda_2018", "race x sex")])
def test_the_reference_files_to_1e_6(name, intersection):
    path, reference = samples.fairness(name)
    attributes = tuple(one for one in reference["by_attribute"] if " x " not in one)
    columns = Columns("y_true", "y_pred", "1", attributes=attributes, intersections=(tuple(intersection.split(" x ")),))
    preview = look(path)
    check_columns(preview, columns)
    table = count(path, dialect=preview.dialect, columns=columns)
    compared = 0
    for attribute in attributes:
        groups = table.by(attribute).groups
        for group, expected in reference["by_attribute"][attribute]["groups"].items():
            counts = groups[group]
            assert (counts.tp, counts.fp, counts.fn, counts.tn) == tuple(expected[key] for key in ("tp", "fp", "fn", "tn"))
        for theirs, ours in samples.GAPS.items():
            found = gap(METRICS[ours], groups)
            if not found.incomplete and found.value is not None:
                value = reference["by_attribute"][attribute]["fairlearn"][theirs]
                assert float(found.value) == pytest.approx(value, abs=1e-6)
                compared += 1
    assert compared >= 3 * 5
    seen = witness(path, dialect=preview.dialect, columns=columns, table=table)
    assert (seen.agrees, seen.rows) == (True, reference["rows"])


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


CELLS = st.tuples(st.sampled_from(["0", "1"]), st.sampled_from(["0", "1"]), st.sampled_from(["a", "b", 'c "d", e', ""]))


@given(rows=st.lists(CELLS, min_size=1, max_size=60))
def test_counts_equal_a_naive_count(rows, tmp_path_factory):
    assume(any(row[2] for row in rows))
    path = tmp_path_factory.mktemp("naive") / "p.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["y", "p", "g"])
        writer.writerows(rows)
    table = count(path, dialect=look(path).dialect, columns=COLUMNS)
    naive = Counter(rows)
    for group in {row[2] for row in rows}:
        counts = table.by("g").groups[group] if group else table.by("g").unknown
        assert (counts.tp, counts.fp, counts.fn, counts.tn) == (
            naive["1", "1", group],
            naive["0", "1", group],
            naive["1", "0", group],
            naive["0", "0", group],
        )
    assert table.overall.n == len(rows)


def test_weights_count_for_what_they_say(tmp_path):
    path = write(tmp_path / "p.csv", "y,p,g,w\n1,1,a,2.5\n1,0,a,0.5\n0,0,b,1\n")
    columns = Columns("y", "p", "1", weight="w", attributes=("g",))
    preview = look(path)
    table = count(path, dialect=preview.dialect, columns=columns)
    assert table.by("g").groups["a"] == Counts(tp=Fraction(5, 2), fn=Fraction(1, 2))
    assert witness(path, dialect=preview.dialect, columns=columns, table=table).agrees


def test_the_unfavourable_outcome_can_be_the_one_that_is_counted(tmp_path):
    path = write(tmp_path / "p.csv", "y,p,g\nrefused,refused,a\ngranted,refused,a\ngranted,granted,b\n")
    table = count(path, dialect=look(path).dialect, columns=Columns("y", "p", "refused", attributes=("g",)))
    assert table.by("g").groups["a"] == Counts(tp=Fraction(1), fp=Fraction(1))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"y,p,g\n", "no rows"),
        (b"\x89PNG\r\n\x1a\n....", "a picture"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04....", "ZIP archive or an Excel"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"PAR1 this is not parquet", "damaged"),
        ("y,p,g\n1,1,Zürich\n".encode("latin-1"), "not UTF-8"),
        ("y,p,g\n1,1,a\n".encode("utf-16"), "not"),
        (b"y,p,g\n1,1,a\n1,1\n", "Line 3"),
        (b'y,p,g\n1,1,"a\n', "double quote that is not closed"),
        (b"y,p,y\n1,1,a\n", "more than once"),
        (b"y,,g\n1,1,a\n", "Column 2"),
        (b"\xef", "one column only"),
        (b"just one column\n1\n", "one column only"),
    ],
)
def test_what_is_not_a_table_is_refused_with_a_sentence(tmp_path, content, message):
    with pytest.raises(PredictionsError, match=message) as refused:
        look(write(tmp_path / "upload.csv", content))
    assert refused.value.message.endswith(".")


@given(content=st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_read_or_refused(content, tmp_path_factory):
    path = write(tmp_path_factory.mktemp("any") / "upload.bin", content)
    sentence = "It was read."
    try:
        look(path)
    except PredictionsError as refused:
        sentence = refused.message
    assert sentence.endswith(".")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_and_a_byte_order_mark(tmp_path, delimiter):
    text = "\ufeffy_true,y_pred,sex\n1,1,f\n0,1,m\n".replace(",", delimiter)
    preview = look(write(tmp_path / "p.csv", text))
    assert [column.name for column in preview.columns] == ["y_true", "y_pred", "sex"]
    assert suggest(preview)["attributes"] == ["sex"]


def test_parquet_gives_what_csv_gives(tmp_path):
    import duckdb

    text = write(tmp_path / "p.csv", "y,p,g\n1,1,a\n0,1,\n0,0,b\n")
    path = tmp_path / "p.parquet"
    duckdb.sql(f"COPY (FROM read_csv('{text}', all_varchar=true)) TO '{path}' (FORMAT parquet)")
    tables = [count(one, dialect=look(one).dialect, columns=COLUMNS) for one in (text, path)]
    assert tables[0] == tables[1]


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("y,p,g\n1,1,a\n0,1,b\n", Columns("y", "x", "1", attributes=("g",)), "no column “x”"),
        ("y,p,g\n1,1,a\n0,1,b\n", Columns("y", "p", "1"), "at least one sensitive"),
        ("y,p,g\n1,1,a\n0,1,b\n2,1,b\n", COLUMNS, "0, 1, 2; it needs exactly two"),
        ("y,p,g\n1,0.7,a\n0,0.2,b\n", COLUMNS, "If these are scores"),
        ("y,p,g\n1,1,\n0,1,\n", COLUMNS, "blank in every row"),
        ("y,p,g\n1,1,a\n0,1,a\n", COLUMNS, "one group only"),
        ("y,p,g\n1,1,a\n0,1,b\n", Columns("y", "p", "7", attributes=("g",)), "favourable outcome"),
        ("y,p,g\n1,1,a\n0,1,b\n", Columns("y", "y", "1", attributes=("g",)), "chosen twice"),
        ("y,p,g,s\n1,1,a,high\n0,1,b,1\n", Columns("y", "p", "1", score="s", attributes=("g",)), "must be a number"),
    ],
)
def test_columns_that_do_not_fit_are_refused_with_a_sentence(tmp_path, text, columns, message):
    with pytest.raises(PredictionsError, match=message):
        check_columns(look(write(tmp_path / "p.csv", text)), columns)


def test_negative_weights_are_refused(tmp_path):
    path = write(tmp_path / "p.csv", "y,p,g,w\n1,1,a,-1\n0,1,b,1\n")
    with pytest.raises(PredictionsError, match="negative"):
        count(path, dialect=look(path).dialect, columns=Columns("y", "p", "1", weight="w", attributes=("g",)))


def test_the_database_reaches_nothing_but_the_file(tmp_path):
    import duckdb

    path = write(tmp_path / "p.csv", "y,p,g\n1,1,a\n0,1,b\n")
    sibling = write(tmp_path / "secret.csv", "a,b\n1,2\n")
    attempts = [
        f"FROM read_csv({quoted(str(sibling))})",
        f"FROM read_text({quoted(str(sibling))})",
        f"FROM glob({quoted(str(tmp_path))} || '/*')",
        f"COPY (SELECT 1) TO {quoted(str(tmp_path / 'out.csv'))}",
        f"ATTACH {quoted(str(tmp_path / 'x.db'))}",
        "INSTALL httpfs",
        "SET enable_external_access=true",
    ]
    with open_table(path, look(path).dialect) as connection:
        for attempt in attempts:
            with pytest.raises(duckdb.Error):
                connection.execute(attempt).fetchall()


def test_a_name_that_looks_like_a_formula_is_plain_in_the_csv():
    table = CountTable(1, A, (AttributeCounts("g", {"=1+1": A}, Counts()),))
    assert "'=1+1" in table.to_csv()


@pytest.mark.parametrize(("typed", "same"), [("1", "1"), ("1.0", "1"), ("True", "1"), ("FALSE", "0"), (" yes ", "yes"), ("0.5", "0.5")])
def test_one_spelling_for_what_is_the_same(typed, same):
    assert canonical_value(typed) == same


def test_pairs_of_attributes():
    assert pairs(("a", "b", "c")) == (("a", "b"), ("a", "c"), ("b", "c"))
