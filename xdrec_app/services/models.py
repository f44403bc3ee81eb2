"""Describing the registry of models; the source of the generated schema file and of ``xdrec models``."""

from __future__ import annotations

import inspect

from xdrec_app.models.base import Recommender, recommenders
from xdrec_app.services.model_schema import ModelSchema, ModelSchemas


def describe_models() -> ModelSchemas:
    """Return all models of the registry with their abilities and parameters."""
    models = tuple(_describe(model) for model in recommenders)
    return ModelSchemas(models=models, broken=recommenders.broken)


def _describe(model: type[Recommender]) -> ModelSchema:
    summary, _, _ = inspect.cleandoc(model.__doc__ or "").partition("\n")
    return ModelSchema(
        key=model.key,
        title=model.title,
        family=model.family,
        summary=summary,
        reference=model.reference,
        capabilities=model.capabilities,
        params=model.Params.fields(),
    )
