"""The real worker process."""

import json
import subprocess
import sys

import pytest

from xdrec_app.core.jobs import Failed, drive
from xdrec_app.services.remote import WorkerProcess
from xdrec_app.services.request import Request
from xdrec_app.services.requests import AnyRequest, DeleteRun
from xdrec_app.worker.table import USE_CASES


@pytest.fixture
def worker():
    process = WorkerProcess()
    yield process
    process.close()


def test_every_request_has_a_use_case_that_exists():
    import importlib
    from typing import get_args

    requests = set(get_args(get_args(AnyRequest)[0]))
    assert requests == set(USE_CASES)
    for place in USE_CASES.values():
        module, _, function = place.partition(":")
        assert callable(getattr(importlib.import_module(f"xdrec_app.services.{module}"), function))
    assert all(issubclass(request, Request) for request in requests)


def test_a_users_error_comes_back_as_its_sentence(worker, tmp_path):
    outcome = drive(worker.execute(DeleteRun(workspace=tmp_path / "none.xdrec", run=1)), lambda event: None)
    assert isinstance(outcome, Failed) and not outcome.is_bug and "none.xdrec" in outcome.sentence


def test_the_end_of_stdin_ends_the_worker():
    process = subprocess.run(
        [sys.executable, "-m", "xdrec_app.worker"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert json.loads(process.stdout) == {"line": "ready"}


def test_the_worker_imports_no_qt():
    code = (
        "import sys, xdrec_app.worker.loop as loop; loop.warm_up(); print([m for m in sys.modules if 'PySide6' in m])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"


def test_what_a_library_prints_does_not_reach_the_protocol():
    code = (
        "import os; from xdrec_app.core.streams import claim_stdout; out = claim_stdout();"
        "print('noise'); os.write(1, b'native noise'); out.write(b'{}'); out.flush()"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout == "{}" and "noise" in found.stderr
