"""What the leakage audit found about two domains: how much leaks, examples, and what evaluation does about it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from xdrec_app.services.data_results import LeakFinding, SameItem
from xdrec_app.ui import numbers
from xdrec_app.ui.icons import IconLabel
from xdrec_app.ui.tables.table_view import ROW_HEIGHT, TableView
from xdrec_app.ui.tables.text_model import TextModel
from xdrec_app.ui.theme import Space
from xdrec_app.ui.widgets.basic import Card, StatTile, label, restyle
from xdrec_app.ui.widgets.domain_tag import DomainTag
from xdrec_app.ui.widgets.segments import Segments

SHOWN_ROWS = 8
LITTLE = 0.001


class AuditCard(Card):
    """One pair of domains.

    Signals
    -------
    decided
        Carries the pair of domains and keep, exclude or merge.
    """

    decided = Signal(object, str)

    def __init__(self, finding: LeakFinding, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.domains = finding.domains
        self.setAccessibleName(self.tr("{} and {}").format(*finding.domains))
        self.body.addLayout(self._make_head())
        self.body.addWidget(self._make_figures())
        self.body.addWidget(self._make_notice())
        self.effect = label("", "muted", wraps=True)
        self.body.addWidget(self.effect)
        self.body.addWidget(self._make_table())
        self.set_finding(finding)

    def set_finding(self, finding: LeakFinding) -> None:
        """Show what was found and decided."""
        self.finding = finding
        one, other = finding.domains
        self._figures.setVisible(bool(finding.pairs))
        self._pairs.set_figure(numbers.count(finding.pairs))
        for tile, share, chance in zip(self._leaking, finding.shares, finding.chance, strict=True):
            tile.set_figure(numbers.percent(share))
            tile.setToolTip(self.tr("By chance it would be {}").format(_little(chance)))
        restyle(self._notice, "level", "warning" if finding.is_leak else "success" if not finding.pairs else "info")
        icon, token = ("warning", "warning") if finding.is_leak else ("info", "accent")
        self._icon.set_icon(*(("success", "success") if not finding.pairs else (icon, token)))
        self.sentence.setText(self._sentence(finding))
        self.decision.choose(finding.decision)
        self.decision.setVisible(bool(finding.pairs))
        self._show_effect()
        self._show_examples(one, other, finding.examples)

    # ------------------------------------------------------------------ widgets

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for domain in self.domains:
            row.addWidget(DomainTag(domain))
        row.addStretch()
        self.decision = Segments(self.tr("What evaluation does with the items of both"))
        self.decision.set_choices(
            (("keep", self.tr("Keep")), ("exclude", self.tr("Exclude")), ("merge", self.tr("Merge")))
        )
        self.decision.changed.connect(self._decide)
        row.addWidget(self.decision)
        return row

    def _make_figures(self) -> QWidget:
        self._figures = QWidget()
        row = QHBoxLayout(self._figures)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XXL)
        self._pairs = StatTile(self.tr("items in both"))
        one, other = self.domains
        words = self.tr("of {one} known from {other}")
        self._leaking = (
            StatTile(words.format(one=one, other=other)),
            StatTile(words.format(one=other, other=one)),
        )
        for tile in (self._pairs, *self._leaking):
            row.addWidget(tile)
        row.addStretch()
        return self._figures

    def _make_notice(self) -> QFrame:
        self._notice = QFrame()
        row = QHBoxLayout(self._notice)
        row.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        row.setSpacing(Space.M)
        self._icon = IconLabel("info", 20, "accent")
        self.sentence = label("", wraps=True)
        row.addWidget(self._icon)
        row.addWidget(self.sentence, 1)
        return self._notice

    def _make_table(self) -> QWidget:
        self._examples = QWidget()
        column = QVBoxLayout(self._examples)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        self._caption = label("", "caption")
        self.model = TextModel((), parent=self)
        self.table = TableView(self.model, self.tr("Items that seem to stand in both domains"))
        column.addWidget(self._caption)
        column.addWidget(self.table)
        return self._examples

    # ------------------------------------------------------------------ content

    def _sentence(self, finding: LeakFinding) -> str:
        one, other = finding.domains
        if not finding.pairs:
            return self.tr("No item of {one} seems to stand in {other} too.").format(one=one, other=other)
        place = 0 if finding.shares[0] >= finding.shares[1] else 1
        words = self.tr(
            "Of all that shared people did in {one}, {share} is with an item that the same person has in {other} too; "
            "by chance it would be {chance}."
        ).format(
            one=finding.domains[place],
            other=finding.domains[1 - place],
            share=numbers.percent(finding.shares[place]),
            chance=_little(finding.chance[place]),
        )
        illusion = self.tr("A model only has to copy it, so a transfer lift would be an illusion.")
        harmless = self.tr("That is not more than a transfer lift can bear.")
        return f"{words} {illusion if finding.is_leak else harmless}"

    def _show_effect(self) -> None:
        effects = {
            "keep": self.tr("Keep: training sees both; figures of a run then say that items leak."),
            "exclude": self.tr("Exclude: what people did with these items in the source is not trained on."),
            "merge": self.tr("Merge: copies count as the target's items, and what a test hides is hidden in both."),
        }
        self.effect.setText(effects[self.finding.decision])
        self.effect.setVisible(bool(self.finding.pairs))

    def _show_examples(self, one: str, other: str, examples: tuple[SameItem, ...]) -> None:
        has_titles = any(any(example.titles) for example in examples)
        titles = (self.tr("Title in {}").format(one), self.tr("Title in {}").format(other)) if has_titles else ()
        header = (
            self.tr("Id in {}").format(one),
            self.tr("Id in {}").format(other),
            *titles,
            self.tr("People with both"),
            self.tr("In {}").format(one),
            self.tr("In {}").format(other),
            self.tr("Because of"),
        )
        evidence = {"id": self.tr("same id"), "title": self.tr("same title"), "raters": self.tr("same people")}
        rows = [
            (
                *example.items,
                *(example.titles if has_titles else ()),
                *(numbers.count(n) for n in (example.raters, *example.counts)),
                ", ".join(evidence[word] for word in example.evidence),
            )
            for example in examples
        ]
        n_texts = 2 + len(titles)
        self.model.set_numeric((n_texts, n_texts + 1, n_texts + 2))
        self.model.set_rows(rows, header)
        for column in range(n_texts + 3):
            self.table.setColumnWidth(column, 130 if column < 2 else 190 if column < n_texts else 124)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setFixedHeight(ROW_HEIGHT * (min(SHOWN_ROWS, len(rows)) + 1) + 8)
        few = len(rows) < self.finding.pairs
        words = self.tr("The {n} clearest") if few else self.tr("All {n}")
        self._caption.setText(words.format(n=numbers.count(len(rows))))
        self._examples.setVisible(bool(rows))

    @Slot()
    def _decide(self) -> None:
        self.decided.emit(self.domains, self.decision.chosen)


def _little(share: float) -> str:
    """Return a share that may be close to nothing."""
    return f"< {numbers.percent(LITTLE)}" if 0 < share < LITTLE else numbers.percent(share)
