r"""A slow ranking model teaches a quick one: soft labels on the candidates of some people (Hinton et al., 2015).

.. math:: \mathcal L = \frac1n \sum_u \mathrm{KL}\big(\mathrm{softmax}(s^{slow}_u / T) \,\|\,
          \mathrm{softmax}(s^{quick}_u / T)\big)

over each person's candidates. The quick one is fitted before, and goes on from there. Knows no particular model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Recommender
from xdrec_app.models.history_encoder import HistoryRecommender
from xdrec_app.models.ranking import top_k
from xdrec_app.training.batching import shuffled_batches
from xdrec_app.training.objectives import make_optimiser
from xdrec_app.training.phase import Phase, Phases

PEOPLE_PER_STEP = 8


@dataclass(frozen=True, eq=False)
class SoftLabels:
    """What the slow model says of the candidates of some people.

    Attributes
    ----------
    users
        int32 [n].
    items, scores
        int32 and float32 [n, n_candidates], best first.
    """

    users: Ints
    items: Ints
    scores: Floats


def soft_labels(slow: Recommender, users: Ints, known: Interactions, n_candidates: int) -> Job[SoftLabels]:
    """Ask the slow model; people with fewer candidates than wanted are left out. A job.

    Parameters
    ----------
    known
        What people had, which is no candidate; numbers of the slow model.
    """
    seen = known.take(known.items < slow.n_target_items).matrix(len(slow.users), slow.n_target_items)
    items, scores = [], []
    for start in range(0, len(users), PEOPLE_PER_STEP):
        some = users[start : start + PEOPLE_PER_STEP]
        found, values = top_k(slow.scores(some), n_candidates, seen[some])
        items.append(found)
        scores.append(values)
        yield Progress(done=start + len(some), total=len(users), unit="people", message=f"Asking {slow.title}")
    labels = SoftLabels(users, np.concatenate(items), np.concatenate(scores))
    is_whole = np.isfinite(labels.scores).all(axis=1)
    return SoftLabels(labels.users[is_whole], labels.items[is_whole], labels.scores[is_whole])


def distillation(
    quick: HistoryRecommender,
    labels: SoftLabels,
    known: Interactions,
    *,
    temperature: float,
    learning_rate: float,
    epochs: int,
) -> Phases:
    """Describe the training of a fitted model on soft labels; afterwards everybody's state is brought up to it.

    Both models were fitted with the numbering of `known`.
    """
    network = quick.network
    device = network.people.device
    histories = quick._histories(known, len(quick.users))
    users = torch.from_numpy(labels.users.astype(np.int64)).to(device)
    items = torch.from_numpy(labels.items.astype(np.int64)).to(device)
    wanted = functional.softmax(torch.from_numpy(labels.scores).to(device) / temperature, dim=1)

    def batches(epoch: int) -> Iterator[Tensor]:
        yield from shuffled_batches(len(users), 64, device)

    def loss(chosen: Tensor) -> Tensor:
        places = quick.encoded(histories.of(users[chosen]))
        offered = items[chosen]
        embedded = network.offers.embedded(offered.flatten()).view(*offered.shape, -1)
        told = (embedded @ places[:, :, None]).squeeze(2) + network.offers.biased(offered.flatten()).view(offered.shape)
        return functional.kl_div(
            functional.log_softmax(told / temperature, dim=1), wanted[chosen], reduction="batchmean"
        )

    yield Phase(
        name="distil",
        modules=[network],
        optimiser=make_optimiser("adamw", network.parameters(), learning_rate),
        batches=batches,
        loss=loss,
        n_rows=len(users),
        epochs=epochs,
        clip_norm=1.0,
    )
    network.eval()
    quick._encode_everybody(histories)
