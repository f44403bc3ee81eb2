"""The settings of a domain: only what was changed is asked for, and the conversion follows every choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from xdrec_app.core.jobs import run
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.services.change_data import change_domain
from xdrec_app.services.data_requests import ChangeDomain, ImportInteractions, ImportItems, InspectDomains
from xdrec_app.services.import_descriptions import import_items
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.inspect_domains import inspect_domains
from xdrec_app.services.workspace import new_workspace
from xdrec_app.ui.dialogs.domain_dialog import DomainDialog
from xdrec_app.ui.main_window import MainWindow

RATINGS = "user,item,rating\nana,b1,5\nana,b1,4\nbo,b2,1\n"
EVENTS = "user,item,action\nana,s1,view\nbo,s1,cart\nbo,s2,purchase\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "w.xdrec"
    new_workspace(path)
    for domain, content in (("Books", RATINGS), ("Shop", EVENTS)):
        file = tmp_path / f"{domain}.csv"
        file.write_text(content)
        run(import_interactions(ImportInteractions(workspace=path, file=file, domain=domain)))
    file = tmp_path / "items.csv"
    file.write_text("item,title\nx1,One\n")
    run(import_items(ImportItems(workspace=path, file=file, domain="Catalogue")))
    run(inspect_domains(InspectDomains(workspace=path)))
    return path


@pytest.fixture
def open_dialog(qtbot: QtBot, fake_pool, settings, workspace: Path) -> Iterator[Callable[..., DomainDialog]]:
    fake_pool.make_job = change_domain
    window = MainWindow(fake_pool, settings)
    window.show()
    with qtbot.waitSignal(window.state.opened):
        window.open_workspace(workspace)

    def make(domain: str, **options: bool) -> DomainDialog:
        made = DomainDialog(window.context, workspace, domain, window, **options)
        made.open()
        qtbot.waitUntil(made.form.isEnabled)
        return made

    yield make
    qtbot.waitUntil(lambda: not window.runner.is_busy)
    window.close()
    window.deleteLater()


def test_the_settings_are_shown_with_the_count_of_repeated_lines(open_dialog, qtbot: QtBot) -> None:
    dialog = open_dialog("Books")
    assert (dialog.form.kind.key, dialog.form.repeats.key, dialog.form.scale.key) == ("ratings", "last", "found")
    assert dialog.form.scale.currentText() == "As found: 1 – 5"
    assert dialog.form.repeated.text().startswith("1 lines")
    qtbot.waitUntil(dialog.sentence.isVisible)
    assert "outside 1 to 5" in dialog.sentence.text()
    assert not dialog.save.isEnabled()


def test_a_chosen_scale_is_asked_for_and_told(open_dialog, fake_pool, qtbot: QtBot, workspace: Path) -> None:
    dialog = open_dialog("Books")
    dialog.form.scale.choose("chosen")
    dialog.form.scale.activated.emit(1)
    dialog.form.high.setValue(4)
    qtbot.waitUntil(lambda: "outside 1 to 4" in dialog.sentence.text())
    with qtbot.waitSignal(dialog.accepted):
        dialog.save.click()
    assert fake_pool.requests == [
        ChangeDomain(workspace=workspace, domain="Books", signal=SignalSettings(scale=(1, 4)))
    ]


def test_weights_of_actions_show_what_is_usual_and_keep_what_was_chosen(
    open_dialog, fake_pool, qtbot: QtBot, workspace: Path
) -> None:
    dialog = open_dialog("Shop")
    weights = dialog.form.weights
    qtbot.waitUntil(lambda: [weights[name].value() for name in ("view", "cart", "purchase")] == [0.5, 1, 2])
    assert dialog.form.settings().weights == {}
    weights["cart"].setValue(1.5)
    with qtbot.waitSignal(dialog.accepted):
        dialog.save.click()
    signal = fake_pool.requests[0].signal
    assert (signal.kind, signal.weights) == ("events", {"cart": 1.5})


def test_the_form_has_the_fields_of_the_kind(open_dialog, qtbot: QtBot) -> None:
    form = open_dialog("Books").form
    assert form.scale_row.isVisible()
    assert not form.full_view.isVisible()
    form.kind.choose("views")
    form.kind.activated.emit(0)
    assert form.full_view.isVisible()
    assert not form.scale_row.isVisible()
    qtbot.waitUntil(form.usual.isVisible)
    assert "the greatest one counts" in form.usual.text()


def test_a_new_name_alone_leaves_the_meaning_alone(open_dialog, fake_pool, qtbot: QtBot, workspace: Path) -> None:
    dialog = open_dialog("Books", renames=True)
    assert dialog.form.name.selectedText() == "Books"
    dialog.form.name.setText(" Novels ")
    with qtbot.waitSignal(dialog.accepted):
        dialog.save.click()
    assert fake_pool.requests == [ChangeDomain(workspace=workspace, domain="Books", name="Novels")]


def test_a_name_that_is_taken_is_told_in_the_dialog(open_dialog, qtbot: QtBot) -> None:
    dialog = open_dialog("Books")
    dialog.form.name.setText("Shop")
    dialog.save.click()
    qtbot.waitUntil(dialog.error.isVisible)
    assert "already" in dialog.error.sentence.text()
    assert dialog.save.isEnabled()


def test_a_domain_without_interactions_can_only_be_renamed(open_dialog) -> None:
    form = open_dialog("Catalogue").form
    assert form.name.isVisible()
    assert not any(field.isVisible() for field in (form.kind, form.scale_row, form.repeats))
