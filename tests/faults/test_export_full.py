"""Exports onto a disk that is full, vanishes or is killed: no file, or the earlier one, never half a one."""

from __future__ import annotations

import shutil

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ExportRows, ImportInteractions
from xdrec_app.services.export_rows import export_rows
from xdrec_app.services.import_interactions import import_interactions

ENDINGS = ("csv", "xlsx", "parquet")


@pytest.fixture
def filled(workspace, ratings):
    """A workspace with 20 000 interactions."""
    run(import_interactions(ImportInteractions(workspace=workspace, file=ratings(20_000), domain="Books")))
    return workspace


def export_of(workspace, out):
    return export_rows(ExportRows(workspace=workspace, table="interactions", out=out, domain="Books"))


@pytest.mark.parametrize("leave", [0, 8_192, 40_000])
@pytest.mark.parametrize("ending", ENDINGS)
def test_an_export_without_room_leaves_what_was_there_and_nothing_else(filled, disk, ending, leave):
    small = disk("40m")
    out, other = small.folder / f"out.{ending}", small.folder / f"other.{ending}"
    out.write_bytes(b"earlier")
    filler = small.fill(leave)
    for path in (out, other):
        with pytest.raises(UserError) as caught:
            run(export_of(filled, path))
        assert caught.value.sentence == f"The disk is full: {path} could not be written; nothing was kept."
    assert sorted(path.name for path in small.folder.iterdir()) == sorted((filler.name, out.name))
    assert out.read_bytes() == b"earlier"
    filler.unlink()
    assert run(export_of(filled, out)).rows == 20_000
    assert out.stat().st_size > 10_000


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_export_to_a_disk_that_vanishes_is_a_sentence(filled, disk, ending):
    small = disk("40m")
    out = small.folder / f"out.{ending}"
    job = export_of(filled, out)
    while not getattr(next(job), "done", 0):
        pass
    small.vanish()
    with pytest.raises(UserError, match="cannot be written"):
        run(job)


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_export_whose_folder_is_removed_is_a_sentence(filled, tmp_path, ending):
    folder = tmp_path / "exports"
    folder.mkdir()
    job = export_of(filled, folder / f"out.{ending}")
    while not getattr(next(job), "done", 0):
        pass
    shutil.rmtree(folder)
    with pytest.raises(UserError, match="cannot be written"):
        run(job)


def test_a_killed_export_leaves_the_earlier_file(xdrec, filled, tmp_path):
    out = tmp_path / "exports" / "out.xlsx"
    out.parent.mkdir()
    out.write_bytes(b"earlier")
    command = ("export", filled, "interactions", out, "--domain", "Books")
    xdrec.kill(filled, 0.2, *command)
    assert out.read_bytes() == b"earlier"
    xdrec.done(*command)
    assert out.stat().st_size > 50_000


def test_an_export_to_a_full_disk_ends_a_command_with_one_line(xdrec, filled, disk):
    small = disk("1m")
    small.fill()
    failed = xdrec.run("export", filled, "interactions", small.folder / "out.xlsx", "--domain", "Books")
    assert (failed.code, failed.out, failed.err.count("\n")) == (1, "", 1)
    assert failed.err.startswith("The disk is full")
