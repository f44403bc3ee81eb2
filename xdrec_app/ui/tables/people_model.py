"""People that a search found, as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from xdrec_app.services.views import PersonHit
from xdrec_app.ui import numbers
from xdrec_app.ui.tables.text_model import Index

HIT_ROLE = int(Qt.ItemDataRole.UserRole)


class PeopleModel(QAbstractListModel):
    """Gives each person's id as text, and the :class:`~xdrec_app.services.views.PersonHit` under :data:`HIT_ROLE`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.people: tuple[PersonHit, ...] = ()

    def set_people(self, people: Sequence[PersonHit]) -> None:
        """Replace the people."""
        self.beginResetModel()
        self.people = tuple(people)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of people."""
        return 0 if parent is not None and parent.isValid() else len(self.people)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return id, description or the whole hit."""
        person = self.people[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return person.user
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self.tr("{person}: {n} interactions in {domains}").format(
                person=person.user, n=numbers.count(person.interactions), domains=", ".join(person.domains)
            )
        return person if role == HIT_ROLE else None
