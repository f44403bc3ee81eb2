"""The list of formats, by which an installation proves that every reader is there."""

import json
import subprocess
import sys

from xdrec_app.datasets.formats.base import formats
from xdrec_app.services.formats import describe_formats


def xdrec(*words: str) -> str:
    command = [sys.executable, "-m", "xdrec_app", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_every_reader_is_listed_with_what_it_is():
    found = describe_formats()
    assert [row.key for row in found.formats] == formats.keys()
    assert found.broken == {}
    assert all(row.title and row.summary.endswith(".") for row in found.formats)
    assert all(row.endings and all(ending.startswith(".") for ending in row.endings) for row in found.formats)


def test_the_command_prints_them_for_people_and_for_programs():
    found = json.loads(xdrec("formats", "--json"))
    assert {row["key"] for row in found["formats"]} == {
        *("book_crossing", "delimited", "excel", "json_lines", "movielens", "parquet", "recbole"),
    }
    assert found["broken"] == {}
    assert "Parquet" in xdrec("formats")
