"""How the C library treats freed memory while a model is trained. Knows no model."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # malloc.h


@cache
def keep_freed_memory() -> None:
    """Let this process keep large blocks that were freed for its next allocations; does nothing where it cannot.

    The gradient of a large embedding is a new block in every step. By default glibc returns such a block to the system
    and gets it back page by page, which takes longer than filling it (with 50,000 items a step took 1.5 to 3 times as
    long).
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
