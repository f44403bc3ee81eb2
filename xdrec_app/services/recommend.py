"""Use-cases: rank the target's items for one person, with reasons, or for everybody into a file."""

from __future__ import annotations

import time

import numpy as np

from xdrec_app.core.events import Progress, Tick
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Bools, Floats, Ints
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.explanation.base import choose
from xdrec_app.explanation.sentences import reasons, sentence
from xdrec_app.models.base import Recommender
from xdrec_app.models.ranking import top_k
from xdrec_app.services.labels import labelled
from xdrec_app.services.liked import liked_history
from xdrec_app.services.requests import Recommend, RecommendAll
from xdrec_app.services.results import ExportReport, Reason, RecommendationList, RecommendedItem
from xdrec_app.services.serving import KnownHistory, ServedRun, history_of, serve, state_of
from xdrec_app.services.table_file import table_file
from xdrec_app.services.writers.base import OutColumn
from xdrec_app.storage.database import open_database
from xdrec_app.storage.people import each_person

EXPORT_COLUMNS = (
    OutColumn("user"),
    OutColumn("rank", "integer"),
    OutColumn("item"),
    OutColumn("title"),
    OutColumn("score", "number"),
)


def recommend(request: Recommend) -> Job[RecommendationList]:
    """Recommend to one person; a job of one breath."""
    with open_database(request.workspace) as database:
        served = serve(database, request.run)
        yield Tick()
        history = (
            liked_history(database, served, request.liked) if request.liked else history_of(database, request.user)
        )
        known = KnownHistory.of(served.model, history)
        state = state_of(served, request.user, known)
        items, scores = best_items(served.model.scores_of(state), known.seen, request.k, request.exclude_seen)
        catalogue = labelled(database, served.model.catalogue, np.concatenate([items, known.rows.items]))
        whys: list[tuple[str, tuple[Reason, ...]]] = [("", ())] * len(items)
        if request.explain:
            contributions = choose(served.model).explain(served.model, known.rows, items)
            whys = [
                (
                    sentence(item, known.rows, catalogue),
                    tuple(Reason(**vars(reason)) for reason in reasons(item, known.rows, catalogue)),
                )
                for item in contributions
            ]
        return RecommendationList(
            run=request.run,
            user=request.user,
            target=served.run.target,
            is_new_person=served.model.users.number(request.user) == UNKNOWN,
            items=tuple(
                RecommendedItem(
                    rank=place + 1,
                    id=catalogue.ids[item],
                    title=catalogue.titles[item],
                    tags=catalogue.tags[item],
                    score=float(score),
                    why=why,
                    reasons=found,
                )
                for place, (item, score, (why, found)) in enumerate(zip(items, scores, whys, strict=True))
            ),
        )


def best_items(scores: Floats, seen: Bools, k: int, exclude_seen: bool) -> tuple[Ints, Floats]:
    """Return the best target items of one person and their scores; fewer than `k` where fewer have a score.

    Parameters
    ----------
    scores
        float32 [1, n_target_items].
    seen
        bool [n_target_items].
    """
    allowed = scores.copy()
    if exclude_seen:
        allowed[0, seen] = np.nan
    items, found = top_k(allowed, min(k, allowed.shape[1]))
    has_score = ~np.isnan(found[0])
    return items[0][has_score], found[0][has_score]


def recommend_all(request: RecommendAll) -> Job[ExportReport]:
    """Write everybody's best items to a file (CSV, Excel or Parquet, by the ending of its name).

    It appears when it is complete, or not at all.
    """
    started = time.monotonic()
    with open_database(request.workspace) as database:
        served = serve(database, request.run)
        names = list(each_person(database))
        catalogue = labelled(database, served.model.catalogue, np.arange(served.model.n_target_items, dtype=np.int32))
        n_people = n_rows = 0
        with table_file(request.out, EXPORT_COLUMNS, len(names) * request.k) as out:
            for place, user in enumerate(names):
                if place % 50 == 0:
                    yield Progress(done=place, total=len(names), unit="people", message="Recommending to everybody")
                if not _can_serve(served, user):
                    continue
                known = KnownHistory.of(served.model, history_of(database, user))
                scores = served.model.scores_of(state_of(served, user, known))
                items, found = best_items(scores, known.seen, request.k, request.exclude_seen)
                rows = [
                    (user, rank, catalogue.ids[item], catalogue.titles[item], float(f"{score:.6g}"))
                    for rank, (item, score) in enumerate(zip(items, found, strict=True), start=1)
                ]
                out.write(rows)
                n_people += len(items) > 0
                n_rows += len(items)
            yield from out.finish()
        return ExportReport(
            file=request.out.absolute(), people=n_people, rows=n_rows, elapsed_s=time.monotonic() - started
        )


def _can_serve(served: ServedRun, user: str) -> bool:
    model: Recommender = served.model
    return model.capabilities.fold_in or user in model.users
