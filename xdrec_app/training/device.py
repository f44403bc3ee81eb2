"""Where tensors live, and how many threads work on them."""

from __future__ import annotations

import os
from typing import Literal

import torch

from xdrec_app.core.errors import UserError

DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]

MAX_THREADS = 4


def choose_device(choice: DeviceChoice = "auto") -> tuple[torch.device, str]:
    """Return a device and the reason for it, as a sentence.

    Parameters
    ----------
    choice
        "auto" takes CUDA, else MPS, else the CPU.

    Raises
    ------
    UserError
        When the device asked for by name is not there.
    """
    cuda_lacks, mps_lacks = _why_no_cuda(), _why_no_mps()
    if choice == "cpu":
        return torch.device("cpu"), "The CPU was asked for."
    if choice == "cuda" or (choice == "auto" and not cuda_lacks):
        if cuda_lacks:
            raise UserError(f"There is no CUDA device: {cuda_lacks}.", "Choose the device 'auto' or 'cpu'.")
        return torch.device("cuda"), f"CUDA device found: {torch.cuda.get_device_name()}."
    if choice == "mps" or (choice == "auto" and not mps_lacks):
        if mps_lacks:
            raise UserError(f"There is no MPS device: {mps_lacks}.", "Choose the device 'auto' or 'cpu'.")
        return torch.device("mps"), "Apple's GPU (MPS) was found."
    return torch.device("cpu"), f"The CPU is used, because no CUDA device was found: {cuda_lacks}."


def _why_no_cuda() -> str:
    if torch.version.cuda is None and torch.version.hip is None:
        return "this PyTorch build has no CUDA support"
    if not torch.cuda.is_available():
        return "PyTorch supports CUDA, but no usable NVIDIA GPU or driver answers"
    return ""


def _why_no_mps() -> str:
    if not torch.backends.mps.is_built():
        return "this PyTorch build has no MPS support"
    if not torch.backends.mps.is_available():
        return "PyTorch supports MPS, but this machine has no usable Apple GPU"
    return ""


def limit_threads() -> int:
    """Give torch a quarter of the cores, at least one and at most `MAX_THREADS`; return how many.

    Embedding training is made of small operations; threads that wait for each other on busy cores spin and slow it
    down a hundredfold. Results are reproducible for one number of threads.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    n_cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    n_threads = min(MAX_THREADS, max(1, n_cores // 4))
    torch.set_num_threads(n_threads)
    return n_threads
