from __future__ import annotations

import pytest

from xdrec_app.core.spreadsheets import harmless


@pytest.mark.parametrize("cell", ["=1+1", "@cmd", "+cmd", "-cmd|x", "\t=1", "\r=1"])
def test_what_could_be_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Dune", "-0.5", "+3", "1e-3", "A=B"])
def test_plain_words_and_numbers_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell
