"""From a request to an experiment: the domains read, what is known of copies in them asked for, the target divided."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import LogLine
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.evaluation.copies import Copies
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.evaluation.validation import require_monitor
from xdrec_app.models.base import Recommender, recommenders
from xdrec_app.models.text_encoder import TextEncoder, open_encoder
from xdrec_app.services.encode import encoded_table
from xdrec_app.services.experiment_requests import ExperimentRequest
from xdrec_app.services.leaks import known_copies
from xdrec_app.storage.database import Database
from xdrec_app.storage.leaks import domain_states
from xdrec_app.storage.snapshots import load_table
from xdrec_app.training.device import choose_device

ENCODER = "encoder"
"""The parameter by which a model that needs vectors names its text encoder."""


class Tables:
    """The domains of a workspace at one moment, each read when it is first asked for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.states = domain_states(database)
        self._loaded: dict[str, DomainTable] = {}

    def __getitem__(self, name: str) -> DomainTable:
        if name not in self._loaded:
            self._loaded[name] = load_table(self.database, name)
        return self._loaded[name]

    def read_texts(self, name: str, encoder: TextEncoder) -> Job[None]:
        """Give a domain the vectors of its items' texts; a job, because they may have to be computed first."""
        encoded = yield from encoded_table(self.database, self[name], encoder)
        self._loaded[name] = encoded.table


def read_domains(
    tables: Tables, names: Sequence[str], model_class: type[Recommender], params: Params, device: torch.device
) -> Job[tuple[DomainTable, list[DomainTable], tuple[Copies, ...]]]:
    """Return the first domain, the other ones, and what these share with it; with vectors of texts if needed. A job."""
    if "vectors" in model_class.capabilities.needs:
        encoder = open_encoder(getattr(params, ENCODER), device)
        for name in names:
            yield from tables.read_texts(name, encoder)
    target, *sources = (tables[name] for name in names)
    copies = yield from known_copies(tables.database, target, sources, tables.states)
    return target, sources, copies


def draw_experiment(tables: Tables, request: ExperimentRequest) -> Job[Experiment]:
    """Divide a target as a request says; a job, because a pair of domains may have to be audited first.

    Raises
    ------
    UserError
        For an unknown domain or split, a target among the sources, data the split cannot divide, or a metric that
        cannot choose the model's epoch.
    """
    model_class = recommenders[request.model]
    require_monitor(request.monitor, model_class.capabilities.tasks, request.model)
    if request.target in request.sources:
        raise UserError(f"'{request.target}' cannot be both the target and a source.")
    names = (request.target, *request.sources)
    device, _ = choose_device(request.device)
    params = model_class.Params.parse(request.params)
    target, sources, copies = yield from read_domains(tables, names, model_class, params, device)
    experiment = Experiment.draw(
        target,
        sources,
        request.split,
        request.seed,
        request.candidates,
        request.negatives,
        copies,
        request.split_params,
        request.monitor,
    )
    if experiment.protocol.warning:
        yield LogLine(level="warning", message=experiment.protocol.warning)
    return experiment
