"""Whitening: what it promises whoever compares vectors of texts."""

from __future__ import annotations

import numpy as np
import pytest

from xdrec_app.models.whitening import has_vector, whitened

PARTS = (slice(0, 300), slice(300, 500))


@pytest.fixture
def vectors():
    """Two domains, each in its own corner, with variance that falls off steeply; two items have no text."""
    random = np.random.default_rng(3)
    found = random.normal(size=(500, 12)) * 2.0 ** -np.arange(12)
    found[:300] += 5
    found[300:] -= 3
    found[[7, 400]] = np.nan
    return found.astype(np.float32)


def test_rows_have_length_one_and_items_without_text_have_none(vectors):
    lengths = np.linalg.norm(whitened(vectors, PARTS, 8), axis=1)
    np.testing.assert_allclose(lengths, has_vector(vectors), atol=1e-5)


def test_the_corner_of_a_domain_is_forgotten(vectors):
    spread = whitened(vectors, PARTS, 12)
    middles = [spread[part].mean(axis=0) for part in PARTS]
    assert np.linalg.norm(middles[0] - middles[1]) < 0.2


def test_full_strength_makes_directions_alike_and_none_keeps_the_first_above_the_last(vectors):
    even, plain = (whitened(vectors, PARTS, 6, strength).std(axis=0) for strength in (1.0, 0.0))
    assert even.max() / even.min() < 1.3
    assert plain.max() / plain.min() > 5


def test_sources_without_weight_do_not_turn_the_target(vectors):
    alone = whitened(vectors[:300], PARTS[:1], 8)
    joint = whitened(vectors, PARTS, 8, source_weight=0.0)
    np.testing.assert_allclose(joint[:300], alone, atol=1e-6)


def test_no_vectors_at_all_have_no_text():
    assert not has_vector(np.empty((3, 0), np.float32)).any()
