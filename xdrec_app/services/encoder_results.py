"""What is said of text encoders; free of torch."""

from __future__ import annotations

from xdrec_app.core.events import Value


class EncoderInfo(Value):
    """One text encoder.

    Attributes
    ----------
    needs_place
        Whether it is named as ``key:PLACE``.
    has_gradients
        Whether it can be trained further.
    is_installed, lacks
        Whether it can be used, and otherwise what to install.
    """

    key: str
    title: str
    reference: str
    needs_place: bool
    has_gradients: bool
    is_installed: bool
    lacks: str


class EncoderInfos(Value):
    """All of them, and module → why it could not be loaded."""

    encoders: tuple[EncoderInfo, ...]
    broken: dict[str, str]
