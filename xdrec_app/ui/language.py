"""The language of the window: which there are, and installing one."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QApplication, QMenu

from xdrec_app.core.paths import resources_dir
from xdrec_app.ui.actions import tr
from xdrec_app.ui.messages import Messages
from xdrec_app.ui.settings import Settings

SOURCE_LANGUAGE = "en"
_NAMES = {"en": "English", "zh_CN": "简体中文"}


def available_languages() -> dict[str, str]:
    """Return locale name → name of the language in itself, for English and each translation file."""
    files = sorted((resources_dir() / "translations").glob("xdrec_*.qm"))
    found = [SOURCE_LANGUAGE, *(file.stem.removeprefix("xdrec_") for file in files)]
    return {name: _NAMES.get(name, QLocale(name).nativeLanguageName()) for name in found}


def install_translator(app: QApplication, language: str) -> None:
    """Translate the application from now on; `language` empty = the system's, if there is a translation."""
    chosen = language or QLocale.system().name()
    # The C locale groups no digits: where nothing else is known, write numbers as English does.
    locale = QLocale(chosen)
    QLocale.setDefault(QLocale(QLocale.Language.English) if locale.language() == QLocale.Language.C else locale)
    file = resources_dir() / "translations" / f"xdrec_{chosen}.qm"
    if file.is_file():
        translator = QTranslator(app)
        if translator.load(str(file)):
            app.installTranslator(translator)


def add_language_menu(menu: QMenu, settings: Settings, messages: Messages) -> None:
    """Add the choice of the language; it takes effect at the next start."""
    group = QActionGroup(menu)
    chosen = settings.language() or SOURCE_LANGUAGE

    def choose(name: str) -> None:
        settings.set_language(name)
        messages.info(tr("The language changes when the application is started again."))

    for name, title in available_languages().items():
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setChecked(name == chosen)
        group.addAction(action)
        action.triggered.connect(lambda _checked=False, picked=name: choose(picked))
