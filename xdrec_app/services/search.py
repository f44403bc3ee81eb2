"""The search for hyper-parameters: proposes, hears what came of it, and says when a trial is not worth going on.

A thin cover of Optuna (TPE: Bergstra et al., NIPS 2011; pruning by the median of the learning curves: Golovin et al.,
KDD 2017). Its own storage stays in memory: what was tried is told again from the workspace, so a search goes on where
it ended. Knows no model but its `Params`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import TrialState, create_trial

from xdrec_app.core.errors import UserError
from xdrec_app.core.params import Params
from xdrec_app.core.seeding import derive_seed
from xdrec_app.storage.run_records import ParamValue
from xdrec_app.storage.studies import StudyTrial

RANDOM_TRIALS = 8
"""So many are drawn at random before the sampler builds on what it knows."""

PATIENT_EPOCHS = 3
"""No trial is given up before that many epochs."""

FEWEST_FOR_IMPORTANCES = 4
"""Of fewer trials nothing can be said about what mattered."""

Range = FloatDistribution | IntDistribution

_STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}


def search_space(params: type[Params], fixed: Mapping[str, ParamValue]) -> dict[str, Range]:
    """Return what is searched: every parameter that declares a range and is not fixed.

    Raises
    ------
    UserError
        When nothing is left to search.
    """
    space: dict[str, Range] = {}
    for field in params.fields():
        if field.search is None or field.name in fixed:
            continue
        low, high, log = field.search.low, field.search.high, field.search.log
        space[field.name] = (
            IntDistribution(int(low), int(high), log=log) if field.kind == "int" else FloatDistribution(low, high, log)
        )
    if not space:
        raise UserError("There is nothing to search: no parameter of this model has a range that is left free.")
    return space


class Search:
    """A search that knows what was tried before.

    Parameters
    ----------
    params
        Of the model.
    fixed
        Parameters that are not searched.
    known
        Trials of the same study, ascending by number.
    higher_is_better
        Direction of the monitor.
    seed
        Decides all proposals, together with the number of known trials.
    """

    def __init__(
        self,
        params: type[Params],
        fixed: Mapping[str, ParamValue],
        known: Sequence[StudyTrial],
        higher_is_better: bool,
        seed: int,
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._space = search_space(params, fixed)
        self._study = optuna.create_study(
            direction="maximize" if higher_is_better else "minimize",
            sampler=optuna.samplers.TPESampler(
                seed=derive_seed(seed, "search", len(known)) % (1 << 32),
                n_startup_trials=RANDOM_TRIALS,
            ),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=3, n_warmup_steps=PATIENT_EPOCHS),
        )
        for trial in known:
            if self._is_within(trial):
                self._study.add_trial(self._frozen(trial))
        if not known:
            self._study.enqueue_trial(self._defaults(params))

    def propose(self) -> Proposal:
        """Return what to try next: the defaults first."""
        return Proposal(self._study, self._study.ask(dict[str, BaseDistribution](self._space)))

    def importances(self) -> dict[str, float]:
        """Return how much each parameter matters, summing to 1, the most important first; empty with too few trials."""
        if len(self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))) < FEWEST_FOR_IMPORTANCES:
            return {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # the version is pinned to this interface
            return get_param_importances(self._study, evaluator=PedAnovaImportanceEvaluator())

    def _defaults(self, params: type[Params]) -> dict[str, ParamValue]:
        """Return the defaults of what is searched, as far as they lie within the ranges."""
        defaults = params()
        return {name: min(max(getattr(defaults, name), space.low), space.high) for name, space in self._space.items()}

    def _is_within(self, trial: StudyTrial) -> bool:
        """Return whether a trial lies within the ranges, which may have changed since."""
        space = self._space
        return set(trial.params) == set(space) and all(
            space[name].low <= float(value) <= space[name].high for name, value in trial.params.items()
        )

    def _frozen(self, trial: StudyTrial) -> optuna.trial.FrozenTrial:
        failed = trial.state == "failed" or math.isnan(trial.value)
        return create_trial(
            state=TrialState.FAIL if failed else _STATES[trial.state],
            value=None if failed else trial.value,
            params=dict(trial.params),
            distributions=dict[str, BaseDistribution](self._space),
            intermediate_values={step: value for step, value in enumerate(trial.curve, 1) if not math.isnan(value)},
        )


class Proposal:
    """One set of parameters to try.

    Attributes
    ----------
    params
        Name → value of what is searched.
    """

    def __init__(self, study: optuna.Study, trial: optuna.Trial) -> None:
        self._study, self._trial = study, trial
        self.params: dict[str, ParamValue] = dict(trial.params)
        self.curve: list[float] = []

    def is_hopeless(self, value: float) -> bool:
        """Take note of the monitor after one more epoch; return whether others were better at this point."""
        self.curve.append(value)
        if not math.isnan(value):
            self._trial.report(value, len(self.curve))
        return self._trial.should_prune()

    def tell(self, value: float, *, pruned: bool) -> None:
        """Say what came of it; NaN counts as a failure."""
        if math.isnan(value):
            self._study.tell(self._trial, state=TrialState.FAIL)
        elif pruned:
            self._study.tell(self._trial, state=TrialState.PRUNED)
        else:
            self._study.tell(self._trial, value)
