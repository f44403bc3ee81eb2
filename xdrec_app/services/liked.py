"""A history made of items that somebody likes, for a person of whom the workspace knows nothing."""

from __future__ import annotations

from collections.abc import Sequence

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.services.requests import LikedItem
from xdrec_app.services.serving import ServedRun
from xdrec_app.storage.database import Database
from xdrec_app.storage.item_labels import find_items
from xdrec_app.storage.people import HistoryRow


def liked_history(database: Database, served: ServedRun, liked: Sequence[LikedItem]) -> list[HistoryRow]:
    """Return a row for each liked item, with the best value of its domain.

    Raises
    ------
    UserError
        When the model cannot serve a person it never saw, or an item is not known to it.
    """
    model = served.model
    if not model.capabilities.fold_in:
        raise UserError(
            f"The model '{model.key}' of run {served.run.id} cannot serve a person it was not trained on.",
            "Use a model that can, such as ease.",
        )
    best = {domain: high for domain, (_, high) in zip(model.catalogue.domains, model.scales, strict=True)}
    return [HistoryRow(one.domain, _known_id(database, served, one), best[one.domain], None) for one in liked]


def _known_id(database: Database, served: ServedRun, liked: LikedItem) -> str:
    catalogue = served.model.catalogue
    if liked.domain not in catalogue.domains:
        raise UserError(
            f"Run {served.run.id} knows no domain '{liked.domain}'.", f"It knows: {', '.join(catalogue.domains)}."
        )
    if catalogue.number(liked.domain, liked.item) != UNKNOWN:
        return liked.item
    titled = find_items(database, liked.domain, liked.item)
    found = [id_ for id_ in titled if catalogue.number(liked.domain, id_) != UNKNOWN]
    if not found:
        raise UserError(
            f"Run {served.run.id} knows no item of {liked.domain} with the id or the title '{liked.item}'.",
            "The titles stand in the list of items on the Data page.",
        )
    if len(found) > 1:
        raise UserError(
            f"{len(found)} items of {liked.domain} are called '{liked.item}'.", f"Use an id: {', '.join(found[:5])}."
        )
    return found[0]
