"""The device is chosen with a reason that people can read."""

from __future__ import annotations

import pytest
import torch

from xdrec_app.core.errors import UserError
from xdrec_app.training.device import MAX_THREADS, choose_device, limit_threads


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.backends.mps, "is_built", lambda: False)


@pytest.mark.usefixtures("no_gpu")
def test_without_a_gpu_auto_takes_the_cpu_and_says_why():
    device, reason = choose_device("auto")
    assert device.type == "cpu"
    assert "no CUDA device was found: this PyTorch build has no CUDA support" in reason


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("choice", ["cuda", "mps"])
def test_a_device_asked_for_by_name_must_be_there(choice):
    with pytest.raises(UserError, match="There is no"):
        choose_device(choice)


def test_a_build_with_cuda_but_without_a_driver_gives_another_reason(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="driver"):
        choose_device("cuda")


def test_auto_prefers_cuda(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some GPU")
    device, reason = choose_device("auto")
    assert device.type == "cuda"
    assert "Some GPU" in reason


def test_threads_are_limited_and_at_least_one():
    before = torch.get_num_threads()
    try:
        assert 1 <= limit_threads() <= MAX_THREADS
        assert torch.get_num_threads() <= MAX_THREADS
    finally:
        torch.set_num_threads(before)
