"""The same rows give the same counts from a file, from PostgreSQL and from Spark."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from governance.fairness.columns import Columns
from governance.fairness.measuring import measure
from governance.fairness.opening import dialect_of
from governance.fairness.regression import count_errors
from governance.fairness.source import Counting, DatabaseCounting, SparkCounting, open_source

COLUMNS = Columns("y", "p", "1", score="s", weight="w", attributes=("g", "age"), intersections=(("g", "age"),), bins={"age": ("30", "50")})
WIDE = Columns("y", "p", "1", attributes=("g", "age", "other"), intersections=(("g", "age"),))


@pytest.fixture(scope="module")
def rows() -> list[tuple[Any, ...]]:
    drawn = random.Random(11)  # noqa: S311 - rows
    return [
        (
            drawn.choice(["0", "1", "1", "NA"]),
            drawn.choice(["0", "1"]),
            f"{drawn.random():.4f}",
            drawn.choice(["1", "2.5", "x", "0.125"]),
            drawn.choice(["a", "b'c", 'd"e', "", None]),
            str(drawn.randrange(18, 80)),
            str(drawn.randrange(9000)),
        )
        for _ in range(40_000)
    ]


@pytest.fixture(scope="module")
def from_file(rows: list[tuple[Any, ...]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counting]:
    import csv

    path: Path = tmp_path_factory.mktemp("rows") / "rows.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([("y", "p", "s", "w", "g", "age", "other"), *rows])
    with open_source(path, dialect_of(path, filename="rows.csv")) as source:
        yield source


def same(one: Counting, other: Counting) -> None:
    ours, theirs = measure(one, COLUMNS), measure(other, COLUMNS)
    assert ours.table == theirs.table
    assert set(ours.table.excluded) == {"label_missing", "weight_not_a_number"}
    assert ours.findings[0] == theirs.findings[0]
    for attribute, groups in ours.scores.items():
        for name, group in groups.items():
            assert group.auc.value == pytest.approx(theirs.scores[attribute][name].auc.value, abs=1e-12)
            assert group.log_loss.value == pytest.approx(theirs.scores[attribute][name].log_loss.value, abs=1e-12)
    assert ours.split == theirs.split
    assert measure(one, WIDE).table == measure(other, WIDE).table
    errors = [count_errors(source, COLUMNS) for source in (one, other)]
    assert errors[0].groups["g"]["a"].mean_residual.value == pytest.approx(errors[1].groups["g"]["a"].mean_residual.value, abs=1e-12)


def test_postgresql_counts_what_a_file_counts(rows, from_file):
    """On the server of ``DATABASE_URL``, which the second half of CI starts."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("No PostgreSQL here; CI runs this on one.")
    import psycopg

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE predictions (y text, p integer, s double precision, w text, g text, age integer, other text)")
        with cursor.copy("COPY predictions FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        same(from_file, DatabaseCounting(connection, "predictions"))
        connection.rollback()


def test_spark_counts_what_a_file_counts(rows, from_file, tmp_path):
    """Spark is an extra (requirements-spark.txt); CI has it."""
    if not os.environ.get("CI"):
        pytest.importorskip("pyspark")
    from pyspark.sql import SparkSession

    assert subprocess.run(["java", "-version"], capture_output=True, check=False).returncode == 0
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", str(tmp_path))
        .getOrCreate()
    )
    try:
        frame = session.createDataFrame(rows, "y string, p string, s string, w string, g string, age string, other string")
        frame.cache().createOrReplaceTempView("predictions")
        same(from_file, SparkCounting(session, "predictions"))
    finally:
        session.stop()
