"""Columns as Arrow arrays of declared types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa


def column_array(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    """A column's values as an Arrow array of this kind: what is missing is null, of text empty."""
    import pyarrow as pa

    return _text_array(values) if kind == pa.string() else pa.array(values, kind, from_pandas=True)


def _text_array(values: np.ndarray) -> pa.Array:
    """Text; whatever is no text is written as Python writes it."""
    import pyarrow as pa

    try:
        words = pa.array(values, pa.string(), from_pandas=True)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array(["" if gone else str(value) for value, gone in zip(values, pd.isna(values), strict=True)])
    return words.fill_null("") if words.null_count else words


def curve_array(values: np.ndarray | None, count: int, kind: pa.FixedSizeListType) -> pa.Array:
    """Curves (count, points) as lists of float32; null in every row where there are none."""
    import pyarrow as pa

    if values is None:
        return pa.nulls(count, kind)
    return pa.FixedSizeListArray.from_arrays(pa.array(np.asarray(values, dtype=np.float32).ravel()), type=kind)
