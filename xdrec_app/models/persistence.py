"""A fitted model as bytes and back: weights, ids, and a manifest that says what they are. Never pickle.

Safetensors does not notice a flipped bit, so the manifest keeps a digest, and names and shapes are checked before a
model sees them. Titles, texts and tags are not kept: the workspace knows them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value
from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.vocabulary import Vocabulary
from xdrec_app.models.base import Arrays, Recommender, recommenders

FORMAT_VERSION = 1


@dataclass(frozen=True)
class PackedModel:
    """A fitted model as bytes.

    Attributes
    ----------
    manifest
        JSON text; see :class:`Manifest`.
    weights
        Safetensors.
    ids
        JSON text in UTF-8: the ids of people and items in the order of their numbers.
    """

    manifest: str
    weights: bytes
    ids: bytes


class ArrayForm(Value):
    """Shape and dtype of one array."""

    shape: tuple[int, ...]
    dtype: str


class Manifest(Value):
    """What the bytes of a model are.

    Attributes
    ----------
    key, params
        Which model, with which hyper-parameters.
    domains
        Name and number of items of each domain, the target first.
    scales
        Lowest and highest value per domain.
    arrays
        Name → form of every array of the weights.
    weights_sha256, ids_sha256
        Digests of the two other parts.
    """

    format_version: int
    key: str
    params: dict[str, Any]
    domains: tuple[tuple[str, int], ...]
    scales: tuple[tuple[float, float], ...]
    arrays: dict[str, ArrayForm]
    weights_sha256: str
    ids_sha256: str


def pack(model: Recommender) -> PackedModel:
    """Return a fitted model as bytes."""
    model.require_fitted()
    arrays = {name: np.ascontiguousarray(array) for name, array in model.arrays().items()}
    weights = save(arrays)
    ids = json.dumps({"users": model.users.ids, "items": model.catalogue.ids}, ensure_ascii=False).encode()
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        key=model.key,
        params=model.params.model_dump(),
        domains=tuple(
            (name, part.stop - part.start)
            for name, part in zip(model.catalogue.domains, model.catalogue.slices, strict=True)
        ),
        scales=model.scales,
        arrays={name: ArrayForm(shape=array.shape, dtype=str(array.dtype)) for name, array in arrays.items()},
        weights_sha256=hashlib.sha256(weights).hexdigest(),
        ids_sha256=hashlib.sha256(ids).hexdigest(),
    )
    return PackedModel(manifest.model_dump_json(), weights, ids)


def unpack(packed: PackedModel) -> Recommender:
    """Return the model that `pack` packed, with bit-identical scores.

    Raises
    ------
    UserError
        When the format is newer, the model is not known here, or anything is damaged or does not fit.
    """
    manifest = _read_manifest(packed.manifest)
    for part, data, digest in (
        ("weights", packed.weights, manifest.weights_sha256),
        ("ids", packed.ids, manifest.ids_sha256),
    ):
        if hashlib.sha256(data).hexdigest() != digest:
            raise _damaged(f"the {part} are not those that were stored")
    arrays = _read_arrays(packed.weights, manifest)
    model_class = recommenders[manifest.key]
    model = model_class(model_class.Params.parse(manifest.params))
    users, items = _read_ids(packed.ids)
    model.bind(Vocabulary(users), _catalogue(manifest, items), manifest.scales)
    try:
        model.restore(arrays)
    except (KeyError, ValueError, RuntimeError, IndexError) as error:
        raise _damaged(f"the weights do not fit the model '{manifest.key}': {error}") from error
    return model


def _read_manifest(text: str) -> Manifest:
    try:
        version = json.loads(text)["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged("its manifest cannot be read") from error
    if version != FORMAT_VERSION:
        raise UserError(
            f"The stored model has the format {version}; this version of XDRec reads {FORMAT_VERSION}.",
            "Use the version that stored it, or train again.",
        )
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise _damaged("its manifest cannot be read") from error


def _read_arrays(weights: bytes, manifest: Manifest) -> Arrays:
    try:
        arrays = dict(load(weights))
    except SafetensorError as error:
        raise _damaged(str(error)) from error
    forms = {name: ArrayForm(shape=array.shape, dtype=str(array.dtype)) for name, array in arrays.items()}
    if forms != manifest.arrays:
        raise _damaged("its arrays are not those of its manifest")
    return arrays


def _read_ids(data: bytes) -> tuple[list[str], list[str]]:
    ids = json.loads(data)
    return ids["users"], ids["items"]


def _catalogue(manifest: Manifest, items: list[str]) -> Catalogue:
    slices, start = [], 0
    for _, size in manifest.domains:
        slices.append(slice(start, start + size))
        start += size
    if start != len(items):
        raise _damaged("the number of items is not that of its domains")
    return Catalogue(
        domains=tuple(name for name, _ in manifest.domains),
        slices=tuple(slices),
        ids=tuple(items),
        titles=("",) * start,
        texts=("",) * start,
        tags=((),) * start,
    )


def _damaged(how: str) -> UserError:
    return UserError(f"The stored model is damaged: {how}.", "Train it again.")
