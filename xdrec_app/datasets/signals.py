"""What an interaction says, and how its raw value becomes the strength that models use.

Values are stored as the file has them; the conversion happens when a dataset is built, so it can be changed at any
time. A rating keeps its scale. Everything else is implicit feedback: a strength of 1 or more counts as a like.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from xdrec_app.datasets.arrays import Bools, Doubles, Floats, Ints, Longs
from xdrec_app.datasets.signal_settings import Repeats, SignalKey, SignalSettings

ACTION_WEIGHTS: Mapping[str, float] = {
    **dict.fromkeys(("view", "click", "pv", "impression", "浏览", "点击"), 0.5),
    **dict.fromkeys(("fav", "favorite", "favourite", "like", "wishlist", "收藏"), 1.0),
    **dict.fromkeys(("cart", "addtocart", "add_to_cart", "basket", "加购"), 1.0),
    **dict.fromkeys(("play", "watch", "listen", "read", "share", "comment", "follow"), 1.0),
    **dict.fromkeys(("播放", "观看", "收听", "阅读", "分享", "评论", "关注", "点赞"), 1.0),
    **dict.fromkeys(("purchase", "buy", "transaction", "order", "购买"), 2.0),
    **dict.fromkeys(("remove_from_cart", "removefromcart", "dislike", "skip"), 0.0),
}
"""Weights of the usual actions; an action that is not here weighs 1."""


class RawSignal(NamedTuple):
    """The raw values of rows.

    Attributes
    ----------
    values
        float32, as the file has them; 1 where it has none.
    actions
        int32 positions in `action_names`, one per row; None where the file names no actions.
    """

    values: Floats
    actions: Ints | None = None
    action_names: tuple[str, ...] = ()


class Signal(ABC):
    """One kind of feedback; stateless.

    Attributes
    ----------
    key, title
        Name in requests and for people.
    conversion
        How raw values become strengths, in words.
    usual_repeats
        The policy for repeated pairs that a new domain of this kind gets.
    """

    key: ClassVar[SignalKey]
    title: ClassVar[str]
    conversion: ClassVar[str]
    usual_repeats: ClassVar[Repeats] = "last"

    @abstractmethod
    def convert(self, raw: RawSignal, settings: SignalSettings) -> tuple[Floats, Bools]:
        """Return strengths, float32 [n_rows], and which rows are interactions at all, bool [n_rows]."""

    def in_words(self, settings: SignalSettings) -> str:
        """Return how raw values become strengths under these settings."""
        return self.conversion

    def scale(self, found: tuple[float, float], settings: SignalSettings) -> tuple[float, float]:
        """Return the scale of the strengths; equal ends mean implicit feedback.

        Parameters
        ----------
        found
            Lowest and highest raw value of the domain.
        """
        return (1.0, 1.0)


class Ratings(Signal):
    """Explicit ratings on a scale."""

    key = "ratings"
    title = "Ratings"
    conversion = "A rating counts as it is; values outside the scale are left out."

    def convert(self, raw: RawSignal, settings: SignalSettings) -> tuple[Floats, Bools]:
        """See :meth:`Signal.convert`."""
        if settings.scale is None:
            return raw.values, np.ones(len(raw.values), bool)
        low, high = settings.scale
        return raw.values, (raw.values >= low) & (raw.values <= high)

    def in_words(self, settings: SignalSettings) -> str:
        """See :meth:`Signal.in_words`."""
        if settings.scale is None:
            return self.conversion
        low, high = settings.scale
        return f"A rating counts as it is; values outside {low:g} to {high:g} are left out."

    def scale(self, found: tuple[float, float], settings: SignalSettings) -> tuple[float, float]:
        """See :meth:`Signal.scale`."""
        return settings.scale or found


class Clicks(Signal):
    """The bare fact of an interaction."""

    key = "clicks"
    title = "Clicks"
    conversion = "Each click counts 1, whatever its value says."

    def convert(self, raw: RawSignal, settings: SignalSettings) -> tuple[Floats, Bools]:
        """See :meth:`Signal.convert`."""
        return np.ones_like(raw.values), np.ones(len(raw.values), bool)


class Views(Signal):
    """Views, reads and listens with their duration in seconds."""

    key = "views"
    title = "Views with duration"
    conversion = "A view counts its share of a full view, at most 1; of 0 seconds nothing."
    usual_repeats = "maximum"

    def convert(self, raw: RawSignal, settings: SignalSettings) -> tuple[Floats, Bools]:
        """See :meth:`Signal.convert`."""
        return np.clip(raw.values / np.float32(settings.full_view_s), 0, 1), raw.values > 0

    def in_words(self, settings: SignalSettings) -> str:
        """See :meth:`Signal.in_words`."""
        return f"A view counts its share of {settings.full_view_s:g} seconds, at most 1; of 0 seconds nothing."


class Purchases(Signal):
    """Purchases and plays with a quantity."""

    key = "purchases"
    title = "Purchases and plays"
    conversion = "A quantity q counts log2(1 + q); of 0 or less (a return) nothing."
    usual_repeats = "sum"

    def convert(self, raw: RawSignal, settings: SignalSettings) -> tuple[Floats, Bools]:
        """See :meth:`Signal.convert`."""
        return np.log2(1 + np.maximum(raw.values, 0)), raw.values > 0


class Impressions(Signal):
    """Shown items, clicked or not."""

    key = "impressions"
    title = "Impressions with clicks"
    conversion = "A clicked impression counts 1; one without a click is kept and is no interaction."
    usual_repeats = "maximum"

    def convert(self, raw: RawSignal, settings: SignalSettings) -> tuple[Floats, Bools]:
        """See :meth:`Signal.convert`."""
        return np.ones_like(raw.values), raw.values > 0


class Events(Signal):
    """A log of different actions: views, carts, purchases, with or without a quantity."""

    key = "events"
    title = "Events of several kinds"
    conversion = "An action counts its weight (a view 0.5, a cart 1, a purchase 2) times the quantity."
    usual_repeats = "maximum"

    def convert(self, raw: RawSignal, settings: SignalSettings) -> tuple[Floats, Bools]:
        """See :meth:`Signal.convert`."""
        if raw.actions is None:
            return raw.values, raw.values > 0
        strengths = raw.values * action_weights(raw.action_names, settings)[raw.actions]
        return strengths, strengths > 0


SIGNALS: Mapping[SignalKey, type[Signal]] = {
    signal.key: signal for signal in (Ratings, Clicks, Views, Purchases, Impressions, Events)
}


def action_weights(actions: Sequence[str], settings: SignalSettings) -> Floats:
    """Return the weight of each action, float32; case and blanks at the ends do not matter."""
    named = {name.strip().casefold(): weight for name, weight in settings.weights.items()}
    plain = [action.strip().casefold() for action in actions]
    return np.array([named.get(name, ACTION_WEIGHTS.get(name, 1.0)) for name in plain], np.float32)


SCALE_ENDS = (5.0, 10.0, 20.0, 100.0)
SYMMETRIC_ENDS = (1.0, 2.0, 3.0, 5.0, 10.0, 100.0)

NO_RATING_SHARE = 0.4
"""From this share of the lines on, a 0 beside ratings from 1 on says that somebody did not rate."""

STRAY_SHARE = 0.001
"""As many of the lines may be slips of the pen far beyond the scale."""


def settled(guess: SignalSettings, values: Doubles, counts: Longs) -> SignalSettings:
    """Return what all values of a file make of a guess that knew its beginning only.

    Ratings get their scale. Where each of them is 1, nobody rated and the lines are clicks; where they are whole
    numbers beyond any usual scale, somebody counted and the lines are purchases or plays.

    Parameters
    ----------
    values, counts
        The distinct values, float64 [n], and how many lines have each, int64 [n].
    """
    if guess.kind != "ratings" or not len(values):
        return guess
    if np.all(values == 1):
        return SignalSettings(kind="clicks", repeats=Clicks.usual_repeats)
    usual, _ = _without_strays(values, counts)
    if usual.min() >= 0 and usual.max() > SCALE_ENDS[-1] and not np.any(usual % 1):
        return SignalSettings(kind="purchases", repeats=Purchases.usual_repeats)
    return guess.model_copy(update={"scale": usual_scale(values, counts)})


def usual_scale(values: Doubles, counts: Longs) -> tuple[float, float]:
    """Return the scale that people who gave these ratings probably had before them.

    One of: thumbs (0–1, -1–1), stars (1–5, 0–5, half stars 0.5–5), 1–6, 1–7, 1–10, 0–10, 0–20, 0–100, or as far below
    zero as above it (-10–10); else what was found. Where 0 is very frequent beside 1–5 or 1–10, or -1 is the only value
    below 1, it means "not rated" and lies outside the scale, and so do a few values that are far from all others.

    Parameters
    ----------
    values, counts
        The distinct values, finite float64 [n], n > 0, and how many lines have each, int64 [n].
    """
    values = _without_unrated(*_without_strays(values, counts))
    low, high = float(values.min()), float(values.max())
    if low < 0:
        bound = next((bound for bound in SYMMETRIC_ENDS if -low <= bound >= high), None)
        return (low, high) if bound is None else (-bound, bound)
    if high <= 1:
        return (1.0 if low == 1 else 0.0), 1.0
    if high in (6, 7) and set(range(1, int(high) + 1)) == set(values.tolist()):
        return 1.0, high
    top = next((end for end in SCALE_ENDS if high <= end), None)
    return (low, high) if top is None else (_lowest_rating(values, top), top)


def _lowest_rating(values: Doubles, top: float) -> float:
    if top > 10 or values.min() < 0.5:
        return 0.0
    halves = values * 2
    has_half_stars = top == 5 and bool(np.any(halves % 2)) and not np.any(halves % 1)
    return 0.5 if has_half_stars else float(values.min() >= 1)


def _without_unrated(values: Doubles, counts: Longs) -> Doubles:
    """Leave out what stands for "not rated" beside ratings of at least 1: a -1, or a very frequent 0."""
    rated = values >= 1
    if values.max() > 2 and np.all(rated | (values == -1)):
        return values[rated]
    is_frequent = counts[~rated].sum() >= NO_RATING_SHARE * counts.sum()
    if 2 < values.max() <= 10 and is_frequent and np.all(rated | (values == 0)):
        return values[rated]
    return values


def _without_strays(values: Doubles, counts: Longs) -> tuple[Doubles, Longs]:
    """Leave out the rarest outer values where they are farther from the rest than the rest is wide."""
    order = np.argsort(values)
    values, counts = values[order], counts[order]
    reached = np.cumsum(counts)
    allowed = STRAY_SHARE * reached[-1]
    core = values[(reached > allowed) & (reached - counts < reached[-1] - allowed)]
    width = core[-1] - core[0] or np.inf
    keep = (values >= core[0] - width) & (values <= core[-1] + width)
    return values[keep], counts[keep]
