"""Files that mislead: names that nearly clash, nested and wide tables, long lines, outcomes that are not two."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from governance.fairness.columns import Columns, check_columns
from governance.fairness.counting import count
from governance.fairness.counts import Counts
from governance.fairness.predictions import MOST_DISTINCT, MOST_LINE, PredictionsError, Preview, inspect, suggest

COLUMNS = Columns("y", "p", "1", attributes=("g",))


def look(path: Path, text: str | None = None) -> Preview:
    if text is not None:
        path.write_text(text, newline="")
    return inspect(path, filename=path.name)


def parquet(path: Path, sql: str) -> Preview:
    import duckdb

    duckdb.sql(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
    return look(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y,p,sex,Sex\n1,1,a,b\n", "Sex, sex more than once"),
        ("y,p,g\r\n1,1,a\n0,0,b\r\n", "end in different ways"),
        ("x" * (MOST_LINE + 5), "more than 1,000,000 characters"),
        ("y,p,g\n1,1,a\n" + "1," * MOST_LINE, "4 values and the header has 3"),
        (",".join(f"c{number}" for number in range(600)) + "\n", "600 columns; 500 are allowed"),
    ],
)
def test_what_would_be_misread_is_refused_with_a_sentence(tmp_path, text, message):
    with pytest.raises(PredictionsError, match=message) as refused:
        look(tmp_path / "p.csv", text)
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_blank_lines_and_every_kind_of_line_ending(tmp_path, ending):
    text = 'y,p,g\n1,1,"a, b"\n\n0,0,c\n\n'.replace("\n", ending)
    preview = look(tmp_path / "p.csv", text)
    table = count(tmp_path / "p.csv", dialect=preview.dialect, columns=COLUMNS)
    assert (preview.rows, set(table.by("g").groups)) == (2, {"a, b", "c"})


def test_a_parquet_column_may_have_spaces_round_its_name(tmp_path):
    preview = parquet(tmp_path / "p.parquet", "SELECT * FROM (VALUES (1, 1, 'a'), (0, 1, 'b')) AS t(\" y \", p, g)")
    columns = Columns(" y ", "p", "1", attributes=("g",))
    check_columns(preview, columns)
    assert count(tmp_path / "p.parquet", dialect=preview.dialect, columns=columns).by("g").groups["b"] == Counts(fp=Fraction(1))


def test_a_nested_parquet_column_is_refused_only_when_it_is_chosen(tmp_path):
    rows = "(VALUES (1, 1, 'a', [1], {'a': 1}), (0, 1, 'b', [2], {'a': 2})) AS t(y, p, g, list, record)"
    preview = parquet(tmp_path / "p.parquet", f"SELECT * FROM {rows}")
    check_columns(preview, COLUMNS)
    assert "list" not in suggest(preview)["attributes"]
    for name in ("list", "record"):
        with pytest.raises(PredictionsError, match="lists or records"):
            check_columns(preview, Columns("y", "p", "1", attributes=(name,)))
    assert Preview.from_json(preview.to_json()) == preview


def test_typed_parquet_values_mean_what_their_text_means(tmp_path):
    preview = parquet(tmp_path / "p.parquet", "SELECT * FROM (VALUES (true, 1.0::DOUBLE, 'a'), (false, 0.0::DOUBLE, 'b')) AS t(y, p, g)")
    check_columns(preview, COLUMNS)
    groups = count(tmp_path / "p.parquet", dialect=preview.dialect, columns=COLUMNS).by("g").groups
    assert groups == {"a": Counts(tp=Fraction(1)), "b": Counts(tn=Fraction(1))}


def test_a_column_is_looked_at_in_full_even_where_it_changes_late(tmp_path):
    early = [f"{number},1,1,same,{number % 260},1,\n" for number in range(12_000)]
    late = [f"{number},0,0,other {number % 300},{number % 260},word,x\n" for number in range(12_000, 12_400)]
    preview = look(tmp_path / "p.csv", "id,y,p,g,n260,n,blank\n" + "".join([*early, *late]))
    found = {column.name: column for column in preview.columns}
    assert (found["id"].has_more, len(found["id"].distinct), found["id"].is_numeric) == (True, MOST_DISTINCT, True)
    assert (found["y"].distinct, found["y"].has_more) == (("0", "1"), False)
    assert found["g"].has_more
    assert found["n260"].has_more
    assert (found["n"].distinct, found["n"].is_numeric) == (("1", "word"), False)
    assert (found["blank"].distinct, found["blank"].blanks) == (("x",), 12_000)
    assert list(found["id"].distinct) == sorted(found["id"].distinct)


def test_a_wide_table_keeps_the_order_of_its_columns(tmp_path):
    names = [f"c{number}" for number in range(120)]
    preview = look(tmp_path / "p.csv", ",".join(names) + "\n" + ",".join(str(number) for number in range(120)) + "\n")
    assert [(column.name, column.distinct) for column in preview.columns] == [(name, (str(place),)) for place, name in enumerate(names)]


def test_a_number_is_guessed_to_be_an_attribute_by_its_name_only(tmp_path):
    preview = look(tmp_path / "p.csv", "y_true,y_pred,race_code,rooms,weekday\n1,1,1,2,mon\n0,1,2,3,tue\n")
    assert suggest(preview)["attributes"] == ["race_code", "weekday"]


@pytest.mark.parametrize(
    "text",
    ["y,p,g\n1,1,a\n2,1,b\n0,0,b\n", "y,p,g\n1,0.5,a\n0,0,b\n", "y,p,g\nyes,no,a\nno,no,b\n"],
)
def test_nothing_is_counted_as_an_outcome_that_it_is_not(tmp_path, text):
    preview = look(tmp_path / "p.csv", text)
    with pytest.raises(PredictionsError, match="one other value"):
        count(tmp_path / "p.csv", dialect=preview.dialect, columns=COLUMNS)


def test_two_groups_never_become_one(tmp_path):
    preview = look(tmp_path / "p.csv", "y,p,a,b\n1,1,x × y,z\n0,0,x,y × z\n")
    columns = Columns("y", "p", "1", attributes=("a", "b"), intersections=(("a", "b"),))
    with pytest.raises(PredictionsError, match="bear one name"):
        count(tmp_path / "p.csv", dialect=preview.dialect, columns=columns)


@pytest.mark.parametrize("weight", ["nan", "", "1e30", "x"])
def test_rows_whose_weight_is_no_number_are_left_out_and_told(tmp_path, weight):
    preview = look(tmp_path / "p.csv", f"y,p,g,w\n1,1,a,{weight}\n0,0,b,1\n")
    found = count(tmp_path / "p.csv", dialect=preview.dialect, columns=Columns("y", "p", "1", weight="w", attributes=("g",)))
    assert (found.rows, found.overall.n, found.excluded) == (2, 1, {"weight_not_a_number": 1})


def test_a_file_that_changed_since_it_was_looked_at_is_refused(tmp_path):
    preview = look(tmp_path / "p.csv", "y,p,g\n1,1,a\n0,0,b\n")
    (tmp_path / "p.csv").write_text("y,p,g\n1,1,a\n")
    with pytest.raises(PredictionsError, match="had 2 when it was uploaded"):
        count(tmp_path / "p.csv", dialect=preview.dialect, columns=COLUMNS)
    (tmp_path / "p.csv").write_text("y,p\n1,1\n")
    with pytest.raises(PredictionsError, match="2 values and the header has 3"):
        count(tmp_path / "p.csv", dialect=preview.dialect, columns=COLUMNS)


def test_a_column_of_very_many_values_is_offered_and_not_guessed(tmp_path):
    rows = "".join(f"1,1,{'mf'[number % 2]},2026-01-{1 + number % 31:02d}\n" for number in range(62))
    preview = look(tmp_path / "p.csv", "y_true,y_pred,sex,day\n0,0,m,2026-01-01\n" + rows)
    assert suggest(preview)["attributes"] == ["sex"]
    assert not preview.columns[3].has_more


def test_a_parquet_file_that_lies_about_its_size_is_refused(tmp_path):
    path = tmp_path / "p.parquet"
    parquet(path, "SELECT range % 2 AS y, (range // 2) % 2 AS p, ['a', 'b'][1 + range % 2] AS g FROM range(3000)")
    whole = path.read_bytes()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    place = whole.index(bytes([0xF0, 0x2E]), footer)  # 3,000 as a zigzag varint: the number of rows of the whole file
    path.write_bytes(whole[: place + 1] + bytes([0x2D]) + whole[place + 2 :])
    with pytest.raises(PredictionsError, match="says that it has 2,936 rows and holds 3,000"):
        look(path)
