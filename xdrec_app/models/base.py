"""What every recommender is: the seam between the zoo and everything that trains, evaluates, explains or serves it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from scipy import sparse

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params as ModelParams
from xdrec_app.core.registry import Registry
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import Vocabulary
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.needs import require
from xdrec_app.models.pretrained import Pretrained

States = np.ndarray | sparse.csr_matrix
"""What a model knows of people when it scores: one row per person, of the model's own shape."""

Arrays = dict[str, np.ndarray]
"""The weights of a model by name; C-contiguous numpy arrays."""


class Scorer(Protocol):
    """What a validation function may ask of a model, also of one that is still being trained."""

    def scores(self, users: Ints) -> Floats:
        """Return float32 [n_users, n_target_items]; NaN = cannot score."""
        ...

    def predict(self, users: Ints, items: Ints) -> Floats:
        """Return float32 [n_rows] on the rating scale; NaN = cannot predict."""
        ...


@dataclass(frozen=True)
class FitOptions:
    """How to fit.

    Attributes
    ----------
    seed
        Decides every draw of the fit.
    device
        Where tensors live.
    validate
        Scorer → metric name → value on the validation part; None where there is none.
    monitor, higher_is_better
        The metric early stopping watches, and its direction.
    phase_epochs
        Phase name → number of epochs, fixed beforehand: a refit on everything after the number was found.
    pretrained
        Weights that were learnt elsewhere and are gone on from, by a model that can; see
        :mod:`xdrec_app.models.pretrained`.
    only_pretrain
        Whether a model that pre-trains shall end there.
    start_from
        A fitted model of the same class and parameters whose weights are gone on from, by a model that
        :meth:`Recommender.goes_on`; the others ignore it.
    """

    seed: int = 0
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    validate: Callable[[Scorer], Mapping[str, float]] | None = None
    monitor: str = ""
    higher_is_better: bool = True
    phase_epochs: Mapping[str, int] | None = None
    pretrained: Pretrained | None = None
    only_pretrain: bool = False
    start_from: Recommender | None = None


@dataclass(frozen=True)
class FitReport:
    """What a fit has to say: phase name → epoch whose weights were kept, and whether it was stopped early."""

    phase_epochs: Mapping[str, int] = field(default_factory=dict)
    stopped: bool = False


