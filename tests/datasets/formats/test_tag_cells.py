"""Cells that say several things: tags, paths of categories, lists."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.formats.cells import MISSING
from xdrec_app.datasets.formats.tag_cells import category_path, first_of, separator_of, split_tags


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["Drama|Sci-Fi/Fantasy", "Comedy"], "|"),
        (["a; b ;a", ""], ";"),
        (["a, b", "c"], ","),
        (["动作、喜剧"], "、"),
        (["a/b", "c"], "/"),
        (["Movies & TV"], None),
        (["a, b"] * 9 + ["x|y"], ","),
        (["['a', 'b']"], None),
        ([], None),
    ],
)
def test_the_separator_is_what_many_cells_have(cells: list[str], separator: str | None) -> None:
    assert separator_of(cells) == separator


@pytest.mark.parametrize(
    ("cell", "separator", "tags"),
    [
        ("a; b ;a", ";", ("a", "b")),
        ("", "|", ()),
        ("|a||NULL", "|", ("a",)),
        ("a/b", None, ("a/b",)),
        ("['a','b']", None, ("a", "b")),
        ('["a", "b"]', ",", ("a", "b")),
        ('["Children\'s", "x"]', "|", ("Children's", "x")),
        ("[['a', 'b'], ['a', 'c']]", None, ("a", "b", "c")),
        ("['a' 'b']", None, ("a", "b")),
        ("[a, b]", None, ("a", "b")),
        ("[{'id': 16, 'name': 'Animation'}, {'id': 3, 'name': 'Comedy'}]", None, ("Animation", "Comedy")),
        ("[]", "|", ()),
        ("[" * 5000 + "]" * 5000, None, ()),
    ],
)
def test_tags_are_distinct_and_in_order(cell: str, separator: str | None, tags: tuple[str, ...]) -> None:
    assert split_tags(cell, separator) == tags


@given(st.lists(st.text(min_size=1).map(str.strip).filter(lambda tag: tag not in MISSING), unique=True), st.booleans())
def test_any_list_of_tags_is_read_back(tags: list[str], as_python: bool) -> None:
    assert split_tags(repr(tags) if as_python else json.dumps(tags), "|") == tuple(tags)


@pytest.mark.parametrize(
    ("cell", "path"),
    [
        ("Shoes > Running", "Shoes > Running"),
        ("Shoes>Running", "Shoes > Running"),
        ("Shoes / Running", "Shoes > Running"),
        ("/Shoes/Running/", "Shoes > Running"),
        ("Shoes|Running", "Shoes > Running"),
        ("[['Shoes', 'Running'], ['Sport']]", "Shoes > Running"),
        ('["Shoes", "Running"]', "Shoes > Running"),
        ("Sci-Fi/Fantasy", "Sci-Fi/Fantasy"),
        ("", ""),
    ],
)
def test_a_category_is_a_path_of_levels(cell: str, path: str) -> None:
    assert category_path(cell) == path


def test_of_several_images_the_first_is_taken() -> None:
    assert first_of("['', 'https://a/1.jpg', 'https://a/2.jpg']") == "https://a/1.jpg"
    assert first_of("[]") == ""
    assert first_of("a.jpg") == "a.jpg"
