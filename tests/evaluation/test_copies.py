import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.core.jobs import run
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.copies import Copies, divide
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.evaluation.protocol import CopyRule
from xdrec_app.evaluation.transfer import lift
from xdrec_app.models.base import recommenders

CPU = torch.device("cpu")


def pairs(table):
    return {(table.user_ids[user], table.item_ids[item]) for user, item in zip(table.users, table.items, strict=True)}


def values(table):
    return {
        (table.user_ids[user], table.item_ids[item]): float(value)
        for user, item, value in zip(table.users, table.items, table.values, strict=True)
    }


def copies_of(source, target, same, decision, is_leak=True):
    """Say that items are the same, given as pairs of ids: the source's, the target's."""
    return Copies(
        source.name,
        decision,
        is_leak,
        np.array([source.item_ids.index(a) for a, _ in same], np.int32),
        np.array([target.item_ids.index(b) for _, b in same], np.int32),
    )


@pytest.fixture
def target():
    return DomainTable.of(
        "books", [("ann", "b1", 5, None), ("ann", "b2", 4, None), ("bob", "b1", 1, None), ("bob", "b3", 3, None)]
    )


@pytest.fixture
def source():
    return DomainTable.of(
        "films",
        [
            ("ann", "f1", 2, None),
            ("ann", "f9", 10, None),
            ("bob", "f1", 4, None),
            ("cid", "f1", 6, None),
            ("cid", "f9", 8, None),
        ],
    )


def hidden_rows(target, *hidden):
    return np.array(
        [
            row
            for row, (user, item) in enumerate(zip(target.users, target.items, strict=True))
            if (target.user_ids[user], target.item_ids[item]) in hidden
        ],
        np.int64,
    )


def test_kept_copies_change_nothing(target, source):
    kept = copies_of(source, target, [("f1", "b1")], "keep")
    left, (other,) = divide(target, hidden_rows(target, ("ann", "b1")), [source], [kept])
    assert pairs(left) == pairs(target) - {("ann", "b1")} and pairs(other) == pairs(source)


def test_rows_of_excluded_copies_are_not_trained_on(target, source):
    excluded = copies_of(source, target, [("f1", "b1")], "exclude")
    left, (other,) = divide(target, hidden_rows(target, ("ann", "b1")), [source], [excluded])
    assert pairs(left) == pairs(target) - {("ann", "b1")}
    assert pairs(other) == {("ann", "f9"), ("cid", "f9")}
    assert other.item_ids == source.item_ids


def test_rows_of_merged_copies_become_rows_of_the_targets_item_on_its_scale(target, source):
    merged = copies_of(source, target, [("f1", "b1")], "merge")
    left, (other,) = divide(target, hidden_rows(target), [source], [merged])
    assert pairs(other) == {("ann", "f9"), ("cid", "f9")}
    assert values(left) == values(target) | {("cid", "b1"): 3.0}  # 6 of 2 … 10 is the middle of 1 … 5
    assert left.user_ids == ("ann", "bob", "cid") and left.item_ids == target.item_ids
    order = list(zip(left.users, left.items, strict=True))
    assert order == sorted(order)


def test_what_is_hidden_is_hidden_on_the_merged_copy_too(target, source):
    merged = copies_of(source, target, [("f1", "b1")], "merge")
    left, _ = divide(target, hidden_rows(target, ("ann", "b1")), [source], [merged])
    assert ("ann", "b1") not in pairs(left) and ("cid", "b1") in pairs(left)


def test_a_copy_of_two_items_is_hidden_with_either(target, source):
    merged = copies_of(source, target, [("f1", "b3"), ("f1", "b1"), ("f1", "b2")], "merge")
    left, _ = divide(target, hidden_rows(target, ("ann", "b2")), [source], [merged])
    assert ("ann", "b3") not in pairs(left)  # the copy speaks of b2 as much as of b3, to which it is merged
    assert ("cid", "b3") in pairs(left)


def test_an_implicit_copy_counts_as_the_middle_of_the_targets_scale(target):
    clicks = DomainTable.of("clicks", [("cid", "c1", 1.0, None)])
    left, _ = divide(target, hidden_rows(target), [clicks], [copies_of(clicks, target, [("c1", "b1")], "merge")])
    assert values(left)["cid", "b1"] == 3.0


def test_other_sources_stay_as_they_are(target, source):
    songs = DomainTable.of("songs", [("ann", "f1", 1.0, None)])
    excluded = copies_of(source, target, [("f1", "b1")], "exclude")
    _, (_, other) = divide(target, hidden_rows(target), [source, songs], [excluded])
    assert pairs(other) == {("ann", "f1")}


tables = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("123456")), min_size=1, max_size=25)


