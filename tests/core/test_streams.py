from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import os
from xdrec_app.core.streams import claim_stdout

print("before")
protocol = claim_stdout()
print("printed by python", flush=True)
os.write(1, b"written by native code\\n")
os.system("echo printed by a child")
protocol.write(b"protocol\\n")
protocol.flush()
"""


def test_after_the_claim_only_the_protocol_reaches_stdout():
    finished = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert finished.stdout.splitlines() == ["before", "protocol"]
    assert finished.stderr.splitlines() == ["printed by python", "written by native code", "printed by a child"]
