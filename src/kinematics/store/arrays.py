"""Columns of a DataFrame as Arrow arrays of declared types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa


def number_array(values: pd.Series, grid: float = 0.0) -> pa.Array:
    """Numbers, null where one is missing; whole multiples of `grid` where that is more than 0."""
    import pyarrow as pa

    found = values.to_numpy(float) if values.dtype.kind in "fiu" else values.astype("float64").to_numpy()
    return pa.array(np.rint(found / grid) * grid if grid else found, from_pandas=True)


def text_array(values: pd.Series) -> pa.Array:
    """Text, empty where it is missing; whatever is no text is written as Python writes it."""
    import pyarrow as pa

    if isinstance(values.dtype, pd.StringDtype) and values.dtype.storage == "pyarrow":
        words = pa.array(values.array).cast(pa.string())
        words = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
        return words.fill_null("") if words.null_count else words
    found = values.to_numpy(object)
    return pa.array(
        ["" if gone else str(value) for value, gone in zip(found, pd.isna(found), strict=True)], pa.string()
    )


def whole_array(values: pd.Series) -> pa.Array:
    """Whole numbers, null where one is missing."""
    import pyarrow as pa

    whole = values.to_numpy() if values.dtype.kind in "iu" else values.astype("Int32")
    return pa.array(whole, type=pa.int32())


def flag_array(values: pd.Series) -> pa.Array:
    """True and False, null where neither is known."""
    import pyarrow as pa

    return pa.array(values.to_numpy() if values.dtype.kind == "b" else values.astype("boolean"), type=pa.bool_())


def curve_array(values: np.ndarray | None, count: int, kind: pa.FixedSizeListType) -> pa.Array:
    """Curves (count, points) as lists of float32; null in every row where there are none."""
    import pyarrow as pa

    if values is None:
        return pa.nulls(count, kind)
    return pa.FixedSizeListArray.from_arrays(pa.array(np.asarray(values, dtype=np.float32).ravel()), type=kind)
