"""A process that dies in the middle of training: its run is interrupted, and each epoch is there exactly once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from xdrec_app.storage.database import open_database
from xdrec_app.storage.maintenance import check
from xdrec_app.storage.run_reading import list_runs, load_curves
from xdrec_app.storage.runs import delete_run, mark_interrupted
from xdrec_app.storage.workspace_file import create_workspace_file

CHILD = """
import sys
from pathlib import Path
from xdrec_app.core.events import EpochEnd
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_records import NewRun
from xdrec_app.storage.runs import EpochRecorder, create_run
database = open_database(Path(sys.argv[1]))
run = create_run(database, NewRun(
    role="main", model="deep_cf", target="books", sources=(), params={}, split="random", seed=0, protocol_digest="p",
    protocol="{}", data_digest="d", device="cpu", device_reason="",
))
recorder = EpochRecorder(database, run)
for epoch in range(1, 1_000_000):
    for _ in range(2):  # as if a message had been delivered twice
        recorder.record(EpochEnd(
            phase="train", epoch=epoch, train_loss=1 / epoch, validation={"ndcg@10": 0.1}, learning_rate=0.1,
            interactions_per_s=1.0, elapsed_s=epoch / 1000,
        ))
    print(epoch, flush=True)
"""


@pytest.mark.parametrize("n_epochs", [1, 20, 150])
def test_a_killed_training_is_interrupted_and_each_reported_epoch_is_stored_once(tmp_path: Path, n_epochs: int):
    workspace = tmp_path / "w.xdrec"
    create_workspace_file(workspace).close()
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(workspace)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(n_epochs):
        last = int(child.stdout.readline())
    with open_database(workspace, read_only=True) as database:
        (run,) = list_runs(database)
        assert run.status == "running"
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate()
    reported = max([last, *map(int, rest.split("\n")[:-1])])

    with open_database(workspace) as database:
        assert check(database, thorough=True) == ()
        (run,) = list_runs(database)
        assert run.status == "interrupted"
        points = Counter((point.series, point.epoch) for point in load_curves(database, run.id))
        assert set(points.values()) == {1}
        # Stored before it is reported; the one in the making may be there too, but then wholly.
        epochs = range(1, len(points) // 2 + 1)
        assert set(points) == {(series, epoch) for series in ("train_loss", "ndcg@10") for epoch in epochs}
        assert reported <= epochs[-1] <= reported + 1
        assert mark_interrupted(database) == (run.id,)
        delete_run(database, run.id)
        assert list_runs(database) == []
