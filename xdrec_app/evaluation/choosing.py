"""What a choice is made by: a fit on the training part alone, judged on the validation part; never on the test."""

from __future__ import annotations

import torch

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params
from xdrec_app.core.seeding import derive_seed
from xdrec_app.evaluation.experiment import Experiment
from xdrec_app.evaluation.validation import monitor_of, validation
from xdrec_app.models.base import FitOptions, Recommender


def fit_and_validate(
    experiment: Experiment, model_class: type[Recommender], params: Params, device: torch.device, *, with_sources: bool
) -> Job[float]:
    """Fit a model on the training part and return the monitor of its task on the validation part. A job.

    Raises
    ------
    UserError
        When the split leaves nothing to validate on.
    """
    task = model_class.capabilities.task
    monitor, higher_is_better = monitor_of(task, experiment.protocol.monitor)
    data = experiment.data(with_sources=with_sources, with_validation=False)
    validate = validation(experiment.held_out("valid", data), task, experiment.protocol)
    if validate is None:
        raise UserError(
            f"The split '{experiment.split.key}' leaves nothing to choose by.", "Choose a split with a validation part."
        )
    options = FitOptions(derive_seed(experiment.protocol.seed, "fit"), device)
    if model_class.capabilities.trains_by_epochs:
        options = FitOptions(options.seed, device, validate, monitor, higher_is_better)
    model = model_class(params)
    yield from model.fit(data, options)
    return float(validate(model)[monitor])
