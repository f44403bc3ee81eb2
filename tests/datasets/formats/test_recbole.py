"""Atomic files of RecBole: the header says what a column is."""

from __future__ import annotations

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import encodings
from xdrec_app.datasets.formats.base import RejectedLine

INTER = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t881250949\n186\t0302\t3\t891717742\n"
ITEM = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n1\tToy Story\t1995\tAnimation Comedy\n"
)


def test_interactions_have_names_without_types_and_roles(reading):
    file = reading(INTER)
    assert file.key == "recbole"
    assert file.columns == ("user_id", "item_id", "rating", "timestamp")
    assert file.layout.roles == {"user": "user_id", "item": "item_id", "value": "rating", "time": "timestamp"}
    assert file.rows == [("196", "242", "3", "881250949"), ("186", "0302", "3", "891717742")]
    assert file.lines == [2, 3]


def test_sequences_become_tags_and_titles_keep_their_blanks(reading):
    file = reading(ITEM)
    assert file.rows == [("1", "Toy Story", "1995", "Animation|Comedy")]
    assert file.sample == file.rows
    assert file.layout.roles == {"item": "item_id", "title": "movie_title", "tags": "class"}


def test_lists_are_told_apart_whichever_columns_are_read(reading):
    assert next(list(chunk.columns[0]) for chunk in reading(ITEM).chunks([3])) == ["Animation|Comedy"]


def test_people_have_no_item(reading):
    assert reading("user_id:token\tage:token\tzip_code:token\n1\t24\t85711\n").layout.roles == {"user": "user_id"}


def test_beside_a_user_another_id_is_the_item_and_a_number_its_value(reading):
    file = reading("user_id:token\tartist_id:token\tweight:float\n2\t51\t13883\n")
    assert file.layout.roles == {"user": "user_id", "item": "artist_id", "value": "weight"}


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("head_id:token\trelation_id:token\ttail_id:token", "edges of a knowledge graph"),
        ("item_id:token\tentity_id:token", "links from items"),
        ("source_id:token\ttarget_id:token", "social network"),
    ],
)
def test_graphs_are_refused_with_a_sentence(reading, header, what):
    with pytest.raises(UserError, match=what):
        reading(header + "\na\tb\tc\n")


@pytest.mark.parametrize("block", [8, 1 << 20])
def test_fast_and_exact_blocks_agree_and_bad_lines_are_numbered(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    monkeypatch.setattr(encodings, "HEAD_BYTES", block)
    lines = [f'u{n}\ti"{n}\t{n}\t{n}' if n % 7 == 0 else f"u{n}\ti{n}\t{n}\t{n}" for n in range(200)]
    lines[50] = "u50\ti50"
    file = reading(INTER.split("\n", maxsplit=1)[0] + "\n" + "\n".join(lines) + "\n")
    assert file.rejected == [RejectedLine(52, "u50\ti50", "2 fields instead of 4")]
    assert file.lines == [*range(2, 52), *range(53, 202)]
    assert file.rows[7] == ("u7", 'i"7', "7", "7")
    assert len(file.rows) == 199


def test_a_header_without_types_is_no_atomic_file(reading):
    assert reading("user_id\titem_id\nu\ti\n").key == "delimited"


def test_a_header_alone_has_no_rows(reading):
    assert reading(INTER.split("\n", maxsplit=1)[0]).rows == []
