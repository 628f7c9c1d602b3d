"""Cells that a spreadsheet program opens."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.spreadsheet import defused, original, to_csv


@pytest.mark.parametrize("text", ["-5", "+49", "+49 30 1234", "-0.3 %", "12", "1,000.5", "a = b", "", "it's"])
def test_plain_text_and_honest_numbers_are_left_as_they_are(text):
    assert defused(text) == text


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", " =1", "\t=1", "\r=1", "＝1", "'=1", "-", "+49 30 1=2"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert defused(text) == f"'{text}"


@given(st.text())
def test_defusing_comes_back(text):
    assert original(defused(text)) == text


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")), min_size=2, max_size=2)))
def test_no_cell_of_a_file_begins_a_formula(rows):
    read = list(csv.reader(io.StringIO(to_csv(["a", "b"], rows))))
    assert [[original(cell) for cell in row] for row in read[1:]] == rows
    for cell in (cell for row in read for cell in row):
        assert not cell.strip().startswith(("=", "@"))