@given(tables, tables, st.sets(st.tuples(st.sampled_from("123456"), st.sampled_from("123456"))), st.data())
def test_whatever_is_hidden_no_merged_row_says_it(target_pairs, source_pairs, same, data):
    """Property: neither the hidden pair itself nor a copy of it is left, and no unrelated row is lost."""
    target = DomainTable.of("t", [(user, item, 1.0, None) for user, item in target_pairs])
    source = DomainTable.of("s", [(user, item, 1.0, None) for user, item in source_pairs])
    same = sorted((a, b) for a, b in same if a in source.item_ids and b in target.item_ids)
    hidden = np.array(sorted(data.draw(st.sets(st.integers(0, len(target) - 1)))), np.int64)
    left, (other,) = divide(target, hidden, [source], [copies_of(source, target, same, "merge")])
    secret = pairs(target.take(hidden))
    copied = {a for a, _ in same}
    assert not secret & pairs(left)
    assert not {(user, a) for user, b in secret for a, of in same if of == b} & pairs(other)
    assert pairs(target) - secret <= pairs(left)
    assert pairs(other) == {(user, item) for user, item in pairs(source) if item not in copied}
    assert len(pairs(left)) == len(left)


# ---------------------------------------------------------------------- in an experiment


@pytest.fixture(scope="module")
def shops():
    """Two shops that sell the same 25 things to the same people, and 25 of their own each."""
    random = np.random.default_rng(3)
    both = [(f"p{person:02}", int(item)) for person in range(60) for item in random.choice(25, 5, replace=False)]
    tables = []
    for name in ("north", "south"):
        own = [
            (f"p{person:02}", 25 + int(item)) for person in range(60) for item in random.choice(25, 4, replace=False)
        ]
        rows = [(user, f"{name[0]}{item:02}", 1.0, None) for user, item in both + own]
        tables.append(DomainTable.of(name, rows))
    return tables


def experiment_of(shops, decision, split="random", is_leak=True, n_same=25):
    target, source = shops
    same = [(f"s{item:02}", f"n{item:02}") for item in range(n_same)]
    copies = [copies_of(source, target, same, decision, is_leak)]
    return Experiment.draw(target, [source], split, seed=1, copies=copies)


def judged(experiment, *, with_sources=True):
    model = recommenders["item_knn"]
    fitted = run(experiment.fit(model, model.Params(), CPU, with_sources=with_sources))
    held_out = experiment.held_out("test", experiment.data(with_sources=with_sources, with_validation=True))
    protocol = experiment.protocol if with_sources else experiment.protocol.alone
    return run(evaluate(fitted.model, held_out, protocol, ["ranking"]))


@pytest.mark.parametrize("split", ["random", "cold-start"])
def test_excluding_or_merging_copies_takes_the_illusion_away(shops, split):
    figure = {
        decision: judged(experiment_of(shops, decision, split)).metrics["ndcg@10"]
        for decision in ("keep", "exclude", "merge")
    }
    assert max(figure["exclude"], figure["merge"]) < 0.6 * figure["keep"]


def test_all_decisions_meet_the_same_test(shops):
    held = []
    for decision in ("keep", "exclude", "merge"):
        experiment = experiment_of(shops, decision)
        held_out = experiment.held_out("test", experiment.data(with_sources=True, with_validation=True))
        rows = {(held_out.people[u], i) for u, i in zip(held_out.rows.users, held_out.rows.items, strict=True)}
        held.append((rows, held_out.history.nnz))
    assert held[0] == held[1] == held[2]


def test_figures_under_different_decisions_have_different_protocols(shops):
    protocols = [experiment_of(shops, decision).protocol for decision in ("keep", "exclude", "merge")]
    protocols.append(Experiment.draw(shops[0], [shops[1]], "random", seed=1).protocol)
    assert len({protocol.digest for protocol in protocols}) == len({protocol.sentence for protocol in protocols}) == 4
    assert len({protocol.alone.digest for protocol in protocols}) == 1


def test_a_kept_leak_is_a_warning_and_nothing_else_is(shops):
    assert "25 items of south" in experiment_of(shops, "keep").protocol.warning
    assert experiment_of(shops, "exclude").protocol.warning == ""
    assert experiment_of(shops, "merge").protocol.warning == ""


def test_kept_copies_that_do_not_leak_need_no_words(shops):
    plain = Experiment.draw(shops[0], [shops[1]], "random", seed=1).protocol
    assert experiment_of(shops, "keep", is_leak=False).protocol == plain
    assert experiment_of(shops, "exclude", n_same=0).protocol == plain
    assert experiment_of(shops, "exclude", is_leak=False).protocol.copies == (
        CopyRule(source="south", decision="exclude", copies=25),
    )


def test_a_lift_is_against_a_run_without_sources_whatever_was_decided_about_them(shops):
    alone = judged(experiment_of(shops, "exclude"), with_sources=False)
    for decision in ("keep", "exclude", "merge"):
        assert "ndcg@10" in lift(judged(experiment_of(shops, decision)), alone)
    with pytest.raises(ValueError, match="protocols"):
        lift(judged(experiment_of(shops, "keep")), judged(experiment_of(shops, "exclude")))
