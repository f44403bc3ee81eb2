"""The lines that pass between a shell and its worker process: JSON, one message a line.

Down (stdin): :class:`Run`, :class:`Steer`. Up (the worker's protocol stream): :class:`Ready`, :class:`News`,
:class:`Ended`. `ticket` tells which request a line belongs to.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from xdrec_app.core.events import Event, Value
from xdrec_app.core.jobs import Cancelled, Command, Failed, Outcome, Succeeded
from xdrec_app.services.requests import AnyRequest


class Run(Value):
    """Execute a request."""

    line: Literal["run"] = "run"
    ticket: int
    request: AnyRequest


class Steer(Value):
    """Stop or cancel the request that is running."""

    line: Literal["steer"] = "steer"
    ticket: int
    command: Command


class Ready(Value):
    """The worker is warm: what models need is imported."""

    line: Literal["ready"] = "ready"


class News(Value):
    """An event of the running request."""

    line: Literal["news"] = "news"
    ticket: int
    event: Annotated[Event, Field(discriminator="kind")]


class Ended(Value):
    """The request is over."""

    line: Literal["ended"] = "ended"
    ticket: int
    outcome: Literal["succeeded", "cancelled", "failed"]
    result: dict[str, Any] = Field(default_factory=dict)
    sentence: str = ""
    hint: str = ""
    details: str = ""

    @classmethod
    def of(cls, ticket: int, outcome: Outcome[Value]) -> Ended:
        """Describe an outcome."""
        match outcome:
            case Succeeded(result):
                return cls(ticket=ticket, outcome="succeeded", result=result.model_dump(mode="json"))
            case Failed(sentence, hint, details):
                return cls(ticket=ticket, outcome="failed", sentence=sentence, hint=hint, details=details)
            case Cancelled():
                return cls(ticket=ticket, outcome="cancelled")


DOWN: TypeAdapter[Run | Steer] = TypeAdapter(Annotated[Run | Steer, Field(discriminator="line")])
UP: TypeAdapter[Ready | News | Ended] = TypeAdapter(Annotated[Ready | News | Ended, Field(discriminator="line")])
