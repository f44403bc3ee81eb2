"""Models as bytes and back: a manifest, weights as safetensors, ids as JSON; never pickle.

The manifest says what must be in the other two, so that flipped bits, missing arrays, odd shapes and versions of the
future are sentences instead of wrong scores. Where the bytes are kept is not this module's business.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value
from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.vocabulary import Vocabulary
from xdrec_app.models.base import Arrays, Recommender, recommenders
from xdrec_app.models.compression import Compression, compress, expand

FORMAT_VERSION: Literal[1] = 1

_HINT = "Train the model again."


@dataclass(frozen=True)
class PackedModel:
    """A fitted model as bytes.

    Attributes
    ----------
    manifest
        JSON; see :class:`Manifest`.
    weights
        The arrays of the model, safetensors.
    ids
        JSON in UTF-8: the ids of people and items in the order of their numbers. Titles, texts and tags are not kept.
    """

    manifest: str
    weights: bytes
    ids: bytes


class ArraySpec(Value):
    """Name, numpy type and shape of one array."""

    name: str
    dtype: str
    shape: tuple[int, ...]


class DomainSpec(Value):
    """One domain of the numbering: name, number of items, lowest and highest value."""

    name: str
    n_items: int
    scale: tuple[float, float]


class Manifest(Value):
    """What a packed model consists of."""

    format_version: Literal[1]
    model: str
    params: dict[str, Any]
    n_users: int
    domains: tuple[DomainSpec, ...]
    arrays: tuple[ArraySpec, ...]
    compression: Compression = "none"
    weights_sha256: str
    ids_sha256: str


def pack(model: Recommender) -> PackedModel:
    """Return a fitted model as bytes."""
    model.require_fitted()
    arrays = {name: np.ascontiguousarray(array) for name, array in model.arrays().items()}
    weights = save(arrays)
    ids = json.dumps({"users": model.users.ids, "items": model.catalogue.ids}, ensure_ascii=False).encode()
    catalogue = model.catalogue
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        model=model.key,
        params=model.params.model_dump(mode="json"),
        n_users=len(model.users),
        domains=tuple(
            DomainSpec(name=name, n_items=part.stop - part.start, scale=scale)
            for name, part, scale in zip(catalogue.domains, catalogue.slices, model.scales, strict=True)
        ),
        arrays=tuple(_spec_of(name, array) for name, array in sorted(arrays.items())),
        weights_sha256=hashlib.sha256(weights).hexdigest(),
        ids_sha256=hashlib.sha256(ids).hexdigest(),
    )
    return PackedModel(manifest.model_dump_json(), weights, ids)


def unpack(packed: PackedModel) -> Recommender:
    """Return the model, ready to score; its catalogue has ids but no titles, texts and tags.

    An array may hold NaN or infinity, if it did so when it was packed; the checksum tells damage from intent.

    Raises
    ------
    UserError
        When the format is of another version, the model unknown, or anything missing, changed or of odd shape.
    """
    manifest = _manifest_of(packed.manifest)
    _check_digest("weights", packed.weights, manifest.weights_sha256)
    _check_digest("ids", packed.ids, manifest.ids_sha256)
    model_class = recommenders[manifest.model]
    model = model_class(model_class.Params.parse(manifest.params))
    users, items = _ids_of(packed.ids, manifest)
    model.bind(users, _catalogue_of(manifest, items), tuple(domain.scale for domain in manifest.domains))
    arrays = expand(_arrays_of(packed.weights, manifest), manifest.compression)
    try:
        model.restore(arrays)
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
        raise UserError(
            f"The stored weights do not fit the model '{manifest.model}' of this version.", _HINT
        ) from error
    return model


def repack(packed: PackedModel, compression: Compression) -> PackedModel:
    """Return the same model with its large matrices in fewer bits; raises as :func:`unpack`."""
    manifest = _manifest_of(packed.manifest)
    _check_digest("weights", packed.weights, manifest.weights_sha256)
    arrays = compress(expand(_arrays_of(packed.weights, manifest), manifest.compression), compression)
    weights = save(arrays)
    changed = manifest.model_copy(
        update={
            "arrays": tuple(_spec_of(name, array) for name, array in sorted(arrays.items())),
            "compression": compression,
            "weights_sha256": hashlib.sha256(weights).hexdigest(),
        }
    )
    return PackedModel(changed.model_dump_json(), weights, packed.ids)


def _manifest_of(text: str) -> Manifest:
    try:
        content = json.loads(text)
    except ValueError:
        raise UserError("The description of the stored model cannot be read; it is damaged.", _HINT) from None
    version = content.get("format_version") if isinstance(content, dict) else None
    if isinstance(version, int) and version != FORMAT_VERSION:
        raise UserError(
            f"The model is stored in format {version}; this version of XDRec reads format {FORMAT_VERSION}.",
            "Open it with the version that stored it, or train the model again.",
        )
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the whole"
        raise UserError(f"The description of the stored model is not valid (at {place}).", _HINT) from None


def _check_digest(what: str, data: bytes, expected: str) -> None:
    if hashlib.sha256(data).hexdigest() != expected:
        raise UserError(f"The stored {what} of the model are damaged: their checksum does not match.", _HINT)


def _ids_of(data: bytes, manifest: Manifest) -> tuple[Vocabulary, tuple[str, ...]]:
    try:
        content = json.loads(data)
        users, items = Vocabulary(content["users"]), tuple(content["items"])
    except (ValueError, KeyError, TypeError):
        raise UserError("The stored ids of the model cannot be read.", _HINT) from None
    n_items = sum(domain.n_items for domain in manifest.domains)
    if len(users) != manifest.n_users or len(items) != n_items:
        raise UserError(
            f"The model is said to know {manifest.n_users} people and {n_items} items, "
            f"but ids are stored for {len(users)} and {len(items)}.",
            _HINT,
        )
    return users, items


def _catalogue_of(manifest: Manifest, ids: tuple[str, ...]) -> Catalogue:
    slices, start = [], 0
    for domain in manifest.domains:
        slices.append(slice(start, start + domain.n_items))
        start += domain.n_items
    names = tuple(domain.name for domain in manifest.domains)
    nothing = ("",) * len(ids)
    return Catalogue(names, tuple(slices), ids, nothing, nothing, ((),) * len(ids))


def _arrays_of(data: bytes, manifest: Manifest) -> Arrays:
    try:
        arrays = load(data)
    except (SafetensorError, KeyError, ValueError):
        raise UserError("The stored weights of the model cannot be read.", _HINT) from None
    expected = {spec.name: spec for spec in manifest.arrays}
    if arrays.keys() != expected.keys():
        odd = sorted(arrays.keys() ^ expected.keys())[0]
        raise UserError(f"The stored weights lack '{odd}' or have it without need.", _HINT)
    for name, array in arrays.items():
        if _spec_of(name, array) != expected[name]:
            raise UserError(f"The stored weights '{name}' have an unexpected shape or type.", _HINT)
    return arrays


def _spec_of(name: str, array: np.ndarray) -> ArraySpec:
    return ArraySpec(name=name, dtype=array.dtype.name, shape=array.shape)
