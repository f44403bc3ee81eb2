"""Exports by command line, as a user meets them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.storage.workspace_file import create_workspace_file


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "w.xdrec"
    create_workspace_file(path).close()
    file = path.with_name("books.csv")
    file.write_text("user,item,rating\n007,b1,4\nbo,b2,3\nbo,b3,bad\n")
    run(import_interactions(ImportInteractions(workspace=path, file=file, domain="Books")))
    return path


def export(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xdrec_app", "export", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_rejected_lines_go_to_a_file_that_says_why(workspace: Path, tmp_path: Path):
    out = tmp_path / "rejected.csv"
    done = export(workspace, "rejected", out, "--batch", 1, "--json")
    assert json.loads(done.stdout)["rows"] == 1
    with out.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["file"], row["line"], row["text"]) == ("books.csv", "4", "bo,b3,bad")
    assert "bad" in row["reason"] or "number" in row["reason"]


def test_what_was_written_is_said_in_words(workspace: Path, tmp_path: Path):
    out = tmp_path / "rows.parquet"
    done = export(workspace, "interactions", out, "--domain", "Books")
    assert done.stdout.startswith(f"2 rows are in {out}")
    assert out.is_file()


def test_an_unknown_format_is_one_sentence_and_exit_code_1(workspace: Path, tmp_path: Path):
    done = export(workspace, "people", tmp_path / "people.doc")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Let its name end in .csv, .parquet, .xlsx." in done.stderr
    assert "Traceback" not in done.stderr
