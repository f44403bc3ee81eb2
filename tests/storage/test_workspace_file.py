"""A workspace file is whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.storage import workspace_file
from xdrec_app.storage.database import open_database
from xdrec_app.storage.schema import APPLICATION_ID, SCHEMA_VERSION
from xdrec_app.storage.workspace_file import create_workspace_file


def test_a_new_workspace_is_one_file_marked_as_ours(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    with create_workspace_file(path) as database, database.read() as connection:
        assert connection.execute(text("PRAGMA application_id")).scalar_one() == APPLICATION_ID
        assert connection.execute(text("PRAGMA user_version")).scalar_one() == SCHEMA_VERSION
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.xdrec"]


@pytest.mark.parametrize("name", ["a b.xdrec", "100%20.xdrec", "what?mode=ro.xdrec", "#1.xdrec", "工作区 é.xdrec"])
def test_any_file_name_is_just_a_name(tmp_path: Path, name: str):
    path = tmp_path / name
    create_workspace_file(path).close()
    open_database(path).close()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_an_existing_file_is_never_overwritten(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    path.write_text("mine")
    with pytest.raises(UserError, match="exists already"):
        create_workspace_file(path)
    assert path.read_text() == "mine"


def test_a_missing_folder_is_named(tmp_path: Path):
    with pytest.raises(UserError, match=r"folder .*nowhere does not exist"):
        create_workspace_file(tmp_path / "nowhere" / "w.xdrec")


def test_a_name_the_disk_cannot_hold_is_a_sentence(tmp_path: Path):
    with pytest.raises(UserError, match=r"cannot be (written|opened)"):
        create_workspace_file(tmp_path / ("x" * 250 + ".xdrec"))
    assert list(tmp_path.iterdir()) == []


def test_a_failure_in_the_middle_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise KeyError("in the middle")

    monkeypatch.setattr(workspace_file.command, "upgrade", fail)
    with pytest.raises(KeyError):
        create_workspace_file(tmp_path / "w.xdrec")
    assert list(tmp_path.iterdir()) == []


def test_remains_of_an_earlier_attempt_are_no_hindrance(tmp_path: Path):
    (tmp_path / ".w.xdrec.new").write_text("torn")
    create_workspace_file(tmp_path / "w.xdrec").close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.xdrec"]
