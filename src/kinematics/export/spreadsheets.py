"""A study's tables as CSV files or as one Excel workbook, with what each column means beside them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kinematics.conventions import CURVE_NAMES, CURVE_POINTS, DataError
from kinematics.files import write_whole
from kinematics.spreadsheets import FORMULA, csv_text, plain

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TABLES = ("strides", "ledger", "options", "excluded")
#: Decimals of a curve's degree in a text file; the tables themselves hold single precision.
CURVE_DECIMALS = 3
#: Rows of a sheet in Excel, the row of names not counted.
MOST_ROWS = 1_048_575
#: A workbook says when it was made; ours says this, so that the same study gives the same bytes.
FIXED_TIME, FIXED_ZIP_TIME = b"2000-01-01T00:00:00Z", (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def export_csv(tables: Path | str, to: Path | str) -> tuple[Path, ...]:
    """
    The tables of one study as CSV: strides, ledger, options, excluded, one file per angle's curves, and columns.csv.

    Parameters
    ----------
    tables : Path or str
        Folder of one study below data/processed.
    to : Path or str
        Folder of the CSV files; made where it is missing.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    DataError
        Where the study has not been run.
    """
    tables, to = Path(tables), Path(to)
    frames = {name: read(tables, name) for name in TABLES}
    written = [_write_csv(to / f"{name}.csv", frame) for name, frame in frames.items()]
    written.append(_write_csv(to / "columns.csv", columns_of(tables)))
    curves = read(tables, "curves")
    keys = [name for name in curves if name not in CURVE_NAMES]
    for name in CURVE_NAMES:
        if curves[name].notna().any():
            written.append(_write_csv(to / f"curves_{name}.csv", _wide(curves, keys, name)))
    return tuple(written)


def export_excel(tables: Path | str, to: Path | str) -> Path:
    """
    The tables of one study as one workbook, a sheet each, and a sheet that says what the columns mean.

    Parameters
    ----------
    tables : Path or str
        Folder of one study below data/processed.
    to : Path or str
        The .xlsx file.

    Raises
    ------
    DataError
        Where the study has not been run, has more strides than a sheet has rows, or openpyxl is not installed.
    """
    tables = Path(tables)
    try:
        from openpyxl import Workbook
    except ImportError:
        raise DataError("openpyxl is not installed.", remedy="pip install 'kinematics[excel]'") from None
    book = Workbook(write_only=True)
    for name in TABLES:
        _add_sheet(book, name, read(tables, name))
    _add_sheet(book, "columns", columns_of(tables))
    packed = io.BytesIO()
    book.save(packed)
    return write_whole(to, _without_clock(packed.getvalue()))


def read(tables: Path, name: str) -> pd.DataFrame:
    """One table of a study; one sentence where it has not been run."""
    import pandas as pd

    path = tables / f"{name}.parquet"
    if not path.is_file():
        raise DataError(
            "the study has no such table yet.",
            file=f"{tables.name}/{path.name}",
            remedy="Run it first: kinematics run STUDY",
        )
    return pd.read_parquet(path)


def columns_of(tables: Path) -> pd.DataFrame:
    """Table, column, unit, meaning and positive direction, from the files themselves."""
    import pandas as pd
    import pyarrow.parquet as pq

    rows = [
        {"table": name, "column": field.name, **_about(field)}
        for name in (*TABLES, "curves")
        for field in pq.read_schema(tables / f"{name}.parquet")
    ]
    return pd.DataFrame(rows)


def _about(field: pa.Field) -> dict[str, str]:
    found = field.metadata or {}
    return {key: found.get(key.encode(), b"").decode() for key in ("unit", "meaning", "positive")}


def _wide(curves: pd.DataFrame, keys: list[str], name: str) -> pd.DataFrame:
    """One column per point: percent_0 ... percent_100."""
    import pandas as pd

    rows = curves[curves[name].notna()].reset_index(drop=True)
    values = np.round(np.stack(rows[name].to_list()).astype(float), CURVE_DECIMALS)
    points = pd.DataFrame(values, columns=[f"percent_{point}" for point in range(CURVE_POINTS)])
    return pd.concat([rows[keys], points], axis=1)


def _write_csv(path: Path, frame: pd.DataFrame) -> Path:
    return write_whole(path, csv_text(frame).encode())


def _add_sheet(book: Any, name: str, frame: pd.DataFrame) -> None:
    if len(frame) > MOST_ROWS:
        raise DataError(f"'{name}' has {len(frame)} rows, a sheet holds {MOST_ROWS}.", remedy="Export CSV instead.")
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.append(list(frame))
    for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: object) -> Any:
    """A number or text; text that begins like a formula or an error stays text, also after it was edited."""
    if not isinstance(value, str):
        return value
    value = plain(value)
    if not (FORMULA.match(value) or value.startswith("#")):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type, cell.quotePrefix = "s", True
    return cell


def _without_clock(packed: bytes) -> bytes:
    """The same workbook with a fixed time in it and in its archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _STAMP.sub(FIXED_TIME, content)
            info = zipfile.ZipInfo(entry.filename, FIXED_ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return out.getvalue()
