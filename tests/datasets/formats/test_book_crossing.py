"""Book-Crossing files: what a parser of proper CSV would lose is read right."""

from __future__ import annotations

import pytest

from xdrec_app.datasets.formats import encodings
from xdrec_app.datasets.formats.base import RejectedLine

RATINGS = '"User-ID";"ISBN";"Book-Rating"\n"276725";"034545104X";"0"\n"276726";"0155061224";"5"\n'
BOOKS = (
    '"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";"Image-URL-S";"Image-URL-M";"Image-URL-L"\n'
)


def book(title: str, author: str = "A. Author") -> str:
    return f'"0001";"{title}";"{author}";"1999";"Press";"http://s";"http://m";"http://l"\n'


def test_ratings_have_roles(reading):
    file = reading(RATINGS)
    assert file.key == "book_crossing"
    assert file.layout.roles == {"user": "User-ID", "item": "ISBN", "value": "Book-Rating"}
    assert file.rows == [("276725", "034545104X", "0"), ("276726", "0155061224", "5")]
    assert file.lines == [2, 3]


def test_books_have_roles(reading):
    assert reading(BOOKS + book("Clara")).layout.roles == {
        "item": "ISBN",
        "title": "Book-Title",
        "tags": "Book-Author",
        "image": "Image-URL-L",
    }


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"The Tale of \"Nutkin\"", 'The Tale of "Nutkin"'),
        ('The Tale of "Nutkin" and others', 'The Tale of "Nutkin" and others'),
        ('"Quoted" at once', '"Quoted" at once'),
        ("Life &amp; the Catalog; or not", "Life & the Catalog; or not"),
        (r"Back\\slash", "Back\\slash"),
        ("", ""),
    ],
)
def test_quotes_entities_and_semicolons_within_fields_are_read_right(reading, written, meant):
    file = reading(BOOKS + book(written) + book("Next"))
    assert [row[1] for row in file.rows] == [meant, "Next"]
    assert file.rejected == []


def test_a_field_whose_end_is_escaped_by_mistake_is_found_again(reading):
    line = book("X").replace('"X";"A. Author"', '"DK Readers (Level 4)\\";Michael Teitelbaum"')
    [row] = reading(BOOKS + line).rows
    assert row[1:4] == ("DK Readers (Level 4)", "Michael Teitelbaum", "1999")


def test_null_is_an_empty_cell_and_the_word_in_quotes_is_not(reading):
    file = reading('"User-ID";"Location";"Age"\n"1";"nyc, usa";NULL\n"2";NULL;NULL\n"3";"NULL";"7"\n')
    assert file.rows == [("1", "nyc, usa", ""), ("2", "", ""), ("3", "NULL", "7")]
    assert file.layout.roles == {"user": "User-ID"}


def test_latin_1_is_found_and_utf_8_stays(reading):
    assert reading((BOOKS + book("Clés")).encode("latin-1")).rows[0][1] == "Clés"
    assert reading(BOOKS + book("红楼梦")).rows[0][1] == "红楼梦"


def test_a_line_that_is_cut_is_rejected_alone(reading):
    file = reading(RATINGS + '"276727";"04465\n"276728";"0521795028";"3"\r\n')
    assert file.rejected == [RejectedLine(4, '"276727";"04465', "2 fields instead of 3")]
    assert file.rows[-1] == ("276728", "0521795028", "3")
    assert file.lines == [2, 3, 5]


@pytest.mark.parametrize("block", [60, 1 << 20])
def test_proper_and_broken_lines_are_read_alike_in_any_blocks(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    monkeypatch.setattr(encodings, "HEAD_BYTES", block)
    fields = ["034545104X", "a;b", 'say "hi"', "", "5"]
    odd = {40: "3;x;5", 80: '"3";"x"'}
    lines = [odd.get(n, f'"{n}";"{fields[n % 5]}";"{n % 11}"') for n in range(100)]
    file = reading('"User-ID";"ISBN";"Book-Rating"\n' + "\n".join(lines) + "\n")
    assert [line.line for line in file.rejected] == [42, 82]
    assert file.rows == [(str(n), fields[n % 5], str(n % 11)) for n in range(100) if n not in odd]
    assert file.lines == [n + 2 for n in range(100) if n not in odd]


def test_other_quoted_files_are_left_to_the_general_reader(reading):
    assert reading('"user";"item"\n"a";"b"\n').key == "delimited"
