from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from xdrec_app.core.errors import UserError
from xdrec_app.core.params import ParamField, Params, Search, param


class Sample(Params):
    embedding_size: int = param(64, "Numbers per person.", low=1, high=512, search=Search(low=8, high=256, log=True))
    learning_rate: float = param(0.01, "Step size.", low=1e-5, high=1.0)
    shuffle: bool = param(True, "Whether rows are shuffled.")
    loss: Literal["mse", "bce"] = param("mse", "What is minimised.")


def test_without_words_every_parameter_has_its_default():
    assert Sample.parse_settings([]) == Sample(embedding_size=64, learning_rate=0.01, shuffle=True, loss="mse")


def test_words_of_the_command_line_become_typed_values():
    params = Sample.parse_settings(["embedding_size=16", " learning_rate = 1e-3", "shuffle=false", "loss=bce"])
    assert params.model_dump() == {"embedding_size": 16, "learning_rate": 0.001, "shuffle": False, "loss": "bce"}


def test_the_last_of_two_words_for_one_parameter_counts():
    assert Sample.parse_settings(["loss=bce", "loss=mse"]).loss == "mse"


@pytest.mark.parametrize("word", ["embedding_size", "embedding_size:16", ""])
def test_a_word_without_equals_sign_is_a_sentence(word):
    with pytest.raises(UserError, match="not of the form name=value"):
        Sample.parse_settings([word])


@pytest.mark.parametrize(
    "word", ["embedding_size=0", "embedding_size=513", "embedding_size=1.5", "embedding_size=many", "loss=hinge"]
)
def test_a_value_that_is_not_allowed_names_the_parameter_and_the_value(word):
    name, _, value = word.partition("=")
    with pytest.raises(UserError) as caught:
        Sample.parse_settings([word])
    assert name in caught.value.sentence
    assert value in caught.value.sentence


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_number_must_be_finite_even_where_nothing_bounds_it(value):
    class Unbounded(Params):
        margin: float = param(0.0, "Any number.")

    with pytest.raises(UserError, match="margin"):
        Unbounded.parse_settings([f"margin={value}"])


def test_bounds_are_inclusive():
    assert Sample.parse({"embedding_size": 1}).embedding_size == 1
    assert Sample.parse({"embedding_size": 512}).embedding_size == 512


def test_an_unknown_name_gets_the_nearest_known_one():
    with pytest.raises(UserError) as caught:
        Sample.parse({"embeding_size": 3})
    assert caught.value.hint == "Did you mean 'embedding_size'?"


def test_an_unknown_name_like_no_other_gets_the_list():
    with pytest.raises(UserError) as caught:
        Sample.parse({"zzz": 3})
    assert "embedding_size, learning_rate, shuffle, loss" in caught.value.hint


def test_a_model_without_parameters_says_so():
    class Nothing(Params):
        pass

    with pytest.raises(UserError, match="Known: none"):
        Nothing.parse({"x": 1})


def test_parameters_are_frozen_and_closed():
    with pytest.raises(ValidationError):
        Sample().loss = "bce"
    with pytest.raises(ValidationError):
        Sample(epochs=3)


def test_fields_describe_the_declaration_in_its_order():
    size, rate, shuffle, loss = Sample.fields()
    assert size == ParamField(
        name="embedding_size",
        kind="int",
        default=64,
        description="Numbers per person.",
        low=1,
        high=512,
        search=Search(low=8, high=256, log=True),
    )
    assert (rate.kind, rate.low, rate.high, rate.search) == ("float", 1e-5, 1.0, None)
    assert (shuffle.kind, shuffle.default, shuffle.low) == ("bool", True, None)
    assert (loss.kind, loss.choices) == ("choice", ("mse", "bce"))


@given(
    st.integers(1, 512),
    st.floats(1e-5, 1.0),
    st.booleans(),
    st.sampled_from(["mse", "bce"]),
)
def test_what_is_stored_with_a_run_reads_back_the_same(size, rate, shuffle, loss):
    params = Sample(embedding_size=size, learning_rate=rate, shuffle=shuffle, loss=loss)
    assert Sample.parse(params.model_dump()) == params
    assert Sample.parse_settings([f"{name}={value}" for name, value in params.model_dump().items()]) == params
