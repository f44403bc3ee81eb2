"""Who a running run belongs to, and whether that process still lives.

A process id alone does not say it, because ids are given again: the moment the process started is kept beside it.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Owner:
    """A process on a computer.

    Attributes
    ----------
    host
        Name of the computer.
    pid
        Process id.
    started
        When it started, in seconds since a moment that is fixed while the computer runs (its start, 1970, …): only
        good for telling two processes with the same id apart.
    """

    host: str
    pid: int
    started: float


@cache
def _owner_of_process(pid: int) -> Owner:
    return Owner(socket.gethostname(), pid, process_start(pid) or 0.0)


def current_owner() -> Owner:
    """Return the process that is asking."""
    return _owner_of_process(os.getpid())


def is_here(owner: Owner) -> bool:
    """Return whether the owner is, or was, a process of this computer."""
    return owner.host == socket.gethostname()


def is_alive(owner: Owner) -> bool:
    """Return whether the owner may still be at work; one on another computer cannot be asked and counts as alive."""
    return not is_here(owner) or process_start(owner.pid) == owner.started


def process_start(pid: int) -> float | None:
    """Return when a process of this computer started (see :attr:`Owner.started`); None when there is none."""
    if pid <= 0:
        return None
    if sys.platform == "win32":
        return _start_on_windows(pid)
    if sys.platform == "darwin":
        return _start_on_macos(pid)
    if Path("/proc/self/stat").exists():
        return _start_on_linux(pid)
    return 0.0 if _exists(pid) else None


def _start_on_linux(pid: int) -> float | None:
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The second field is the program's name in brackets and may itself hold brackets and blanks.
    fields = line.rpartition(")")[2].split()
    state, ticks = fields[0], int(fields[19])
    return None if state in "ZX" else ticks / os.sysconf("SC_CLK_TCK")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start_on_macos(pid: int) -> float | None:
    size, flavour, offset = 136, 3, 120  # struct proc_bsdinfo, PROC_PIDTBSDINFO, its pbi_start_tvsec
    buffer = ctypes.create_string_buffer(size)
    if ctypes.CDLL(None).proc_pidinfo(pid, flavour, ctypes.c_uint64(0), buffer, size) != size:
        return None
    seconds, microseconds = struct.unpack_from("=QQ", buffer, offset)
    return float(seconds + microseconds / 1e6)


if sys.platform == "win32":

    def _start_on_windows(pid: int) -> float | None:
        kernel = ctypes.windll.kernel32
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not handle:
            return None
        created, ended, in_kernel, in_user = (ctypes.c_uint64(0) for _ in range(4))
        try:
            times = [ctypes.byref(time) for time in (created, ended, in_kernel, in_user)]
            known = kernel.GetProcessTimes(ctypes.c_void_p(handle), *times)
        finally:
            kernel.CloseHandle(ctypes.c_void_p(handle))
        # Somebody's open handle keeps an ended process known: then it has a time of its end. Units are 100 ns.
        return created.value / 1e7 if known and not ended.value else None
