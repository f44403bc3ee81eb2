from __future__ import annotations

from pathlib import Path

from xdrec_app.core import paths


def test_resources_lie_beside_the_package_in_a_checkout():
    assert (paths.resources_dir() / "icons" / "logo.svg").is_file()


def test_resources_lie_inside_the_package_once_installed(tmp_path, monkeypatch):
    package = tmp_path / "xdrec_app"
    (package / "_resources").mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(package / "core" / "paths.py"))
    assert paths.resources_dir() == Path(package / "_resources").resolve()
