"""Cutting heads and layers out of an encoder: what goes is what costs least, and what is left can be opened again."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

from xdrec_app.core.errors import UserError
from xdrec_app.models.bert import Bert, BertConfig, huggingface_name
from xdrec_app.models.pruning import bert_of, export, head_losses, layer_losses, pruned, without_heads, without_layers
from xdrec_app.models.text_encoder import open_encoder

TEXTS = ("a cook writes", "a detective looks for bread", "bread", "writes for a cook about a detective")
WORDS = sorted({word for text in TEXTS for word in text.split()})
CONFIG = {
    "model_type": "bert",
    "vocab_size": 2 + len(WORDS),
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 20,
}


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(1)
    path = tmp_path / "whole"
    path.mkdir()
    bert = Bert(BertConfig.of(CONFIG)).requires_grad_(False)
    for weights in bert.parameters():
        weights.add_(torch.randn(weights.shape), alpha=0.2)
    # Layer 1 adds nothing, and neither do heads 0 and 2 of layer 2: these should go first.
    silent = bert.layers[1]
    for part in (silent.attention.output, silent.down):
        part.weight.zero_()
        part.bias.zero_()
    for norm in (silent.attention_norm, silent.norm, bert.layers[0].norm):
        norm.weight.fill_(1)
        norm.bias.zero_()
    bert.layers[2].attention.output.weight[:, :4] = 0
    bert.layers[2].attention.output.weight[:, 8:12] = 0
    save_file(
        {huggingface_name(name): tensor for name, tensor in bert.state_dict().items()}, path / "model.safetensors"
    )
    (path / "config.json").write_text(json.dumps(CONFIG))
    tokenizer = Tokenizer(models.WordLevel({w: n for n, w in enumerate(("[PAD]", "[UNK]", *WORDS))}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(path / "tokenizer.json"))
    return path


@pytest.fixture
def network(folder):
    return open_encoder(f"folder:{folder}").network


def test_the_layer_and_the_heads_that_say_nothing_cost_nothing(network):
    expected = network.vectors(TEXTS)
    by_layer = layer_losses(network, TEXTS, expected)
    assert by_layer.argmin() == 1 and by_layer[1] < 1e-5
    assert min(by_layer[0], by_layer[2]) > 1e-3
    of_last = head_losses(network, TEXTS, expected)[2]
    assert max(of_last[[0, 2]]) < 1e-5 < min(of_last[[1, 3]])


def test_a_pruned_network_gives_the_vectors_of_the_whole_one_when_only_silence_was_cut(network):
    smaller = pruned(network, TEXTS, n_layers=1, n_heads=2)
    assert bert_of(smaller).config.n_heads == (4, 2)
    np.testing.assert_allclose(smaller.vectors(TEXTS), network.vectors(TEXTS), atol=1e-4)
    assert bert_of(network).config.n_heads == (4, 4, 4)


def test_cutting_a_head_is_silencing_it(network):
    bert = bert_of(network)
    tokens, mask = torch.tensor([[2, 3, 4]]), torch.ones(1, 3, dtype=torch.bool)
    gates = [torch.ones(4), torch.ones(4), torch.tensor([1.0, 1.0, 1.0, 0.0])]
    torch.testing.assert_close(without_heads(bert, {2: [3]})(tokens, mask), bert(tokens, mask, gates=gates))
    assert len(without_layers(bert, {0, 2}).layers) == 1


def test_what_is_left_is_a_folder_that_can_be_opened(network, folder, tmp_path):
    smaller = pruned(network, TEXTS, n_layers=1, n_heads=3)
    export(smaller, folder, tmp_path / "small")
    opened = open_encoder(f"folder:{tmp_path / 'small'}")
    np.testing.assert_array_equal(opened.encode(TEXTS), smaller.vectors(TEXTS))
    assert opened.fingerprint != open_encoder(f"folder:{folder}").fingerprint
    with pytest.raises(UserError, match="there already"):
        export(smaller, folder, tmp_path / "small")


@pytest.mark.parametrize("too_many", [{"n_layers": 3}, {"n_heads": 10}])
def test_a_layer_and_a_head_in_each_layer_must_stay(network, too_many):
    with pytest.raises(UserError, match="cannot be cut"):
        pruned(network, TEXTS, **too_many)
