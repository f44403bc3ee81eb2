"""A figure that must not be believed carries a warning wherever it stands."""

from __future__ import annotations

from PySide6.QtCore import Qt

from xdrec_app.services.views import RunRow
from xdrec_app.ui.tables.run_table import RunTableModel
from xdrec_app.ui.widgets.caution import Caution
from xdrec_app.ui.widgets.run_details import RunDetails

LEAK = "12 items of Sport are items of Cloth too."


def run(number: int, warning: str) -> RunRow:
    return RunRow(
        run=number,
        model="ease",
        target="Cloth",
        sources=("Sport",),
        split="random",
        seed=0,
        status="finished",
        error="",
        device="cpu",
        created_at=0,
        elapsed_s=1.0,
        epochs=0,
        params={},
        metrics={"ndcg@10": 0.2},
        popularity={},
        lift={},
        margin={},
        protocol_sentence="how it was measured",
        unscored=0.0,
        note="",
        can_serve=True,
        warning=warning,
    )


def test_a_leaking_figure_is_told_in_the_table_of_runs(qtbot):
    model = RunTableModel()
    model.set_runs([run(2, LEAK), run(1, "")])
    column = next(number for number, one in enumerate(model.columns) if one.text(model.rows[0]) == "0.2000")
    tips = [model.index(row, column).data(Qt.ItemDataRole.ToolTipRole) for row in (0, 1)]
    assert tips == [LEAK, "how it was measured"]
    assert model.index(0, column).data(Qt.ItemDataRole.ForegroundRole) is not None
    assert model.index(1, column).data(Qt.ItemDataRole.ForegroundRole) is None


def test_the_details_of_a_run_warn_right_above_its_figures(qtbot):
    details = RunDetails()
    qtbot.addWidget(details)
    for warning in (LEAK, ""):
        details.set_run(run(1, warning))
        assert details.caution.text.text() == warning
        assert details.caution.isVisibleTo(details) == bool(warning)


def test_without_a_sentence_a_caution_is_hidden(qtbot):
    caution = Caution()
    qtbot.addWidget(caution)
    assert caution.isHidden()
    caution.warn(LEAK)
    assert not caution.isHidden()
