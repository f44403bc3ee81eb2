"""Linking people on the command line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def xdrec(*words):
    return subprocess.run(
        [sys.executable, "-m", "xdrec_app", *map(str, words)], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    path = folder / "w.xdrec"
    assert xdrec("new", path).returncode == 0
    for domain, users in (("books", ("anna", "bert")), ("films", ("ANNA", "f-2"))):
        file = folder / f"{domain}.csv"
        file.write_text("user,item,rating\n" + "".join(f"{user},x,5\n{user},y,1\n" for user in users))
        assert xdrec("import", path, file, "--domain", domain).returncode == 0
    (folder / "map.csv").write_text("reader,viewer\nbert,ANNA\nanna,f-2\n")
    return path


def test_link_by_rule_and_by_mapping_and_unlink(workspace):
    linked = json.loads(xdrec("link", workspace, "--rule", "case", "--json").stdout)
    assert (linked["people"], linked["linked"], linked["nobody"]) == (3, 1, [])
    words = ("--mapping", workspace.with_name("map.csv"), "--column", "books=reader", "--column", "films=viewer")
    told = xdrec("link", workspace, *words).stdout.splitlines()
    assert told == [
        "4 accounts belong to 2 people; 2 of them are in more than one domain.",
        "Mapping: 2 lines, 0 of them rejected; 0 ids that no domain has; books = reader, films = viewer",
    ]
    told = xdrec("unlink", workspace).stdout.splitlines()
    assert told[:2] == [
        "4 accounts belong to 4 people; 0 of them are in more than one domain.",
        "books and films share nobody. One of the sampled ids agrees when case is ignored.",
    ]
    assert told[2:] == [
        "  ids of books: anna, bert",
        "  ids of films: ANNA, f-2",
        "  A rule that would link them: xdrec link --rule case",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--rule", "magic"), "There is no rule 'magic'. Rules: trim, case, email."),
        (("--mapping", "nowhere.csv"), "nowhere.csv"),
        (("--mapping", "map.csv", "--column", "books"), "'books' does not say which column"),
    ],
)
def test_what_cannot_be_linked_is_one_sentence(workspace, words, says):
    done = xdrec("link", workspace, *words)
    assert done.returncode == 1 and done.stdout == "" and says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
