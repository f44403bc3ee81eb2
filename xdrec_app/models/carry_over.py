"""What a network learnt, carried over into one with other people and items: each row goes to the same id.

Knows no model: that a dimension counts people or items is seen from its size before and after.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.datasets.arrays import Longs
from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary


class Numbered(Protocol):
    """A network, and the numbering of people and items it works in."""

    network: nn.Module
    users: Vocabulary
    catalogue: Catalogue


Places = tuple[Tensor, Tensor]
"""Positions along one dimension, int64: in the earlier network, and in the new one."""


def carry_over(earlier: Numbered, new: Numbered) -> None:
    """Give the network of `new` the parameters that `earlier` learnt, on the CPU; new ids keep what was drawn for them.

    Only parameters: buffers say what the data say, and are filled from the new data. A parameter whose dimensions
    cannot be told apart keeps what was drawn: one that fits neither people nor items nor its own earlier size, or any
    with as many people as items both before and now.
    """
    people = _places(new.users.numbers(earlier.users.ids))
    items = _places(earlier.catalogue.numbers_in(new.catalogue))
    of_people = len(earlier.users), len(new.users)
    of_items = len(earlier.catalogue), len(new.catalogue)
    known = {of_people: people, of_items: items}
    is_ambiguous = of_people == of_items and not all(map(torch.equal, people, items))
    learnt = dict(earlier.network.named_parameters())
    with torch.no_grad():
        for name, parameter in new.network.named_parameters():
            before = learnt.get(name)
            if before is None or before.dim() != parameter.dim():
                continue
            pairs = list(zip(before.shape, parameter.shape, strict=True))
            if is_ambiguous and of_items in pairs:
                continue
            along = [known.get(pair) or _same(*pair) for pair in pairs]
            places = [place for place in along if place is not None]
            if len(places) == len(along):
                into = torch.meshgrid(*(place for _, place in places), indexing="ij") if places else ()
                out_of = torch.meshgrid(*(place for place, _ in places), indexing="ij") if places else ()
                parameter[into] = before.to(parameter)[out_of]


def _places(numbers: np.ndarray) -> Places:
    """Return where ids stood and where they stand, given the new number of each earlier one."""
    stood: Longs = np.flatnonzero(numbers != UNKNOWN)
    return torch.from_numpy(stood), torch.from_numpy(numbers[stood].astype(np.int64))


def _same(before: int, now: int) -> Places | None:
    return (torch.arange(now), torch.arange(now)) if before == now else None
