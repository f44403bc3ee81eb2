"""A worker process that dies or is cancelled in the middle of an import: one job is lost, nothing else."""

from __future__ import annotations

import os
import signal

import pytest

from xdrec_app.core.jobs import JobFailed, run
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.remote import WorkerPool, WorkerProcess


def go_to(job, message: str) -> None:
    """Go on until a job is at a stage."""
    while not getattr(next(job), "message", "").startswith(message):
        pass


def test_a_killed_worker_costs_its_import_and_the_next_one_works(state_of, workspace, ratings):
    request = ImportInteractions(workspace=workspace, file=ratings(100_000), domain="Books")
    before = state_of(workspace)
    pool = WorkerPool()
    try:
        job = pool.job(request)
        go_to(job, "Storing")
        os.kill(pool._worker("job").pid, signal.SIGKILL)
        with pytest.raises(JobFailed) as caught:
            run(job)
        assert "it was killed" in caught.value.failure.sentence
        assert not caught.value.failure.is_bug
        assert state_of(workspace) == before
        assert run(pool.job(request)).lines == 100_000
    finally:
        pool.close()
    assert state_of(workspace)["interaction"] == 100_000


def test_an_import_that_is_cancelled_in_a_worker_leaves_nothing(state_of, workspace, ratings):
    before = state_of(workspace)
    worker = WorkerProcess()
    try:
        for stage in ("Reading", "Storing"):
            job = worker.execute(ImportInteractions(workspace=workspace, file=ratings(100_000), domain="Books"))
            go_to(job, stage)
            job.close()
            assert worker.is_alive, "it had to be killed, because it did not answer"
            assert state_of(workspace) == before
    finally:
        worker.close()
