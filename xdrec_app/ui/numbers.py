"""Figures for people: grouped digits, short durations, percentages; by the user's locale."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale


def count(number: int) -> str:
    """Return an integer with grouped digits."""
    return QLocale().toString(number)


def figure(value: float, decimals: int = 3) -> str:
    """Return a metric; NaN as a dash."""
    return "–" if math.isnan(value) else QLocale().toString(value, "f", decimals)


def percent(share: float, decimals: int = 1, *, signed: bool = False) -> str:
    """Return a share (1 = all) in per cent; with a sign for differences."""
    if math.isnan(share):
        return "–"
    sign = "+" if signed and share > 0 else ""
    return f"{sign}{QLocale().toString(float(share * 100), 'f', decimals)} %"


def duration(seconds: float) -> str:
    """Return a duration as one would say it: 0.4 s, 12 s, 3 min 05 s, 2 h 10 min."""
    if seconds < 9.95:
        return f"{QLocale().toString(seconds, 'f', 1)} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def when(epoch_s: int) -> str:
    """Return a moment in local time: today's as a time, others as a date."""
    moment = QDateTime.fromSecsSinceEpoch(epoch_s)
    if moment.date() == QDateTime.currentDateTime().date():
        return QCoreApplication.translate("numbers", "today {}").format(QLocale().toString(moment, "HH:mm"))
    return QLocale().toString(moment, "d MMM yyyy, HH:mm")


def short_count(number: float) -> str:
    """Return a count for a narrow place: 950, 12.3 k, 4.5 M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{QLocale().toString(number / limit, 'f', 1)} {unit}"
    return QLocale().toString(round(number))
