"""The fairness engine against its peers: ``python -m benchmarks.fairness [--only WORD] [--folder FOLDER]``.

Every figure is a ratio taken in this run, of whole processes where the claim
says so. Aequitas needs an environment of its own (pandas below 3), which is
made in the folder on first use.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Claims, manage, process, quickest
from governance.fairness.columns import Columns
from governance.fairness.counting import count_in
from governance.fairness.measuring import Settings, measure
from governance.fairness.opening import dialect_of
from governance.fairness.source import open_source

COLUMNS = ("--label", "y_true", "--prediction", "y_pred")
BY = ("--by", "sex", "--by", "race", "--by", "sex,race")
SETS = Columns("y_true", "y_pred", "1", attributes=("sex", "race"), intersections=(("sex", "race"),))
FAIRLEARN = """
import sys, numpy, pandas
from fairlearn.metrics import *
from sklearn.metrics import accuracy_score, precision_score
import duckdb
frame = duckdb.sql(f"SELECT sex, race, y_true, y_pred FROM '{sys.argv[1]}'").df()
wanted = {f.__name__: f for f in (selection_rate, true_positive_rate, false_positive_rate, false_negative_rate, true_negative_rate,
          accuracy_score, precision_score)}
more = {"n_boot": int(sys.argv[2]), "ci_quantiles": [0.025, 0.975]} if len(sys.argv) > 2 else {}
for by in (["sex"], ["race"], ["sex", "race"]):
    m = MetricFrame(metrics=wanted, y_true=frame.y_true, y_pred=frame.y_pred, sensitive_features=frame[by], **more)
    m.by_group, m.difference(), m.ratio()
"""
AEQUITAS = """
import sys, pandas
from aequitas.group import Group
from aequitas.bias import Bias
frame = pandas.read_parquet(sys.argv[1], columns=["sex", "race", "y_true", "y_pred"])
frame = frame.rename(columns={"y_pred": "score", "y_true": "label_value"})
for by in ("sex", "race"):
    table, _ = Group().get_crosstabs(frame, attr_cols=[by])
    Bias().get_disparity_major_group(table, original_df=frame, alpha=0.05)
"""
SKLEARN = """
import sys, duckdb
from sklearn.metrics import roc_auc_score
frame = duckdb.sql(f"SELECT sex, race, y_true, score FROM '{sys.argv[1]}'").df()
for by in (["sex"], ["race"], ["sex", "race"]):
    for _, group in frame.groupby(by):
        roc_auc_score(group.y_true, group.score)
"""


def made(folder: Path, name: str, rows: int, *, groups: int = 0, more: str = "") -> Path:
    """Return a Parquet file of random predictions, made once."""
    import duckdb

    path = folder / f"{name}.parquet"
    if not path.exists():
        sex = f"'g' || (range % {groups})" if groups else "CASE WHEN random() < 0.5 THEN 'female' ELSE 'male' END"
        duckdb.execute("SELECT setseed(0.5)")
        duckdb.execute(
            f"COPY (SELECT {sex} AS sex, ['asian', 'black', 'hispanic', 'other', 'white'][1 + (random() * 5)::INT % 5] AS race, "  # noqa: S608
            f"['east', 'north', 'south', 'west'][1 + (random() * 4)::INT % 4] AS region, (random() < 0.4)::INT AS y_true, "
            f"(random() < 0.45)::INT AS y_pred, random() AS score{more} FROM range({rows})) TO '{path}' (FORMAT parquet)"
        )
    return path


def bare(path: Path, sql: str) -> float:
    """Return the seconds of a query in a DuckDB with the settings of the engine."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads=2")
    return quickest(lambda: connection.execute(sql.format(path)).fetchall())


