"""A file as the view ``predictions`` in a DuckDB that can reach nothing else.

All columns of a CSV are read as text with a dialect that was settled before,
because guessing loses rows (see the tests). The order of the settings matters:
the file is allowed first, then everything outside is shut, then the lock is
set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.opening import MOST_LINE

if TYPE_CHECKING:
    import duckdb

MEMORY: Final = "1GB"
THREADS: Final = 2


@contextmanager
def open_table(path: Path, dialect: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a locked-down connection in which the file is the view ``predictions``."""
    import duckdb

    connection = duckdb.connect(":memory:")
    try:
        place = quoted(str(path.resolve()))
        connection.execute(f"SET memory_limit='{MEMORY}'")
        connection.execute(f"SET threads={THREADS}")
        connection.execute("SET autoinstall_known_extensions=false")
        connection.execute("SET autoload_known_extensions=false")
        connection.execute("SET temp_directory=''")
        connection.execute(f"SET allowed_paths=[{place}]")
        connection.execute("SET enable_external_access=false")
        connection.execute("SET python_enable_replacements=false")
        connection.execute("SET lock_configuration=true")
        connection.execute(f"CREATE VIEW predictions AS SELECT * FROM {_source(place, dialect)}")  # noqa: S608
        yield connection
    finally:
        connection.close()


def name_of(column: str) -> str:
    """Return a column's name as SQL writes it."""
    return '"' + column.replace('"', '""') + '"'


def text_of(column: str) -> str:
    """Return SQL for a column's value as text."""
    return f"CAST({name_of(column)} AS VARCHAR)"


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _source(place: str, dialect: Mapping[str, Any]) -> str:
    if dialect["format"] == "parquet":
        return f"read_parquet({place})"
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in dialect["columns"])
    return (
        f"read_csv({place}, auto_detect=false, header=true, delim={quoted(dialect['delimiter'])}, quote='\"', escape='\"', "
        f"columns={{{columns}}}, null_padding=false, strict_mode=true, max_line_size={2 * MOST_LINE})"
    )
