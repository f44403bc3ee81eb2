"""The bipartite graph of people and items: what is an edge, and what an edge weighs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.graph import degrees, domain_graphs, joint_graph, normalised


@pytest.fixture
def data() -> CrossDomainData:
    books = DomainTable.of("books", [("ann", "b1", 5.0, None), ("ann", "b2", 1.0, None), ("bob", "b1", 3.0, None)])
    films = DomainTable.of("films", [("ann", "f1", 4.0, None), ("cid", "f1", 2.0, None)])
    return CrossDomainData.join(books, [films])


def test_every_interaction_is_an_edge_that_weighs_what_its_domain_does_whatever_its_value(data):
    graph = joint_graph(data, source_weight=0.25)
    np.testing.assert_array_equal(graph.toarray(), [[1, 1, 0.25], [1, 0, 0], [0, 0, 0.25]])


def test_a_source_without_weight_has_no_edges(data):
    assert joint_graph(data, source_weight=0.0).nnz == 3


def test_a_person_is_one_node_per_domain_where_domains_are_kept_apart(data):
    graph = domain_graphs(data.interactions, data.item_domains, data.n_users, 2)
    expected = [[1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 1]]
    np.testing.assert_array_equal(graph.toarray(), expected)


def test_an_edge_is_divided_by_the_roots_of_the_degrees_of_its_ends(data):
    graph = normalised(joint_graph(data, source_weight=0.25))
    assert graph[0, 1] == pytest.approx(1 / np.sqrt(2.25 * 1))
    assert graph[0, 2] == pytest.approx(0.25 / np.sqrt(2.25 * 0.5))


def test_no_direction_of_the_normalised_graph_grows():
    random = np.random.default_rng(0)
    graph = sparse.csr_matrix((random.random((30, 20)) < 0.2) * random.random((30, 20)), dtype=np.float32)
    assert np.linalg.norm(normalised(graph).toarray(), 2) == pytest.approx(1, abs=1e-5)


def test_a_person_added_to_the_graph_meets_the_items_as_they_were():
    before = sparse.csr_matrix(np.array([[1, 1], [1, 0]], np.float32))
    new = sparse.csr_matrix(np.array([[1, 0]], np.float32))
    assert normalised(new, item_degrees=degrees(before, axis=0)).toarray() == pytest.approx(np.array([[2**-0.5, 0]]))


def test_a_node_without_edges_divides_nothing_by_zero():
    lonely = sparse.csr_matrix(np.array([[1, 0], [0, 0]], np.float32))
    np.testing.assert_array_equal(normalised(lonely).toarray(), lonely.toarray())


def test_an_offset_makes_a_small_group_less_smooth_than_a_large_one():
    graph = sparse.csr_matrix(sparse.block_diag([np.ones((1, 1)), np.ones((9, 9))]), dtype=np.float32)
    weights = normalised(graph, degree_offset=1.0).toarray()
    assert weights[0, 0] == pytest.approx(0.5)
    assert np.linalg.norm(weights[1:, 1:], 2) == pytest.approx(0.9)
