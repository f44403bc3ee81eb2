"""The audit on the command line: found, said, decided, said beside the figure."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest


def xdrec(*words):
    return subprocess.run(
        [sys.executable, "-m", "xdrec_app", *map(str, words)], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shops")
    random = np.random.default_rng(3)
    both = [(person, int(item)) for person in range(60) for item in random.choice(20, 4, replace=False)]
    path = folder / "w.xdrec"
    xdrec("new", path)
    for name in ("north", "south"):
        own = [(person, 20 + int(item)) for person in range(60) for item in random.choice(20, 3, replace=False)]
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("user", "item"), *((f"p{p}", f"{name}-{item}") for p, item in both + own)])
        done = xdrec("import", path, folder / f"{name}.csv", "--domain", name)
        assert done.returncode == 0, done.stderr
    return path


def test_a_leak_is_found_decided_about_and_said_beside_the_figure(workspace):
    said = xdrec("audit", workspace).stdout
    assert "20 items seem to be the same. This is a leak. Decision: keep." in said
    assert "xdrec decide-leak WORKSPACE north south exclude" in said
    train = ("train", workspace, "ease", "--target", "north", "--source", "south")
    assert "Warning: 20 items of south" in xdrec(*train).stdout
    assert "are not trained on" in xdrec("decide-leak", workspace, "south", "north", "exclude").stdout
    (finding,) = json.loads(xdrec("audit", workspace, "--json").stdout)["findings"]
    assert finding["decision"] == "exclude" and finding["is_leak"] and finding["pairs"] == 20
    report = xdrec(*train).stdout
    assert "20 items of south that north has too are not trained on" in report and "Warning" not in report


def test_a_decision_that_does_not_exist_is_wrong_usage(workspace):
    assert xdrec("decide-leak", workspace, "north", "south", "forget").returncode == 2


def test_an_audit_of_one_domain_says_what_it_needs(tmp_path):
    xdrec("new", tmp_path / "w.xdrec")
    assert xdrec("audit", tmp_path / "w.xdrec").stdout == "An audit needs two domains.\n"
