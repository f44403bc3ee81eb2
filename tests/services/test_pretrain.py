"""Pre-training on some domains, and going on from it in another workspace."""

from __future__ import annotations

import hashlib
from typing import ClassVar

import numpy as np
import pytest
import torch

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import PhaseStarted
from xdrec_app.core.jobs import drive, run
from xdrec_app.models.pretrained import Pretrained
from xdrec_app.models.text_encoder import TextEncoder
from xdrec_app.services import experiments, pretrain, pretrained_weights
from xdrec_app.services.experiment_requests import Pretrain, Train
from xdrec_app.services.train import train

SMALL = {"embedding_size": 16, "pretrain_epochs": 1, "epochs": 2}


class Words(TextEncoder):
    """Says something of each text that depends on nothing else."""

    key: ClassVar[str] = "words"
    title: ClassVar[str] = "Words"
    reference: ClassVar[str] = "this test"
    fingerprint = "words 1"
    size = 12

    @classmethod
    def open(cls, place, device):
        return cls()

    def encode(self, texts):
        seeds = [int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big") for text in texts]
        found = np.array([np.random.default_rng(seed).normal(size=self.size) for seed in seeds])
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


class OtherWords(Words):
    """Another version of it."""

    fingerprint = "words 2"


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def words(monkeypatch):
    for module in (experiments, pretrain, pretrained_weights):
        monkeypatch.setattr(module, "open_encoder", lambda name, device=None: Words())


@pytest.fixture
def weights(workspace, words, tmp_path):
    file = tmp_path / "weights.safetensors"
    report = run(pretrain.pretrain(Pretrain(workspace=workspace, out=file, params=SMALL)))
    assert len(report.domains) == 3
    return file


def phases_of(request):
    events = []
    outcome = drive(train(request), events.append)
    return outcome, [event.phase for event in events if isinstance(event, PhaseStarted)]


def request(workspace, **changes):
    asked = {"model": "unisrec", "target": "Books", "params": SMALL, "baselines": False, "device": "cpu"}
    return Train(workspace=workspace, **{**asked, **changes})


def test_weights_hold_nothing_of_people_and_items(weights):
    arrays = Pretrained.load(weights).arrays
    assert "experts" in arrays
    assert not {"texts", "people", "ids.weight", "biases"} & arrays.keys()


def test_pretrained_weights_take_the_place_of_the_first_phase(workspace, weights):
    target = Pretrained.load(weights).manifest.domains[0]
    _, scratch = phases_of(request(workspace, target=target))
    outcome, gone_on = phases_of(request(workspace, target=target, pretrained=weights))
    assert scratch == ["pretrain", "finetune"]
    assert gone_on == ["finetune"]
    assert outcome.result.metrics


def test_another_encoder_is_refused(workspace, weights, monkeypatch):
    monkeypatch.setattr(pretrained_weights, "open_encoder", lambda name: OtherWords())
    with pytest.raises(UserError, match="another text encoder"):
        run(train(request(workspace, pretrained=weights)))


def test_a_model_that_does_not_go_on_from_weights_says_so(workspace, weights):
    with pytest.raises(UserError, match="does not go on"):
        run(train(request(workspace, model="ease", params={}, pretrained=weights)))


def test_weights_of_another_size_are_refused(workspace, weights):
    target = Pretrained.load(weights).manifest.domains[0]
    with pytest.raises(UserError, match="another size"):
        run(train(request(workspace, target=target, params={**SMALL, "n_experts": 2}, pretrained=weights)))
