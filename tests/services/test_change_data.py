"""Undo, change and delete as use-cases; several files by one plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed
from xdrec_app.core.jobs import run
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.services import workspace as workspaces
from xdrec_app.services.change_data import change_domain, delete_domain, signal_of, undo_import
from xdrec_app.services.data_requests import (
    ChangeDomain,
    DeleteDomain,
    ImportFolder,
    ImportInteractions,
    UndoImport,
)
from xdrec_app.services.import_folder import import_folder
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.plan import plan_import


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    workspaces.new_workspace(path)
    return path


def put(workspace: Path, content: str, domain: str = "Books", **fields) -> int:
    file = workspace.with_name("r.csv")
    file.write_text(content, encoding="utf-8")
    request = ImportInteractions(workspace=workspace, file=file, domain=domain, **fields)
    return run(import_interactions(request)).batch


def interactions(workspace: Path) -> dict[str, int]:
    return {domain.name: domain.interactions for domain in workspaces.summary(workspace).domains}


def test_an_undo_is_news_and_the_figures_follow(workspace):
    put(workspace, "user,item,rating\na,x,5\n")
    batch = put(workspace, "user,item,rating\na,y,5\nb,y,5\n")
    assert interactions(workspace) == {"Books": 3}
    events = list(undo_import(UndoImport(workspace=workspace, batch=batch)))
    assert interactions(workspace) == {"Books": 1}
    assert any(isinstance(event, Changed) and Change.INTERACTIONS in event.changes for event in events)


def test_the_same_file_is_told_from_another_and_welcome_when_wanted(workspace):
    put(workspace, "user,item,rating\na,x,5\n")
    with pytest.raises(UserError, match="the very same bytes"):
        put(workspace, "user,item,rating\na,x,5\n")
    put(workspace, "user,item,rating\na,x,5\n", again=True)
    put(workspace, "user,item,rating\na,x,5\n", mode="replace")
    assert interactions(workspace) == {"Books": 1}


def test_a_changed_meaning_changes_the_figures_and_not_the_rows(workspace):
    put(workspace, "user,item,rating\na,x,1\na,y,5\n")
    run(change_domain(ChangeDomain(workspace=workspace, domain="Books", signal=SignalSettings(scale=(2.0, 5.0)))))
    assert interactions(workspace) == {"Books": 1}
    assert signal_of(workspace, "Books").scale == (2.0, 5.0)
    run(change_domain(ChangeDomain(workspace=workspace, domain="Books", name="Novels", signal=SignalSettings())))
    assert interactions(workspace) == {"Novels": 2}


def test_a_deleted_domain_is_gone(workspace):
    put(workspace, "user,item,rating\na,x,5\n")
    put(workspace, "user,item,rating\na,x,5\n", "Films")
    run(delete_domain(DeleteDomain(workspace=workspace, domain="Books")))
    assert interactions(workspace) == {"Films": 1}
    with pytest.raises(UserError, match="There is no domain 'Books'"):
        signal_of(workspace, "Books")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "old").mkdir(parents=True)
    (folder / "books.csv").write_text("user_id,item_id,rating\na,x,5\nb,x,4\n,y,1\n")
    (folder / "books.items.csv").write_text("item_id,title\nx,One\n")
    (folder / "u1.base.csv").write_text("user_id,item_id,rating\na,x,5\n")
    (folder / "old" / "users.csv").write_text("user_id,age\na,30\n")
    (folder / "log.csv").write_text("user,item,rating,domain\na,x,5,Films\na,x,4,Music\n")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    (folder / ".hidden").write_text("x")
    return folder


def test_a_plan_says_what_each_file_holds_and_where_it_goes(workspace, folder):
    plan = {one.file.name: one for one in plan_import(workspace, [folder])}
    assert {name: (one.kind, one.domain) for name, one in plan.items()} == {
        "books.csv": ("interactions", "books"),
        "log.csv": ("interactions", ""),
        "u1.base.csv": ("interactions", "u1"),
        "books.items.csv": ("items", "books"),
        "users.csv": ("users", "old"),
        "picture.png": ("", ""),
    }
    assert plan["log.csv"].domains == ("Films", "Music")
    assert plan["u1.base.csv"].skip and "experiment" in plan["u1.base.csv"].note
    assert plan["picture.png"].request is None and "picture.png" in plan["picture.png"].problem


def test_a_plan_is_carried_out_file_by_file_and_the_sums_agree(workspace, folder):
    files = tuple(one.request for one in plan_import(workspace, [folder]) if one.request and not one.skip)
    report = run(import_folder(ImportFolder(workspace=workspace, files=files)))
    assert interactions(workspace) == {"books": 2, "Films": 1, "Music": 1, "old": 0}
    assert (report.lines, report.imported, report.merged, report.rejected) == (7, 6, 0, 1)
    assert report.lines == report.imported + report.merged + report.rejected
    assert [outcome.problem for outcome in report.files] == [""] * 4


def test_a_file_that_cannot_be_imported_does_not_stop_the_others(workspace, folder):
    files = [one.request for one in plan_import(workspace, [folder]) if one.request and not one.skip]
    (folder / "books.csv").unlink()
    report = run(import_folder(ImportFolder(workspace=workspace, files=tuple(files))))
    problems = {outcome.file.name: outcome.problem for outcome in report.files}
    assert "There is no file" in problems.pop("books.csv")
    assert set(problems.values()) == {""}
