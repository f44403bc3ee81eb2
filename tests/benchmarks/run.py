"""Runs every bench_*.py of this folder as a process of its own and keeps what they say under docs/benchmarks.

A benchmark prints Markdown, names its seeds, and ends with a status other than 0 when it misses a limit of its own.
Words on the command line choose benchmarks by a part of their name; then nothing is kept.
"""

from __future__ import annotations

import ast
import datetime
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPORTS = HERE.parents[1] / "docs" / "benchmarks"
PACKAGES = ("torch", "numpy", "scipy", "pandas", "SQLAlchemy", "pysqlite3", "PySide6-Essentials", "pyqtgraph")


def main(words: list[str]) -> int:
    """Run what was chosen; return 1 when a benchmark failed."""
    scripts = [
        path for path in sorted(HERE.glob("bench_*.py")) if not words or any(word in path.name for word in words)
    ]
    if not scripts:
        print(f"no benchmark is called like {' or '.join(words) or 'bench_*.py'}")
        return 1
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    parts = [f"# Benchmarks of {today}\n\n{conditions()}\n"]
    print(parts[0], flush=True)
    failed = []
    for script in scripts:
        text, status = measure(script)
        parts.append(text)
        if status != 0:
            failed.append(script.name)
    if not words:
        REPORTS.mkdir(parents=True, exist_ok=True)
        report = REPORTS / f"{today}.md"
        report.write_text("\n".join(parts), encoding="utf-8")
        print(f"kept in {report.relative_to(REPORTS.parents[1])}")
    print(f"{len(scripts) - len(failed)} passed, {len(failed)} failed{': ' if failed else ''}{', '.join(failed)}")
    return int(bool(failed))


def measure(script: Path) -> tuple[str, int]:
    """Run one benchmark, showing its lines as they come; return its section and its exit status."""
    docstring = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or script.stem
    lines = [f"## {docstring.splitlines()[0].rstrip('.')}\n", "\n"]
    print(*lines, sep="", end="", flush=True)
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    outcome = "" if process.returncode == 0 else f"; **failed with status {process.returncode}**"
    lines.append(f"\n`{script.name}`, {time.perf_counter() - started:.0f} s{outcome}\n")
    print(lines[-1], flush=True)
    return "".join(lines), process.returncode


def conditions() -> str:
    """Return the machine and the versions as a Markdown list."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    cores = f"{os.cpu_count()} cores, {memory:.0f} GiB"
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return "\n".join(
        [
            f"- machine: {processor()}, {cores}, {platform.system()} {platform.machine()}",
            f"- revision: {revision()}",
            f"- Python {platform.python_version()}, {packages}",
            "- seeds: as each section says; figures of one machine and day, ratios travel further than times",
        ]
    )


def processor() -> str:
    """Return the name of the processor."""
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def revision() -> str:
    """Return the commit that is measured, and whether files differ from it."""
    if shutil.which("git") is None:
        return "unknown"
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=HERE, capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
