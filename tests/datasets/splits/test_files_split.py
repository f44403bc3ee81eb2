"""The split by files: each row belongs to the part that its file is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splits.files import FilesSplit


def table(*files: tuple[str, int]) -> DomainTable:
    """Ten rows of one person; row n of the canonical order is row 9 - n of the files."""
    made = DomainTable.of("shop", [("ann", f"i{9 - place}", 3.0, None) for place in range(10)])
    return replace(made, files=files)


def split(**names: str) -> FilesSplit:
    return FilesSplit(FilesSplit.Params.parse(names))


TARGET = table(("shop.train.csv", 0), ("shop.valid.csv", 5), ("shop.test.csv", 8))


def test_rows_belong_to_the_part_that_their_file_is():
    plan = split(valid="shop.valid.csv", test="shop.test.csv").draw(TARGET, [], 0)
    assert plan.test.tolist() == [0, 1]
    assert plan.valid.tolist() == [2, 3, 4]
    assert plan.train.tolist() == [5, 6, 7, 8, 9]


def test_files_that_nobody_names_are_trained_on_and_names_may_have_wildcards():
    plan = split(test="*.test.*").draw(TARGET, [], 0)
    assert (len(plan.train), len(plan.valid), len(plan.test)) == (8, 0, 2)


def test_a_file_imported_twice_is_one_part():
    target = table(("test.csv", 0), ("train.csv", 3), ("test.csv", 7))
    assert len(split(test="test.csv").draw(target, [], 0).test) == 6


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({}, "needs the file that is tested"),
        ({"test": "test.csv"}, "No file of 'shop' is named 'test.csv'"),
        ({"test": "*", "valid": "shop.valid.csv"}, "two parts"),
        ({"train": "shop.train.csv", "test": "shop.test.csv"}, "shop.valid.csv is no part"),
    ],
)
def test_what_cannot_be_is_refused_in_words_that_say_which_files_there_are(names, words):
    with pytest.raises(UserError, match=words) as error:
        split(**names).draw(TARGET, [], 0)
    assert error.value.hint


def test_rows_of_a_source_from_a_file_for_the_test_are_hidden():
    source = table(("other.train.csv", 0), ("other.test.csv", 6))
    chosen = split(test="*.test.csv", valid="*.valid.csv")
    visible = chosen.visible(source, TARGET, chosen.draw(TARGET, [source], 0))
    assert source.file_order[visible].tolist() == [5, 4, 3, 2, 1, 0]
    assert split(test="shop.test.csv").visible(source, TARGET, chosen.draw(TARGET, [], 0)).all()
