"""Imports on the command line: every wish about a file, folders, undo, domains."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def xdrec(*words, code: int = 0):
    done = subprocess.run(
        [sys.executable, "-m", "xdrec_app", *map(str, words)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code else json.loads(done.stdout) if "--json" in words else done.stdout


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    xdrec("new", path)
    return path


def test_every_wish_about_a_file_can_be_said(workspace, tmp_path):
    file = tmp_path / "odd.txt"
    file.write_bytes(
        "% made by hand\nKäufer~Ware~Note~Tag\n'ä'~x~4,5~03/04/2021\n'b'~y~2,0~04/05/2021\n".encode("cp1252")
    )
    report = xdrec(
        *("import", workspace, file, "--domain", "Shop", "--json", "--user", "Käufer", "--item", "Ware"),
        *("--value", "Note", "--time", "Tag", "--delimiter", "~", "--encoding", "cp1252", "--header", "--quote", "'"),
        *("--decimal", ",", "--comment", "%", "--dates", "month", "--signal", "ratings"),
    )
    assert (report["lines"], report["imported"], report["signal"]) == (2, 2, "ratings")
    shown = xdrec("profile", workspace, "--user", "ä", "--json")
    assert [(item["value"], item["time"]) for item in shown["history"]] == [(4.5, 1614816000)]


def test_an_import_is_undone_by_its_number_and_the_same_file_is_told(workspace, tmp_path):
    file = tmp_path / "r.csv"
    file.write_text("user,item,rating\na,x,5\n")
    xdrec("import", workspace, file, "--domain", "Books")
    assert "the very same bytes" in xdrec("import", workspace, file, "--domain", "Books", code=1)
    assert xdrec("import", workspace, file, "--domain", "Books", "--again", "--json")["merged"] == 1
    xdrec("undo", workspace, 2)
    assert xdrec("domains", workspace, "--json")["domains"][0]["interactions"] == 1
    assert "There is no import 2" in xdrec("undo", workspace, 2, code=1)


def test_a_folder_is_imported_by_one_command(workspace, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "books.csv").write_text("user_id,item_id,rating\na,x,5\n")
    (folder / "books.items.csv").write_text("item_id,title\nx,One\n")
    plan = xdrec("import-folder", workspace, folder, "--plan", "--json")
    assert [(one["kind"], one["domain"]) for one in plan["files"]] == [("interactions", "books"), ("items", "books")]
    report = xdrec("import-folder", workspace, folder, "--json")
    assert (report["lines"], report["imported"]) == (2, 2)
    assert "2 of 2 files could not be imported" in xdrec("import-folder", workspace, folder, code=1)  # known already


def test_a_file_of_a_folder_that_was_imported_before_is_an_error_and_the_others_come_in(workspace, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "books.csv").write_text("user_id,item_id,rating\na,x,5\n")
    xdrec("import-folder", workspace, folder)
    (folder / "songs.csv").write_text("user_id,item_id,rating\na,x,5\n")
    said = xdrec("import-folder", workspace, folder, code=1)
    assert "1 of 2 files could not be imported: books.csv." in said
    assert [one["name"] for one in xdrec("domains", workspace, "--json")["domains"]] == ["books", "songs"]


def test_people_and_a_column_of_domains_come_in_too(workspace, tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("user,item,event,channel\na,x,view,News\na,y,purchase,Shop\n")
    report = xdrec("import", workspace, file, "--domain-column", "channel", "--json")
    assert (report["domain"], report["signal"]) == ("News, Shop", "events")
    people = tmp_path / "people.csv"
    people.write_text("user_id,age\na,30\n")
    assert xdrec("import-users", workspace, people, "--domain", "News", "--json")["imported"] == 1


def test_what_a_domain_holds_can_be_changed_and_deleted(workspace, tmp_path):
    file = tmp_path / "r.csv"
    file.write_text("user,item,event\na,x,view\na,y,purchase\n")
    xdrec("import", workspace, file, "--domain", "Shop")
    xdrec("change-domain", workspace, "Shop", "--name", "Store", "--weight", "view=0", "--repeats", "sum")
    assert xdrec("domains", workspace, "--json")["domains"][0]["interactions"] == 1
    assert "ACTION=WEIGHT" in xdrec("change-domain", workspace, "Store", "--weight", "view", code=2)
    xdrec("delete-domain", workspace, "Store")
    assert xdrec("domains", workspace, "--json")["domains"] == []
    assert "There is no domain 'Store'" in xdrec("delete-domain", workspace, "Store", code=1)
