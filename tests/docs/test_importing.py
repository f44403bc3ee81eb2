"""The page about importing names what the program has, and nothing else."""

import re
from pathlib import Path

from xdrec_app.cli.app import app
from xdrec_app.cli.main import TOPICS
from xdrec_app.datasets.formats.base import formats
from xdrec_app.datasets.signals import SIGNALS

PAGE = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> set[str]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \|", section, re.MULTILINE)
    return {row.strip("`") for row in rows[1:]}


def test_the_page_lists_every_format():
    assert first_cells("Which files") == {reader.title for reader in formats}


def test_the_page_lists_every_signal():
    assert first_cells("What a line says") == set(SIGNALS)


def test_the_commands_of_the_page_exist():
    assert TOPICS
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert set(re.findall(r"`xdrec ([a-z-]+)", PAGE)) <= known
