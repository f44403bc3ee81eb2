"""Lines about items: what they say, and when they are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.item_file import ItemChunk, ItemFile, ItemLine


@pytest.fixture
def read(tmp_path: Path):
    def read_items(text: str, **columns: str) -> ItemChunk:
        path = tmp_path / "items.csv"
        path.write_text(text, encoding="utf-8")
        file = ItemFile.open(path, Dialect(), columns)
        [chunk] = [chunk for chunk in file.chunks() if chunk.items or chunk.rejected]
        sample = file.sample()
        assert (sample.items, sample.rejected, sample.trimmed) == (chunk.items, chunk.rejected, chunk.trimmed)
        return chunk

    return read_items


def test_an_item_says_all_that_its_columns_hold(read):
    chunk = read(
        "item_id,title,description,genres,category,price,image\n"
        '007, Shoe ,light,red|sport,Shoes > Running,"$1,299.50",a.jpg\n'
        "8,,,,,,\n"
    )
    assert chunk.items == [
        ItemLine("007", "Shoe", "light", ("red", "sport"), "Shoes > Running", 1299.5, "a.jpg"),
        ItemLine("8", "", "", (), "", None, ""),
    ]
    assert (chunk.rejected, chunk.domains) == ([], None)


def test_a_bad_price_is_none_and_no_reason_to_reject(read):
    assert [item.price for item in read("item_id,price\n1,free\n2,3.5\n3,-1\n").items] == [None, 3.5, None]


def test_prices_with_decimal_commas_are_found_in_the_first_lines(read):
    chunk = read('item_id,price\n1,"1.234,50 €"\n2,"3,99 €"\n3,"1.000 €"\n')
    assert [item.price for item in chunk.items] == [1234.5, 3.99, 1000.0]


def test_a_line_without_an_id_is_rejected(read):
    chunk = read("item,title\n1,a\n ,b\nNULL,c\n")
    assert [tuple(line) for line in chunk.rejected] == [(3, " ,b", "no item id"), (4, "NULL,c", "no item id: 'NULL'")]


def test_blanks_around_ids_are_counted(read):
    assert read("item,title\n 1,a\n2 ,b\n3,c\n").trimmed == 2


def test_a_cell_that_says_there_is_nothing_says_nothing(read):
    [item] = read("item,title,tags\n1,nan,NULL\n").items
    assert (item.title, item.tags) == ("", ())


def test_each_item_may_name_its_domain(read):
    chunk = read("item,title,domain\n1,a,books\n2,b,\n3,c,films\n")
    assert (chunk.domains, [line.reason for line in chunk.rejected]) == (["books", "films"], ["no domain"])


def test_categories_without_levels_are_tags(read):
    assert [item.tags for item in read("item,title,categories\n1,a,Movies|Drama\n2,b,Books\n").items] == [
        ("Movies", "Drama"),
        ("Books",),
    ]
