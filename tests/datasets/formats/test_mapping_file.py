"""Mapping files: each line is one person, whatever the file looks like."""

from __future__ import annotations

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.mapping_file import MappingFile, speaks_of


@pytest.fixture
def mapping(tmp_path):
    def write(content, names=(), **dialect):
        path = tmp_path / "map.csv"
        path.write_text(content, encoding="utf-8")
        return MappingFile.open(path, Dialect(**dialect), names)

    return write


def lines(file, *wanted):
    return [line for chunk in file.chunks(wanted) for line in zip(*chunk.columns, strict=True)]


def rejected(file, *wanted):
    return [(line.line, line.reason) for chunk in file.chunks(wanted) for line in chunk.rejected]


def test_the_cells_of_the_columns_asked_for_are_read_trimmed(mapping):
    file = mapping("id_a;country;id_b\n 007 ;DE;x1\n8;FR; y\n")
    assert lines(file, 0, 2) == [("007", "x1"), ("8", "y")]


@pytest.mark.parametrize("word", ["", "NULL", "NaN", "None", "N/A", "-", "\\N"])
def test_a_word_for_nothing_is_nobody_and_not_a_person_whom_all_share(mapping, word):
    assert lines(mapping(f"id_a,id_b\n1,{word}\n2,x\n"), 0, 1) == [("1", ""), ("2", "x")]


def test_lines_that_say_nothing_are_rejected_with_their_number(mapping):
    file = mapping("id_a,id_b\n1,x\n2\n,\n3,y,z\n4,NULL\n", has_header=True)
    assert rejected(file, 0, 1) == [(3, "1 fields instead of 2"), (4, "no id"), (5, "3 fields instead of 2")]
    assert lines(file, 0, 1) == [("1", "x"), ("4", "")]


def test_a_file_of_one_column_links_nobody(mapping):
    with pytest.raises(UserError, match="one column"):
        mapping("id\n1\n2\n")


def test_a_first_line_that_names_a_domain_or_a_column_is_a_header(mapping):
    text = "jazz,blues\nann,eva\nbob,tom\n"
    assert mapping(text, ["Blues"]).columns == mapping(text, ["jazz"]).columns == ("jazz", "blues")
    assert mapping(text, ["Rock"]).columns == ("column 1", "column 2")
    assert mapping(text, ["Blues"], has_header=False).columns == ("column 1", "column 2")
    assert mapping("1,x\n2,y\n", ["1"]).columns == ("column 1", "column 2")


@pytest.mark.parametrize(("name", "position"), [("id_b", 1), (" ID_A ", 0)])
def test_a_column_is_found_by_its_name(mapping, name, position):
    assert mapping("id_a,id_b\n1,x\n").position(name) == position


def test_a_column_without_a_name_is_found_by_its_number(mapping):
    file = mapping("1,x1\n2,x2\n", has_header=False)
    assert file.position("2") == 1
    with pytest.raises(UserError, match="no column '3'"):
        file.position("3")


def test_the_sample_holds_the_distinct_ids_of_each_column(mapping):
    assert mapping("id_a,id_b\n1,x\n1,\n2,z\n").sample(2) == [{"1"}, {"x"}]


@pytest.mark.parametrize(
    ("column", "domain", "speaks"),
    [
        ("Books", "books", True),
        ("book_user_id", "Books", True),
        ("user id of 图书", "图书", True),
        ("movie_id", "books", False),
        ("anything", "!!", False),
        ("anything", "s", False),
    ],
)
def test_a_column_speaks_of_a_domain_whose_name_it_bears(column, domain, speaks):
    assert speaks_of(column, domain) is speaks
