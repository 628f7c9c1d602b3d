"""Where the rows are, and how they are grouped there: a file, a database, a cluster.

The rule: rows never leave. A source runs one GROUP BY and brings back the
cells, so that a billion rows in a warehouse cost what the cells cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from governance.fairness.problems import PredictionsError, refused_by_reader
from governance.fairness.table import name_of, open_table, quoted

NUMBER: Final = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"


class Counting(Protocol):
    """Anything that can group its rows by SQL.

    Attributes:
        label: what the rows are called in a sentence, such as a file's name.
        table: the rows, as SQL names them after FROM.
        text: the SQL type of text.
        real: the SQL type of a double.
    """

    label: str
    table: str
    text: str
    real: str

    def quote(self, column: str) -> str:
        """Return a column's name as SQL writes it."""
        ...

    def decimal(self, column: str) -> str:
        """Return SQL for a column as an exact decimal of 18 places; NULL where it holds no number."""
        ...

    def double(self, column: str) -> str:
        """Return SQL for a column as a finite double; NULL where it holds no number."""
        ...

    def distinct(self, expression: str) -> str:
        """Return SQL for about how many different values an expression has."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows.

        Raises:
            PredictionsError: the rows cannot be read as they are.
        """
        ...


class FileCounting:
    """A CSV or Parquet file, grouped by DuckDB in this process."""

    text = "VARCHAR"
    real = "DOUBLE"

    def __init__(self, connection: Any, dialect: Mapping[str, Any], label: str) -> None:
        self.connection = connection
        self.table = "predictions"
        self.format: str = dialect["format"]
        self.label = label

    def quote(self, column: str) -> str:
        """Return the name in double quotes."""
        return name_of(column)

    def decimal(self, column: str) -> str:
        """Return a counted cast: NULL where the text is no number."""
        return f"TRY_CAST(trim(CAST({name_of(column)} AS VARCHAR)) AS DECIMAL(38, 18))"

    def double(self, column: str) -> str:
        """Return a cast that leaves out what is not finite.

        Of a CSV the text is trimmed first: DuckDB 2.0 hands a bare cast of a
        column to its reader, which then refuses the file instead of giving NULL.
        """
        text = name_of(column) if self.format == "parquet" else f"trim({name_of(column)})"
        number = f"TRY_CAST({text} AS DOUBLE)"
        return f"(CASE WHEN isfinite({number}) THEN {number} END)"

    def distinct(self, expression: str) -> str:
        """Return HyperLogLog's estimate, which is within a few percent."""
        return f"approx_count_distinct({expression})"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query in the locked-down DuckDB."""
        import duckdb

        try:
            found: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise refused_by_reader(error, self.label, self.format) from error
        return found

    def arrays(self, sql: str) -> dict[str, Any]:
        """Run a query and return its columns as NumPy arrays."""
        import duckdb

        try:
            found: dict[str, Any] = self.connection.execute(sql).fetchnumpy()
        except duckdb.Error as error:
            raise refused_by_reader(error, self.label, self.format) from error
        return found


class DatabaseCounting:
    """A table or view in PostgreSQL, grouped by its server.

    Args:
        connection: a DB-API connection, such as ``psycopg.connect(…)``; only read from.
        table: its name, with its schema after a dot if need be.
    """

    text = "text"
    real = "double precision"

    def __init__(self, connection: Any, table: str) -> None:
        self.connection = connection
        self.label = table
        self.table = ".".join(name_of(part) for part in table.split("."))

    def quote(self, column: str) -> str:
        """Return the name in double quotes."""
        return name_of(column)

    def decimal(self, column: str) -> str:
        """Return a guarded cast: NULL where the text is no number."""
        return self._guarded(column, "numeric(38, 18)")

    def double(self, column: str) -> str:
        """Return a guarded cast: NULL where the text is no number."""
        return self._guarded(column, "double precision")

    def distinct(self, expression: str) -> str:
        """Return the exact number."""
        return f"count(DISTINCT {expression})"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query on the server."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _guarded(self, column: str, kind: str) -> str:
        text = f"CAST({name_of(column)} AS text)"
        return f"(CASE WHEN {text} ~ '{NUMBER}' THEN CAST({text} AS {kind}) END)"


class SparkCounting:
    """A table or view known to a Spark session, grouped by its cluster.

    Args:
        session: a ``pyspark.sql.SparkSession`` (Spark is an extra; it is not imported here).
        table: its name in the session's catalog.
    """

    text = "STRING"
    real = "DOUBLE"

    def __init__(self, session: Any, table: str) -> None:
        self.session = session
        self.label = table
        self.table = ".".join(self.quote(part) for part in table.split("."))

    def quote(self, column: str) -> str:
        """Return the name in backticks."""
        return "`" + column.replace("`", "``") + "`"

    def decimal(self, column: str) -> str:
        """Return a cast that gives NULL where the text is no number."""
        return f"TRY_CAST(trim(CAST({self.quote(column)} AS STRING)) AS DECIMAL(38, 18))"

    def double(self, column: str) -> str:
        """Return a cast that leaves out what is not finite."""
        number = f"TRY_CAST(CAST({self.quote(column)} AS STRING) AS DOUBLE)"
        return f"(CASE WHEN NOT isnan({number}) AND abs({number}) < double('Infinity') THEN {number} END)"

    def distinct(self, expression: str) -> str:
        """Return HyperLogLog's estimate, which is within a few percent."""
        return f"approx_count_distinct({expression})"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query on the cluster."""
        return [tuple(row) for row in self.session.sql(sql).collect()]


@contextmanager
def open_source(path: Path, dialect: Mapping[str, Any], *, label: str = "") -> Iterator[FileCounting]:
    """Yield a file as a source, in a DuckDB that can reach nothing else.

    Raises:
        PredictionsError: it cannot be opened as what it was taken for.
    """
    import duckdb

    name = label or path.name
    try:
        with open_table(path, dialect) as connection:
            source = FileCounting(connection, dialect, name)
            if source.format == "parquet":
                _refuse_lie(source, path)
            yield source
    except duckdb.Error as error:
        raise refused_by_reader(error, name, dialect["format"]) from error


def _refuse_lie(source: FileCounting, path: Path) -> None:
    """Refuse a Parquet file whose footer says another number of rows than its parts hold."""
    said = sum(int(row[0]) for row in source.rows(f"SELECT num_rows FROM parquet_file_metadata({quoted(str(path.resolve()))})"))  # noqa: S608
    held = int(source.rows("SELECT count(*) FROM predictions")[0][0])
    if said != held:
        message = f"“{source.label}” says that it has {said:,} rows and holds {held:,}, so it is damaged. Write it again and upload that."
        raise PredictionsError(message)
