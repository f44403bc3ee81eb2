"""Use-case: a person across domains, and with a run what the other domains add to its recommendations."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np

from xdrec_app.core.events import Progress, Tick
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.explanation.base import choose
from xdrec_app.explanation.profile import Profiles
from xdrec_app.explanation.sentences import transfer_notes
from xdrec_app.services.recommend import best_items
from xdrec_app.services.requests import Profile
from xdrec_app.services.results import DomainTaste, HistoryItem, Neighbour, PersonProfile, TasteTag, TransferNote
from xdrec_app.services.serving import KnownHistory, history_of, serve, state_of
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.item_labels import Label, load_labels
from xdrec_app.storage.people import HistoryRow
from xdrec_app.storage.snapshots import data_digest, domain_names, load_table

N_EXPLAINED = 10
"""The share of each domain is taken over that many recommendations."""

MAX_KEPT = 2

_kept: OrderedDict[tuple[Path, str], Profiles] = OrderedDict()


def profile(request: Profile) -> Job[PersonProfile]:
    """Describe a person; a job of one breath once the data are in memory.

    Raises
    ------
    UserError
        When nobody has that id, or the run has no stored model.
    """
    with open_database(request.workspace) as database:
        history = history_of(database, request.user)
        yield Tick()
        profiles = yield from _profiles(database)
        number = profiles.data.users.number(request.user)
        tastes = profiles.tastes(number) if number != UNKNOWN else ()
        nearest = profiles.neighbours(number, request.n_neighbours) if number != UNKNOWN else ()
        return PersonProfile(
            user=request.user,
            domains=tuple(
                DomainTaste(
                    domain=taste.domain,
                    interactions=taste.interactions,
                    mean_value=taste.mean_value,
                    tags=tuple(TasteTag(**vars(tag)) for tag in taste.tags),
                )
                for taste in tastes
            ),
            history=_described(database, history[: request.n_history]),
            history_total=len(history),
            neighbours=tuple(Neighbour(**vars(neighbour)) for neighbour in nearest),
            transfer=_transfer(database, request, history) if request.run is not None else (),
        )


def _profiles(database: Database) -> Job[Profiles]:
    """Return what is known of all people at the present revision, kept in memory for the next question."""
    names = domain_names(database)
    key = (database.path, data_digest(database, names))
    found = _kept.pop(key, None)
    if found is None:
        yield Progress(done=0, message="Reading the interactions")
        tables = [load_table(database, name) for name in names]
        found = Profiles(CrossDomainData.join(tables[0], tables[1:]))
    _kept[key] = found
    while len(_kept) > MAX_KEPT:
        _kept.popitem(last=False)
    return found


def _described(database: Database, history: list[HistoryRow]) -> tuple[HistoryItem, ...]:
    ids: dict[str, list[str]] = {}
    for row in history:
        ids.setdefault(row.domain, []).append(row.item)
    labels = {domain: load_labels(database, domain, items) for domain, items in ids.items()}
    nameless = Label("", ())
    described = []
    for row in history:
        label = labels[row.domain].get(row.item, nameless)
        described.append(
            HistoryItem(
                domain=row.domain, item=row.item, title=label.title, tags=label.tags, value=row.value, time=row.time
            )
        )
    return tuple(described)


def _transfer(database: Database, request: Profile, history: list[HistoryRow]) -> tuple[TransferNote, ...]:
    assert request.run is not None
    served = serve(database, request.run)
    known = KnownHistory.of(served.model, history)
    state = state_of(served, request.user, known)
    items, _ = best_items(served.model.scores_of(state), known.seen, N_EXPLAINED, exclude_seen=True)
    explained = choose(served.model).explain(served.model, known.rows, np.asarray(items, np.int32))
    return tuple(TransferNote(**vars(note)) for note in transfer_notes(explained, served.model.catalogue))
