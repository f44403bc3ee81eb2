"""Every ranking metric gives what ir-measures gives, on random lists."""

from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xdrec_app.metrics.base import RankedHits, ranking_metrics

REFERENCES = {
    "ndcg": lambda k: ir_measures.nDCG @ k,
    "recall": lambda k: ir_measures.R @ k,
    "precision": lambda k: ir_measures.P @ k,
    "map": lambda k: ir_measures.AP @ k,
    "mrr": lambda k: ir_measures.RR @ k,
    "hit": lambda k: ir_measures.Success @ k,
}


def random_lists(seed: int, n_lists: int, n_places: int, n_items: int) -> RankedHits:
    random = np.random.default_rng(seed)
    items = np.stack([random.permutation(n_items)[:n_places] for _ in range(n_lists)]).astype(np.int32)
    relevant = random.random((n_lists, n_items)) < random.uniform(0.02, 0.6)
    relevant[np.arange(n_lists), random.integers(0, n_items, n_lists)] = True
    hits = np.take_along_axis(relevant, items, axis=1)
    return RankedHits(hits, relevant.sum(axis=1).astype(np.int32), items, n_items)


def reference_values(ranked: RankedHits, measure: ir_measures.Measure) -> np.ndarray:
    """Rebuild judgements from the lists: what is relevant and not listed gets names of its own."""
    judgements, run = [], []
    for person, (hits, items) in enumerate(zip(ranked.hits, ranked.items, strict=True)):
        for place, (hit, item) in enumerate(zip(hits, items, strict=True)):
            run.append(ir_measures.ScoredDoc(str(person), f"i{item}", float(len(hits) - place)))
            judgements.append(ir_measures.Qrel(str(person), f"i{item}", int(hit)))
        n_unlisted = int(ranked.n_relevant[person] - hits.sum())
        judgements += [ir_measures.Qrel(str(person), f"unlisted{number}", 1) for number in range(n_unlisted)]
    found = {int(one.query_id): one.value for one in ir_measures.iter_calc([measure], judgements, run)}
    return np.array([found[person] for person in range(len(ranked))])


def test_every_ranking_metric_has_a_reference():
    assert set(REFERENCES) == set(ranking_metrics.keys())


@pytest.mark.parametrize("key", sorted(REFERENCES))
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 12), n_places=st.integers(1, 20), n_lists=st.integers(1, 6))
def test_a_ranking_metric_agrees_with_ir_measures(key, seed, k, n_places, n_lists):
    ranked = random_lists(seed, n_lists, n_places, n_items=25)
    ours = ranking_metrics[key]().values(ranked, k)
    np.testing.assert_allclose(ours, reference_values(ranked, REFERENCES[key](k)), atol=1e-12)
