"""The splits in words, as the form for training offers them; their rules stand in :mod:`xdrec_app.datasets.splits`."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

DEFAULT_SPLIT = "random"

_SPLITS = {
    DEFAULT_SPLIT: (
        QT_TRANSLATE_NOOP("Split", "Random"),
        QT_TRANSLATE_NOOP("Split", "20 % of each person's interactions in the target are hidden and tested."),
    ),
    "leave-last": (
        QT_TRANSLATE_NOOP("Split", "Last interaction"),
        QT_TRANSLATE_NOOP(
            "Split", "Each person's last interaction is tested; nothing later is seen in any domain. Needs times."
        ),
    ),
    "last-share": (
        QT_TRANSLATE_NOOP("Split", "Last share"),
        QT_TRANSLATE_NOOP(
            "Split", "The last 20 % of each person's interactions are tested; nothing later is seen. Needs times."
        ),
    ),
    "time-cut": (
        QT_TRANSLATE_NOOP("Split", "Time cut"),
        QT_TRANSLATE_NOOP(
            "Split", "The latest 20 % of all interactions are tested; nothing since then is seen anywhere. Needs times."
        ),
    ),
    "random-rows": (
        QT_TRANSLATE_NOOP("Split", "Random, whoever it is"),
        QT_TRANSLATE_NOOP("Split", "20 % of all interactions in the target are tested; some people lose all they did."),
    ),
    "cold-start": (
        QT_TRANSLATE_NOOP("Split", "Cold-start people"),
        QT_TRANSLATE_NOOP(
            "Split", "Some shared people lose all they did in the target: how far do the sources carry? Needs a source."
        ),
    ),
    "cold-items": (
        QT_TRANSLATE_NOOP("Split", "Cold items"),
        QT_TRANSLATE_NOOP(
            "Split",
            "Some items lose all their interactions and only these are ranked: how far does their content carry?",
        ),
    ),
    "all": (
        QT_TRANSLATE_NOOP("Split", "No test, for use"),
        QT_TRANSLATE_NOOP("Split", "Everything is learned from. The model is ready for use, and nothing is measured."),
    ),
}


def split_keys() -> tuple[str, ...]:
    """Return the keys of the splits, in the order they are offered."""
    return tuple(_SPLITS)


def split_title(key: str) -> str:
    """Return the name of a split for people."""
    return QCoreApplication.translate("Split", str(_SPLITS[key][0])) if key in _SPLITS else key


def split_description(key: str) -> str:
    """Return what a split does, in one or two sentences."""
    return QCoreApplication.translate("Split", str(_SPLITS[key][1]))
