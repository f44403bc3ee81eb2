import numpy as np
from scipy import sparse

from xdrec_app.datasets.interactions import Interactions
from xdrec_app.evaluation.archive import (
    pack_evaluation,
    pack_held_out,
    pack_interactions,
    unpack_evaluation,
    unpack_held_out,
    unpack_interactions,
)
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.result import Evaluation, PersonSums
from xdrec_app.metrics.base import ItemFacts

PROTOCOL = Protocol(split="random", split_words="s", seed=1, target="电影", scored="all", relevant_from=3)


def test_an_evaluation_comes_back_person_by_person():
    evaluation = Evaluation(
        protocol=PROTOCOL,
        metrics={"ndcg@10": 0.1, "auc": float("nan")},
        people=("a", "用户"),
        per_person={"ndcg@10": PersonSums(np.array([0.1, 1 / 3]), np.array([1.0, 0.0]))},
        n_people=2,
        n_rows=5,
        n_fallback=1,
        unscored=0.5,
    )
    back = unpack_evaluation(pack_evaluation(evaluation))
    assert back.protocol == PROTOCOL and back.people == evaluation.people
    assert back.metrics["ndcg@10"] == 0.1 and np.isnan(back.metrics["auc"])
    assert (back.per_person["ndcg@10"].sums == evaluation.per_person["ndcg@10"].sums).all()
    assert (back.n_people, back.n_rows, back.n_fallback, back.unscored) == (2, 5, 1, 0.5)


def test_held_out_rows_come_back_with_their_history():
    history = sparse.csr_matrix(np.array([[True, False, True], [False, False, False]]))
    rows = Interactions.of([0, 1], [1, -1], [4.0, 2.0], [7, 8])
    tags = sparse.csr_matrix(np.array([[True, True], [False, False], [False, True]]))
    facts = ItemFacts(np.array([4, 0, 2], np.int32), 7, tags)
    competing = np.array([True, False, True])
    held_out = HeldOut(("a", "b"), np.array([5, -1], np.int32), rows, history, 3.5, facts, competing)
    back = unpack_held_out(pack_held_out(held_out))
    assert back.people == held_out.people and back.mean == 3.5
    assert (back.users == held_out.users).all() and (back.rows.items == rows.items).all()
    assert (back.history.toarray() == history.toarray()).all()
    assert back.facts.n_people == 7 and (back.facts.counts == facts.counts).all()
    assert back.facts.tags is not None and (back.facts.tags.toarray() == tags.toarray()).all()
    assert back.competing is not None and (back.competing == competing).all()
    bare = HeldOut(("a", "b"), held_out.users, rows, history, 3.5, ItemFacts(facts.counts, 7))
    back = unpack_held_out(pack_held_out(bare))
    assert back.facts.tags is None and back.competing is None


def test_interactions_come_back_as_they_were():
    rows = Interactions.of([0, 1], [2, 3], [0.5, 4.0])
    back = unpack_interactions(pack_interactions(rows))
    for name in ("users", "items", "values", "times"):
        left, right = getattr(back, name), getattr(rows, name)
        assert left.dtype == right.dtype and (left == right).all()
