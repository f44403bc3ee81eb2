"""Lines about people: every column beside the id is an attribute."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.user_file import UserChunk, UserFile, UserLine


@pytest.fixture
def read(tmp_path: Path):
    def read_people(text: str, **columns: str) -> UserChunk:
        path = tmp_path / "users.csv"
        path.write_text(text, encoding="utf-8")
        file = UserFile.open(path, Dialect(), columns)
        [chunk] = [chunk for chunk in file.chunks() if chunk.users or chunk.rejected]
        sample = file.sample()
        assert (sample.users, sample.rejected, sample.trimmed) == (chunk.users, chunk.rejected, chunk.trimmed)
        return chunk

    return read_people


def test_every_column_beside_the_id_is_an_attribute(read):
    chunk = read("user_id,age,城市\n 007,24,北京\nu2,,NULL\n")
    assert chunk.users == [UserLine("007", {"age": "24", "城市": "北京"}), UserLine("u2", {})]
    assert (chunk.trimmed, chunk.domains) == (1, None)


def test_a_line_without_an_id_is_rejected(read):
    chunk = read("user_id,age\n,24\nnan,30\nu3,31\n4\n")
    assert [(line.line, line.reason) for line in chunk.rejected] == [
        (2, "no user id"),
        (3, "no user id: 'nan'"),
        (5, "1 fields instead of 2"),
    ]


def test_each_person_may_name_a_domain_which_is_no_attribute(read):
    chunk = read("user_id,domain,age\na,books,24\nb,,30\n")
    assert (chunk.domains, chunk.users) == (["books"], [UserLine("a", {"age": "24"})])
    assert [line.reason for line in chunk.rejected] == ["no domain"]


def test_the_column_of_ids_can_be_chosen(read):
    assert read("who,user_id\na,1\n", user="who").users == [UserLine("a", {"user_id": "1"})]


def test_a_file_without_people_is_a_question(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("name,age\na,1\n")
    with pytest.raises(UserError, match="no column that looks like the user"):
        UserFile.open(path, Dialect(), {})
