"""What a model can do, as a value that a process without torch can read too."""

from __future__ import annotations

from typing import Literal

from xdrec_app.core.events import Value

Task = Literal["rating", "ranking"]

Need = Literal["ratings", "target ratings", "times", "tags", "texts", "vectors", "shared people"]
"""What a model may need of the data beyond interactions; vectors are what a text encoder makes of items' texts."""


class Capabilities(Value):
    """What a model can do; the contract tests hold it to that.

    Attributes
    ----------
    task
        What it is trained for; decides the metric that early stopping watches.
    rating
        `predict` gives values on the target's rating scale.
    fold_in
        Serves a person it never saw, from a history; whoever does can also be explained by leaving rows of it out.
    new_items
        Scores items without interactions, by what is said about them.
    uses_sources
        Sources change its scores; otherwise it is a single-domain baseline whatever it is given.
    trains_by_epochs
        Has a learning curve and needs a validation part.
    needs
        What the data must have beyond interactions; a fit without it is refused in words.
    """

    task: Task
    rating: bool = False
    fold_in: bool = False
    new_items: bool = False
    uses_sources: bool = True
    trains_by_epochs: bool = False
    needs: tuple[Need, ...] = ()

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What a model can be judged by."""
        return ("rating", "ranking") if self.rating else ("ranking",)
