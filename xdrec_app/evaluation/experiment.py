"""An experiment: the tables of one target and its sources, divided by a split, ready for any model.

Runs that share target, split and seed meet the same test rows, with sources or without, whatever the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from xdrec_app.core.events import EpochEnd, Event, PhaseStarted
from xdrec_app.core.jobs import Job, tap
from xdrec_app.core.params import Params
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Bools, Longs
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.splitting import Split, SplitPlan, splits, without_repeats
from xdrec_app.evaluation.copies import Copies, divide
from xdrec_app.evaluation.held_out import HeldOut
from xdrec_app.evaluation.protocol import Candidates, Protocol
from xdrec_app.evaluation.validation import monitor_of, validation
from xdrec_app.models.base import FitOptions, FitReport, Recommender
from xdrec_app.models.pretrained import Pretrained

REFIT_SUFFIX = " (refit)"


@dataclass(frozen=True)
class Fitted:
    """A fitted model and how its fit went; `epochs` counts those of all phases, a refit's included."""

    model: Recommender
    epochs: int
    stopped: bool


@dataclass(frozen=True, eq=False)
class Experiment:
    """Tables, their division, and the protocol that belongs to it.

    Attributes
    ----------
    target, sources
        Complete tables.
    split, plan
        How the target's rows are divided.
    protocol
        Printed beside every figure.
    copies
        Items that sources share with the target, and what is done with them.
    """

    target: DomainTable
    sources: tuple[DomainTable, ...]
    split: Split
    plan: SplitPlan
    protocol: Protocol
    copies: tuple[Copies, ...] = ()

    @classmethod
    def draw(
        cls,
        target: DomainTable,
        sources: Sequence[DomainTable],
        split_key: str,
        seed: int,
        candidates: Candidates = "full",
        negatives: int = 0,
        copies: Sequence[Copies] = (),
        split_params: Mapping[str, Any] | None = None,
        monitor: str = "",
    ) -> Experiment:
        """Divide the target's rows by a split of the registry; other arguments as in :class:`Protocol`.

        Raises
        ------
        UserError
            For an unknown split or parameter of it, or a target that it cannot divide.
        """
        split_class = splits[split_key]
        split = split_class(split_class.Params.parse(dict(split_params or {})))
        plan = without_repeats(split.draw(target, sources, seed), target)
        protocol = Protocol(
            split=split.key,
            split_words=split.description,
            split_params=split.params.model_dump(),
            seed=seed,
            target=target.name,
            scored=_scored_words(plan, sources),
            candidates=candidates,
            negatives=0 if candidates == "full" else negatives,
            only_held_out_items=plan.only_held_out_items,
            relevant_from=relevant_from(target.scale),
            copies=tuple(sorted((found.rule for found in copies if found.rule), key=lambda rule: rule.source)),
            monitor=monitor,
        )
        return cls(target, tuple(sources), split, plan, protocol, tuple(copies))

    @property
    def has_test(self) -> bool:
        """Whether anything is held out for a test; otherwise the model is meant for use and gets everything."""
        return len(self.plan.test) > 0

    def data(self, *, with_sources: bool, with_validation: bool) -> CrossDomainData:
        """Return what a model may learn from; with the validation part or without."""
        seen = [self.plan.train, self.plan.valid] if with_validation else [self.plan.train]
        hidden = np.setdiff1d(np.arange(len(self.target)), np.concatenate(seen))
        sources = self.sources if with_sources else ()
        visible = [source.take(self.split.visible(source, self.target, self.plan)) for source in sources]
        return CrossDomainData.join(*divide(self.target, hidden, visible, self.copies))

    def held_out(self, part: Literal["valid", "test"], data: CrossDomainData) -> HeldOut:
        """Return the validation or test rows in the numbering of `data`.

        The history that cannot be recommended again is all that is known beforehand: for the test, the validation
        rows too, whether or not the model was trained on them.
        """
        if part == "test":
            return self._held_out(self.plan.test, self.known(data), data, self.target.tags)
        return self._held_out(self.plan.valid, self._numbered(self.plan.train, data), data)

    def known(self, data: CrossDomainData) -> Interactions:
        """Return all rows of the target that are not held out for the test, in the numbering of `data`."""
        return self._numbered(np.concatenate([self.plan.train, self.plan.valid]), data)

    def fit(
        self,
        model_class: type[Recommender],
        params: Params,
        device: torch.device,
        *,
        with_sources: bool,
        pretrained: Pretrained | None = None,
    ) -> Job[Fitted]:
        """Fit a model. A job.

        A model that learns by epochs chooses its best epoch on the validation part; where nothing is held out for a
        test it is then fitted again on everything for as many epochs.
        """
        seed = derive_seed(self.protocol.seed, "fit")
        by_epochs = model_class.capabilities.trains_by_epochs
        model = model_class(params)
        data = self.data(with_sources=with_sources, with_validation=not by_epochs)
        if not by_epochs:
            report = yield from model.fit(data, FitOptions(seed=seed, device=device, pretrained=pretrained))
            return Fitted(model, 0, report.stopped)
        task = model_class.capabilities.task
        monitor, higher_is_better = monitor_of(task, self.protocol.monitor)
        validate = validation(self.held_out("valid", data), task, self.protocol)
        options = FitOptions(seed, device, validate, monitor, higher_is_better, pretrained=pretrained)
        epochs = EpochCount()
        report = yield from tap(model.fit(data, options), epochs.count)
        if not self.has_test and not report.stopped:
            data = self.data(with_sources=with_sources, with_validation=True)
            model, report = yield from self._refit(model_class, params, data, report, options, epochs)
        return Fitted(model, epochs.total, report.stopped)

    def _refit(
        self,
        model_class: type[Recommender],
        params: Params,
        data: CrossDomainData,
        found: FitReport,
        options: FitOptions,
        epochs: EpochCount,
    ) -> Job[tuple[Recommender, FitReport]]:
        model = model_class(params)
        options = FitOptions(
            options.seed, options.device, phase_epochs=found.phase_epochs, pretrained=options.pretrained
        )
        report = yield from tap(tap(model.fit(data, options), epochs.count), name_as_refit)
        return model, report

    def _numbered(self, rows: Longs, data: CrossDomainData) -> Interactions:
        table = self.target
        numbers = data.users.numbers(table.user_ids)
        return Interactions(numbers[table.users[rows]], table.items[rows], table.values[rows], table.times[rows])

    def _held_out(
        self, rows: Longs, known: Interactions, data: CrossDomainData, tags: Sequence[tuple[str, ...]] = ()
    ) -> HeldOut:
        table = self.target
        competing = seen_items(table, rows) if self.plan.only_held_out_items else None
        if self.plan.scored is not None:
            is_scored = np.array([id_ in self.plan.scored for id_ in table.user_ids], bool)
            rows = rows[is_scored[table.users[rows]]]
        held = Interactions(table.users[rows], table.items[rows], table.values[rows], table.times[rows])
        return HeldOut.of(table.user_ids, held, known, data.users, table.n_items, competing, tags)


class EpochCount:
    """Counts the epochs that pass."""

    def __init__(self) -> None:
        self.total = 0

    def count(self, event: Event) -> None:
        """Observe an event."""
        self.total += isinstance(event, EpochEnd)


def seen_items(table: DomainTable, rows: Longs) -> Bools:
    """Return which items occur in some rows of a table, bool [n_items]."""
    return np.bincount(table.items[rows], minlength=table.n_items) > 0


def relevant_from(scale: tuple[float, float]) -> float:
    """Return the value from which an interaction counts as liked: the midpoint of the scale."""
    return (scale[0] + scale[1]) / 2


def name_as_refit(event: Event) -> Event | None:
    """Return an event of a fit as one of a refit, whose epochs stand beside those of the first fit."""
    if isinstance(event, EpochEnd | PhaseStarted):
        return event.model_copy(update={"phase": event.phase + REFIT_SUFFIX})
    return None


def _scored_words(plan: SplitPlan, sources: Sequence[DomainTable]) -> str:
    if plan.scored is None:
        return "people with a liked test item are scored"
    names = " or ".join(source.name for source in sources)
    return f"of these, people with a history in {names} and a liked test item are scored"
