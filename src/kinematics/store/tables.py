"""Strides, curves and DataFrames as the declared tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kinematics.conventions import CURVE_NAMES, CURVE_POINTS, STRIDE_KEYS
from kinematics.store.arrays import column_array, curve_array
from kinematics.store.declared import MEASURED, ORDER, STRIDE_GRID, column_kinds, empty_table, table_schema

if TYPE_CHECKING:
    import pyarrow as pa

    from kinematics.strides import Strides

#: Rows up to which a frame is read at once as objects: dearer for each cell than by columns, cheaper for each column.
FEW_ROWS = 100
_KEYS = [column.name for column in STRIDE_KEYS]


def stride_tables(strides: Sequence[Strides]) -> dict[str, pa.Table]:
    """
    The tables `strides` and `curves` of some trials, rows ordered by participant, session, trial, side and stride.

    Parameters
    ----------
    strides : sequence of Strides
        Trials, of which some may have no stride. A curve that a trial lacks and another has is NaN there; one that
        none has is null.

    Returns
    -------
    dict of str to pyarrow.Table
        Times and metrics of strides are kept to `STRIDE_GRID`; curves are float32. [deg]
    """
    filled = [one for one in strides if _count(one)]
    if not filled:
        return {name: empty_table(name) for name in ("strides", "curves")}
    kinds = column_kinds("strides")
    columns = {name: np.concatenate([one.columns[name] for one in filled]) for name in kinds}
    kept = columns | dict(zip(MEASURED, _on_grid(np.array([columns[name] for name in MEASURED])), strict=True))
    arrays = {name: column_array(kept[name], kind) for name, kind in kinds.items()}
    keys = {name: column_array(columns[name], kinds[name]) if name in MEASURED else arrays[name] for name in _KEYS}
    curves = {name: _joined_curve(filled, name) for name in CURVE_NAMES}
    table = _declared("strides", arrays)
    order = _order(table)
    return {"strides": _taken(table, order), "curves": _taken(_with_curves(keys, curves), order)}


def _joined_curve(strides: Sequence[Strides], name: str) -> np.ndarray | None:
    """A curve of all trials' strides, shape (n, 101), float32; None where no trial has it."""
    if not any(name in one.curves for one in strides):
        return None
    found = [
        one.curves[name] if name in one.curves else np.full((_count(one), CURVE_POINTS), np.nan) for one in strides
    ]
    return np.concatenate(found, dtype=np.float32, casting="same_kind")


def _count(strides: Strides) -> int:
    return strides.columns["start_s"].size


def arrow_table(name: str, frame: pd.DataFrame) -> pa.Table:
    """
    A DataFrame as the declared table `name`, its rows ordered by participant, session, trial, side and stride.

    Parameters
    ----------
    name : str
        strides, ledger, options or excluded.
    frame : DataFrame
        With the declared columns; others are left out. Missing text becomes empty, missing numbers null. Times and
        metrics of strides are kept to `STRIDE_GRID`.

    Raises
    ------
    KeyError
        Where a declared column is missing.
    """
    kinds = column_kinds(name)
    columns = _columns(frame, list(kinds))
    if name == "strides":
        columns |= {each: _on_grid(columns[each].astype(float)) for each in MEASURED}
    table = _declared(name, {each: column_array(columns[each], kind) for each, kind in kinds.items()})
    return _taken(table, _order(table))


def curve_table(keys: pd.DataFrame, curves: Mapping[str, np.ndarray]) -> pa.Table:
    """
    Curves as the table `curves`, ordered as the stride table is.

    Parameters
    ----------
    keys : DataFrame
        Columns of `conventions.STRIDE_KEYS`, a row per stride.
    curves : mapping of str to array, shape (n_strides, 101)
        Rows as in `keys`; a name that is not there is null in every row. [deg]
    """
    kinds, columns = column_kinds("curves"), _columns(keys, _KEYS)
    table = _with_curves({name: column_array(columns[name], kinds[name]) for name in _KEYS}, curves)
    return _taken(table, _order(table))


def _columns(frame: pd.DataFrame, names: list[str]) -> dict[str, np.ndarray]:
    """Columns of a frame as arrays."""
    if len(frame) > FEW_ROWS:
        return {name: frame[name].to_numpy() for name in names}
    cells = (frame if frame.columns.tolist() == names else frame[names]).to_numpy(object)
    return dict(zip(names, cells.T, strict=True))


def _on_grid(values: np.ndarray) -> np.ndarray:
    return np.rint(values / STRIDE_GRID) * STRIDE_GRID


def _with_curves(keys: Mapping[str, pa.Array], curves: Mapping[str, np.ndarray | None]) -> pa.Table:
    count, kinds = len(keys[_KEYS[0]]), column_kinds("curves")
    return _declared(
        "curves", {**keys, **{n: curve_array(curves.get(n), count, kinds[n]) for n in kinds if n not in keys}}
    )


def _declared(name: str, arrays: Mapping[str, pa.Array]) -> pa.Table:
    import pyarrow as pa

    return pa.table([arrays[each] for each in column_kinds(name)], schema=table_schema(name))


def _order(table: pa.Table) -> Any:
    """Places of the rows in the order of `ORDER`; None where they stand in it, or the table lacks one of these."""
    import pyarrow.compute as pc

    if table.num_rows < 2 or not set(ORDER) <= set(table.column_names):
        return None
    order = pc.sort_indices(table.select(ORDER), sort_keys=[(name, "ascending") for name in ORDER])
    return None if np.array_equal(order.to_numpy(), np.arange(table.num_rows)) else order


def _taken(table: pa.Table, order: Any) -> pa.Table:
    return table if order is None else table.take(order).combine_chunks()
