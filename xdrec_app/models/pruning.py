"""A smaller BERT from a larger one: heads and layers that change the vectors of texts least are cut out.

Michel, Levy and Neubig, Are Sixteen Heads Really Better than One?, NeurIPS 2019; Fan, Grave and Joulin, Reducing
Transformer Depth on Demand, ICLR 2020. What a cut costs is measured, not estimated: the mean of 1 - cosine between the
vectors of some texts before and after it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.bert import Bert, huggingface_name
from xdrec_app.models.huggingface_folder import CONFIG, SETTINGS
from xdrec_app.models.sentences import SentenceNetwork


def loss_of(network: SentenceNetwork, texts: Sequence[str], expected: Floats) -> float:
    """Return the mean of 1 - cosine between the vectors of texts and those expected, float32 [n_texts, size]."""
    return float(1 - (network.vectors(texts) * expected).sum(axis=1).mean())


def layer_losses(network: SentenceNetwork, texts: Sequence[str], expected: Floats) -> Floats:
    """Return what leaving out each layer alone costs, float64 [n_layers]."""
    bert = bert_of(network)
    layers = range(len(bert.layers))
    return np.array([loss_of(replace(network, module=without_layers(bert, {n})), texts, expected) for n in layers])


def head_losses(network: SentenceNetwork, texts: Sequence[str], expected: Floats) -> list[Floats]:
    """Return for each layer what silencing each of its heads alone costs, float64 [n_heads]."""
    bert = bert_of(network)
    losses = []
    for number, n_heads in enumerate(bert.config.n_heads):
        of_layer = []
        for head in range(n_heads):
            gates = [torch.ones(n, device=network.device) for n in bert.config.n_heads]
            gates[number][head] = 0
            of_layer.append(loss_of(replace(network, module=_Gated(bert, gates)), texts, expected))
        losses.append(np.array(of_layer))
    return losses


def pruned(network: SentenceNetwork, texts: Sequence[str], *, n_layers: int = 0, n_heads: int = 0) -> SentenceNetwork:
    """Return a network without the layers and heads that cost least; a layer keeps one head at least.

    Parameters
    ----------
    texts
        A few dozen, of the kind that will be encoded.
    n_layers
        Layers to cut, one after the other, each measured anew.
    n_heads
        Heads to cut after that, by one measurement.

    Raises
    ------
    UserError
        When that many cannot be cut, or the network is not of BERT's class.
    """
    expected = network.vectors(texts)
    bert = bert_of(network)
    if not 0 <= n_layers < len(bert.layers):
        raise UserError(f"Of {len(bert.layers)} layers {n_layers} cannot be cut.")
    for _ in range(n_layers):
        cheapest = int(layer_losses(network, texts, expected).argmin())
        network = replace(network, module=without_layers(bert_of(network), {cheapest}))
    bert = bert_of(network)
    if not 0 <= n_heads <= sum(bert.config.n_heads) - len(bert.layers):
        raise UserError(f"Of {sum(bert.config.n_heads)} heads in {len(bert.layers)} layers {n_heads} cannot be cut.")
    losses = head_losses(network, texts, expected) if n_heads else []
    return replace(network, module=without_heads(bert, _cheapest(losses, n_heads)))


def without_layers(bert: Bert, cut: set[int]) -> Bert:
    """Return a network of the other layers, which shares its weights with `bert`."""
    kept = [number for number in range(len(bert.layers)) if number not in cut]
    smaller = _empty(bert, tuple(bert.config.n_heads[number] for number in kept))
    state = {name: tensor for name, tensor in bert.state_dict().items() if not name.startswith("layers.")}
    for place, number in enumerate(kept):
        of_layer = bert.layers[number].state_dict()
        state |= {f"layers.{place}.{name}": tensor for name, tensor in of_layer.items()}
    smaller.load_state_dict(state, assign=True)
    return smaller.eval().requires_grad_(False)


def without_heads(bert: Bert, cut: Mapping[int, Sequence[int]]) -> Bert:
    """Return a network without some heads; `cut` names them by layer."""
    size = bert.config.head_size
    kept = {
        number: [head for head in range(n_heads) if head not in cut.get(number, ())]
        for number, n_heads in enumerate(bert.config.n_heads)
    }
    smaller = _empty(bert, tuple(len(heads) for heads in kept.values()))
    state = bert.state_dict()
    for number, heads in kept.items():
        rows = torch.tensor([head * size + place for head in heads for place in range(size)])
        start = f"layers.{number}.attention"
        for part in ("query", "key", "value"):
            state[f"{start}.{part}.weight"] = state[f"{start}.{part}.weight"][rows]
            state[f"{start}.{part}.bias"] = state[f"{start}.{part}.bias"][rows]
        state[f"{start}.output.weight"] = state[f"{start}.output.weight"][:, rows]
    smaller.load_state_dict(state, assign=True)
    return smaller.eval().requires_grad_(False)


def export(network: SentenceNetwork, source: Path, out: Path) -> None:
    """Write a pruned network as a Hugging Face folder that the encoder ``folder:`` opens.

    Parameters
    ----------
    source
        The folder it came from; tokenizer and pooling are taken from there.
    out
        A folder that is made; it must not be there.
    """
    bert = bert_of(network)
    content = json.loads((source / CONFIG).read_text(encoding="utf-8"))
    if out.exists():
        raise UserError(f"{out} is there already.", "Name a new folder.")
    out.mkdir(parents=True)
    for name in SETTINGS:
        if (source / name).is_file():
            (out / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(source / name, out / name)
    n_heads = int(content["num_attention_heads"])
    # The heads that are left are numbered anew, so which ones are named as gone says only how many.
    gone = {
        str(number): list(range(left, n_heads)) for number, left in enumerate(bert.config.n_heads) if left < n_heads
    }
    changed = {**content, "num_hidden_layers": len(bert.layers), "pruned_heads": gone}
    (out / CONFIG).write_text(json.dumps(changed, indent=2), encoding="utf-8")
    state = {huggingface_name(name): tensor.cpu().contiguous() for name, tensor in bert.state_dict().items()}
    save_file(state, out / "model.safetensors")


def bert_of(network: SentenceNetwork) -> Bert:
    """Return the BERT of a network; a UserError when it is something else."""
    if not isinstance(network.module, Bert):
        raise UserError("Only encoders of BERT's class can be pruned.")
    return network.module


class _Gated(nn.Module):
    """A BERT in which each head says only so much."""

    def __init__(self, bert: Bert, gates: Sequence[Tensor]) -> None:
        super().__init__()
        self.bert, self.gates = bert, gates

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        hidden: Tensor = self.bert(tokens, mask, gates=self.gates)
        return hidden


def _empty(bert: Bert, n_heads: tuple[int, ...]) -> Bert:
    with torch.device("meta"):
        return Bert(replace(bert.config, n_heads=n_heads))


def _cheapest(losses: Sequence[Floats], n_heads: int) -> dict[int, list[int]]:
    """Return the heads that cost least by layer; the dearest head of a layer stays."""
    ranked = sorted(
        (loss, number, head)
        for number, of_layer in enumerate(losses)
        for head, loss in enumerate(of_layer)
        if head != int(of_layer.argmax())
    )
    cut: dict[int, list[int]] = {}
    for _, number, head in ranked[:n_heads]:
        cut.setdefault(number, []).append(head)
    return cut