class Recommender(ABC):
    """Base of every model.

    A subclass gives `_fit`, `user_states`, `scores_of`, `arrays`, `load_arrays`; with the matching capability also
    `_predict` and `fold_in`. Between `fit` (or loading) and use the vocabularies below are set.

    Attributes
    ----------
    key, title, family, reference
        Name on the command line, for people, group on the Train page, and source (paper).
    Params
        Frozen hyper-parameters.
    capabilities
        See :class:`Capabilities`.
    users, catalogue, scales
        The numbering the model was fitted with.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[str]
    reference: ClassVar[str]
    Params: ClassVar[type[ModelParams]]
    capabilities: ClassVar[Capabilities]

    users: Vocabulary
    catalogue: Catalogue
    scales: tuple[tuple[float, float], ...]

    def __init__(self, params: ModelParams | None = None) -> None:
        self.params: Any = params if params is not None else self.Params()
        self._is_fitted = False

    # ------------------------------------------------------------------ fitting

    @classmethod
    def goes_on(cls) -> bool:
        """Return whether a fit can begin with the weights of an earlier one; see :class:`FitOptions`."""
        return False

    def fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        """Learn from `data`, which is not changed. A job: yields ticks and epochs.

        Raises
        ------
        UserError
            When the data lack what this model needs.
        """
        if len(data.target_interactions) == 0:
            raise UserError(f"The target domain '{data.target}' has no interactions to train on.")
        require(data, self.capabilities.needs, self.title)
        self._is_fitted = False
        self.bind(data.users, data.catalogue, data.scales)
        report = yield from self._fit(data, options)
        self._is_fitted = True
        return report

    def bind(self, users: Vocabulary, catalogue: Catalogue, scales: tuple[tuple[float, float], ...]) -> None:
        """Set the numbering the model works in."""
        self.users, self.catalogue, self.scales = users, catalogue, scales

    @abstractmethod
    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        """Learn; see :meth:`fit`."""

    # ------------------------------------------------------------------ scoring

    @property
    def n_target_items(self) -> int:
        """Number of items of the target; they are the numbers 0 … n_target_items - 1."""
        return int(self.catalogue.slices[0].stop)

    @property
    def n_items(self) -> int:
        """Number of items in the joint catalogue."""
        return len(self.catalogue)

    def scores(self, users: Ints) -> Floats:
        """Score all target items for people of the training data.

        Parameters
        ----------
        users
            int32 [n], numbers of `self.users`.

        Returns
        -------
        Floats
            float32 [n, n_target_items], higher is better, NaN = cannot score.
        """
        self.require_fitted()
        return self.scores_of(self.user_states(users))

    def predict(self, users: Ints, items: Ints) -> Floats:
        """Predict ratings of target items, float32 [n], within the target's scale; NaN = cannot predict."""
        self.require_fitted()
        if not self.capabilities.rating:
            raise UserError(f"The model '{self.key}' ranks items; it does not predict ratings.")
        low, high = self.scales[0]
        return np.clip(self._predict(users, items), low, high)

    @abstractmethod
    def user_states(self, users: Ints) -> States:
        """Return what was learnt about people of the training data, one row each."""

    @abstractmethod
    def scores_of(self, states: States) -> Floats:
        """Score all target items for the given states, float32 [n, n_target_items]."""

    def _predict(self, users: Ints, items: Ints) -> Floats:
        raise TypeError(f"{self.key} declares ratings but does not predict them")

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """Return the states of people who need not be in the training data.

        Parameters
        ----------
        histories
            Rows of people numbered 0 … n_people - 1, items in this model's joint numbers.
        n_people
            Number of rows of the result; a person without history is allowed.
        """
        raise UserError(f"The model '{self.key}' cannot serve people it was not trained on.")

    def require_fitted(self) -> None:
        """Raise unless the model was fitted or loaded."""
        if not self._is_fitted:
            raise RuntimeError(f"the model '{self.key}' has not been fitted")

    # ------------------------------------------------------------------ keeping

    @abstractmethod
    def arrays(self) -> Arrays:
        """Return everything that `load_arrays` needs for bit-identical scores."""

    @abstractmethod
    def load_arrays(self, arrays: Arrays) -> None:
        """Take weights that `arrays` gave; the numbering is bound before."""

    def restore(self, arrays: Arrays) -> None:
        """Take weights and count as fitted; see :mod:`xdrec_app.models.persistence`."""
        self.load_arrays(arrays)
        self._is_fitted = True


@runtime_checkable
class Carrying(Protocol):
    """A model whose pre-trained weights another workspace can go on from."""

    def carried(self) -> Arrays:
        """Return what holds nothing of people or items."""
        ...


@runtime_checkable
class Additive(Protocol):
    """A model whose score is a sum over the rows of a history, so that each row's share is exact."""

    def contributions(self, history: Interactions, item: int) -> Floats:
        """Return what each row of one person's history adds to the score of a target item, float32 [n_rows].

        `history` has the rows of all domains, users 0, items in joint numbers.
        """
        ...


@runtime_checkable
class Occluded(Protocol):
    """A model that is too slow to be asked anew for everything, and says itself what a row of a history is worth."""

    def without_rows(self, history: Interactions, items: Ints) -> Floats:
        """Return what the scores of target items lose without each row of one person's history.

        `history` has the rows of all domains, users 0, items in joint numbers; float32 [n_rows, n_items].
        """
        ...


recommenders: Registry[Recommender] = Registry("model", "xdrec_app.models.zoo")
