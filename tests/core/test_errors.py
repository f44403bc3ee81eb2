from __future__ import annotations

from xdrec_app.core.errors import UserError


def test_the_text_of_an_error_is_its_sentence_and_its_hint():
    error = UserError("Line 3 has no value.", "Add one.")
    assert (error.sentence, error.hint) == ("Line 3 has no value.", "Add one.")
    assert str(error) == "Line 3 has no value. Add one."


def test_an_error_without_hint_ends_with_its_sentence():
    assert str(UserError("Line 3 has no value.")) == "Line 3 has no value."
