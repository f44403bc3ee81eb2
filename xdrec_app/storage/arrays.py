"""Arrays as bytes and back (safetensors): no pickle, so a workspace from a stranger cannot run code."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from xdrec_app.core.errors import UserError


def arrays_to_bytes(arrays: Mapping[str, npt.NDArray[np.generic]]) -> bytes:
    """Return arrays of numbers, of any shape, as one piece of bytes."""
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def arrays_from_bytes(data: bytes) -> dict[str, npt.NDArray[np.generic]]:
    """Return what :func:`arrays_to_bytes` was given.

    Raises
    ------
    UserError
        When the bytes are something else.
    """
    try:
        return dict(load(data))
    except SafetensorError as error:
        raise UserError(f"Stored arrays cannot be read ({error}).", "Use a backup copy.") from error
