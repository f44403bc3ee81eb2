"""Which models exist and what their parameters are, as a file: how the window knows models without importing one.

The file is generated (``make schema``); a test keeps it fresh.
"""

from __future__ import annotations

from functools import cache

from xdrec_app.core.events import Value
from xdrec_app.core.params import ParamField
from xdrec_app.core.paths import resources_dir
from xdrec_app.models.capabilities import Capabilities

FILE_NAME = "models.json"


class ModelSchema(Value):
    """One model: its names, source, abilities and parameters."""

    key: str
    title: str
    family: str
    summary: str
    reference: str
    capabilities: Capabilities
    params: tuple[ParamField, ...]


class ModelSchemas(Value):
    """All models, by key; `broken` names files of the zoo that could not be loaded, with the reason."""

    models: tuple[ModelSchema, ...]
    broken: dict[str, str]


@cache
def read_model_schemas() -> ModelSchemas:
    """Read the generated file."""
    return ModelSchemas.model_validate_json((resources_dir() / FILE_NAME).read_bytes())
