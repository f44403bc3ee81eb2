"""A disk that is full: a clear sentence, nothing half done, and everything works when there is room again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.services.change_data import change_domain, delete_domain
from xdrec_app.services.data_requests import ChangeDomain, DeleteDomain, ExportRows, ImportInteractions, LinkPeople
from xdrec_app.services.export_rows import export_rows
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.link_people import link_people
from xdrec_app.services.workspace import copy_workspace
from xdrec_app.storage.database import open_database
from xdrec_app.storage.maintenance import check
from xdrec_app.storage.workspace_file import create_workspace_file

FULL = "The disk is full"


def into(workspace, file, domain: str = "Books"):
    return run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain=domain)))


@pytest.fixture
def filled(disk, workspace, ratings):
    """A workspace with one domain on a disk without a free byte."""
    into(workspace, ratings(20_000))
    small = disk("30m")
    here = small.folder / "w.xdrec"
    shutil.copy(workspace, here)
    return here, small.fill()


@pytest.mark.parametrize("size", ["2m", "6m"])
def test_an_import_that_finds_no_room_leaves_nothing_and_works_when_there_is_some(
    xdrec, state_of, disk, workspace, ratings, size
):
    file, small = ratings(100_000), disk(size)
    here = small.folder / "w.xdrec"
    shutil.copy(workspace, here)
    before = state_of(here)
    failed = xdrec.run("import", here, file, "--domain", "Books")
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.startswith(f"{FULL}: {here} could not grow; nothing was changed.")
    assert state_of(here) == before
    small.resize("200m")
    into(here, file)
    into(workspace, file)
    assert state_of(here) == state_of(workspace)


def test_an_import_whose_log_fits_is_kept_though_the_file_cannot_take_it_yet(xdrec, state_of, disk, workspace, ratings):
    file, more, small = ratings(100_000), ratings(1000, seed=2), disk("11m")
    here = small.folder / "w.xdrec"
    shutil.copy(workspace, here)
    into(here, file)
    assert (small.folder / "w.xdrec-wal").exists(), "the disk was too large for this test"
    with pytest.raises(UserError, match=FULL):
        into(here, more, "Songs")
    assert "Books" in xdrec.done("domains", here)
    small.resize("200m")
    into(workspace, file)
    assert state_of(here) == state_of(workspace)
    into(here, more, "Songs")
    into(workspace, more, "Songs")
    assert state_of(here) == state_of(workspace)


def test_a_workspace_on_a_full_disk_can_be_read_and_says_why_it_cannot_be_written(
    xdrec, state_of, filled, workspace, ratings, tmp_path
):
    here, filler = filled
    assert "Books" in xdrec.done("domains", here)
    with open_database(here, read_only=True) as database:
        assert check(database, thorough=True) == ()
    run(export_rows(ExportRows(workspace=here, table="interactions", out=tmp_path / "out.csv", domain="Books")))
    failed = xdrec.run("undo", here, "1")
    assert (failed.code, failed.err.startswith(FULL)) == (1, True)
    for job in (
        import_interactions(ImportInteractions(workspace=here, file=ratings(1000, seed=2), domain="Songs")),
        link_people(LinkPeople(workspace=here, rules=("case",))),
        change_domain(ChangeDomain(workspace=here, domain="Books", name="Novels")),
        delete_domain(DeleteDomain(workspace=here, domain="Books")),
    ):
        with pytest.raises(UserError, match=FULL):
            run(job)
    filler.unlink()
    assert state_of(here) == state_of(workspace)
    into(here, ratings(1000, seed=2), "Songs")


@pytest.mark.parametrize("leave", [0, 100_000, 400_000, 700_000, 1_000_000])
def test_a_new_workspace_without_room_is_whole_or_not_there(state_of, disk, leave):
    small = disk("4m")
    filler = small.fill(leave)
    here = small.folder / "w.xdrec"
    try:
        create_workspace_file(here).close()
    except UserError as error:
        assert error.sentence.startswith(f"{FULL}: {here} ")
        assert [path.name for path in small.folder.iterdir()] == [filler.name]
        filler.unlink()
        create_workspace_file(here).close()
    assert state_of(here)["domain"] == 0


def test_what_a_killed_maker_of_the_same_workspace_left_does_no_harm(state_of, tmp_path, workspace, ratings):
    into(workspace, ratings(1000))
    with open_database(workspace) as database, database.write() as connection:
        connection.exec_driver_sql("UPDATE domain SET name = 'Torn'")
        for ending in ("", "-wal"):
            shutil.copy(f"{workspace}{ending}", tmp_path / f".new.xdrec.new{ending}")
    create_workspace_file(tmp_path / "new.xdrec").close()
    assert state_of(tmp_path / "new.xdrec")["domain"] == 0


def test_a_copy_without_room_leaves_nothing(filled, workspace):
    here, filler = filled
    with pytest.raises(UserError, match=FULL):
        copy_workspace(workspace, here.with_name("copy.xdrec"))
    assert sorted(path.name for path in here.parent.iterdir()) == [filler.name, here.name]


def test_a_full_folder_for_temporary_files_stands_in_nobody_s_way(xdrec, disk, workspace, ratings, tmp_path):
    small = disk("1m")
    small.fill()
    nowhere = dict.fromkeys(("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"), str(small.folder))
    for command in (
        ("import", workspace, ratings(200_000), "--domain", "Books"),
        ("export", workspace, "people", tmp_path / "people.xlsx", "--domain", "Books"),
    ):
        finished = xdrec.run(*command, **nowhere)
        assert finished.code == 0, (command, finished.err)


def test_a_result_that_cannot_be_printed_is_a_sentence_and_the_work_is_done(workspace, state_of, ratings):
    if not Path("/dev/full").exists():
        pytest.skip("needs a device that is always full")
    command = [sys.executable, "-m", "xdrec_app", "import", workspace, ratings(1000), "--domain", "Books"]
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (finished.returncode, finished.stderr.count("\n")) == (1, 1)
    assert "the result could not be printed" in finished.stderr
    assert state_of(workspace)["interaction"] == 1000
