"""Interactions as a bipartite graph of people and items, its edges normalised by degree. Knows no model."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import Floats
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions


def edge_weights(items: np.ndarray, n_target_items: int, source_weight: float) -> Floats:
    """Return 1 for items of the target and `source_weight` for those of a source, float32 [n_rows]."""
    return np.where(items < n_target_items, np.float32(1), np.float32(source_weight))


def joint_graph(data: CrossDomainData, source_weight: float) -> sparse.csr_matrix:
    """Return the graph over all domains, float32 CSR [n_users, n_items]: a person is one node, whatever the domain.

    Every interaction is an edge, whatever its value; it weighs 1 in the target and `source_weight` in a source. An
    edge without weight is left out.
    """
    weights = edge_weights(data.interactions.items, data.n_target_items, source_weight)
    graph = data.interactions.matrix(data.n_users, data.n_items, weights)
    graph.eliminate_zeros()
    return graph


def domain_graphs(rows: Interactions, item_domains: np.ndarray, n_people: int, n_domains: int) -> sparse.csr_matrix:
    """Return the graphs of all domains as blocks of one matrix, float32 CSR [n_domains * n_people, n_items].

    A person is one node per domain: node ``domain * n_people + person``, so that nothing passes between domains along
    the edges.

    Parameters
    ----------
    item_domains
        Position of each item's domain, int32 [n_items].
    """
    nodes = item_domains[rows.items].astype(np.int64) * n_people + rows.users
    shape = (n_domains * n_people, len(item_domains))
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (nodes, rows.items)), shape=shape)


def degrees(graph: sparse.csr_matrix, axis: int) -> Floats:
    """Return the summed weights of the edges of each person (axis 1) or item (axis 0), float32."""
    return np.asarray(graph.sum(axis=axis), np.float32).ravel()


def inverse_power(degree: Floats, power: float) -> Floats:
    """Return ``degree ** -power``, and 0 for a node without edges, float32."""
    safe = np.where(degree > 0, degree, 1)
    return np.where(degree > 0, safe**-power, 0).astype(np.float32)


def normalised(
    graph: sparse.csr_matrix, item_degrees: Floats | None = None, degree_offset: float = 0.0
) -> sparse.csr_matrix:
    r"""Return the edges divided by the roots of the degrees of their ends, float32 CSR of the same shape.

    .. math:: \hat R = (D_U + \tau)^{-1/2} R \, (D_I + \tau)^{-1/2},

    the upper right block of the symmetrically normalised adjacency matrix.

    Parameters
    ----------
    item_degrees
        Float32 [n_items]; those of another graph, where people are added to it. Default: those of `graph`.
    degree_offset
        τ. Above 0 it keeps small groups of nodes that hang together by few edges from looking as smooth as the whole
        graph (Qin and Rohe, Regularized spectral clustering under the degree-corrected stochastic blockmodel, 2013).
    """
    item_degrees = degrees(graph, axis=0) if item_degrees is None else item_degrees
    left = inverse_power(degrees(graph, axis=1) + np.float32(degree_offset), 0.5)
    right = inverse_power(item_degrees + np.float32(degree_offset), 0.5)
    weights = graph.data * np.repeat(left, np.diff(graph.indptr)) * right[graph.indices]
    return sparse.csr_matrix((weights, graph.indices, graph.indptr), shape=graph.shape)
