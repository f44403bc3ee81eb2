"""The graph models of the zoo beside their formulas."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.graph import joint_graph, normalised
from xdrec_app.models.base import FitOptions
from xdrec_app.models.zoo.bitgcf import transfer_weights
from xdrec_app.models.zoo.item_graph import ItemGraph, ItemGraphParams, smooth_directions
from xdrec_app.models.zoo.lightgcn import LightGCN, LightGCNParams


@pytest.fixture(scope="module")
def data(small_world) -> CrossDomainData:
    return CrossDomainData.join(small_world.target, small_world.sources)


def test_nodes_of_lightgcn_stand_at_the_mean_of_the_powers_of_the_adjacency(data):
    model = LightGCN(LightGCNParams(n_layers=3, embedding_size=8))
    run(model.fit(data, FitOptions(phase_epochs={"fit": 1})))
    block = normalised(joint_graph(data, model.params.source_weight)).toarray()
    size = data.n_users + data.n_items
    adjacency = np.zeros((size, size))
    adjacency[: data.n_users, data.n_users :] = block
    adjacency += adjacency.T
    nodes = np.vstack([part.weight.detach().numpy() for part in (model.network.users, model.network.items)])
    mean = sum(np.linalg.matrix_power(adjacency, k) @ nodes for k in range(4)) / 4
    np.testing.assert_allclose(model.network.people.numpy(), mean[: data.n_users], atol=1e-5)
    np.testing.assert_allclose(model.network.offered.numpy(), mean[data.n_users :], atol=1e-5)


def test_who_is_folded_into_lightgcn_stands_where_they_stood_but_for_their_own_embedding(data):
    model = LightGCN(LightGCNParams(n_layers=1, embedding_size=8))
    run(model.fit(data, FitOptions(phase_epochs={"fit": 1})))
    own = model.network.users.weight.detach().numpy() / 2  # with one layer it reaches the person alone
    folded = model.fold_in(data.interactions, data.n_users)
    np.testing.assert_allclose(folded + own, model.network.people.numpy(), atol=1e-5)


def test_transfer_between_two_domains_is_that_of_the_paper():
    counts, keep = torch.tensor([[3.0], [1.0]]), 0.8
    common, ours, theirs = np.array([0.75, 0.25]), np.array([keep, 1 - keep]), np.array([1 - keep, keep])
    expected = [(common + ours) / 2, (common + theirs) / 2]
    np.testing.assert_allclose(transfer_weights(counts, keep)[:, :, 0], expected, rtol=1e-6)


def test_transfer_mixes_what_is_there_and_sums_to_one():
    counts = torch.tensor([[2.0, 0.0, 5.0, 1.0], [0.0, 0.0, 1.0, 0.0], [0.0, 4.0, 2.0, 3.0]])
    weights = transfer_weights(counts, 0.7)
    torch.testing.assert_close(weights.sum(1), torch.ones(3, 4))
    assert (weights >= 0).all()
    assert weights[0, 0, 0] == 1  # at home in one domain only: nothing comes in
    assert weights[0, 2, 1] == 1  # at home elsewhere: all comes from there
    assert (weights[:, 1, 3] == 0).all()  # nothing comes from where a person never was


def test_smooth_directions_are_the_leading_singular_vectors():
    dense = np.random.default_rng(3).random((60, 40), np.float32) ** 4
    values, vectors = run(smooth_directions(sparse.csr_matrix(dense), 4, seed=0))
    _, exact, turns = np.linalg.svd(dense)
    np.testing.assert_allclose(values, exact[:4], rtol=1e-3)
    np.testing.assert_allclose(np.abs((vectors * turns[:4].T).sum(0)), 1, atol=1e-2)


def test_an_item_nobody_had_is_offered_to_those_who_like_its_tags():
    tags = {f"{kind}{n}": ("", "", (kind,)) for kind in ("crime", "poetry") for n in range(5)}
    rows = [
        (f"{kind} reader {n}", f"{kind}{m}", 5.0, None)
        for kind in ("crime", "poetry")
        for n in range(8)
        for m in range(4)
        if (n + m) % 4
    ]
    model = ItemGraph(ItemGraphParams(n_frequencies=4))
    data = CrossDomainData.join(DomainTable.of("books", rows, tags))
    run(model.fit(data, FitOptions()))
    new = {kind: data.catalogue.number("books", f"{kind}4") for kind in ("crime", "poetry")}
    for kind, other in (("crime", "poetry"), ("poetry", "crime")):
        score = model.scores(data.users.numbers([f"{kind} reader 1"]))[0]
        assert score[new[kind]] > score[new[other]] + 0.1
