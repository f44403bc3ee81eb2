"""Evaluations and held-out rows as bytes, so that a stored run can be compared or judged again, exactly.

Plain numpy archives; no pickle, so a foreign file can at worst be refused.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from xdrec_app.datasets.arrays import Doubles
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.result import Evaluation, PersonSums
from xdrec_app.metrics.base import ItemFacts
from xdrec_app.metrics.calibration import CalibrationBins

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
        "people_groups": list(evaluation.people_groups),
        "item_groups": {group: list(sums) for group, sums in evaluation.item_groups.items()},
        "calibration": evaluation.calibration is not None,
    }
    columns: dict[str, Array] = {
        **_sums("", evaluation.per_person),
        **{f"people_group{place}": group for place, group in enumerate(evaluation.people_groups.values())},
    }
    for place, sums in enumerate(evaluation.item_groups.values()):
        columns |= _sums(f"item_group{place}_", sums)
    if evaluation.calibration is not None:
        columns |= evaluation.calibration._asdict()
    return _pack(about, columns)


def unpack_evaluation(data: bytes) -> Evaluation:
    """Return the evaluation that `pack_evaluation` packed."""
    about, columns = _unpack(data)
    people_groups = {
        name: columns[f"people_group{place}"].astype(bool) for place, name in enumerate(about.pop("people_groups"))
    }
    item_groups = {
        name: _unpacked_sums(f"item_group{place}_", metrics, columns)
        for place, (name, metrics) in enumerate(about.pop("item_groups").items())
    }
    calibration = None
    if about.pop("calibration"):
        predicted, actual = (columns[name].astype(np.float64) for name in ("predicted", "actual"))
        calibration = CalibrationBins(predicted, actual, columns["counts"].astype(np.int64))
    return Evaluation(
        protocol=Protocol.model_validate(about.pop("protocol")),
        people=tuple(about.pop("people")),
        per_person=_unpacked_sums("", about.pop("names"), columns),
        people_groups=people_groups,
        item_groups=item_groups,
        calibration=calibration,
        **about,
    )


def _sums(prefix: str, sums: Mapping[str, PersonSums]) -> dict[str, Array]:
    """Return what each person adds to each metric as columns."""
    columns: dict[str, Array] = {}
    for place, one in enumerate(sums.values()):
        columns[f"{prefix}sums{place}"] = one.sums
        columns[f"{prefix}counts{place}"] = one.counts
    return columns


def _unpacked_sums(prefix: str, names: Sequence[str], columns: Mapping[str, Array]) -> dict[str, PersonSums]:
    def column(kind: str, place: int) -> Doubles:
        return columns[f"{prefix}{kind}{place}"].astype(np.float64)

    return {name: PersonSums(column("sums", place), column("counts", place)) for place, name in enumerate(names)}


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
    np.savez_compressed(buffer, about=text, allow_pickle=False, **columns)
    return buffer.getvalue()


def _unpack(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        columns = {name: archive[name] for name in archive.files}
    about: dict[str, Any] = json.loads(columns.pop("about").tobytes())
    return about, columns
