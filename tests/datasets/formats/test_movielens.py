"""MovieLens files: recognised by how their fields look, with columns that are known."""

from __future__ import annotations

import pytest

from xdrec_app.datasets.formats import encodings
from xdrec_app.datasets.formats.base import RejectedLine

RATINGS = "1::1193::5::978300760\n1::661::3::978302109\n2::0914::3.5::978301968\n"
FLAGS = "|".join("1" if place in (3, 5) else "0" for place in range(19))
ITEM = f"1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/M/title-exact?Toy|{FLAGS}\n"


def test_ratings_have_names_and_roles(reading):
    file = reading(RATINGS)
    assert file.key == "movielens"
    assert file.columns == ("user_id", "movie_id", "rating", "timestamp")
    assert file.layout.roles == {"user": "user_id", "item": "movie_id", "value": "rating", "time": "timestamp"}
    assert file.layout.dialect.has_header is False
    assert file.rows[2] == ("2", "0914", "3.5", "978301968")
    assert file.lines == [1, 2, 3]


def test_films_in_latin_1_are_not_taken_for_chinese(reading):
    file = reading("1::Misérables, Les (1995)::Drama|Musical\n2::Été::Drama\n".encode("latin-1"))
    assert file.layout.dialect.encoding == "cp1252"
    assert file.rows[0] == ("1", "Misérables, Les (1995)", "Drama|Musical")
    assert file.layout.roles == {"item": "movie_id", "title": "title", "tags": "genres"}


def test_a_letter_beyond_ascii_far_into_the_file_decides_its_encoding(reading):
    content = ("1::Heat::Action\n" * 8_000 + "2::Fidèle::Drama\n").encode("latin-1")
    assert reading(content).rows[-1] == ("2", "Fidèle", "Drama")
    assert reading(content, thorough=False).layout.dialect.encoding == "utf-8"


def test_films_in_utf_8_stay_utf_8(reading):
    assert reading("1::红楼梦::Drama\n").rows == [("1", "红楼梦", "Drama")]


def test_people_of_both_editions_are_known(reading):
    colons, pipes = reading("1::F::1::10::48067\n2::M::56::16::70072-1\n"), reading("1|24|M|technician|85711\n")
    assert colons.columns == ("user_id", "gender", "age", "occupation", "zip_code")
    assert pipes.columns == ("user_id", "age", "gender", "occupation", "zip_code")
    assert colons.layout.roles == pipes.layout.roles == {"user": "user_id"}


def test_flags_of_genres_become_tags(reading):
    file = reading(ITEM + ITEM.replace("1|", "2|", 1))
    assert file.columns[-1] == "genres"
    assert file.rows[0] == ("1", "Toy Story (1995)", "01-Jan-1995", "", ITEM.split("|")[4], "Animation|Comedy")
    assert file.layout.roles == {"item": "movie_id", "title": "title", "tags": "genres"}


def test_tags_given_by_people_are_no_ratings(reading):
    roles = reading("15::4973::excellent!::1215184630\n20::1747::politics::1188263867\n").layout.roles
    assert roles == {"user": "user_id", "item": "movie_id", "time": "timestamp"}


def test_a_header_is_used_for_names(reading):
    file = reading("UserID::MovieID::Rating::Timestamp\n" + RATINGS)
    assert file.columns == ("UserID", "MovieID", "Rating", "Timestamp")
    assert file.layout.roles["value"] == "Rating"
    assert file.lines == [2, 3, 4]


def test_fields_without_known_meaning_are_read_too(reading):
    file = reading("a::b\nc::d\n")
    assert file.columns == ("column 1", "column 2")
    assert file.rows == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize("block", [16, 1 << 20])
def test_a_line_of_another_width_is_rejected_alone(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    monkeypatch.setattr(encodings, "HEAD_BYTES", block)
    file = reading(RATINGS * 10 + "3::4\n" + RATINGS)
    assert file.rejected == [RejectedLine(31, "3::4", "2 fields instead of 4")]
    assert file.lines == [*range(1, 31), *range(32, 35)]


def test_quotes_and_line_ends_of_windows_have_no_meaning(reading):
    file = reading('1::"Toy" Story::Drama\r\n2::"Heat"::Action\r\n')
    assert file.rows == [("1", '"Toy" Story', "Drama"), ("2", '"Heat"', "Action")]


@pytest.mark.parametrize("content", ["id,genres\n1,a::b\n2,c::d\n3,e::f\n4,g::h\n", "user\titem\nu\ti::1\n"])
def test_colons_within_a_field_of_a_table_are_left_to_it(reading, content):
    assert reading(content).key == "delimited"


def test_another_delimiter_by_choice_is_respected(reading):
    assert reading(RATINGS, delimiter="::").key == "movielens"
    assert reading(RATINGS, delimiter=",").key == "delimited"
