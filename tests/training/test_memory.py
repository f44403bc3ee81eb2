from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource
from xdrec_app.training.memory import keep_freed_memory

def page_faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def use_blocks():
    before = page_faults()
    for _ in range(20):
        bytearray(b"x") * 20_000_000
    return page_faults() - before

by_default = use_blocks()
keep_freed_memory()
use_blocks()  # the first time they come from the system in any case
print(by_default, use_blocks())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be told")
def test_a_block_that_was_freed_is_not_fetched_page_by_page_again():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    by_default, kept = map(int, done.stdout.split())
    assert kept < 0.2 * by_default