def scan(claims: Claims, folder: Path) -> None:
    """Parquet, 10 million rows, every count metric and 2,000 replicates, against a bare GROUP BY."""
    path = made(folder, "ten", 10_000_000)
    limit = bare(path, "SELECT sex, race, y_true, y_pred, count(*) FROM '{}' GROUP BY ALL")

    def ours() -> None:
        with open_source(path, dialect_of(path, filename=path.name)) as source:
            measure(source, SETS, Settings(seed=1))

    ratio = quickest(ours) / limit
    claims.tell(
        "Parquet, 10 million rows, all metrics, 2,000 replicates",
        f"{ratio:.2f} x a bare GROUP BY of {limit:.3f} s",
        "2 x",
        is_met=ratio <= 2,
    )


def fairlearn_points(claims: Claims, folder: Path) -> None:
    """Point values at 1 million rows, whole processes."""
    path = made(folder, "one", 1_000_000)
    ours = manage("fairness", str(path), *COLUMNS, *BY, "--json", repeat=3)
    theirs = process([sys.executable, "-c", FAIRLEARN, str(path)])
    ratio = theirs.seconds / ours.seconds
    claims.tell(
        "Fairlearn MetricFrame, 1 million rows, whole processes",
        f"{ratio:.0f} x faster ({ours.seconds:.2f} s and {ours.megabytes:.0f} MB against {theirs.seconds:.1f} s "
        f"and {theirs.megabytes:.0f} MB)",
        "100 x", is_met=ratio >= 100,
    )  # fmt: skip


def aequitas(claims: Claims, folder: Path) -> None:
    """Point values of single attributes at 10 million rows, whole processes."""
    path, home = made(folder, "ten", 10_000_000), folder / "aequitas"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)  # noqa: S603
        subprocess.run([str(python), "-m", "pip", "install", "-q", "aequitas", "pandas<3", "pyarrow", "setuptools<81"], check=True)  # noqa: S603
    ours = manage("fairness", str(path), *COLUMNS, "--by", "sex", "--by", "race", "--json", repeat=3)
    theirs = process([str(python), "-W", "ignore", "-c", AEQUITAS, str(path)])
    ratio, memory = theirs.seconds / ours.seconds, ours.megabytes / theirs.megabytes
    claims.tell(
        "Aequitas, 10 million rows, single attributes, whole processes",
        f"{ratio:.1f} x faster ({ours.seconds:.2f} s against {theirs.seconds:.1f} s), {memory:.2f} of the memory",
        "8 x, a tenth", is_met=ratio >= 8 and memory <= 0.1,
    )  # fmt: skip


def fairlearn_replicates(claims: Claims, folder: Path) -> None:
    """Cost of one more replicate at 10,000 rows: the difference of two runs over the difference of their replicates."""
    path = made(folder, "tenthousand", 10_000)
    few, many = (process([sys.executable, "-c", FAIRLEARN, str(path), str(n)]).seconds for n in (2, 12))
    theirs = (many - few) / 10
    with open_source(path, dialect_of(path, filename=path.name)) as source:
        small, large = (quickest(lambda n=n: measure(source, SETS, Settings(replicates=n))) for n in (2_000, 22_000))
    ours = (large - small) / 20_000
    ratio = theirs / ours
    claims.tell("Fairlearn with replicates, 10,000 rows, per replicate", f"{ratio:,.0f} x faster", "3,000 x", is_met=ratio >= 3_000)


def csv(claims: Claims, folder: Path) -> None:
    """CSV of 10 million rows against DuckDB reading the same columns of it."""
    import duckdb

    source, path = made(folder, "ten", 10_000_000), folder / "ten.csv"
    if not path.exists():
        duckdb.execute(f"COPY (SELECT sex, race, region, y_true, y_pred, round(score, 6) AS score FROM '{source}') TO '{path}' (HEADER)")  # noqa: S608
    limit = bare(path, "SELECT sex, race, y_true, y_pred, count(*) FROM read_csv('{}', all_varchar=true) GROUP BY ALL")

    def ours() -> None:
        with open_source(path, dialect_of(path, filename=path.name)) as opened:
            measure(opened, SETS)

    ratio = quickest(ours, 3) / limit
    size = path.stat().st_size / 1e6
    claims.tell(f"CSV, 10 million rows, {size:.0f} MB", f"{ratio:.2f} x DuckDB's {limit:.2f} s", "1.3 x", is_met=ratio <= 1.3)


