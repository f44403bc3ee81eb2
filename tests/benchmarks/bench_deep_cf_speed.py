"""Speed of deep CF on MovieLens 100K against the loop of most tutorials, one after the other in the same run.

The tutorial: a per-row Dataset behind a DataLoader (batch 256), two embeddings of 128, one hidden layer, MSE, Adam,
float32, no regularisation. Its best validation RMSE is the mark that both must reach; the seconds until then count the
training alone, not the validation. "Same network" is deep_cf with the tutorial's sizes; "defaults" is deep_cf as it
comes. One thread, seed 0, 10 % of u1.base for validation.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import ml100k
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from xdrec_app.core.events import EpochEnd
from xdrec_app.core.jobs import Succeeded, drive
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.base import FitOptions, recommenders

TUTORIAL_EPOCHS = 6
LIMIT = 4.0
SAME_NETWORK = {"embedding_size": 128, "hidden_size": 128, "n_layers": 1, "batch_size": 4096}

Curve = list[tuple[float, float]]
"""Per epoch: seconds of training so far, RMSE on the validation part."""


@dataclass
class PerRow(Dataset):
    """One rating at a time, as tutorials do it."""

    users: list[int]
    items: list[int]
    values: list[float]

    def __len__(self) -> int:
        return len(self.users)

    def __getitem__(self, row: int) -> tuple[Tensor, Tensor, Tensor]:
        return (
            torch.tensor(self.users[row]),
            torch.tensor(self.items[row]),
            torch.tensor(self.values[row], dtype=torch.float32),
        )


class TutorialNetwork(nn.Module):
    """Two embeddings of 128, concatenated, one hidden layer."""

    def __init__(self, n_users: int, n_items: int) -> None:
        super().__init__()
        self.users, self.items = nn.Embedding(n_users, 128), nn.Embedding(n_items, 128)
        self.layers = nn.Sequential(nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 1))

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Return ratings of pairs."""
        return self.layers(torch.cat([self.users(users), self.items(items)], dim=1)).squeeze(1)


class NetworkScorer:
    """The tutorial's network as something that rates pairs."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network

    def predict(self, users, items):
        """Return ratings within the scale."""
        with torch.no_grad():
            rated = self._network(torch.from_numpy(users).long(), torch.from_numpy(items).long())
        return rated.clamp(*ml100k.SCALE).numpy()


def tutorial(data: CrossDomainData, valid: ml100k.Rows) -> Iterator[tuple[float, float]]:
    """Train as tutorials do."""
    torch.manual_seed(0)
    rows = data.interactions
    loader = DataLoader(
        PerRow(rows.users.tolist(), rows.items.tolist(), rows.values.tolist()), batch_size=256, shuffle=True
    )
    network = TutorialNetwork(data.n_users, data.n_items)
    optimiser, loss_of = torch.optim.Adam(network.parameters()), nn.MSELoss()
    seconds = 0.0
    for _ in range(TUTORIAL_EPOCHS):
        started = time.perf_counter()
        for users, items, values in loader:
            optimiser.zero_grad()
            loss_of(network(users, items), values).backward()
            optimiser.step()
        seconds += time.perf_counter() - started
        yield seconds, ml100k.rmse(NetworkScorer(network), data, valid)


def ours(data: CrossDomainData, valid: ml100k.Rows, **params: object) -> Curve:
    """Train deep_cf by the ordinary loop."""
    model = recommenders["deep_cf"](recommenders["deep_cf"].Params.parse(dict(params)))
    curve: Curve = []
    seconds = 0.0

    def note(event: object) -> None:
        nonlocal seconds
        if isinstance(event, EpochEnd):
            seconds += len(data.interactions) / event.interactions_per_s
            curve.append((seconds, event.validation["rmse"]))

    options = FitOptions(
        validate=lambda scorer: {"rmse": ml100k.rmse(scorer, data, valid)}, monitor="rmse", higher_is_better=False
    )
    outcome = drive(model.fit(data, options), note)
    if not isinstance(outcome, Succeeded):
        raise RuntimeError(outcome)
    return curve


def seconds_until(curve: Curve, mark: float) -> float:
    """Return the seconds of training after which the mark was first reached; infinity if never."""
    return next((seconds for seconds, figure in curve if figure <= mark), float("inf"))


def main() -> int:
    """Measure and compare; return 1 when the defaults miss a limit."""
    torch.set_num_threads(1)
    train, valid_rows = ml100k.cut(ml100k.read("u1.base.csv"))
    data, valid = CrossDomainData.join(ml100k.table_of(train)), ml100k.rows_of(valid_rows)
    curves = {
        "tutorial": list(tutorial(data, valid)),
        "deep_cf, same network, batch 4096": ours(data, valid, **SAME_NETWORK),
        "deep_cf, defaults": ours(data, valid),
    }
    mark = min(figure for _, figure in curves["tutorial"])
    epoch_s = {name: curve[-1][0] / len(curve) for name, curve in curves.items()}
    until_s = {name: seconds_until(curve, mark) for name, curve in curves.items()}
    print(f"The mark: validation RMSE {mark:.4f}, the tutorial's best.\n")
    print("| loop | s per epoch | times faster | s until the mark | times sooner | best RMSE |")
    print("|---|---|---|---|---|---|")
    for name, curve in curves.items():
        best = min(figure for _, figure in curve)
        faster, sooner = epoch_s["tutorial"] / epoch_s[name], until_s["tutorial"] / until_s[name]
        print(f"| {name} | {epoch_s[name]:.2f} | {faster:.1f} | {until_s[name]:.2f} | {sooner:.1f} | {best:.4f} |")
    ratios = [figures["tutorial"] / figures["deep_cf, defaults"] for figures in (epoch_s, until_s)]
    return int(min(ratios) < LIMIT)


if __name__ == "__main__":
    if not ml100k.FOLDER.is_dir():
        print("skipped: the MovieLens 100K folder is not there")
        sys.exit(0)
    sys.exit(main())
