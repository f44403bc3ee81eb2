"""The news of a fit that is not the run somebody asked for, told as progress so that it is not taken for that run's."""

from __future__ import annotations

from xdrec_app.core.events import EpochEnd, Event, PhaseStarted, Progress, Tick


def as_progress(event: Event, message: str) -> Event:
    """Return an epoch as progress under `message`, and nothing of a phase; other events pass."""
    match event:
        case EpochEnd():
            return Progress(done=event.epoch, unit="epochs", message=message)
        case PhaseStarted():
            return Tick()
        case _:
            return event