def hundred_million(claims: Claims, folder: Path) -> None:
    """100 million rows, three attributes, 1,000 replicates, as a command."""
    path = made(folder, "hundred", 100_000_000)
    limit = bare(path, "SELECT sex, race, region, y_true, y_pred, count(*) FROM '{}' GROUP BY ALL")
    ours = manage(
        "fairness", str(path), *COLUMNS, "--by", "sex", "--by", "race", "--by", "region", "--bootstrap", "1000", "--json", repeat=2
    )
    ratio = ours.seconds / limit
    claims.tell(
        "Parquet, 100 million rows, three attributes, 1,000 replicates, whole process",
        f"{ours.seconds:.2f} s, {ratio:.2f} x a bare GROUP BY of {limit:.2f} s, {ours.megabytes:.0f} MB",
        "4 s, 2 x, 150 MB", is_met=ours.seconds < 4 and ratio <= 2 and ours.megabytes < 150,
    )  # fmt: skip


def auc(claims: Claims, folder: Path) -> None:
    """AUC of every group, reading included on both sides."""
    path = made(folder, "ten", 10_000_000)
    ours = manage("fairness", str(path), *COLUMNS, "--score", "score", *BY, "--json")
    theirs = process([sys.executable, "-c", SKLEARN, str(path)])
    ratio = theirs.seconds / ours.seconds
    claims.tell(
        "AUC per group, 10 million rows, against scikit-learn", f"{ratio:.1f} x faster ({ours.seconds:.1f} against {theirs.seconds:.1f} s)",
        "3 x", is_met=ratio >= 3,
    )  # fmt: skip


def growth(claims: Claims, folder: Path) -> None:
    """Ten times the rows cost at most about ten times the counting; 20,000 groups still answer."""
    times = []
    for name, rows in (("ten", 10_000_000), ("hundred", 100_000_000)):
        path = made(folder, name, rows)
        with open_source(path, dialect_of(path, filename=path.name)) as source:
            times.append(quickest(lambda source=source: count_in(source, SETS), 3))
    ratio = times[1] / times[0]
    claims.tell("Growth from 10 to 100 million rows", f"{ratio:.1f} x the time", "linear, 12 x", is_met=ratio <= 12)
    many = manage("fairness", str(made(folder, "groups", 1_000_000, groups=20_000)), *COLUMNS, "--by", "sex", "--json", repeat=2)
    claims.tell("20,000 groups, whole process", f"{many.seconds:.2f} s", "5 s", is_met=many.seconds < 5)


def start(claims: Claims, folder: Path) -> None:
    """The command on 1,000 rows."""
    run = manage("fairness", str(made(folder, "thousand", 1_000)), *COLUMNS, *BY, "--json", repeat=5)
    claims.tell("Command on 1,000 rows, start to end", f"{run.seconds:.2f} s", "1.5 s", is_met=run.seconds < 1.5)


def main() -> int:
    """Run the claims."""
    every = (start, scan, csv, growth, hundred_million, fairlearn_points, fairlearn_replicates, auc, aequitas)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[claim.__name__ for claim in every])
    parser.add_argument("--folder", type=Path, help="keeps the files between runs")
    options = parser.parse_args()
    claims, began = Claims(), time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for claim in every:
            if options.only in {None, claim.__name__}:
                claim(claims, folder)
    sys.stdout.write(f"{time.perf_counter() - began:.0f} s\n")
    return claims.end()


if __name__ == "__main__":
    sys.exit(main())
