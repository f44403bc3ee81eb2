"""Seeds: one number per run, and an independent stream for every purpose that draws."""

from __future__ import annotations

import hashlib


def derive_seed(seed: int, *purpose: str | int) -> int:
    """Return a seed for one purpose, independent of the seeds for all others.

    Parameters
    ----------
    seed
        The seed the user sees.
    purpose
        Words that name what is drawn, e.g. ``"split", "random"``.

    Returns
    -------
    int
        In 0 … 2^63 - 1; the same on every machine and Python.
    """
    text = "\x1f".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
