"""Templates: what was decided about a file comes back for files of the same shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.services import templates
from xdrec_app.services.templates import MAX_TEMPLATES, Shape, Template, find, forget, known_templates, remember


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(templates, "settings_dir", lambda: tmp_path)
    return tmp_path / templates.FILE_NAME


def template(*columns: str, name: str = "orders.csv") -> Template:
    return Template(
        name=name,
        shape=Shape(columns=columns, format="delimited"),
        kind="interactions",
        columns={"user": "kunde", "item": "artikel", "value": ""},
        dialect=Dialect(decimal=","),
        signal=SignalSettings(kind="purchases", repeats="sum"),
        domain="Books",
    )


def test_a_template_is_found_by_the_shape_of_a_file() -> None:
    remember(template("kunde", "artikel"))

    assert find(Shape(columns=("kunde", "artikel"), format="delimited")) == template("kunde", "artikel")
    assert find(Shape(columns=("artikel", "kunde"), format="delimited")) is None
    assert find(Shape(columns=("kunde", "artikel"), format="excel")) is None


def test_a_shape_has_one_template_the_latest() -> None:
    remember(template("a", "b", name="first.csv"))
    remember(template("c", "d"))
    remember(template("a", "b", name="second.csv"))

    assert [known.name for known in known_templates()] == ["second.csv", "orders.csv"]


def test_the_oldest_of_too_many_goes(file: Path) -> None:
    for number in range(MAX_TEMPLATES + 1):
        remember(template(f"column {number}"))

    assert len(known_templates()) == MAX_TEMPLATES
    assert find(template("column 0").shape) is None
    assert find(template("column 1").shape) is not None
    assert list(file.parent.iterdir()) == [file]


def test_a_template_can_be_forgotten() -> None:
    remember(template("a"))
    remember(template("b"))
    forget(template("a").shape)
    forget(template("never known").shape)

    assert known_templates() == (template("b"),)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"templates": [{"name": 1}]}', b'{"future": true}', b"\xff\0"])
def test_a_damaged_file_counts_as_none_and_is_replaced(file: Path, body: bytes) -> None:
    file.write_bytes(body)

    assert known_templates() == ()
    remember(template("a"))
    assert known_templates() == (template("a"),)


def test_a_failed_write_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(template("a"))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(templates.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        remember(template("b"))
    assert known_templates() == (template("a"),)
    assert list(file.parent.iterdir()) == [file]
