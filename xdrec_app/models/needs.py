"""What models need of the data beyond interactions, and the sentence that says what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.capabilities import Need


def require(data: CrossDomainData, needs: Iterable[Need], title: str) -> None:
    """Refuse data that lack one of the needs.

    Parameters
    ----------
    title
        Of the model, for the sentence.

    Raises
    ------
    UserError
        Names the first need that is not met and what can be done.
    """
    for need in needs:
        check, missing, hint = _CHECKS[need]
        if not check(data):
            names = {"target": data.target, "sources": ", ".join(data.sources), "flat": " and ".join(_flat(data))}
            raise UserError(f"{title} {missing.format(**names)}", hint)


def _flat(data: CrossDomainData) -> list[str]:
    """Return the names of the domains that have no ratings but only the fact of an interaction."""
    scales = zip(data.catalogue.domains, data.scales, strict=True)
    return [f"'{name}'" for name, (low, high) in scales if low >= high]


def _has_ratings(data: CrossDomainData) -> bool:
    return not _flat(data)


def _has_target_ratings(data: CrossDomainData) -> bool:
    low, high = data.target_scale
    return low < high


def _has_times(data: CrossDomainData) -> bool:
    return bool((data.interactions.times != NO_TIME).all())


def _has_tags(data: CrossDomainData) -> bool:
    return any(data.catalogue.tags[: data.n_target_items])


def _has_texts(data: CrossDomainData) -> bool:
    items = slice(0, data.n_target_items)
    return any(data.catalogue.texts[items]) or any(data.catalogue.titles[items])


def _has_vectors(data: CrossDomainData) -> bool:
    vectors = data.catalogue.vectors[: data.n_target_items]
    return vectors.shape[1] > 0 and not bool(np.isnan(vectors[:, 0]).all())


def _has_shared_people(data: CrossDomainData) -> bool:
    return not data.sources or bool(data.shared_users.any())


_CHECKS: Mapping[Need, tuple[Callable[[CrossDomainData], bool], str, str]] = {
    "ratings": (
        _has_ratings,
        "learns from ratings, and every interaction of {flat} has the same value.",
        "Choose a model that ranks, or leave this domain out.",
    ),
    "target ratings": (
        _has_target_ratings,
        "learns from ratings, or from what was clicked and what was not, and every interaction of '{target}' is alike.",
        "Choose a model that ranks; or, for impressions, change what the domain's values say to ratings from 0 to 1.",
    ),
    "times": (
        _has_times,
        "learns from the order of interactions, and not all of them have a time.",
        "Import a file with a time column, or choose a model that needs none.",
    ),
    "tags": (
        _has_tags,
        "learns from tags, and no item of '{target}' has one.",
        "Import a file of items with tags, or choose a model that needs none.",
    ),
    "texts": (
        _has_texts,
        "learns from titles and texts, and no item of '{target}' has any.",
        "Import a file of items with titles or texts, or choose a model that needs none.",
    ),
    "vectors": (
        _has_vectors,
        "learns from what a language model reads in the texts of items, and no item of '{target}' has a text.",
        "Import a file of items with titles or texts, or choose a model that needs none.",
    ),
    "shared people": (
        _has_shared_people,
        "carries taste over by shared people, and '{target}' shares nobody with {sources}.",
        "Link the people of the domains, choose other sources, or a model that needs no shared people.",
    ),
}
