"""The one text of an item that language models read: what it is called, what it belongs to, what is said of it."""

from __future__ import annotations

MAX_CHARACTERS = 2_000
"""More than encoders read."""


def item_text(title: str, category: str, tags: tuple[str, ...], text: str) -> str:
    """Return title, category, tags and text as sentences; empty when nothing is known."""
    parts = (title.strip(), category.strip(), ", ".join(tags), text.strip())
    return ". ".join(part.rstrip(".") for part in parts if part)[:MAX_CHARACTERS]
