"""Disks that vanish or can only be read, workspaces and folders that are removed under an import."""

from __future__ import annotations

import shutil
import time

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.services.change_data import undo_import
from xdrec_app.services.data_requests import ImportInteractions, UndoImport
from xdrec_app.services.import_interactions import import_interactions


@pytest.fixture
def small_disk(disk, workspace):
    """A disk with an empty workspace."""
    small = disk("200m")
    shutil.copy(workspace, small.folder / "w.xdrec")
    return small


def import_of(workspace, file):
    return import_interactions(ImportInteractions(workspace=workspace, file=file, domain="Books"))


def go_to(job, message: str) -> None:
    """Go on until a job is at a stage."""
    while not getattr(next(job), "message", "").startswith(message):
        pass


@pytest.mark.parametrize("stage", ["Reading", "Storing"])
def test_an_import_onto_a_disk_that_vanishes_does_not_say_that_it_is_done(small_disk, ratings, stage):
    here = small_disk.folder / "w.xdrec"
    job = import_of(here, ratings(100_000))
    go_to(job, stage)
    small_disk.vanish()
    with pytest.raises(UserError, match="its disk is gone; nothing was changed") as caught:
        run(job)
    assert str(here) in caught.value.sentence


@pytest.mark.parametrize("stage", ["Reading", "Storing"])
@pytest.mark.parametrize("what", ["file", "folder", "moved", "replaced"])
def test_an_import_into_a_workspace_that_is_removed_does_not_say_that_it_is_done(
    tmp_path, ratings, workspace, stage, what
):
    folder = tmp_path / "project"
    folder.mkdir()
    here = folder / "w.xdrec"
    shutil.copy(workspace, here)
    job = import_of(here, ratings(50_000))
    go_to(job, stage)
    match what:
        case "file":
            here.unlink()
        case "folder":
            shutil.rmtree(folder)
        case "moved":
            here.rename(folder / "x.xdrec")
        case "replaced":
            here.unlink()
            shutil.copy(workspace, here)
    with pytest.raises(UserError, match="was moved or removed"):
        run(job)


def test_an_undo_on_a_disk_that_vanishes_does_not_say_that_it_is_done(small_disk, ratings):
    here = small_disk.folder / "w.xdrec"
    run(import_of(here, ratings(1000)))
    job = undo_import(UndoImport(workspace=here, batch=1))
    go_to(job, "Taking the import back")
    small_disk.vanish()
    with pytest.raises(UserError, match="its disk is gone"):
        run(job)


def test_a_command_on_a_disk_that_vanishes_ends_with_a_sentence(xdrec, small_disk, ratings):
    here = small_disk.folder / "w.xdrec"
    child = xdrec.start_work(here, "import", here, ratings(400_000), "--domain", "Books")
    time.sleep(0.1)
    small_disk.vanish()
    failed = xdrec.finish(child)
    assert (failed.code, failed.out, failed.err.count("\n")) == (1, "", 1)
    assert str(here) in failed.err
    missing = xdrec.run("domains", here)
    assert (missing.code, missing.err.startswith(f"There is no workspace at {here}")) == (1, True)


def test_a_file_on_a_disk_that_vanishes_is_a_sentence_and_nothing_is_kept(disk, workspace, ratings, state_of):
    small = disk("200m")
    file = small.folder / "r.csv"
    shutil.copy(ratings(400_000), file)
    before = state_of(workspace)
    job = import_of(workspace, file)
    go_to(job, "Reading")
    small.vanish()
    with pytest.raises(UserError, match=f"The file {file} was removed while it was being read"):
        run(job)
    assert state_of(workspace) == before


def test_a_workspace_on_a_read_only_disk_can_be_looked_at_and_says_why_it_cannot_be_written(
    xdrec, small_disk, ratings, state_of, workspace
):
    here = small_disk.folder / "w.xdrec"
    run(import_of(here, ratings(1000)))
    run(import_of(workspace, ratings(1000)))
    small_disk.become_read_only()
    assert "Books" in xdrec.done("domains", here)
    assert "No damage" in xdrec.done("check", here)
    for command in (
        ("import", here, ratings(1000, seed=2), "--domain", "Books"),
        ("undo", here, "1"),
        ("link", here, "--rule", "case"),
        ("change-domain", here, "Books", "--name", "Novels"),
    ):
        failed = xdrec.run(*command)
        assert (failed.code, failed.out, failed.err.count("\n")) == (1, "", 1), (command, failed.err)
        assert "is open for reading only" in failed.err
    assert state_of(here) == state_of(workspace)
    made = xdrec.run("new", small_disk.folder / "new.xdrec")
    assert (made.code, "cannot be written" in made.err) == (1, True)
