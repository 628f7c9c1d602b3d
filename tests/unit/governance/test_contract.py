"""A data contract answers every rule: kept, or broken with how many rows and which values."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from governance.contract import Answer, Expected, check, drafted
from governance.fairness.predictions import inspect
from registry.digest import canonical

ROWS = "sex,age,day,y\nf,25,2026-11-01,1\nm,17,2026-11-20,0\n,abc,yesterday,1\nx,130,2026-11-02,0\n"
TODAY = date(2026, 11, 23)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.csv"
    path.write_text(ROWS)
    return path


def broken(file: Path, *contract: Expected) -> list[Answer]:
    answers = check(file, inspect(file, filename="file.csv"), contract, today=TODAY)
    assert answers
    return [one for one in answers if not one.is_kept]


@pytest.mark.parametrize(
    ("expected", "rule", "rows", "examples"),
    [
        (Expected("region", "text"), "The column is there.", 0, ()),
        (Expected("age", "number"), "Every value is a number.", 1, ("abc",)),
        (Expected("day", "date"), "Every value is a date such as 2026-11-23.", 1, ("yesterday",)),
        (Expected("y", "number", low="1"), "No value is under 1.", 2, ("0",)),
        (Expected("y", "number", high="0.5"), "No value is over 0.5.", 2, ("1",)),
        (Expected("sex", "text", allowed=("f", "m")), "Every value is one of f, m.", 1, ("x",)),
        (Expected("sex", "text", missing_percent=24), "At most 24 % are blank.", 1, ()),
        (Expected("sex", "two values"), "It has two different values.", 0, ()),
        (Expected("day", "text", age_days=2), "The newest date is at most 2 days old.", 0, ("2026-11-20",)),
        (Expected("age", "text", age_days=2), "The newest date is at most 2 days old.", 0, ()),
    ],
)
def test_a_broken_rule_says_how_many_rows_and_which_values(file, expected, rule, rows, examples):
    assert broken(file, expected) == [Answer(expected.name, rule, is_kept=False, rows=rows, examples=examples)]


@pytest.mark.parametrize(
    "expected",
    [
        Expected("sex", "text", allowed=("f", "m", "x"), missing_percent=25),
        Expected("y", "two values", allowed=("0", "1"), missing_percent=0),
        Expected("y", "number", low="0", high="1"),
        Expected("day", "text", age_days=3),
    ],
)
def test_a_kept_rule_is_kept_to_the_edge(file, expected):
    assert broken(file, expected) == []


def test_a_file_keeps_the_contract_that_is_drafted_from_it(file):
    contract = drafted(inspect(file, filename="file.csv"))
    assert [one.kind for one in contract] == ["text", "text", "text", "two values"]
    assert broken(file, *contract) == []


def test_a_contract_is_data_without_floats_and_reads_back(file):
    for one in drafted(inspect(file, filename="file.csv")):
        assert canonical(one.to_json())
        assert Expected.from_json(one.to_json()) == one


def test_an_allowed_value_with_a_quote_is_a_value(file):
    assert [one.rows for one in broken(file, Expected("sex", "text", allowed=("f'); DROP VIEW predictions; --",)))] == [3]
