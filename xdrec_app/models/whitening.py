"""Vectors of texts made comparable: centred per domain and with their variance spread evenly.

What a language model gives for texts lies in a narrow cone, and the texts of a domain in a corner of it; as they are,
every two items look alike, and items of two domains never do. Knows no encoder and no model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.datasets.arrays import Bools, Doubles, Floats

RIDGE = 1e-3
"""Share of the mean variance that is added to every direction, so that noise is not blown up."""

GUESS_RIDGE = 3.0
"""Ridge of a guess: about what a handful of items of one meaning weigh."""


def has_vector(vectors: Floats) -> Bools:
    """Return which items have a text and so a vector, bool [n_items]."""
    if vectors.shape[1] == 0:
        return np.zeros(len(vectors), bool)
    return np.asarray(~np.isnan(vectors[:, 0]))


def whitened(
    vectors: Floats, parts: Sequence[slice], size: int, strength: float = 1.0, source_weight: float = 1.0
) -> Floats:
    r"""Return the principal directions of the vectors, scaled by their variance, as rows of length 1.

    .. math:: v_i \propto (\Lambda + \rho I)^{-\alpha/2} U^\top (x_i - \mu_{d(i)})

    with :math:`U, \Lambda` of the pooled covariance within domains (Su et al.: Whitening sentence representations.
    2021). Each domain has its own mean: where a text comes from says nothing about taste.

    Parameters
    ----------
    vectors
        float32 [n_items, n]; NaN rows where there is no text.
    parts
        Where each domain's items stand.
    size
        At most that many directions, those of the largest variance.
    strength
        The exponent α: 0 keeps variances as they are, 1 makes them equal.
    source_weight
        How much an item of a source counts in the covariance beside one of the target.

    Returns
    -------
    Floats
        float32 [n_items, min(size, n)]; rows of zeros where there is no text.
    """
    known = has_vector(vectors)
    centred, covariance = np.zeros(vectors.shape), np.zeros((vectors.shape[1], vectors.shape[1]))
    for domain, part in enumerate(parts):
        rows = np.flatnonzero(known[part]) + part.start
        if len(rows):
            centred[rows] = vectors[rows] - vectors[rows].mean(axis=0, dtype=np.float64)
            covariance += (source_weight if domain else 1.0) * centred[rows].T @ centred[rows]
    spread = centred @ _axes(covariance, size, strength)
    lengths = np.linalg.norm(spread, axis=1, keepdims=True)
    return np.asarray(spread / np.maximum(lengths, 1e-12), np.float32)


def axes(vectors: Floats, size: int, strength: float = 1.0) -> tuple[Floats, Floats]:
    """Return the mean of some vectors without gaps, float32 [n], and what whitens them, float32 [n, min(size, n)]."""
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    return vectors.mean(axis=0), _axes(centred.T @ centred, size, strength).astype(np.float32)


def _axes(covariance: Doubles, size: int, strength: float) -> Doubles:
    variances, directions = np.linalg.eigh(covariance)
    variances, directions = variances[::-1][:size], directions[:, ::-1][:, :size]
    scale = (np.maximum(variances, 0) + RIDGE * max(float(variances.mean()), 1e-12)) ** (-strength / 2)
    scaled: Doubles = directions * scale
    return scaled


def guess(values: Doubles, is_known: Bools, vectors: Floats) -> Floats:
    """Return what the vectors say of a value, by ridge regression on the items where it is known.

    Parameters
    ----------
    values
        float64 [n_items], with a mean of about 0 over the known ones.
    vectors
        float32 [n_items, size], rows of length 1 or 0.

    Returns
    -------
    Floats
        Coefficients, float32 [size]; ``vectors @ coefficients`` is the guess.
    """
    known = vectors[is_known].astype(np.float64)
    ridge = known.T @ known + GUESS_RIDGE * np.eye(known.shape[1])
    return np.asarray(np.linalg.solve(ridge, known.T @ values[is_known]), np.float32)
