"""The file from which the window knows the models says what the models say."""

from __future__ import annotations

import json

from xdrec_app.core.paths import resources_dir
from xdrec_app.services.model_schema import FILE_NAME, read_model_schemas
from xdrec_app.services.models import describe_models

STALE = "resources/models.json is not up to date: run `make schema`"


def test_the_generated_file_describes_the_models_as_they_are():
    described = describe_models()
    assert read_model_schemas() == described, STALE
    assert json.loads((resources_dir() / FILE_NAME).read_text()) == described.model_dump(mode="json"), STALE


def test_the_eight_models_of_the_application_are_in_it_and_none_is_broken():
    schemas = read_model_schemas()
    assert schemas.broken == {}
    keys = [model.key for model in schemas.models]
    assert keys == sorted(keys)
    assert {"popularity", "bias", "item_knn", "user_knn", "ease", "biased_mf", "co_embedding", "deep_cf"} <= set(keys)


def test_each_model_has_one_line_that_says_what_it_does():
    for model in read_model_schemas().models:
        assert model.summary.endswith((".", ":")), model.key
        assert len(model.summary) <= 120, model.key
