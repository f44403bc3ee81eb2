from __future__ import annotations

import json
import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from xdrec_app.core.events import (
    EVENT_ADAPTER,
    Change,
    Changed,
    EpochEnd,
    Event,
    LogLine,
    PhaseStarted,
    Progress,
    RunStarted,
    Tick,
)

ONE_OF_EACH = [
    Tick(),
    Progress(done=3, total=None, unit="lines", message="reading"),
    LogLine(level="warning", message="50 % of “ratings” are empty\n"),
    RunStarted(run=7, device="cpu", device_reason="The CPU was asked for."),
    PhaseStarted(phase="fit", epochs=20),
    EpochEnd(phase="fit", epoch=2, train_loss=0.5, learning_rate=0.01, interactions_per_s=1e6, elapsed_s=1.5),
    Changed(changes=frozenset({Change.RUNS, Change.DOMAINS})),
]

numbers = st.floats(allow_nan=True, allow_infinity=True)


def back(event: Event) -> Event:
    return EVENT_ADAPTER.validate_json(event.model_dump_json())


def test_the_examples_cover_every_kind_of_event():
    assert {type(event) for event in ONE_OF_EACH} == set(get_args(Event))


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.kind)
def test_every_event_goes_to_one_line_of_json_and_back(event):
    text = event.model_dump_json()
    assert "\n" not in text
    assert json.loads(text)["kind"] == event.kind
    assert back(event) == event


@given(loss=numbers, metric=numbers)
def test_numbers_that_json_does_not_know_survive_the_way(loss, metric):
    event = EpochEnd(
        phase="fit",
        epoch=1,
        train_loss=loss,
        validation={"rmse": metric},
        learning_rate=0.1,
        interactions_per_s=math.inf,
        elapsed_s=0.0,
    )
    text = event.model_dump_json()
    json.loads(text, parse_constant=lambda word: pytest.fail(f"bare {word} is not JSON"))
    again = EVENT_ADAPTER.validate_json(text)
    assert isinstance(again, EpochEnd)
    for before, after in ((loss, again.train_loss), (metric, again.validation["rmse"])):
        assert after == before or (math.isnan(after) and math.isnan(before))
    assert again.interactions_per_s == math.inf


def test_an_event_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        ONE_OF_EACH[1].done = 4


@pytest.mark.parametrize("text", ['{"kind": "unheard"}', '{"done": 1}', '{"kind": "tick", "more": 1}', "tick"])
def test_what_is_no_event_is_refused(text):
    with pytest.raises(ValidationError):
        EVENT_ADAPTER.validate_json(text)
