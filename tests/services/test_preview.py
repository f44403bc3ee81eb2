"""The preview: what it shows, what it says when nothing could be imported, and what it does not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import base
from xdrec_app.services.preview import preview, suggested_domain
from xdrec_app.services.data_requests import Dialect


@pytest.fixture
def write(tmp_path: Path):
    def write_file(content: str, name: str = "books_ratings.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return write_file


def test_a_preview_shows_rows_columns_and_guesses(write):
    shown = preview(write("user_id,isbn,rating,shop\n007,a,5,x\n8,b,3,y\n"))
    assert (shown.file_name, shown.kind, shown.encoding, shown.delimiter, shown.has_header) == (
        "books_ratings.csv",
        "interactions",
        "utf-8",
        ",",
        True,
    )
    assert [(column.name, column.role) for column in shown.columns] == [
        ("user_id", "user"),
        ("isbn", "item"),
        ("rating", "value"),
        ("shop", None),
    ]
    assert shown.rows == (("007", "a", "5", "x"), ("8", "b", "3", "y"))
    assert (shown.problem, shown.suggested_domain) == ("", "books")


def test_at_most_a_hundred_rows_are_shown(write):
    assert len(preview(write("user,item\n" + "a,b\n" * 500)).rows) == 100


def test_only_the_head_of_a_file_is_read(write, monkeypatch):
    monkeypatch.setattr(base, "HEAD_BYTES", 40)
    shown = preview(write("user,item,rating\n" + "u1,i1,5\n" * 4 + '"broken'))
    assert shown.rows == (("u1", "i1", "5"),) * 2
    assert shown.problem == ""


def test_a_choice_redraws_the_preview(write):
    path = write("a;b;c\n1;2;3\n")
    shown = preview(path, Dialect(delimiter=";", has_header=True), {"user": "a", "item": "c"})
    assert [column.role for column in shown.columns] == ["user", None, "item"]
    assert shown.problem == ""


def test_the_kind_can_be_decided(write):
    path = write("item,title\n1,a\n")
    assert preview(path).kind == "items"
    shown = preview(path, kind="interactions")
    assert "no column that looks like the user" in shown.problem
    assert "item, title" in shown.problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("user,item,rating\n", "books_ratings.csv holds a header and no rows."),
        (
            "user,item,rating\na,b,good\nc,d,bad\n",
            "None of the first 2 lines can be imported; line 2: the value 'good' is not a number.",
        ),
        ("kunde,artikel,note\nk1,a1,5\n", "books_ratings.csv has no column that looks like the user."),
    ],
)
def test_a_file_that_cannot_be_imported_as_it_stands_says_why(write, content, problem):
    assert preview(write(content)).problem.startswith(problem)


def test_some_rejected_lines_are_no_problem(write):
    assert preview(write("user,item,rating\na,b,good\nc,d,4\n")).problem == ""


def test_a_file_that_cannot_be_read_is_an_error(write):
    with pytest.raises(UserError, match="is empty"):
        preview(write(""))


@pytest.mark.parametrize(
    ("path", "domain"),
    [
        ("books_ratings.csv", "books"),
        ("Books.items.csv", "Books"),
        ("cloth.train.csv", "cloth"),
        ("video-games_reviews.tsv", "video games"),
        ("ml-100k/ratings.csv", "ml-100k"),
        ("图书_评分.csv", "图书"),
        ("ratings.csv", "domain"),
    ],
)
def test_a_name_for_the_domain_is_suggested(path, domain):
    assert suggested_domain(Path(path)) == domain


def test_a_preview_loads_nothing_heavy(write):
    path = write("user,item\na,b\n")
    script = (
        "import sys; from pathlib import Path; from xdrec_app.services.preview import preview;"
        f"preview(Path({str(path)!r}));"
        "print([m for m in ('numpy', 'pandas', 'scipy', 'torch', 'sqlalchemy', 'PySide6') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
