"""A file that is changed, cut off or removed while it is imported: a sentence, and nothing of it is kept."""

from __future__ import annotations

import gzip
import os
import shutil

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ImportInteractions, ImportItems, ImportUsers, LinkPeople
from xdrec_app.services.import_descriptions import import_items, import_users
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.link_people import link_people

N_LINES = 20_000


def lines(separator: str = ","):
    return (separator.join((f"u{number % 977}", f"i{number % 1009}", f"{number % 5 + 1}")) for number in range(N_LINES))


def delimited(path):
    path.write_text("user,item,rating\n" + "\n".join(lines()) + "\n")


def packed(path):
    path.write_bytes(gzip.compress(("user,item,rating\n" + "\n".join(lines())).encode(), 1))


def json_lines(path):
    cells = (line.split(",") for line in lines())
    path.write_text("".join(f'{{"user": "{u}", "item": "{i}", "rating": {r}}}\n' for u, i, r in cells))


def parquet(path):
    import pyarrow as pa
    from pyarrow import parquet as writer

    users, items, values = zip(*(line.split(",") for line in lines()), strict=True)
    table = pa.table({"user": users, "item": items, "rating": [int(value) for value in values]})
    writer.write_table(table, path, row_group_size=10_000)


def excel(path):
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(["user,item,rating", *list(lines())[:3000]]):
            sheet.write_row(row, 0, line.split(","))


FORMS = {"r.csv": delimited, "r.csv.gz": packed, "r.jsonl": json_lines, "r.parquet": parquet, "r.xlsx": excel}


def remove(path):
    path.unlink()


def append(path):
    with path.open("ab") as file:
        file.write(b"u1,i1,5\n")


def cut_off(path):
    os.truncate(path, path.stat().st_size // 3)


def replace(path):
    other = path.with_name("other")
    shutil.copy(path, other)
    other.replace(path)


def rewrite(path):
    """Change bytes in place, as many as before."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"9")


HARMS = {"removed": remove, "appended": append, "cut off": cut_off, "replaced": replace, "rewritten": rewrite}
SENTENCE = r"was removed while it was being read|changed while it was being read"


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("name", FORMS)
def test_nothing_is_kept_of_a_file_that_changes_while_it_is_read(workspace, state_of, tmp_path, name, harm):
    path = tmp_path / name
    FORMS[name](path)
    before = state_of(workspace)
    for message in ("", "Reading"):  # when its bytes are known, and in the middle
        job = import_interactions(ImportInteractions(workspace=workspace, file=path, domain="Books"))
        while not getattr(next(job), "message", "").startswith(message):
            pass
        HARMS[harm](path)
        with pytest.raises(UserError, match=SENTENCE) as caught:
            run(job)
        assert str(path) in caught.value.sentence
        assert state_of(workspace) == before
        FORMS[name](path)
    run(import_interactions(ImportInteractions(workspace=workspace, file=path, domain="Books")))


@pytest.mark.parametrize("harm", ["removed", "appended"])
def test_nothing_is_kept_of_files_of_items_and_people_that_change(workspace, state_of, tmp_path, harm):
    before = state_of(workspace)
    for use_case, request, header in (
        (import_items, ImportItems, "item,title,price"),
        (import_users, ImportUsers, "user,city,age"),
    ):
        path = tmp_path / "file.csv"
        path.write_text(header + "".join(f"\na{number},t,{number}" for number in range(20_000)))
        job = use_case(request(workspace=workspace, file=path, domain="Books"))
        while not getattr(next(job), "message", "").startswith("Reading"):
            pass
        HARMS[harm](path)
        with pytest.raises(UserError, match=SENTENCE):
            run(job)
        assert state_of(workspace) == before


def test_no_link_comes_from_a_mapping_that_is_removed_while_it_is_read(workspace, state_of, tmp_path, ratings):
    for domain, user in (("Books", "u"), ("Songs", "v")):
        file = ratings(2000, user=user)
        run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain=domain)))
    before = state_of(workspace)
    path = tmp_path / "map.csv"
    path.write_text("Books,Songs" + "".join(f"\nu{number},v{number}" for number in range(30_000)))
    job = link_people(LinkPeople(workspace=workspace, mapping=path))
    next(job)
    path.unlink()
    with pytest.raises(UserError, match=SENTENCE):
        run(job)
    assert state_of(workspace) == before
