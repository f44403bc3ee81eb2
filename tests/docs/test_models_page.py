"""docs/models.md is what the registry says."""

from pathlib import Path

from xdrec_app.cli.models_page import models_page
from xdrec_app.services.models import describe_models

PAGE = Path(__file__).resolve().parents[2] / "docs" / "models.md"


def test_the_page_about_models_is_fresh():
    assert PAGE.read_text(encoding="utf-8").rstrip() == models_page(describe_models()).rstrip(), "run: make docs"


def test_the_page_names_every_model_with_its_parameters():
    text = models_page(describe_models())
    for model in describe_models().models:
        assert f"`{model.key}`" in text
        assert all(f"| `{field.name}` |" in text for field in model.params)
