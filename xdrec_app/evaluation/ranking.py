"""Ranked lists of held-out people, block by block, so that memory stays small however many people there are.

Ties never flatter: among equal scores a wanted item stands last. A model that scores everything alike therefore finds
nothing, whatever the order of the items. An item without a score (NaN) has no place at all, not even at the end of a
list that is shorter than k.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Bools, Doubles, Floats, Ints, Longs
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.evaluation.held_out import HeldOut, Wanted
from xdrec_app.evaluation.negatives import Rivals, Urn
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.metrics.base import EMPTY_PLACE, RankedHits
from xdrec_app.models.base import Scorer

MAX_BLOCK_PEOPLE = 512
MAX_BLOCK_SCORES = 4_000_000

NO_SCORE = -np.inf


@dataclass(frozen=True, eq=False)
class RankedBlock:
    """The lists of some people.

    Attributes
    ----------
    owners
        int64 [n_lists], position of the person each list belongs to. One list a person under full ranking, one list
        a wanted item with sampled negatives.
    ranked
        The lists.
    relevant
        bool CSR [n_lists, n_items], the items that each list should bring to the top, as far as the model knows them.
    n_people, n_unscored
        People in this block, and those without any score.
    """

    owners: Longs
    ranked: RankedHits
    relevant: sparse.csr_matrix
    n_people: int
    n_unscored: int


def ranked_blocks(scorer: Scorer, held_out: HeldOut, wanted: Wanted, protocol: Protocol) -> Iterator[RankedBlock]:
    """Rank for everybody who wants something, in blocks of at most `MAX_BLOCK_PEOPLE`.

    The lists have as many places as the protocol's largest cut-off.
    """
    people = wanted.people
    counts = held_out.facts.counts.astype(np.float64)
    urn = Urn(counts + 1 if protocol.candidates == "popular" else np.ones_like(counts))
    size = max(1, min(MAX_BLOCK_PEOPLE, MAX_BLOCK_SCORES // max(1, held_out.n_items)))
    for start in range(0, len(people), size):
        block = people[start : start + size]
        scores = _scores(scorer, held_out.users[block], held_out.n_items)
        has_score = ~np.isnan(scores)
        keys = np.where(has_score, scores, NO_SCORE).astype(np.float64)
        if protocol.candidates == "full":
            owners, ranked, relevant = _rank_all(keys, held_out, wanted, block, protocol)
        else:
            owners, ranked, relevant = _rank_sampled(keys, held_out, wanted, block, protocol, urn)
        is_scored = has_score[:, slice(None) if held_out.competing is None else held_out.competing].any(axis=1)
        yield RankedBlock(owners, ranked, relevant, len(block), int((~is_scored).sum()))


def _scores(scorer: Scorer, users: Ints, n_items: int) -> Floats:
    known = users != UNKNOWN
    if known.all():
        return scorer.scores(users)
    scores = np.full((len(users), n_items), np.nan, np.float32)
    if known.any():
        scores[known] = scorer.scores(users[known])
    return scores


def _rank_all(
    keys: Doubles, held_out: HeldOut, wanted: Wanted, block: Longs, protocol: Protocol
) -> tuple[Longs, RankedHits, sparse.csr_matrix]:
    """Let all candidates compete that a person had not in training; `keys` are changed."""
    relevant = wanted.items[block]
    is_wanted: Bools = relevant.toarray()
    keys[held_out.history[block].toarray()] = NO_SCORE
    if held_out.competing is not None:
        keys[:, ~held_out.competing] = NO_SCORE
    # Scores are float32, so the next lower float64 lies below its equals and above every smaller score.
    keys[is_wanted] = np.nextafter(keys[is_wanted], NO_SCORE)
    places = top_places(keys, max(protocol.cutoffs))
    filled = np.take_along_axis(keys, places, axis=1) > NO_SCORE
    ranked = RankedHits(
        hits=np.take_along_axis(is_wanted, places, axis=1) & filled,
        n_relevant=wanted.counts[block],
        items=np.where(filled, places, EMPTY_PLACE).astype(np.int32),
        n_candidates=held_out.n_candidates,
    )
    return block, ranked, relevant


def top_places(keys: Doubles, k: int) -> Longs:
    """Return the columns of the k largest keys of each row, largest first, int64 [n_rows, min(k, n_columns)]."""
    n_columns = keys.shape[1]
    if k < n_columns:
        chosen = np.argpartition(keys, n_columns - k, axis=1)[:, n_columns - k :]
        chosen.sort(axis=1)  # equal keys: the lower number first
    else:
        chosen = np.broadcast_to(np.arange(n_columns), keys.shape)
    order = np.argsort(-np.take_along_axis(keys, chosen, axis=1), axis=1, kind="stable")
    return np.take_along_axis(chosen, order, axis=1)


def _rank_sampled(
    keys: Doubles, held_out: HeldOut, wanted: Wanted, block: Longs, protocol: Protocol, urn: Urn
) -> tuple[Longs, RankedHits, sparse.csr_matrix]:
    """Let each wanted item compete with its own negatives; see :mod:`xdrec_app.evaluation.negatives`.

    They are drawn from the candidates that a person has neither in training nor held out.
    """
    may_compete: Bools = ~(held_out.history[block] + held_out.tested[block]).toarray()
    if held_out.competing is not None:
        may_compete &= held_out.competing
    counts = wanted.counts[block]
    known = wanted.items[block]
    n_known = np.diff(known.indptr)
    people, items = np.repeat(np.arange(len(block)), n_known), known.indices
    starts = np.cumsum(counts) - counts
    lists = np.arange(len(items)) + np.repeat(starts - known.indptr[:-1], n_known)
    seeds = np.array(
        [derive_seed(protocol.seed, "negatives", held_out.people[position]) for position in block], np.uint64
    )
    places = Rivals(keys, may_compete, urn).ahead_of(people, items, seeds[people], protocol.negatives)

    n_lists, n_places = int(counts.sum()), max(protocol.cutoffs)
    is_shown = (keys[people, items] > NO_SCORE) & (places < n_places)
    hits = np.zeros((n_lists, n_places), bool)
    shown = np.full((n_lists, n_places), EMPTY_PLACE, np.int32)
    hits[lists[is_shown], places[is_shown]] = True
    shown[lists[is_shown], places[is_shown]] = items[is_shown]
    relevant = sparse.csr_matrix((np.ones(len(items), bool), (lists, items)), shape=(n_lists, held_out.n_items))
    ranked = RankedHits(hits, np.ones(n_lists, np.int32), shown, held_out.n_candidates)
    return np.repeat(block, counts), ranked, relevant
