"""Pre-trained weights in a file: what is refused, and in which words."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from xdrec_app.core.errors import UserError
from xdrec_app.models.pretrained import MANIFEST, Pretrained


@pytest.fixture
def weights():
    arrays = {"experts": np.arange(6, dtype=np.float32).reshape(2, 3), "means": np.zeros(3, np.float32)}
    return Pretrained.of("unisrec", {"embedding_size": 3}, "a fingerprint", ("books", "films"), arrays)


@pytest.fixture
def file(weights, tmp_path):
    weights.save(tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


def test_what_was_written_is_read_bit_by_bit(weights, file):
    again = Pretrained.load(file)
    assert again.manifest == weights.manifest
    assert again.arrays.keys() == weights.arrays.keys()
    for name, array in weights.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array)


def test_another_encoder_or_model_is_refused(weights):
    weights.require("unisrec", "a fingerprint")
    with pytest.raises(UserError, match="another text encoder"):
        weights.require("unisrec", "another fingerprint")
    with pytest.raises(UserError, match="'unisrec', not of 'sasrec'"):
        weights.require("sasrec", "a fingerprint")


def test_a_format_of_the_future_is_refused(weights, file):
    manifest = weights.manifest.model_dump_json().replace('"format_version":1', '"format_version":2')
    save_file(load_file(file), file, metadata={MANIFEST: manifest})
    with pytest.raises(UserError, match="format 2"):
        Pretrained.load(file)


def test_changed_weights_are_refused(weights, file):
    arrays = {**load_file(file), "means": np.ones(3, np.float32)}
    save_file(arrays, file, metadata={MANIFEST: weights.manifest.model_dump_json()})
    with pytest.raises(UserError, match="checksum"):
        Pretrained.load(file)


def test_other_files_and_missing_ones_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("not weights at all, and rather long for a header")
    save_file({"a": np.zeros(1, np.float32)}, tmp_path / "other.safetensors")
    with pytest.raises(UserError, match="cannot be read"):
        Pretrained.load(tmp_path / "notes.txt")
    with pytest.raises(UserError, match="holds no weights"):
        Pretrained.load(tmp_path / "other.safetensors")
    with pytest.raises(UserError, match="no file"):
        Pretrained.load(tmp_path / "nowhere.safetensors")
