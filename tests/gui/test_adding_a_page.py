"""The worked example of docs/adding-a-page.md runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
from pytestqt.qtbot import QtBot

from xdrec_app.core.registry import Registry
from xdrec_app.ui.page_context import PageContext
from xdrec_app.ui.pages import base
from xdrec_app.ui.pages.base import Page
from xdrec_app.ui.widgets.basic import StatTile

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "adding-a-page.md"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The code of the guide as a module, registered in a registry of its own."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    monkeypatch.setattr(base, "pages", Registry[Page]("page", "xdrec_app.ui.pages"))
    module = ModuleType("averages")
    exec(compile(code, str(GUIDE), "exec"), module.__dict__)
    return module


def test_the_example_shows_one_figure_per_domain(example: ModuleType, context: PageContext, qtbot: QtBot) -> None:
    page = example.AveragesPage(context)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: len(page.findChildren(StatTile)) == 2)
    assert page.subtitle.text() == "2 domains"
