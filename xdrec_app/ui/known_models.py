"""The models as the window knows them: from the generated schema, with names for people."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from xdrec_app.services.model_schema import ModelSchema, read_model_schemas


def known_models() -> dict[str, ModelSchema]:
    """Return all models by key; empty when the schema file is missing."""
    try:
        return {model.key: model for model in read_model_schemas().models}
    except FileNotFoundError:
        return {}


def by_family(models: Mapping[str, ModelSchema]) -> list[tuple[str, list[ModelSchema]]]:
    """Return the models in groups of one family, families and titles in alphabetical order."""
    ordered = sorted(models.values(), key=lambda model: (model.family, model.title))
    return [(family, list(group)) for family, group in groupby(ordered, key=lambda model: model.family)]


def model_title(key: str) -> str:
    """Return the title of a model; its key when it is not known any more."""
    model = known_models().get(key)
    return model.title if model is not None else key


def param_title(name: str) -> str:
    """Return a parameter's name for people: ``embedding_size`` → Embedding size."""
    return name.replace("_", " ").capitalize()
