"""A smaller copy of a stored model is a run of its own that serves."""

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.services.compress import compress
from xdrec_app.services.experiment_requests import Compress, Train
from xdrec_app.services.recommend import recommend
from xdrec_app.services.requests import Recommend
from xdrec_app.services.train import train
from xdrec_app.storage.database import open_database
from xdrec_app.storage.run_reading import load_run


def trained(workspace, model):
    request = Train(workspace=workspace, model=model, target="books", sources=("movies",), baselines=False)
    return run(train(request)).run


@pytest.mark.parametrize(("to", "share"), [("int8", 0.6), ("half", 0.75)])
def test_a_compressed_run_is_smaller_judged_alike_and_recommends(workspace, small_world, to, share):
    number = trained(workspace, "ease")
    report = run(compress(Compress(workspace=workspace, run=number, to=to)))
    assert report.after.size_bytes < share * report.before.size_bytes
    assert report.after.metrics["ndcg@10"] == pytest.approx(report.before.metrics["ndcg@10"], abs=0.02)
    user = small_world.target.user_ids[0]
    lists = [
        [item.id for item in run(recommend(Recommend(workspace=workspace, run=each, user=user))).items]
        for each in (number, report.run)
    ]
    assert len(set(lists[0]) & set(lists[1])) >= 8
    with open_database(workspace) as database:
        stored, original = load_run(database, report.run), load_run(database, number)
    assert stored.metrics == pytest.approx(report.after.metrics)
    assert original.metrics == pytest.approx(report.before.metrics)
    assert f"Compressed from run {number}" in stored.device_reason


def test_a_model_without_large_matrices_is_not_compressed(workspace):
    number = trained(workspace, "popularity")
    with pytest.raises(UserError, match="can be made smaller"):
        run(compress(Compress(workspace=workspace, run=number, to="int8")))
