"""Requests that fit and judge models: once, for several seeds, in search of parameters, for every pair of domains."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from xdrec_app.core.events import Value
from xdrec_app.evaluation.protocol import Candidates
from xdrec_app.services.request import Request
from xdrec_app.services.results import TrainReport
from xdrec_app.services.study_results import (
    CompressReport,
    EncodeReport,
    PretrainReport,
    RepeatReport,
    TransferReport,
    TuneReport,
    UpdateReport,
)

DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]


class ModelRequest(Request):
    """What every fit has to be told.

    Attributes
    ----------
    params
        Name → value of the hyper-parameters that differ from the default.
    """

    model: str
    params: dict[str, Any] = Field(default_factory=dict)
    seed: int = 0
    device: DeviceChoice = "auto"
    candidates: Candidates = "full"
    negatives: int = Field(100, ge=1)


class ExperimentRequest(ModelRequest):
    """A fit on one target with its sources, and how the target is divided.

    Attributes
    ----------
    split_params
        Name → value of the parameters of the split that differ from the default.
    monitor
        The metric on the validation part that chooses the epoch, e.g. ``recall@20``; empty for the usual one.
    """

    target: str
    sources: tuple[str, ...] = ()
    split: str = "random"
    split_params: dict[str, Any] = Field(default_factory=dict)
    monitor: str = ""


class Train(ExperimentRequest):
    """Fit a model, evaluate it on the split's test part, and store the run.

    Attributes
    ----------
    baselines
        Also compute popularity and, with sources, the same model without them.
    pretrained
        A file of weights that :class:`Pretrain` made, to go on from.
    """

    kind: Literal["train"] = "train"
    baselines: bool = True
    pretrained: Path | None = None
    Result: ClassVar[type[Value]] = TrainReport


class Update(Request):
    """Go on from a run with the interactions that were imported since, and store the model as a new run."""

    kind: Literal["update"] = "update"
    run: int
    device: DeviceChoice = "auto"
    Result: ClassVar[type[Value]] = UpdateReport


class Repeat(ExperimentRequest):
    """Train the same with several seeds: mean, spread, and how stable the lists are.

    Attributes
    ----------
    n_seeds
        The seeds are `seed`, `seed` + 1, …; what is stored already is not computed again.
    """

    kind: Literal["repeat"] = "repeat"
    n_seeds: int = Field(5, ge=2, le=100)
    Result: ClassVar[type[Value]] = RepeatReport


class Tune(ExperimentRequest):
    """Search for good hyper-parameters on the validation part; goes on with the study of the same name, if any.

    Attributes
    ----------
    params
        Parameters that are fixed; the others that have a range are searched.
    n_trials
        How many more sets of parameters are tried.
    train
        At the end train the best ones and evaluate them on the test part, which is touched only then.
    """

    kind: Literal["tune"] = "tune"
    n_trials: int = Field(20, ge=1, le=10_000)
    train: bool = True
    Result: ClassVar[type[Value]] = TuneReport


class Transfer(ModelRequest):
    """What each domain tells about each other one: the transfer lift of all pairs, warm and cold.

    Attributes
    ----------
    targets
        The domains to recommend in; all, if none is named.
    subsets
        "pairs": each other domain by itself; "all": every set of other domains.
    splits
        Keys of the splits that each cell is judged by.
    """

    kind: Literal["transfer"] = "transfer"
    model: str = "ease"
    targets: tuple[str, ...] = ()
    subsets: Literal["pairs", "all"] = "pairs"
    splits: tuple[str, ...] = ("random", "cold-start")
    Result: ClassVar[type[Value]] = TransferReport


class Encode(Request):
    """Compute the vectors of items' texts and keep them in the workspace; only those that are not kept yet.

    Attributes
    ----------
    encoder
        ``key`` or ``key:place``; see :mod:`xdrec_app.models.text_encoder`.
    domains
        All, if none is named.
    """

    kind: Literal["encode"] = "encode"
    encoder: str = "multilingual"
    domains: tuple[str, ...] = ()
    device: DeviceChoice = "auto"
    Result: ClassVar[type[Value]] = EncodeReport


class Compress(Request):
    """Keep a stored model once more, its large matrices in 8 or 16 bits; `run` is the number of the original."""

    kind: Literal["compress"] = "compress"
    run: int
    to: Literal["int8", "half"]
    Result: ClassVar[type[Value]] = CompressReport


class Pretrain(Request):
    """Learn how texts and their order are read from several domains, and write the weights to a file.

    Attributes
    ----------
    domains
        All that have times and texts, if none is named.
    more
        Other workspaces whose domains are learnt from as well.
    out
        The file to write.
    params
        Name → value of the hyper-parameters that differ from the default.
    """

    kind: Literal["pretrain"] = "pretrain"
    model: str = "unisrec"
    domains: tuple[str, ...] = ()
    more: tuple[Path, ...] = ()
    out: Path
    params: dict[str, Any] = Field(default_factory=dict)
    seed: int = 0
    device: DeviceChoice = "auto"
    Result: ClassVar[type[Value]] = PretrainReport
