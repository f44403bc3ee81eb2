"""Stored models ready to serve: loaded from the workspace, the last few kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import NO_TIME, Bools
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.models.base import Recommender, States
from xdrec_app.models.persistence import PackedModel, unpack
from xdrec_app.storage.artifacts import IDS, MANIFEST, WEIGHTS, read_artifact
from xdrec_app.storage.database import Database
from xdrec_app.storage.people import HistoryRow, load_history
from xdrec_app.storage.run_reading import load_run
from xdrec_app.storage.run_records import StoredRun

MAX_KEPT = 3


@dataclass(frozen=True, eq=False)
class ServedRun:
    """A stored run and its model."""

    run: StoredRun
    model: Recommender


_kept: OrderedDict[tuple[Path, int, int], ServedRun] = OrderedDict()


def serve(database: Database, number: int) -> ServedRun:
    """Return a run with its model, from memory when it was asked for lately.

    Raises
    ------
    UserError
        When there is no such run, or it has no weights (yet).
    """
    run = load_run(database, number)
    if not run.can_serve:
        raise UserError(f"Run {number} has no stored model (it is {run.status}).", "Choose a finished run.")
    key = (database.path, number, run.created_at)  # a number may be given again after a deletion
    served = _kept.pop(key, None)
    if served is None:
        packed = PackedModel(
            manifest=read_artifact(database, number, MANIFEST).decode(),
            weights=read_artifact(database, number, WEIGHTS),
            ids=read_artifact(database, number, IDS),
        )
        served = ServedRun(run, unpack(packed))
    _kept[key] = served
    while len(_kept) > MAX_KEPT:
        _kept.popitem(last=False)
    return served


@dataclass(frozen=True, eq=False)
class KnownHistory:
    """A person's history as a model sees it.

    Attributes
    ----------
    rows
        What the model has a number for; users are 0.
    seen
        Which target items the person ever had, bool [n_target_items].
    """

    rows: Interactions
    seen: Bools

    @classmethod
    def of(cls, model: Recommender, history: list[HistoryRow]) -> KnownHistory:
        """Translate a history; what the model does not know is left out."""
        numbers = np.array([model.catalogue.number(row.domain, row.item) for row in history], np.int32)
        known = [(number, row) for number, row in zip(numbers, history, strict=True) if number != UNKNOWN]
        rows = Interactions.of(
            np.zeros(len(known)),
            [number for number, _ in known],
            [row.value for _, row in known],
            [NO_TIME if row.time is None else row.time for _, row in known],
        )
        seen = np.zeros(model.n_target_items, bool)
        seen[rows.items[rows.items < model.n_target_items]] = True
        return cls(rows, seen)


def history_of(database: Database, user: str) -> list[HistoryRow]:
    """Return a person's history; a UserError when nobody has that id."""
    history = load_history(database, user)
    if history is None:
        raise UserError(f"There is nobody with the id '{user}' in {database.path.name}.")
    return history


def state_of(served: ServedRun, user: str, known: KnownHistory) -> States:
    """Return what to score for a person: from today's history where the model can, else as learnt in training.

    Raises
    ------
    UserError
        When the person was not in training and the model cannot serve a person it never saw.
    """
    model = served.model
    if model.capabilities.fold_in:
        return model.fold_in(known.rows, 1)
    number = model.users.number(user)
    if number == UNKNOWN:
        raise UserError(
            f"'{user}' was not among the people of run {served.run.id}, and the model '{model.key}' cannot serve people"
            " it was not trained on.",
            "Train it again, or use a model that can, such as ease.",
        )
    return model.user_states(np.array([number], np.int32))
