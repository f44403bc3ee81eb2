"""The rules by which people are linked, in words."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from xdrec_app.datasets.linking import RULES, Rule

_NAMES = {
    "trim": QT_TRANSLATE_NOOP("Links", "ignore blanks"),
    "case": QT_TRANSLATE_NOOP("Links", "ignore upper and lower case"),
    "email": QT_TRANSLATE_NOOP("Links", "compare e-mail addresses by mailbox"),
}
_HINTS = {
    "trim": QT_TRANSLATE_NOOP("Links", "“ 42 ” is “42”; invisible characters count as nothing"),
    "case": QT_TRANSLATE_NOOP("Links", "“ANNA” is “anna”; full-width letters are plain ones"),
    "email": QT_TRANSLATE_NOOP("Links", "“Anna.B+news@googlemail.com” is “annab@gmail.com”"),
}


def rule_name(rule: str) -> str:
    """Return a rule for people, to stand within a sentence."""
    return _tr(str(_NAMES[rule])) if rule in _NAMES else rule


def rule_words() -> tuple[tuple[Rule, str, str], ...]:
    """Return (rule, name as a sentence begins, example) of every rule."""
    names = {rule: rule_name(rule) for rule in RULES}
    return tuple((rule, names[rule][:1].upper() + names[rule][1:], _tr(str(_HINTS[rule]))) for rule in RULES)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Links", text)
