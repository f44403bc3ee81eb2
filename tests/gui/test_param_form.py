import pytest
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from xdrec_app.core.params import ParamField
from xdrec_app.services.model_schema import ModelSchema, read_model_schemas
from xdrec_app.ui.widgets.boxes import ChoiceBox, FloatBox, IntBox
from xdrec_app.ui.widgets.param_form import ParamForm, make_reset_button

FIELDS = (
    ParamField(name="epochs", kind="int", default=10, description="Passes.", low=1, high=100),
    ParamField(name="learning_rate", kind="float", default=0.001, description="Step size.", low=1e-6, high=1.0),
    ParamField(name="is_implicit", kind="bool", default=True, description="Only what, not how much."),
    ParamField(name="optimiser", kind="choice", default="adam", description="How.", choices=("adam", "sgd")),
    ParamField(name="encoder", kind="text", default="multilingual", description="Reads texts."),
)


@pytest.fixture
def form(qtbot: QtBot) -> ParamForm:
    made = ParamForm()
    qtbot.addWidget(made)
    made.show_model("one", FIELDS)
    return made


def test_every_kind_of_field_gets_its_editor_with_bounds_and_reason(form: ParamForm) -> None:
    assert [type(row.editor) for row in form.rows] == [IntBox, FloatBox, QCheckBox, ChoiceBox, QLineEdit]
    box = form.rows[0].editor
    assert isinstance(box, IntBox)
    assert (box.minimum(), box.maximum(), box.value()) == (1, 100, 10)
    assert "Passes." in box.toolTip()
    assert form.changes == {}


def test_only_what_differs_from_the_default_is_handed_on_and_marked(form: ParamForm) -> None:
    form.rows[1].set_value(0.02)
    form.rows[2].set_value(False)
    form.rows[3].set_value("sgd")
    form.rows[4].set_value("folder:/models/e5")
    assert form.changes == {
        "learning_rate": 0.02,
        "is_implicit": False,
        "optimiser": "sgd",
        "encoder": "folder:/models/e5",
    }
    assert [row.reset.isHidden() for row in form.rows] == [True, False, False, False, False]


def test_a_small_number_is_kept_exactly(form: ParamForm) -> None:
    form.rows[1].set_value(3e-6)
    assert form.changes == {"learning_rate": 3e-6}
    assert form.rows[1].editor.text() == "3e-06"


def test_reset_brings_the_defaults_back(form: ParamForm, qtbot: QtBot) -> None:
    reset = make_reset_button(form, "Reset all")
    qtbot.addWidget(reset)
    assert not reset.isEnabled()
    form.rows[0].set_value(50)
    form.changed.emit()
    assert reset.isEnabled()
    reset.click()
    assert form.changes == {}
    assert not reset.isEnabled()


def test_what_was_typed_for_a_model_is_there_again_when_it_comes_back(form: ParamForm) -> None:
    form.rows[0].set_value(77)
    form.show_model("two", FIELDS[:2])
    assert form.changes == {}
    form.show_model("one", FIELDS)
    assert form.changes == {"epochs": 77}


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("0.5", QValidator.State.Acceptable),
        ("1e-3", QValidator.State.Acceptable),
        ("1e-", QValidator.State.Intermediate),
        ("7", QValidator.State.Intermediate),
        ("abc", QValidator.State.Invalid),
    ],
)
def test_a_number_box_takes_plain_and_scientific_notation(qtbot: QtBot, text: str, state: QValidator.State) -> None:
    box = FloatBox(0.0, 1.0)
    qtbot.addWidget(box)
    assert box.validate(text, len(text))[0] == state


@pytest.mark.parametrize("model", read_model_schemas().models, ids=lambda model: model.key)
def test_the_form_of_every_model_shows_its_defaults(form: ParamForm, model: ModelSchema) -> None:
    form.show_model(model.key, model.params)
    assert [row.value for row in form.rows] == [field.default for field in model.params]
    assert form.changes == {}
