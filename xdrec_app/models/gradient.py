"""What all models trained by gradient descent share: a network, its phases, and a fit that runs them.

A gradient model says which network it has and which phases train it; loops, devices, seeds, validation and refits are
not its business.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.jobs import Job
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender
from xdrec_app.models.carry_over import carry_over
from xdrec_app.training.loop import run_phases
from xdrec_app.training.phase import Phase, Phases
from xdrec_app.training.randomness import RandomStream, seeded


class GradientRecommender(Recommender):
    """Base of models that are one :class:`torch.nn.Module` and the phases that train it.

    A subclass gives `build_network` and `phases`, and what :class:`Recommender` asks for scoring. Whatever scoring
    needs is a parameter or a buffer of the network, so `arrays` and `load_arrays` follow by themselves.

    Attributes
    ----------
    network
        On the device while it is trained, on the CPU afterwards, so that a stored model scores as the fitted one did.
    """

    network: nn.Module

    @classmethod
    def goes_on(cls) -> bool:
        """See :meth:`Recommender.goes_on`; what reads directions of meaning cannot: new texts turn the directions."""
        return "vectors" not in cls.capabilities.needs

    @abstractmethod
    def build_network(self) -> nn.Module:
        """Build the network for the bound numbering, on the CPU; its weights may be drawn from torch's generator."""

    @abstractmethod
    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """Describe the training of `self.network`, which is on `options.device`; see :mod:`xdrec_app.training.phase`.

        A phase that early stopping shall watch is passed through :meth:`watched`.
        """

    def prepare(self, data: CrossDomainData, options: FitOptions) -> Job[None]:
        """Do what comes before the phases and takes no gradient; `self.network` is on the device. A job."""
        yield from ()

    def watched(self, phase: Phase, options: FitOptions, before: Callable[[], None] | None = None) -> Phase:
        """Return the phase with the validation that the options ask for, if any.

        Parameters
        ----------
        before
            Called ahead of each validation: brings what scoring needs up to the weights of the moment.
        """
        validate = options.validate
        if validate is None:
            return phase
        scorer = _ScorerInTraining(self)

        def validate_now() -> Mapping[str, float]:
            if before is not None:
                before()
            return validate(scorer)

        return replace(phase, validate=validate_now, monitor=options.monitor, higher_is_better=options.higher_is_better)

    @property
    def item_domains(self) -> Ints:
        """Position of each item's domain in `catalogue.domains`, int32 [n_items]."""
        sizes = [part.stop - part.start for part in self.catalogue.slices]
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        stream = RandomStream(derive_seed(options.seed, "fit", self.key), options.device)
        report = yield from seeded(self._train(data, options), stream)
        return report

    def _train(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        self.network = self.build_network()
        if isinstance(options.start_from, type(self)) and self.goes_on():
            # What phases set from the data, such as biases at log popularity, they set anew: the data are others now.
            carry_over(options.start_from, self)
        self.network.to(options.device)
        yield from self.prepare(data, options)
        results = yield from run_phases(_with_fixed_epochs(self.phases(data, options), options.phase_epochs))
        self.network = self.network.cpu().eval()
        return FitReport(
            phase_epochs={name: result.best_epoch for name, result in results.items()},
            stopped=any(result.stopped for result in results.values()),
        )

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {name: np.ascontiguousarray(to_numpy(tensor)) for name, tensor in self.network.state_dict().items()}

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`.

        Raises
        ------
        RuntimeError
            When names or shapes are not those of the network.
        """
        with RandomStream(0, torch.device("cpu")):  # the first weights are drawn, then overwritten
            network = self.build_network()
        network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
        self.network = network.eval()


class _ScorerInTraining:
    """Lets a validation function score with a model whose fit has not returned."""

    def __init__(self, model: GradientRecommender) -> None:
        self._model = model

    def scores(self, users: Ints) -> Floats:
        """See :class:`~xdrec_app.models.base.Scorer`."""
        return self._model.scores_of(self._model.user_states(users))

    def predict(self, users: Ints, items: Ints) -> Floats:
        """See :class:`~xdrec_app.models.base.Scorer`."""
        low, high = self._model.scales[0]
        return np.clip(self._model._predict(users, items), low, high)


def _with_fixed_epochs(phases: Phases, phase_epochs: Mapping[str, int] | None) -> Phases:
    """Return the same phases; with numbers of epochs found beforehand, run for these and without validation."""
    if phase_epochs is None:
        yield from phases
        return
    try:
        phase = next(phases)
        while True:
            epochs = phase_epochs.get(phase.name, phase.epochs)
            phase = phases.send((yield replace(phase, epochs=epochs, validate=None)))
    except StopIteration:
        return
    finally:
        phases.close()


class RowTensors:
    """The rows a model trains on, as tensors on the device.

    Attributes
    ----------
    users, items
        int64 [n_rows].
    values, weights
        float32 [n_rows].
    """

    def __init__(self, users: Ints, items: Ints, values: Floats, weights: Floats, device: torch.device) -> None:
        self.users = torch.from_numpy(users.astype(np.int64)).to(device)
        self.items = torch.from_numpy(items.astype(np.int64)).to(device)
        self.values = torch.from_numpy(values.astype(np.float32)).to(device)
        self.weights = torch.from_numpy(weights.astype(np.float32)).to(device)

    def __len__(self) -> int:
        return len(self.users)

    def take(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return users, items, values and weights of the given rows."""
        return self.users[rows], self.items[rows], self.values[rows], self.weights[rows]


class RatingScale:
    """Brings the ratings of all domains to one unit, and predictions back to the target's scale.

    A value r of domain d becomes ``(r - mean_d) / unit_d`` with ``unit_d = (highest - lowest) / 4``, so that one unit
    is one star of five whatever the scale, and hyper-parameters mean the same for every scale.

    Parameters
    ----------
    data
        What is trained on; every domain has ratings.

    Attributes
    ----------
    means, units
        float32 [n_domains].
    """

    def __init__(self, data: CrossDomainData) -> None:
        n_domains = len(data.scales)
        domains = data.item_domains[data.interactions.items]
        counts = np.bincount(domains, minlength=n_domains)
        sums = np.bincount(domains, weights=data.interactions.values, minlength=n_domains)
        middles = np.array([(low + high) / 2 for low, high in data.scales])
        self.means = np.where(counts > 0, sums / np.maximum(counts, 1), middles).astype(np.float32)
        self.units = np.array([(high - low) / 4 for low, high in data.scales], np.float32)
        self._domains = domains

    def standardise(self, data: CrossDomainData) -> Floats:
        """Return the values of all rows in units around their domain's mean, float32 [n_rows]."""
        standardised: Floats = (data.interactions.values - self.means[self._domains]) / self.units[self._domains]
        return standardised


def row_weights(data: CrossDomainData, source_weight: float) -> Floats:
    """Return 1 for rows of the target and `source_weight` for the others, float32 [n_rows]."""
    return interaction_weights(data.interactions.items, data.n_target_items, source_weight)


def interaction_weights(items: Ints, n_target_items: int, source_weight: float) -> Floats:
    """Return 1 for items of the target and `source_weight` for the others, float32 [n_rows]."""
    return np.where(items < n_target_items, 1.0, source_weight).astype(np.float32)


def seen(numbers: Ints, size: int) -> np.ndarray:
    """Return which of 0 … size - 1 occur among `numbers`, bool [size]."""
    return np.bincount(numbers, minlength=size) > 0


def to_numpy(tensor: Tensor) -> np.ndarray:
    """Return a tensor of any device as a numpy array."""
    array: np.ndarray = tensor.detach().cpu().numpy()
    return array
