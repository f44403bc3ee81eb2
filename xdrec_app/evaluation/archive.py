"""Evaluations and held-out rows as bytes, so that a stored run can be compared or judged again, exactly.

Plain numpy archives; no pickle, so a foreign file can at worst be refused.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from xdrec_app.datasets.interactions import Interactions
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.result import Evaluation, PersonSums
from xdrec_app.metrics.base import ItemFacts

Array = npt.NDArray[np.generic]


def pack_evaluation(evaluation: Evaluation) -> bytes:
    """Return an evaluation as bytes."""
    about = {
        "protocol": evaluation.protocol.model_dump(mode="json"),
        "metrics": evaluation.metrics,
        "people": evaluation.people,
        "n_people": evaluation.n_people,
        "n_rows": evaluation.n_rows,
        "n_fallback": evaluation.n_fallback,
        "unscored": evaluation.unscored,
        "names": list(evaluation.per_person),
    }
    columns = {}
    for place, sums in enumerate(evaluation.per_person.values()):
        columns[f"sums{place}"], columns[f"counts{place}"] = sums.sums, sums.counts
    return _pack(about, columns)


def unpack_evaluation(data: bytes) -> Evaluation:
    """Return the evaluation that `pack_evaluation` packed."""
    about, columns = _unpack(data)
    names = about.pop("names")
    per_person = {
        name: PersonSums(columns[f"sums{place}"].astype(np.float64), columns[f"counts{place}"].astype(np.float64))
        for place, name in enumerate(names)
    }
    protocol = Protocol.model_validate(about.pop("protocol"))
    people = tuple(about.pop("people"))
    return Evaluation(protocol=protocol, people=people, per_person=per_person, **about)


def pack_held_out(held_out: HeldOut) -> bytes:
    """Return held-out rows with their people's history as bytes."""
    rows, history, tags = held_out.rows, held_out.history, held_out.facts.tags
    columns: dict[str, Array] = {} if tags is None else {"tags_indptr": tags.indptr, "tags_indices": tags.indices}
    if held_out.competing is not None:
        columns["competing"] = held_out.competing
    return _pack(
        {
            "people": held_out.people,
            "mean": held_out.mean,
            "n_items": held_out.n_items,
            "n_training_people": held_out.facts.n_people,
            "n_tags": 0 if tags is None else tags.shape[1],
        },
        {
            "numbers": held_out.users,
            "users": rows.users,
            "items": rows.items,
            "values": rows.values,
            "times": rows.times,
            "history_indptr": history.indptr,
            "history_indices": history.indices,
            "item_counts": held_out.facts.counts,
            **columns,
        },
    )


def unpack_held_out(data: bytes) -> HeldOut:
    """Return the held-out rows that `pack_held_out` packed."""
    about, columns = _unpack(data)
    n_people, n_items, n_tags = len(about["people"]), about["n_items"], about["n_tags"]
    tags = _pairs(columns, "tags", (n_items, n_tags)) if n_tags else None
    return HeldOut(
        people=tuple(about["people"]),
        users=columns["numbers"].astype(np.int32),
        rows=Interactions.of(columns["users"], columns["items"], columns["values"], columns["times"]),
        history=_pairs(columns, "history", (n_people, n_items)),
        mean=about["mean"],
        facts=ItemFacts(columns["item_counts"].astype(np.int32), about["n_training_people"], tags),
        competing=columns["competing"].astype(bool) if "competing" in columns else None,
    )


def _pairs(columns: Mapping[str, Array], name: str, shape: tuple[int, int]) -> sparse.csr_matrix:
    indptr, indices = columns[f"{name}_indptr"].astype(np.int32), columns[f"{name}_indices"].astype(np.int32)
    return sparse.csr_matrix((np.ones(len(indices), bool), indices, indptr), shape=shape)


def pack_interactions(rows: Interactions) -> bytes:
    """Return rows as bytes."""
    return _pack({}, {"users": rows.users, "items": rows.items, "values": rows.values, "times": rows.times})


def unpack_interactions(data: bytes) -> Interactions:
    """Return the rows that `pack_interactions` packed."""
    _, columns = _unpack(data)
    return Interactions.of(columns["users"], columns["items"], columns["values"], columns["times"])


def _pack(about: dict[str, Any], columns: Mapping[str, Array]) -> bytes:
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez(buffer, about=text, allow_pickle=False, **columns)
    return buffer.getvalue()


def _unpack(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        columns = {name: archive[name] for name in archive.files}
    about: dict[str, Any] = json.loads(columns.pop("about").tobytes())
    return about, columns
