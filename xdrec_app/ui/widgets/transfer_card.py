"""What the other domains add for a person, by one run: each domain's share of the reasons, and a sentence."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from xdrec_app.services.results import TransferNote
from xdrec_app.services.views import RunRow
from xdrec_app.ui import numbers
from xdrec_app.ui.known_models import model_title
from xdrec_app.ui.widgets.basic import Card, button, label
from xdrec_app.ui.widgets.share_bar import ShareBar


class TransferCard(Card):
    """Shows the shares, or why there are none.

    Signals
    -------
    train_asked
        The user wants to train a run that could tell.
    """

    train_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("What the other domains add"), " ", parent)
        self.bar = ShareBar()
        self.sentence = label("", "", wraps=True)
        self._train = button(self.tr("Go to Train"), self.train_asked.emit)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.sentence)
        self.body.addWidget(self._train)

    def set_notes(self, notes: tuple[TransferNote, ...], run: RunRow) -> None:
        """Show the shares by a run."""
        self.hint.setText(
            self.tr("Reasons behind the first recommendations in {target}, by run {run} ({model})").format(
                target=run.target, run=run.run, model=model_title(run.model)
            )
        )
        self.bar.set_shares({note.domain: note.share for note in notes})
        self.bar.setVisible(len(notes) > 1)
        self.sentence.setText(self._words(notes, run))
        self._train.hide()

    def set_problem(self, words: str, *, offers_training: bool = False) -> None:
        """Say why there is nothing to show."""
        self.hint.setText(self.tr("The share of each domain in the reasons for recommendations"))
        self.bar.hide()
        self.sentence.setText(words)
        self._train.setVisible(offers_training)

    def _words(self, notes: tuple[TransferNote, ...], run: RunRow) -> str:
        if not run.sources:
            return self.tr("This run learned from {target} alone, so no other domain adds anything.").format(
                target=run.target
            )
        if not notes:
            return self.tr("Nothing in this person's history speaks for a recommendation of this run.")
        others = [note for note in notes if note.domain != run.target]
        total = numbers.percent(sum(note.share for note in others), 0)
        if len(others) == 1:
            words = self.tr("{share} of what speaks for the recommendations in {target} comes from {domain}.")
            return words.format(share=total, target=run.target, domain=others[0].domain)
        strongest = max(others, key=lambda note: note.share)
        words = self.tr(
            "{share} of what speaks for the recommendations in {target} comes from other domains, most from {domain}."
        )
        return words.format(share=total, target=run.target, domain=strongest.domain)
