"""Tables as Parquet files, written whole or not at all, part after part as they come."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinematics.files import replacing
from kinematics.store.declared import table_schema

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

#: Rows gathered before a row group is written: bounds the memory and keeps the groups few. A row of curves is long, and
#: what waits at a run's end is written when nothing else is left to do.
ROWS_PER_GROUP, CURVES_PER_GROUP = 10_240, 2_048
#: Parts put together at a time: each part's own columns cost more memory than a few rows in them.
SMALL_PARTS = 128


def write_table(path: Path, name: str, tables: Iterable[pa.Table]) -> int:
    """
    Writes the parts of table `name` as one Parquet file and returns the number of rows.

    Parameters
    ----------
    path : Path
    name : str
    tables : iterable of pyarrow.Table
        In the order of their rows.
    """
    with writing_table(path, name) as rows:
        for table in tables:
            rows.add(table)
    return rows.count


@contextmanager
def writing_table(path: Path, name: str) -> Generator[Rows]:
    """
    Takes parts of table `name`, in the order of their rows; they are one Parquet file when the block ends well.

    zstd; text by dictionary, numbers by byte-stream-split; least and largest values noted of all but curves, of which
    nobody asks that; row groups of about `ROWS_PER_GROUP` rows, of curves `CURVES_PER_GROUP`: no more is held.
    """
    import pyarrow.parquet as pq

    schema = table_schema(name)
    with replacing(path) as part, _Hashed(io.FileIO(part, "w")) as file:
        with pq.ParquetWriter(file, schema, compression="zstd", **_encodings(schema)) as writer:
            rows = Rows(writer, CURVES_PER_GROUP if name == "curves" else ROWS_PER_GROUP)
            yield rows
            rows.write()
        rows.sha256 = file.sha256.hexdigest()


class _Hashed(io.BufferedWriter):
    """A file of which the SHA-256 is known when it is written, so that it need not be read for that."""

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__(raw)
        self.sha256 = hashlib.sha256()

    def write(self, content: Any, /) -> int:
        self.sha256.update(content)
        return super().write(content)


def _encodings(schema: pa.Schema) -> dict[str, list[str]]:
    """Which columns go by dictionary, which by byte-stream-split, and of which extremes are noted."""
    import pyarrow as pa

    text = [field.name for field in schema if pa.types.is_string(field.type)]
    numbers = [field.name for field in schema if pa.types.is_floating(field.type)]
    lists = [f"{field.name}.list.element" for field in schema if isinstance(field.type, pa.FixedSizeListType)]
    single = [field.name for field in schema if not isinstance(field.type, pa.FixedSizeListType)]
    return {"use_dictionary": text, "use_byte_stream_split": numbers + lists, "write_statistics": single}


class Rows:
    """
    Rows on their way into a file; many small parts are put together as they come, so that they cost little more.

    Attributes
    ----------
    count : int
        How many were added.
    sha256 : str
        Of the file, when it is whole.
    """

    def __init__(self, writer: pq.ParquetWriter, per_group: int) -> None:
        self._writer, self._per_group = writer, per_group
        self._whole: list[pa.Table] = []
        self._small: list[pa.Table] = []
        self._waiting = self.count = 0
        self.sha256 = ""

    def add(self, table: pa.Table) -> None:
        """The next rows; with them a row group is written where they make it full."""
        import pyarrow as pa

        self._small.append(table)
        self._waiting += table.num_rows
        self.count += table.num_rows
        if self._waiting >= self._per_group:
            self.write()
        elif len(self._small) == SMALL_PARTS:
            self._whole.append(pa.concat_tables(self._small).combine_chunks())
            self._small = []

    def write(self) -> None:
        """What waits, as a row group."""
        import pyarrow as pa

        if parts := [*self._whole, *self._small]:
            self._writer.write_table(pa.concat_tables(parts), row_group_size=max(1, self._waiting))
        self._whole, self._small, self._waiting = [], [], 0


def count_rows(path: Path) -> int:
    """Rows of a Parquet file, from its footer."""
    import pyarrow.parquet as pq

    return pq.read_metadata(path).num_rows
