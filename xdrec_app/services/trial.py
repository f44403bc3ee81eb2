"""A trial: one model with its parameters on one experiment, with the sources or without.

What a run and its baselines have in common: how it is recorded, fitted and judged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from xdrec_app.core.jobs import Job, deaf_to_stop
from xdrec_app.core.params import Params
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.evaluation.archive import unpack_evaluation
from xdrec_app.evaluation.evaluate import evaluate
from xdrec_app.evaluation.experiment import Experiment, Fitted
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Protocol
from xdrec_app.evaluation.result import Evaluation
from xdrec_app.models.base import Recommender
from xdrec_app.models.pretrained import Pretrained
from xdrec_app.storage.artifacts import PER_PERSON, read_artifact
from xdrec_app.storage.database import Database
from xdrec_app.storage.run_records import NewRun, Role
from xdrec_app.storage.snapshots import data_digest


@dataclass(frozen=True)
class Trial:
    """One model on one experiment.

    Attributes
    ----------
    sources
        Names of the domains it learns from beside the target: all of the experiment's, or none.
    device, device_reason
        Where it is fitted and why there.
    pretrained
        Weights it goes on from.
    """

    database: Database
    experiment: Experiment
    model_class: type[Recommender]
    params: Params
    sources: tuple[str, ...]
    device: torch.device
    device_reason: str
    pretrained: Pretrained | None = None

    @property
    def data_digest(self) -> str:
        """Of what decides the outcome, weights too; who is scored may depend on sources that are not trained on."""
        decisive = self.sources
        if self.experiment.plan.scored is not None:
            decisive = tuple(source.name for source in self.experiment.sources)
        digest = data_digest(self.database, [self.experiment.target.name, *decisive])
        return digest if self.pretrained is None else f"{digest}+{self.pretrained.manifest.sha256[:16]}"

    @property
    def protocol(self) -> Protocol:
        """What it is judged under: without sources, what is done with copies in them does not matter."""
        return self.experiment.protocol if self.sources else self.experiment.protocol.alone

    def record(self, role: Role) -> NewRun:
        """Describe the run that this trial will be."""
        protocol = self.protocol
        return NewRun(
            role=role,
            model=self.model_class.key,
            target=protocol.target,
            sources=self.sources,
            params=self.params.model_dump(),
            split=protocol.split,
            seed=protocol.seed,
            protocol_digest=protocol.digest,
            protocol=protocol.model_dump_json(),
            data_digest=self.data_digest,
            device=str(self.device),
            device_reason=self.device_reason,
        )

    def alone(self) -> Trial:
        """Return the same trial without the sources."""
        return replace(self, sources=())

    def fit(self) -> Job[Fitted]:
        """Fit the model; a job."""
        return self.experiment.fit(
            self.model_class,
            self.params,
            self.device,
            with_sources=bool(self.sources),
            pretrained=self.pretrained,
        )

    def numbered(self) -> tuple[HeldOut, Interactions]:
        """Return the test rows, and the target's other rows, in the numbering the fitted model has."""
        data = self.experiment.data(with_sources=bool(self.sources), with_validation=True)
        return self.experiment.held_out("test", data), self.experiment.known(data)

    def evaluate(self, model: Recommender, held_out: HeldOut) -> Job[Evaluation]:
        """Judge the fitted model; a job. A fit that was stopped is judged too."""
        tasks = model.capabilities.tasks
        return deaf_to_stop(evaluate(model, held_out, self.protocol, tasks))


def load_evaluation(database: Database, run: int) -> Evaluation:
    """Return the evaluation of a stored run, person by person."""
    return unpack_evaluation(read_artifact(database, run, PER_PERSON))
