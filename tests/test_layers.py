"""The architecture, as the contracts in pyproject.toml state it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_no_layer_imports_what_it_must_not_know():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", finished.stdout)
    assert kept, finished.stdout
    assert int(kept[1]) >= 7
