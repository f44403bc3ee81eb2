"""Text encoder and its vectors in fewer bits, without some heads and layers: size, speed and quality.

The English encoder on films of MovieLens 100K (title and plot, 64 tokens; genres are not shown to it), one thread.
Heads and layers are chosen on 24 films (seed 0) and all are judged on 400 others. Quality: the share of a film's ten
nearest films that have a genre in common with it, beside the same share of any film; and how many of the ten nearest
are those of the whole encoder. The first is coarse and no substitute for a model's metric.
Speed: best of three, in turns.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from xdrec_app.models.bert import Bert
from xdrec_app.models.compression import Compression, compress, expand
from xdrec_app.models.encoders.minilm import MiniLM
from xdrec_app.models.pruning import bert_of, pruned
from xdrec_app.models.sentences import SentenceNetwork

FILMS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "ml-100k" / "items.csv"
N_FILMS, N_CHOOSING, N_TIMED, ROUNDS = 400, 24, 64, 3
LEAST_KEPT = 0.98
"""Share of the quality that the vectors in 8 bits and the weights in half precision must keep."""


@dataclass
class Variant:
    """A way to have vectors of the films, and what it weighs."""

    name: str
    megabytes: float
    network: SentenceNetwork
    finish: Callable[[np.ndarray], np.ndarray] = lambda vectors: vectors
    limit: float | None = None
    seconds: float = float("inf")


def main() -> int:
    """Print a line for each variant; 1 when one that has a limit loses more than it may."""
    if not FILMS.is_file() or MiniLM.lacks():
        print(f"skipped: {MiniLM.lacks() or 'MovieLens 100K is not here'}")
        return 0
    torch.set_num_threads(1)
    films = pd.read_csv(FILMS, dtype=str, keep_default_na=False).sample(N_FILMS + N_CHOOSING, random_state=0)
    texts = [f"{film.title}. {film.description}" for film in films.itertuples()]
    genres = films["genres"].str.get_dummies("|").to_numpy()[N_CHOOSING:]
    judged = texts[N_CHOOSING:]
    whole = replace(MiniLM.open("", torch.device("cpu")).network, max_length=64)
    variants = list(made(whole, texts[:N_CHOOSING]))
    for _ in range(ROUNDS):
        for variant in variants:
            started = time.perf_counter()
            variant.network.vectors(judged[:N_TIMED])
            variant.seconds = min(variant.seconds, time.perf_counter() - started)
    expected = whole.vectors(judged)
    base, by_chance = shared_genre(expected, genres), chance(genres)
    print(f"Any film has a genre in common with a film: {by_chance:.4f}.\n")
    print("| variant | MB | texts/s | cosine to whole | same ten nearest | common genre in ten | kept | limit |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    has_missed = False
    for variant in variants:
        vectors = variant.finish(variant.network.vectors(judged))
        quality = shared_genre(vectors, genres)
        kept = quality / base
        has_missed |= variant.limit is not None and kept < variant.limit
        same = np.mean([len(set(a) & set(b)) for a, b in zip(nearest(vectors), nearest(expected), strict=True)]) / 10
        print(
            f"| {variant.name} | {variant.megabytes:.2f} | {N_TIMED / variant.seconds:.0f} | "
            f"{(vectors * expected).sum(1).mean():.4f} | {same:.3f} | {quality:.4f} | {kept:.1%} | "
            f"{'' if variant.limit is None else f'{variant.limit:.0%}'} |"
        )
    return int(has_missed)


def made(whole: SentenceNetwork, texts: Sequence[str]) -> list[Variant]:
    """Return the variants; of the vectors' tables the size for the films that are judged."""
    table = N_FILMS * whole.size * 4 / 1e6
    variants = [Variant("whole, float32", size_of(bert_of(whole)), whole)]
    for to, name in (("half", "weights in half precision"), ("int8", "weights in int8")):
        smaller, megabytes = rounded(whole, to)
        variants.append(Variant(name, megabytes, smaller, limit=LEAST_KEPT if to == "half" else None))
    variants += [
        Variant("table of vectors, float32", table, whole),
        Variant("table of vectors, half", table / 2, whole, lambda vectors: back(vectors, "half"), LEAST_KEPT),
        Variant("table of vectors, int8", table / 4 + N_FILMS * 4 / 1e6, whole, lambda v: back(v, "int8"), LEAST_KEPT),
    ]
    for n_layers, n_heads in ((0, 12), (0, 24), (1, 0), (2, 0), (1, 12), (3, 0)):
        smaller = pruned(whole, texts, n_layers=n_layers, n_heads=n_heads)
        cut = " and ".join(f"{n} of {of}" for n, of in ((n_layers, "6 layers"), (n_heads, "72 heads")) if n)
        variants.append(Variant(f"without {cut}", size_of(bert_of(smaller)), smaller))
    return variants


def rounded(network: SentenceNetwork, to: Compression) -> tuple[SentenceNetwork, float]:
    """Return the network that answers from compressed weights, and their megabytes."""
    bert = bert_of(network)
    packed = compress({name: tensor.numpy() for name, tensor in bert.state_dict().items()}, to)
    smaller = Bert(bert.config)
    smaller.load_state_dict({name: torch.from_numpy(array) for name, array in expand(packed, to).items()})
    megabytes = sum(array.nbytes for array in packed.values()) / 1e6
    return replace(network, module=smaller.eval().requires_grad_(False)), megabytes


def back(vectors: np.ndarray, to: Compression) -> np.ndarray:
    """Return vectors as they come out of a compressed table."""
    return expand(compress({"vectors": vectors}, to), to)["vectors"]


def size_of(bert: Bert) -> float:
    """Return the megabytes of the weights."""
    return sum(tensor.nbytes for tensor in bert.state_dict().values()) / 1e6


def nearest(vectors: np.ndarray) -> np.ndarray:
    """Return the ten nearest others of each row."""
    near = vectors @ vectors.T
    np.fill_diagonal(near, -np.inf)
    return np.argsort(-near, axis=1, kind="stable")[:, :10]


def shared_genre(vectors: np.ndarray, genres: np.ndarray) -> float:
    """Return the share of the ten nearest films that have a genre in common."""
    return float(((genres[nearest(vectors)] * genres[:, None]).sum(2) > 0).mean())


def chance(genres: np.ndarray) -> float:
    """Return the share of all others that have a genre in common."""
    common = genres @ genres.T > 0
    np.fill_diagonal(common, False)
    return float(common.sum() / (len(genres) * (len(genres) - 1)))


if __name__ == "__main__":
    sys.exit(main())
