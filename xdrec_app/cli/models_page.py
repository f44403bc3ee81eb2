"""The page about all models, written from the registry: docs/models.md is its output, and a test keeps it fresh."""

from __future__ import annotations

from collections.abc import Iterator

from xdrec_app.core.params import ParamField
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.services.model_schema import ModelSchema, ModelSchemas

INTRODUCTION = """\
# Models

Written by `make docs` from the registry; do not edit. Every model trains on a target and any number of source domains;
without a source it is its own single-domain baseline. The same facts stand in `xdrec models --json`.

Where default parameters were tuned, it was on validation parts of MovieLens 1M and ciao, with few people and mostly
one seed. Not tuned but set by hand: `unicdr`, `multi_task`, `neumf`, `multi_vae`, `bitgcf` and the models of texts in
part; those of `sasrec` rest on the small invented world of the tests too. The first models (`bias`, `biased_mf`,
`deep_cf`, `co_embedding`) were tuned on validation parts of MovieLens 100K and of the sample; `user_knn` and
`item_knn` looking at test figures. What is known against a figure of the [benchmarks](benchmarks) stands there.
"""


def models_page(schemas: ModelSchemas) -> str:
    """Return the page as Markdown."""
    families: dict[str, list[ModelSchema]] = {}
    for model in schemas.models:
        families.setdefault(model.family, []).append(model)
    return "\n".join([INTRODUCTION, *_overview(families), *_sections(families)])


def _overview(families: dict[str, list[ModelSchema]]) -> Iterator[str]:
    yield "| family | model | key | predicts ratings | new people | new items | needs | trains by epochs |"
    yield "|---|---|---|---|---|---|---|---|"
    for family, models in families.items():
        for model in models:
            can = model.capabilities
            marks = [_mark(can.rating), _mark(can.fold_in), _mark(can.new_items), ", ".join(can.needs) or "–"]
            cells = [family, model.title, f"[`{model.key}`](#{model.key})", *marks, _mark(can.trains_by_epochs)]
            yield f"| {' | '.join(cells)} |"
    yield ""


def _sections(families: dict[str, list[ModelSchema]]) -> Iterator[str]:
    for family, models in families.items():
        yield f"## {family}\n"
        for model in models:
            yield f'### <a id="{model.key}"></a>{model.title}\n'
            yield f"`{model.key}`. {model.summary}\n"
            yield f"{_abilities(model.capabilities)} Source: {model.reference}.\n"
            if model.params:
                yield "| parameter | default | range | searched | what it is |"
                yield "|---|---|---|---|---|"
                yield from (_row(field) for field in model.params)
                yield ""


def _abilities(can: Capabilities) -> str:
    words = ["Trained to rank items." if can.task == "ranking" else "Trained to predict ratings."]
    words += ["A single-domain model whatever it is given."] if not can.uses_sources else []
    words += ["Serves people it never saw, and can be explained."] if can.fold_in else []
    words += ["Scores items without interactions."] if can.new_items else []
    words += [f"Needs {', '.join(can.needs)}."] if can.needs else []
    return " ".join(words)


def _row(field: ParamField) -> str:
    limits = " – ".join("" if limit is None else f"{limit:g}" for limit in (field.low, field.high)).strip(" –")
    allowed = ", ".join(field.choices) if field.choices else limits or "–"
    searched = f"{field.search.low:g} – {field.search.high:g}{' (log)' * field.search.log}" if field.search else "–"
    return f"| `{field.name}` | {field.default} | {allowed} | {searched} | {field.description} |"


def _mark(is_so: bool) -> str:
    return "yes" if is_so else "–"
