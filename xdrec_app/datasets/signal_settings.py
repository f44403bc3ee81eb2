"""How the values of a domain are understood: plain settings that requests carry; `signals` has what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from pydantic import Field

from xdrec_app.core.events import Value

if TYPE_CHECKING:
    from xdrec_app.datasets.signals import Signal

SignalKey = Literal["ratings", "clicks", "views", "purchases", "impressions", "events"]
Repeats = Literal["last", "first", "mean", "maximum", "sum", "all"]
SIGNAL_KEYS: tuple[SignalKey, ...] = get_args(SignalKey)


class SignalSettings(Value):
    """How the values of a domain are understood.

    Attributes
    ----------
    kind
        What a line says.
    repeats
        Which of several lines about the same person and item counts, or how they are added up.
    scale
        Ratings: lowest and highest value that is a rating; values outside are left out. None: as found in the data.
    full_view_s
        Views: a view of that many seconds or more is a like.
    weights
        Events: action → strength; what is not named has its usual weight.
    """

    kind: SignalKey = "ratings"
    repeats: Repeats = "last"
    scale: tuple[float, float] | None = None
    full_view_s: float = Field(30.0, gt=0)
    weights: dict[str, float] = Field(default_factory=dict)

    @property
    def signal(self) -> Signal:
        """The conversion of this kind."""
        from xdrec_app.datasets.signals import SIGNALS  # numpy, which who only carries settings must not load

        return SIGNALS[self.kind]()
