"""Large matrices of weights in fewer bits: int8 with a scale per row, or half precision; and back to float32.

Knows no model: only arrays by name. Small arrays, vectors and whatever half precision cannot hold stay as they are.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from xdrec_app.datasets.arrays import Floats

Compression = Literal["none", "int8", "half"]
Arrays = dict[str, np.ndarray]

MIN_NUMBERS = 1024
"""Matrices with fewer numbers are not worth it."""

SCALE = "#scale"
"""Follows the name of an int8 matrix in the name of its scales."""


def quantised(matrix: Floats) -> tuple[np.ndarray, Floats]:
    """Return a matrix in 8 bits per number.

    Parameters
    ----------
    matrix
        float32 [n_rows, n_columns], finite.

    Returns
    -------
    tuple
        int8 of the same shape and float32 [n_rows]; their product is off by half a scale at most, 1/254 of the largest
        magnitude of the row. Zero stays zero.
    """
    scales = np.abs(matrix).max(axis=1, initial=0) / np.float32(127)
    scales[scales < np.finfo(np.float32).tiny] = 0  # a row of nothing but zeros, or as good as that
    steps = matrix / np.where(scales > 0, scales, 1)[:, None]
    return np.rint(steps).astype(np.int8), scales.astype(np.float32)


def restored(matrix: np.ndarray, scales: Floats) -> Floats:
    """Return what :func:`quantised` was given, but for rounding: float32 [n_rows, n_columns]."""
    return matrix.astype(np.float32) * scales[:, None]


def compress(arrays: Arrays, to: Compression) -> Arrays:
    """Return the arrays with their large matrices compressed."""
    result: Arrays = {}
    for name, array in arrays.items():
        if to == "none" or array.dtype != np.float32 or array.ndim != 2 or array.size < MIN_NUMBERS:
            result[name] = array
        elif to == "half":
            half = _as_half(array)
            result[name] = array if half is None else half
        elif np.isfinite(array).all():
            result[name], result[name + SCALE] = quantised(array)
        else:
            result[name] = array
    return result


def expand(arrays: Arrays, compression: Compression) -> Arrays:
    """Return the arrays as a model takes them, with compressed matrices in float32 again."""
    if compression == "half":
        return {
            name: array.astype(np.float32) if array.dtype == np.float16 else array for name, array in arrays.items()
        }
    if compression == "int8":
        return {
            name: restored(array, arrays[name + SCALE]) if name + SCALE in arrays else array
            for name, array in arrays.items()
            if not name.endswith(SCALE)
        }
    return arrays


def _as_half(array: Floats) -> np.ndarray | None:
    """Return the array as float16, or None when a number is too large for that; NaN and infinity stay."""
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return None if (np.isinf(half) & ~np.isinf(array)).any() else half
