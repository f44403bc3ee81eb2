"""A stored model comes back with the same bits or not at all."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load, save

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.base import FitOptions, recommenders
from xdrec_app.models.persistence import PackedModel, pack, unpack

READ_AND_SCORE = """
import sys
from pathlib import Path
import numpy as np, torch
from xdrec_app.models.persistence import PackedModel, unpack
torch.set_num_threads(int(sys.argv[2]))
folder = Path(sys.argv[1])
read = lambda name: (folder / name).read_bytes()
model = unpack(PackedModel(read("manifest").decode(), read("weights"), read("ids")))
np.save(folder / "scores.npy", model.scores(np.arange(len(model.users), dtype=np.int32)))
"""


@pytest.fixture(scope="module")
def model(small_world):
    data = CrossDomainData.join(small_world.target, small_world.sources[:1])
    fitted = recommenders["biased_mf"](recommenders["biased_mf"].Params.parse({"embedding_size": 4}))
    run(fitted.fit(data, FitOptions(seed=1, phase_epochs={"fit": 2})))
    return fitted


@pytest.fixture(scope="module")
def packed(model) -> PackedModel:
    return pack(model)


def changed(packed: PackedModel, **changes: object) -> PackedModel:
    """The same model with other entries in its manifest."""
    return replace(packed, manifest=json.dumps({**json.loads(packed.manifest), **changes}))


def reweighed(packed: PackedModel, change) -> PackedModel:
    """The same model with other arrays and a checksum that fits them."""
    weights = save(change(load(packed.weights)))
    return changed(replace(packed, weights=weights), weights_sha256=hashlib.sha256(weights).hexdigest())


def with_ids(packed: PackedModel, ids: bytes) -> PackedModel:
    return changed(replace(packed, ids=ids), ids_sha256=hashlib.sha256(ids).hexdigest())


def test_ids_scales_and_domains_come_back_and_texts_do_not(model, packed):
    again = unpack(packed)
    assert again.users == model.users
    assert again.catalogue.ids == model.catalogue.ids
    assert again.catalogue.slices == model.catalogue.slices
    assert again.scales == model.scales
    assert set(again.catalogue.titles) == {""}


def test_a_new_process_gives_the_same_bits(model, packed, tmp_path):
    import torch

    (tmp_path / "manifest").write_bytes(packed.manifest.encode())
    (tmp_path / "weights").write_bytes(packed.weights)
    (tmp_path / "ids").write_bytes(packed.ids)
    command = [sys.executable, "-c", READ_AND_SCORE, str(tmp_path), str(torch.get_num_threads())]
    subprocess.run(command, check=True, timeout=120)
    everybody = np.arange(len(model.users), dtype=np.int32)
    np.testing.assert_array_equal(np.load(tmp_path / "scores.npy"), model.scores(everybody))


def test_ids_of_any_script_come_back(small_world):
    table = replace(
        small_world.target, user_ids=tuple(f"用户 {n:03} \u2028" for n in range(small_world.target.n_users))
    )
    fitted = recommenders["popularity"]()
    run(fitted.fit(CrossDomainData.join(table), FitOptions()))
    assert unpack(pack(fitted)).users.ids == table.user_ids


def test_an_array_may_hold_nan_if_it_did_when_it_was_packed(packed):
    def spoil(arrays):
        arrays["items.weight"][3] = np.nan
        return arrays

    scores = unpack(reweighed(packed, spoil)).scores(np.array([0], np.int32))
    assert np.isnan(scores[0, 3])
    assert np.isfinite(scores[0, :3]).any()


def test_a_model_that_was_not_fitted_is_not_packed():
    with pytest.raises(RuntimeError, match="has not been fitted"):
        pack(recommenders["biased_mf"]())


def test_every_flipped_bit_and_every_missing_byte_is_noticed(packed):
    random = np.random.default_rng(0)
    for part in ("weights", "ids"):
        data = getattr(packed, part)
        for position in random.integers(0, len(data), 20):
            flipped = bytearray(data)
            flipped[position] ^= 1 << int(random.integers(8))
            with pytest.raises(UserError, match=f"{part} of the model are damaged"):
                unpack(replace(packed, **{part: bytes(flipped)}))
        for length in (0, 1, len(data) // 2, len(data) - 1):
            with pytest.raises(UserError, match=f"{part} of the model are damaged"):
                unpack(replace(packed, **{part: data[:length]}))


def test_a_version_of_the_future_is_named(packed):
    with pytest.raises(UserError, match="format 2; this version of XDRec reads format 1"):
        unpack(changed(packed, format_version=2))


@pytest.mark.parametrize("manifest", ["", "{", "[]", "null", "{}", '{"format_version": 1}', '{"format_version": "x"}'])
def test_a_manifest_that_is_none_is_a_sentence(packed, manifest):
    with pytest.raises(UserError, match="description of the stored model"):
        unpack(replace(packed, manifest=manifest))


def test_a_model_that_is_not_known_here_is_named(packed):
    with pytest.raises(UserError, match="no model 'telepathy'"):
        unpack(changed(packed, model="telepathy"))


def test_parameters_that_are_not_known_here_are_named(packed):
    with pytest.raises(UserError, match="no parameter 'telepathy'"):
        unpack(changed(packed, params={"telepathy": 1}))


def test_missing_and_superfluous_arrays_are_named(packed):
    with pytest.raises(UserError, match=r"'items\.weight'"):
        unpack(
            reweighed(packed, lambda arrays: {name: array for name, array in arrays.items() if "items.w" not in name})
        )
    with pytest.raises(UserError, match="'more'"):
        unpack(reweighed(packed, lambda arrays: {**arrays, "more": np.zeros(1)}))


def test_an_array_of_odd_shape_or_type_is_named(packed):
    for change in (lambda array: array.T, lambda array: array.astype(np.float64)):
        spoilt = reweighed(
            packed,
            lambda arrays, change=change: {
                **arrays,
                "items.weight": np.ascontiguousarray(change(arrays["items.weight"])),
            },
        )
        with pytest.raises(UserError, match=r"'items\.weight' have an unexpected shape or type"):
            unpack(spoilt)


def test_weights_that_agree_with_the_manifest_but_not_with_the_model_are_refused(packed):
    params = {**json.loads(packed.manifest)["params"], "embedding_size": 5}
    with pytest.raises(UserError, match="do not fit the model 'biased_mf'"):
        unpack(changed(packed, params=params))


@pytest.mark.parametrize(
    "ids", [b"", b"\xff", b"[]", b"{}", b'{"users": ["a", "a"], "items": []}', b'{"users": ["a"], "items": ["b"]}']
)
def test_ids_that_are_none_or_too_few_are_refused(packed, ids):
    with pytest.raises(UserError, match="ids"):
        unpack(with_ids(packed, ids))
