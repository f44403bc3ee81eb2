"""The base of all requests."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from xdrec_app.core.events import Value


class Done(Value):
    """The result of a request that has nothing more to say."""


class Request(Value):
    """What is wanted, never how; `Result` is the type of what comes back."""

    Result: ClassVar[type[Value]] = Done

    workspace: Path
