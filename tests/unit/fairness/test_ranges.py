"""Cut points are numbers in order, and the suggested ones are round and inside the range."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.fairness import ranges
from governance.fairness.predictions import inspect


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("25, 40,60", ["25", "40", "60"]),
        ("60 25;40", ["25", "40", "60"]),
        ("0.50 1e1", ["0.5", "10"]),
        ("", []),
        ("-5 0 100", ["-5", "0", "100"]),
    ],
)
def test_cut_points_become_ascending_decimal_text(text, cuts):
    assert ranges.parse_cuts(text) == cuts


@pytest.mark.parametrize("text", ["old", "25, 25.0", "nan", "inf", "1e400", "1 2 3 4 5 6 7 8 9 10"])
def test_what_is_no_list_of_cut_points_gets_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        ranges.parse_cuts(text)


@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=9, unique=True))
def test_cut_points_survive_being_written_and_read(numbers):
    cuts = ranges.parse_cuts(" ".join(map(str, numbers)))
    assert [Decimal(cut) for cut in cuts] == sorted(numbers)
    assert ranges.parse_cuts(", ".join(cuts)) == cuts


def write(folder: Path, values) -> Path:
    file = folder / "file.csv"
    file.write_text("age,sex\n" + "\n".join(f"{value},a" for value in values))
    return file


def test_suggested_cuts_are_round_and_lie_near_the_quartiles(tmp_path):
    file = write(tmp_path, [18 + number % 73 for number in range(730)])
    found = ranges.ranges(file, inspect(file, filename="file.csv"))
    assert set(found) == {"age"}
    assert (found["age"].low, found["age"].high) == ("18", "90")
    assert found["age"].cuts == ("35", "55", "70")


def test_a_column_without_spread_of_quartiles_gets_what_it_can(tmp_path):
    file = write(tmp_path, [0] * 900 + list(range(100)))
    found = ranges.ranges(file, inspect(file, filename="file.csv"))
    assert all(Decimal(found["age"].low) < Decimal(cut) < Decimal(found["age"].high) for cut in found["age"].cuts)
