"""What the values of a domain would count for under some settings, in words, for who is about to change them."""

from __future__ import annotations

from collections.abc import Sequence

from xdrec_app.core.events import Value
from xdrec_app.datasets.signal_settings import Repeats, SignalSettings


class Conversion(Value):
    """How raw values become what models meet.

    Attributes
    ----------
    sentence
        In words.
    weights
        Action → its weight, those that nobody chose too.
    usual_repeats
        The policy for repeated pairs that a new domain of this kind gets.
    """

    sentence: str
    weights: dict[str, float]
    usual_repeats: Repeats


def explain(settings: SignalSettings, found_scale: tuple[float, float], actions: Sequence[str]) -> Conversion:
    """Say what values count for.

    Parameters
    ----------
    found_scale
        The scale where the settings name none.
    actions
        What logs of the domain call things that were done.
    """
    from xdrec_app.datasets.signals import action_weights  # numpy, which a window must not load at start

    decided = settings if settings.scale else settings.model_copy(update={"scale": found_scale})
    weights = action_weights(actions, settings).tolist()
    return Conversion(
        sentence=settings.signal.in_words(decided),
        weights={action: round(weight, 6) for action, weight in zip(actions, weights, strict=True)},
        usual_repeats=settings.signal.usual_repeats,
    )
