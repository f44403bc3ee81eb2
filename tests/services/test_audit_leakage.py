"""Two shops that sell the same things to the same people, audited, decided about and trained on."""

import csv
import time

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed, LogLine, Progress
from xdrec_app.core.jobs import Cancelled, Command, drive, run
from xdrec_app.services.audit_leakage import audit_leakage, decide_leak
from xdrec_app.services.data_requests import AuditLeakage, DecideLeak, ImportInteractions
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.train import train
from xdrec_app.services.workspace import new_workspace
from xdrec_app.storage.database import open_database
from xdrec_app.storage.leaks import load_leaks, same_items

N_PEOPLE, N_SAME, N_OWN = 80, 25, 25


def write(path, pairs):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("user_id", "item_id", "rating"), *((user, item, 1) for user, item in pairs)])
    return path


def bring(workspace, folder, name, pairs):
    file = write(folder / f"{name}-{time.monotonic_ns()}.csv", pairs)
    run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain=name)))


@pytest.fixture
def shops(tmp_path):
    random = np.random.default_rng(3)
    people = [f"p{number:02}" for number in range(N_PEOPLE)]
    both = [(person, int(item)) for person in people for item in random.choice(N_SAME, 5, replace=False)]
    path = tmp_path / "shops.xdrec"
    new_workspace(path)
    for name in ("north", "south"):
        own = [(person, N_SAME + int(item)) for person in people for item in random.choice(N_OWN, 4, replace=False)]
        bring(path, tmp_path, name, [(person, f"{name}-{item:02}") for person, item in both + own])
    return path


def audited(workspace):
    """Audit and return the findings and the events."""
    events = []
    outcome = drive(audit_leakage(AuditLeakage(workspace=workspace)), events.append)
    return outcome.result.findings, events


def decided(workspace, decision, domains=("south", "north")):
    run(decide_leak(DecideLeak(workspace=workspace, domains=domains, decision=decision)))


def trained(workspace, **settings):
    events = []
    request = Train(workspace=workspace, model="item_knn", target="north", sources=("south",), seed=1, **settings)
    report = drive(train(request), events.append).result
    return report, [event.message for event in events if isinstance(event, LogLine) and event.level == "warning"]


def test_an_audit_finds_the_same_things_and_stores_every_pair(shops):
    (finding,), events = audited(shops)
    assert finding.domains == ("north", "south") and finding.pairs == N_SAME and finding.is_leak
    assert finding.decision == "keep" and finding.leaking == (5 * N_PEOPLE, 5 * N_PEOPLE)
    strongest = finding.examples[0]
    assert strongest.evidence == ("raters",) and strongest.raters == max(same.raters for same in finding.examples)
    with open_database(shops) as database:
        stored = same_items(database, "south", "north")
    assert {pair.items for pair in stored} == {(f"south-{item:02}", f"north-{item:02}") for item in range(N_SAME)}
    assert Changed(changes=frozenset({Change.DOMAINS})) in events


def test_an_audit_of_unchanged_data_is_read_and_not_made(shops):
    first, _ = audited(shops)
    again, events = audited(shops)
    assert again == first and events == []


def test_a_changed_domain_is_audited_again_and_the_decision_stays(shops, tmp_path):
    audited(shops)
    decided(shops, "exclude")
    more = [(f"p{number:02}", "new") for number in range(40)]
    bring(shops, tmp_path, "north", [(person, f"north-{item}") for person, item in more])
    bring(shops, tmp_path, "south", [(person, f"south-{item}") for person, item in more])
    with open_database(shops) as database:
        assert not load_leaks(database)["north", "south"].is_current
    (finding,), _ = audited(shops)
    assert finding.pairs == N_SAME + 1 and finding.decision == "exclude"


def test_each_pair_of_domains_is_audited_with_progress_over_all(shops, tmp_path):
    bring(shops, tmp_path, "west", [(f"p{number:02}", f"w{number % 7}") for number in range(N_PEOPLE)])
    findings, events = audited(shops)
    assert [finding.domains for finding in findings] == [("north", "south"), ("north", "west"), ("south", "west")]
    assert [finding.is_leak for finding in findings] == [True, False, False]
    steps = [event for event in events if isinstance(event, Progress) and event.unit == ""]
    shares = [event.done / event.total for event in steps]
    assert shares == sorted(shares) and len(set(shares)) == 9


def test_a_cancelled_audit_leaves_no_half_finding(shops):
    class AtOnce:
        def poll(self):
            return Command.CANCEL

    assert isinstance(drive(audit_leakage(AuditLeakage(workspace=shops)), lambda _: None, AtOnce()), Cancelled)
    with open_database(shops) as database:
        assert load_leaks(database) == {} and same_items(database, "north", "south") == []


def test_nothing_can_be_decided_about_what_is_not_known(shops):
    with pytest.raises(UserError, match="audit"):
        decided(shops, "merge")
    with pytest.raises(UserError, match="no domain 'east'"):
        decided(shops, "merge", ("north", "east"))


def test_training_on_a_leak_is_warned_of_though_nobody_asked_for_an_audit(shops):
    report, warnings = trained(shops)
    assert report.protocol.warning in warnings and "25 items of south" in report.protocol.warning
    (finding,), events = audited(shops)
    assert finding.is_leak and events == []  # it was stored on the way


@pytest.mark.parametrize("decision", ["exclude", "merge"])
def test_a_decision_takes_the_illusion_away_and_is_said_beside_the_figure(shops, decision):
    illusion, _ = trained(shops)
    decided(shops, decision)
    report, warnings = trained(shops)
    assert warnings == [] and "25 items of south" in report.protocol_sentence
    assert report.protocol.digest != illusion.protocol.digest
    assert report.metrics["ndcg@10"] < 0.6 * illusion.metrics["ndcg@10"]


def test_runs_without_sources_serve_as_baseline_under_every_decision(shops):
    first, _ = trained(shops)
    decided(shops, "exclude")
    second, _ = trained(shops)
    assert second.baselines == first.baselines and second.margin_run == first.margin_run
    assert first.lift["ndcg@10"].without == second.lift["ndcg@10"].without


def test_a_domain_without_a_leak_is_trained_on_without_words(workspace):
    report = run(train(Train(workspace=workspace, model="ease", target="books", sources=("movies",), seed=1)))
    assert report.protocol.copies == () and report.protocol.warning == ""
    with open_database(workspace) as database:
        assert load_leaks(database)["books", "movies"].is_current
