"""Parquet for data tools: typed columns, compressed, any number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xdrec_app.services.whole_file import OutFile
from xdrec_app.services.writers.base import OutColumn, Row, RowWriter, writers

ROWS_PER_GROUP = 100_000


@writers.register
class ParquetWriter(RowWriter):
    """Rows are gathered to groups; times are timestamps in UTC. Texts stay as they are: nothing runs them."""

    key = "parquet"
    title = "Parquet"
    ending = ".parquet"

    def __init__(self, file: OutFile, columns: Sequence[OutColumn]) -> None:
        super().__init__(file, columns)
        import pyarrow as pa
        from pyarrow import parquet

        types = {
            "text": pa.string(),
            "number": pa.float64(),
            "integer": pa.int64(),
            "time": pa.timestamp("s", tz="UTC"),
        }
        self._schema = pa.schema([(column.name, types[column.kind]) for column in columns])
        self._writer = parquet.ParquetWriter(file, self._schema)
        self._rows: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        """See :meth:`RowWriter.write`."""
        self._rows += rows
        if len(self._rows) >= ROWS_PER_GROUP:
            self._write_group()

    def finish(self) -> None:
        """See :meth:`RowWriter.finish`."""
        if self._rows:
            self._write_group()
        self._writer.close()

    def abandon(self) -> None:
        """See :meth:`RowWriter.abandon`."""
        self._writer.is_open = False  # else it would close the file when it is collected

    def _write_group(self) -> None:
        import pyarrow as pa

        columns: Any = zip(*self._rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._rows = []
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
