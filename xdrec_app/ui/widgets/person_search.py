"""A box in which one finds a person by the beginning of the id, as one types."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from xdrec_app.core.jobs import Failed
from xdrec_app.services.views import PersonHit
from xdrec_app.ui.icons import icon
from xdrec_app.ui.reader import Reader
from xdrec_app.ui.tables.people_model import PeopleModel
from xdrec_app.ui.theme import theme
from xdrec_app.ui.widgets.person_delegate import PersonDelegate

if TYPE_CHECKING:
    from xdrec_app.services.browse import Browser

TYPING_PAUSE_MS = 120
N_SHOWN = 8
N_LOOKED_AT = 200
"""Active people are sought among the first so many ids: enough for an example, and cheap in any workspace."""


def find_people(prefix: str, browser: Browser) -> tuple[str, tuple[PersonHit, ...]]:
    """Return `prefix`, and the first people whose id begins with it; active ones when it is empty."""
    return prefix, browser.find_people(prefix, N_SHOWN) if prefix else active_people(browser)


def active_people(browser: Browser) -> tuple[PersonHit, ...]:
    """Return some people with many interactions in many domains."""
    people = browser.find_people("", N_LOOKED_AT)
    ordered = sorted(people, key=lambda person: (-len(person.domains), -person.interactions))
    return tuple(ordered[:N_SHOWN])


class PersonSearch(QLineEdit):
    """The box; suggestions open under it.

    Parameters
    ----------
    key
        Prefix of the questions it asks the reader, e.g. "profiles".

    Signals
    -------
    chosen
        Carries the id of the person that was picked.
    suggestions_changed
        Carries the active people, a tuple of :class:`~xdrec_app.services.views.PersonHit`.
    """

    chosen = Signal(str)
    suggestions_changed = Signal(object)

    def __init__(self, reader: Reader, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reader, self._key = reader, key
        self._is_open = self._picks_first = False
        self._answered: str | None = None
        self.active: tuple[PersonHit, ...] = ()
        self.setPlaceholderText(self.tr("Find a person by id"))
        self.setAccessibleName(self.tr("Find a person by id"))
        self.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._draw_glass()
        theme().changed.connect(self._draw_glass)
        self.people = PeopleModel(self)
        self.popup = QListView()
        self._completer = self._make_completer()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.textEdited.connect(self._typed)
        self.returnPressed.connect(self.pick)

    def reload(self, *, is_open: bool) -> None:
        """Read the people of the workspace again; keeps what was typed."""
        self._is_open = is_open
        self._answered = None
        self.people.set_people(())
        if is_open:
            self._reader.ask(f"{self._key}.active", active_people, self._take_active)
        else:
            self._reader.forget(f"{self._key}.")
            self._take_active(())

    def show_person(self, user: str) -> None:
        """Show the id of a person that was chosen elsewhere; says nothing."""
        self._pause.stop()
        self.popup.hide()
        self.setText(user)

    @Slot()
    def pick(self) -> None:
        """Choose the marked person, else the one with exactly this id, else the first whose id begins so."""
        marked = self.popup.currentIndex()
        if self.popup.isVisible() and marked.isValid():
            self._choose(str(marked.data()))
            return
        if not self.text().strip() or not self._is_open:
            return
        if self._answered == self.text().strip() and not self._pause.isActive():
            self._choose_first()
        else:
            self._picks_first = True
            self._ask()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Suggest active people as long as nothing was typed."""
        super().mousePressEvent(event)
        if not self.text() and self.active:
            self.people.set_people(self.active)
            self._completer.complete()

    def _make_completer(self) -> QCompleter:
        made = QCompleter(self.people, self)
        made.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        made.setMaxVisibleItems(N_SHOWN)
        made.setWidget(self)
        made.setPopup(self.popup)
        self.popup.setItemDelegate(PersonDelegate(self.popup))
        self.popup.setProperty("look", "popup")
        self.popup.setMouseTracking(True)
        self.popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.popup.setAccessibleName(self.tr("People found"))
        made.activated.connect(self._choose)
        return made

    @Slot()
    def _typed(self) -> None:
        self._picks_first = False
        self._pause.start()

    @Slot()
    def _ask(self) -> None:
        self._pause.stop()
        if self._is_open:
            question = partial(find_people, self.text().strip())
            self._reader.ask(f"{self._key}.people", question, self._take_found, self._failed)

    def _take_found(self, answer: tuple[str, tuple[PersonHit, ...]]) -> None:
        self._answered, people = answer
        self.people.set_people(people)
        if self._picks_first:
            self._picks_first = False
            self._choose_first()
        elif self.hasFocus() and people:
            self._completer.complete()
        else:
            self.popup.hide()

    def _failed(self, _failure: Failed) -> None:
        self.people.set_people(())
        self.popup.hide()

    def _take_active(self, people: tuple[PersonHit, ...]) -> None:
        self.active = people
        self.suggestions_changed.emit(people)

    def _choose_first(self) -> None:
        typed = self.text().strip()
        found = [person.user for person in self.people.people]
        # An id that nobody has is handed on as it is: whoever asked then says that there is no such person.
        self._choose(typed if typed in found or not found else found[0])

    @Slot(str)
    def _choose(self, user: str) -> None:
        self.show_person(user)
        self.chosen.emit(user)

    @Slot()
    def _draw_glass(self) -> None:
        self._glass.setIcon(icon("search", "faint"))
