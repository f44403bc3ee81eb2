"""Where the contracts of models are tried out: the small world, divided and fitted once for all of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import BertProcessing

from xdrec_app.core.jobs import run
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.splitting import splits
from xdrec_app.models.base import FitOptions, recommenders
from xdrec_app.models.bert import Bert, BertConfig, huggingface_name
from xdrec_app.models.encoders import minilm
from xdrec_app.models.huggingface_folder import sha256_of
from xdrec_app.models.ranking import top_k

K = 10


def part_of(data: CrossDomainData, table: DomainTable, rows: np.ndarray) -> Interactions:
    """Rows of the target's table in the numbers of `data`."""
    users = data.users.numbers([table.user_ids[user] for user in table.users[rows]])
    return Interactions(users, table.items[rows], table.values[rows], table.times[rows])


def ndcg(scores: np.ndarray, seen: Interactions, wanted: Interactions) -> float:
    """NDCG@10 of the liked rows of `wanted`, all items but the seen ones competing."""
    n_users, n_items = scores.shape
    items, _ = top_k(scores, K, seen.matrix(n_users, n_items))
    liked = wanted.take(wanted.values >= 3)
    is_wanted = np.zeros((n_users, n_items + 1), bool)  # the last column answers for places without an item
    is_wanted[liked.users, liked.items] = True
    people = np.unique(liked.users)
    discounts = 1 / np.log2(np.arange(2, K + 2))
    gains = (np.take_along_axis(is_wanted[people], items[people], axis=1) * discounts).sum(axis=1)
    best = np.cumsum(discounts)[np.minimum(is_wanted[people].sum(axis=1), K) - 1]
    return float((gains / best).mean())


def rmse(predicted: np.ndarray, actual: np.ndarray) -> float:
    return float(np.sqrt(np.nanmean((predicted - actual) ** 2)))


@dataclass
class Lab:
    """The small world, divided once, and every model fitted on it at most once per number of sources."""

    target: DomainTable
    sources: tuple[DomainTable, ...]
    fitted: dict = field(default_factory=dict)

    def __post_init__(self):
        self.plan = splits["random"]().draw(self.target, self.sources, seed=3)

    def data(self, n_sources: int) -> CrossDomainData:
        data = CrossDomainData.join(self.target.take(self.plan.train), self.sources[:n_sources])
        rows = data.interactions
        for column in (rows.users, rows.items, rows.values, rows.times):
            column.setflags(write=False)
        return data

    def options(self, key: str, data: CrossDomainData, seed: int = 5) -> FitOptions:
        capabilities = recommenders[key].capabilities
        if not capabilities.trains_by_epochs:
            return FitOptions(seed=seed)
        valid, seen = part_of(data, self.target, self.plan.valid), data.target_interactions
        people = self.everybody(data)
        if capabilities.task == "rating":
            return FitOptions(
                seed=seed,
                validate=lambda scorer: {"rmse": rmse(scorer.predict(valid.users, valid.items), valid.values)},
                monitor="rmse",
                higher_is_better=False,
            )
        return FitOptions(
            seed=seed,
            validate=lambda scorer: {"ndcg@10": ndcg(scorer.scores(people), seen, valid)},
            monitor="ndcg@10",
        )

    def fit(self, key: str, n_sources: int):
        if (key, n_sources) not in self.fitted:
            data = self.data(n_sources)
            model = recommenders[key]()
            run(model.fit(data, self.options(key, data)))
            self.fitted[key, n_sources] = model, data, model.scores(self.everybody(data))
        return self.fitted[key, n_sources]

    def test_rows(self, data: CrossDomainData) -> Interactions:
        return part_of(data, self.target, self.plan.test)

    def ndcg(self, scores: np.ndarray, data: CrossDomainData) -> float:
        """NDCG@10 on the test part."""
        return ndcg(scores, data.target_interactions, self.test_rows(data))

    def rmse(self, predicted: np.ndarray, data: CrossDomainData) -> float:
        """RMSE of predictions for the test part."""
        return rmse(predicted, self.test_rows(data).values)

    @staticmethod
    def everybody(data: CrossDomainData) -> np.ndarray:
        return np.arange(data.n_users, dtype=np.int32)


@pytest.fixture(scope="session")
def _lab(small_world) -> Lab:
    return Lab(small_world.target, small_world.sources)


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory):
    """A folder with a network of BERT's class: one layer, 16 numbers, random weights."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "books", "movies", "songs", "taste", *map(str, range(60))]
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    folder = tmp_path_factory.mktemp("tiny-bert")
    tokenizer.save(str(folder / "tokenizer.json"))
    content = {
        "model_type": "bert",
        "vocab_size": len(words),
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": 128,
    }
    (folder / "config.json").write_text(json.dumps(content))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        weights = Bert(BertConfig.of(content)).state_dict()
    save_file({huggingface_name(name): tensor for name, tensor in weights.items()}, folder / minilm.WEIGHTS)
    return folder


@pytest.fixture(scope="module")
def lab(_lab, tiny_bert):
    """The lab, while torch has one thread and a tiny network stands where the English encoder is installed.

    What models promise does not hang on how much the encoder knows, and so the contracts need neither it nor minutes.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(minilm, "package_folder", lambda: tiny_bert)
        patch.setattr(minilm, "WEIGHTS_SHA256", sha256_of(tiny_bert / minilm.WEIGHTS))
        yield from _with_one_thread(_lab)


def _with_one_thread(_lab):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield _lab
    torch.set_num_threads(threads)
