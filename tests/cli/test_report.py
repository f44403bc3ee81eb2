"""The report on the command line: as JSON the values, for people sentences, bars and a matrix."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from xdrec_app.cli import render_report
from xdrec_app.services.data_results import DomainReports


def xdrec(*words):
    return subprocess.run(
        [sys.executable, "-m", "xdrec_app", *map(str, words)], capture_output=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    path = folder / "w.xdrec"
    assert xdrec("new", path).returncode == 0
    for domain, n_items in (("books", 8), ("films", 5)):
        file = folder / f"{domain}.csv"
        rows = [
            f"u{n},{domain[0]}{n * item % n_items},{1 + item % 5},2020-01-{1 + n:02}"
            for n in range(9)
            for item in range(6)
        ]
        file.write_text("\n".join(["user,item,rating,date", *rows, ""]))
        assert xdrec("import", path, file, "--domain", domain).returncode == 0
    return path


def test_for_programs_it_is_one_json_object(workspace):
    found = DomainReports.model_validate_json(xdrec("report", workspace, "--domain", "films", "--json").stdout)
    (films,) = found.reports
    assert (films.domain, films.rows, films.period, found.overlaps) == ("films", 54, "day", ())


def test_for_people_it_is_text(workspace):
    done = xdrec("report", workspace)
    found = DomainReports.model_validate(json.loads(xdrec("report", workspace, "--json").stdout))
    text, (books, films) = done.stdout.decode(), found.reports
    lines = text.splitlines()
    assert lines[0] == "books: ratings from 1 to 5; the last of repeated lines counts"
    assert lines[1] == f"  54 lines = {books.interactions} interactions + {books.repeated} repeated + 0 left out"
    assert "  2020-01-01 00:00 to 2020-01-09 00:00 UTC" in lines
    assert f"2020-01-02  {dict(films.over_time)[1577923200]}  █" in text
    assert f"Gini {books.gini:.2f}" in text
    assert f"       {books.k_cores[1].k:>2}" in text
    shared = found.overlaps[0]
    assert lines[-3].split() == ["books", "films"]
    assert lines[-1].split() == ["films", str(shared.users), f"({shared.active})", str(films.users)]


def test_many_values_are_put_together_and_none_is_lost(workspace):
    found = DomainReports.model_validate_json(xdrec("report", workspace, "--domain", "films", "--json").stdout)
    values = tuple((float(value), value) for value in range(1, 101))
    films = found.reports[0].model_copy(update={"histogram": values, "period": "", "over_time": ()})
    lines = render_report.reports(found.model_copy(update={"reports": (films,)})).splitlines()
    first = lines.index("  Values") + 1
    bars = lines[first : lines.index("", first)]
    assert len(bars) == 20 and bars[0].split()[:3] == ["1", "…", "5"]
    assert sum(int(bar.split()[3]) for bar in bars) == 5050
    lengths = [bar.count("█") for bar in bars]
    assert lengths == sorted(lengths) and lengths[-1] == render_report.BAR_WIDTH


def test_a_domain_that_is_not_there_is_one_sentence(workspace):
    done = xdrec("report", workspace, "--domain", "opera")
    assert done.returncode == 1 and done.stdout == b""
    assert done.stderr.decode().strip() == "There is no domain 'opera'. There are: books, films."
