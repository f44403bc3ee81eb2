"""The standard streams of a process whose stdout is a protocol."""

from __future__ import annotations

import os
import sys
from typing import IO


def claim_stdout() -> IO[bytes]:
    """Return a stream on the real stdout and send everything else that is printed to stderr.

    A library that prints, in Python or in native code, then breaks no line of the protocol.
    """
    sys.stdout.flush()
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return stream
