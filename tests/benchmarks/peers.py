"""Other libraries to be measured beside ours: each in a virtual environment of its own, in a process of its own.

A peer is a script of the folder ``peers`` that reads a JSON object from standard input and writes one, as the last
line, to standard output. Its packages are installed on first use, below ``.peers``, and never into our environment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE.parents[1] / ".peers"


class PeerMissing(Exception):
    """The packages of a peer could not be installed; the reason is the message."""


def run_peer(
    script: str, request: Mapping[str, Any], packages: Sequence[str], environment: str = "", threads: int = 2
) -> dict[str, Any]:
    """Run a script of the folder ``peers`` and return what it says.

    Parameters
    ----------
    script
        Name without the suffix.
    request
        What the script gets.
    packages
        Exact requirements, such as ``implicit==0.7.2``.
    environment
        Name of the virtual environment; peers with the same packages may share one.
    threads
        Cores the peer may use.

    Raises
    ------
    PeerMissing
        When the packages cannot be installed here.
    RuntimeError
        When the script fails; the message is the end of what it wrote to standard error.
    """
    python = _python(environment or script, packages)
    limits = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    done = subprocess.run(
        [python, HERE / "peers" / f"{script}.py"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | limits,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{script}: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def _python(environment: str, packages: Sequence[str]) -> Path:
    folder = ENVIRONMENTS / environment
    python, mark = folder / "bin" / "python", folder / "installed.json"
    if mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) == list(packages):
        return python
    commands: list[list[str | Path]] = [
        [sys.executable, "-m", "venv", "--clear", folder],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
    ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerMissing(f"{environment}: {done.stderr.strip()[-500:]}")
    mark.write_text(json.dumps(list(packages)), encoding="utf-8")
    return python
