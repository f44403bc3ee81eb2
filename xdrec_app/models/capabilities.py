"""What a model can do, as a value that a process without torch can read too."""

from __future__ import annotations

from typing import Literal

from xdrec_app.core.events import Value

Task = Literal["rating", "ranking"]


class Capabilities(Value):
    """What a model can do; the contract tests hold it to that.

    Attributes
    ----------
    task
        What it is trained for; decides the metric that early stopping watches.
    rating
        `predict` gives values on the target's rating scale.
    fold_in
        Serves a person it never saw, from a history.
    uses_sources
        Sources change its scores; otherwise it is a single-domain baseline whatever it is given.
    trains_by_epochs
        Has a learning curve and needs a validation part.
    """

    task: Task
    rating: bool = False
    fold_in: bool = False
    uses_sources: bool = True
    trains_by_epochs: bool = False
