"""Errors that are meant for the user's eyes.

A :class:`UserError` is shown as it is, in the window and on stderr; any other exception is a bug and gets a report.
"""

from __future__ import annotations


class UserError(Exception):
    """Something the user can mend.

    Parameters
    ----------
    sentence
        What is wrong and where (file, line), as one clear sentence.
    hint
        What to do about it; may be empty.
    """

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()
