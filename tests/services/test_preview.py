"""The preview: what it shows, what it says when nothing could be imported, and what it does not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import base, source
from xdrec_app.services import templates
from xdrec_app.services.data_requests import Dialect
from xdrec_app.services.preview import preview, shape_of, suggested_domain
from xdrec_app.services.templates import Template, remember
from xdrec_app.services.views import DateReading, FilePreview


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("settings")
    monkeypatch.setattr(templates, "settings_dir", lambda: folder)


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
    monkeypatch.setattr(source, "HEAD_BYTES", 40)
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


def understood(shown: FilePreview, role: str) -> list[tuple[str, str]]:
    [column] = [column for column in shown.columns if column.role == role]
    return [(cell.text, cell.meaning) for cell in column.cells]


def test_cells_of_values_and_times_are_shown_as_they_are_understood(write):
    shown = preview(write("user;item;rating;date\na;b;4,5;881250949\nc;d;;881250949\ne;f;bad;soon\n"))
    assert understood(shown, "value") == [("4,5", "4.5"), ("bad", "the value 'bad' is not a number")]
    assert understood(shown, "time") == [
        ("881250949", "1997-12-04 15:55"),
        ("soon", "the time 'soon' is not understood"),
    ]
    assert understood(shown, "user") == []
    assert shown.decimal == ","


def test_dates_that_can_be_read_in_two_ways_are_a_question(write):
    path = write("user,item,date\na,b,03/04/2021\nc,d,05/06/2021\n")
    shown = preview(path)
    assert shown.date_order == "day"
    assert shown.dates[0] == DateReading(
        text="03/04/2021", day_first="2021-04-03 00:00", month_first="2021-03-04 00:00"
    )
    decided = preview(path, Dialect(date_order="month"))
    assert (decided.date_order, decided.dates) == ("month", ())
    assert understood(decided, "time")[0] == ("03/04/2021", "2021-03-04 00:00")


@pytest.mark.parametrize(("date", "order"), [("25/04/2021", "day"), ("04/25/2021", "month"), ("2021-04-25", "")])
def test_dates_that_decide_are_no_question(write, date, order):
    shown = preview(write(f"user,item,date\na,b,{date}\n"))
    assert (shown.date_order, shown.dates) == (order, ())


def test_what_would_be_rejected_is_counted_with_examples(write):
    shown = preview(write("user,item,rating\n" + "a,b,4\n" * 3 + ",b,4\na,b\n" + "a,b,x\n" * 5))
    assert (shown.n_previewed, shown.n_rejected) == (10, 7)
    assert [(row.line, row.text, row.reason) for row in shown.rejected] == [
        (5, ",b,4", "no user id"),
        (6, "a,b", "2 fields instead of 3"),
        (7, "a,b,x", "the value 'x' is not a number"),
    ]


def test_the_signal_is_shown_with_its_conversion(write):
    shown = preview(write("user,item,rating\n" + "a,b,0\n" * 5 + "a,c,7\nb,c,10\n"))
    assert shown.signal is not None
    assert (shown.signal.kind, shown.signal.scale) == ("ratings", (1, 10))
    assert shown.conversion == ("A rating counts as it is; values outside 1 to 10 are left out. In the first rows: 0.")


def test_ratings_that_are_all_one_are_shown_as_clicks(write):
    shown = preview(write("user,item,rating\na,b,1\nc,d,1\n"))
    assert shown.signal is not None
    assert (shown.signal.kind, shown.conversion) == ("clicks", "Each click counts 1, whatever its value says.")


def test_another_signal_can_be_looked_at(write):
    shown = preview(write("user,item,rating\na,b,1\nc,d,4\n"), signal="views")
    assert shown.signal is not None
    assert (shown.signal.kind, shown.signal.repeats) == ("views", "maximum")
    assert shown.conversion == "A view counts its share of 30 seconds, at most 1; of 0 seconds nothing."


def test_a_chosen_signal_keeps_its_scale_open_to_the_values(write):
    shown = preview(write("user,item,plays\na,b,1\nc,d,4\n"), signal="ratings")
    assert shown.signal is not None
    assert (shown.signal.kind, shown.signal.scale) == ("ratings", (1, 5))


@pytest.mark.parametrize(
    ("content", "kind", "domains"),
    [
        ("user,item,domain\na,b,books\nc,d,films\ne,f,books\n", "interactions", ("books", "films")),
        ("item,title,domain\n1,a,books\n", "items", ("books",)),
        ("user_id,age,domain\n1,24,books\n", "users", ("books",)),
        ("user,item\na,b\n", "interactions", ()),
    ],
)
def test_the_domains_that_a_column_names_are_shown(write, content, kind, domains):
    shown = preview(write(content))
    assert (shown.kind, shown.domains, shown.problem) == (kind, domains, "")


def test_items_and_people_have_no_signal(write):
    assert preview(write("item,title\n1,a\n")).signal is None
    assert preview(write("user_id,age\n1,24\n")).conversion == ""


def test_a_template_is_applied_where_nothing_is_decided(write):
    path = write('kunde,artikel,note\nk1,a1,"4,5"\nk2,a1,"3,5"\n')
    assert preview(path).problem != ""
    remember(
        Template(
            name="last.csv",
            shape=shape_of(base.TableFile.open(path)),
            kind="interactions",
            columns={"user": "kunde", "item": "artikel", "value": "note"},
            dialect=Dialect(decimal=","),
            domain="Bücher",
        )
    )
    shown = preview(path)
    assert [column.role for column in shown.columns] == ["user", "item", "value"]
    assert (shown.template, shown.template_domain, shown.problem) == ("last.csv", "Bücher", "")
    assert understood(shown, "value") == [("4,5", "4.5"), ("3,5", "3.5")]
    assert preview(path, columns={"user": "note"}).template == ""


def test_a_template_that_does_not_fit_the_file_is_not_applied(write):
    path = write("user,item\nä,b\n")
    shape = shape_of(base.TableFile.open(path))
    remember(Template(name="x", shape=shape, kind="interactions", dialect=Dialect(encoding="ascii")))
    shown = preview(path)
    assert (shown.template, shown.problem, shown.rows) == ("", "", (("ä", "b"),))


def test_a_preview_loads_nothing_heavy(write):
    path = write("user,item\na,b\n")
    script = (
        "import sys; from pathlib import Path; from xdrec_app.services.preview import preview;"
        f"preview(Path({str(path)!r}));"
        "heavy = ('pandas', 'scipy', 'torch', 'pyarrow', 'python_calamine', 'sqlalchemy', 'PySide6');"
        "print([module for module in heavy if module in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
