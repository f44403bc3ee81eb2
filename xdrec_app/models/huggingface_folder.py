"""A sentence encoder from a local Hugging Face folder: what stands in it, whether it may be loaded, its pooling.

Safetensors only, never pickle; no code of the folder is run and nothing is fetched. Networks of BERT's class are read
by :mod:`xdrec_app.models.bert`, others by the package `transformers` where it is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from xdrec_app.core.errors import UserError
from xdrec_app.models.bert import ARCHITECTURES, load_bert
from xdrec_app.models.sentences import Pooling, SentenceNetwork

LONGEST = 512
"""Tokens that are read of a text where the folder does not say."""

CONFIG, TOKENIZER = "config.json", "tokenizer.json"
SETTINGS = (
    CONFIG,
    TOKENIZER,
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
)
"""What decides the vectors beside the weights."""

_BLOCK = 1 << 22


def load_sentence_network(folder: Path, device: torch.device) -> SentenceNetwork:
    """Load the encoder that stands in a folder.

    Raises
    ------
    UserError
        When something is missing or damaged, or the folder wants code of its own or pickled weights to be run.
    """
    files = weight_files(folder)
    content = _json(folder / CONFIG)
    if "auto_map" in content:
        raise UserError(
            f"The model in {folder} brings Python code of its own, which is never run.",
            "Take a model that needs none, such as BERT, MiniLM, E5 or XLM-RoBERTa.",
        )
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # the package raises nothing more particular
        raise UserError(f"{folder / TOKENIZER} cannot be read: {error}.") from error
    kind = content.get("model_type")
    if kind in ARCHITECTURES:
        bert = load_bert(files, content).to(device)
        module: Callable[[Tensor, Tensor], Tensor] = bert
        longest = bert.config.max_length
    else:
        module = _foreign(folder, str(kind), device)
        longest = int(content.get("max_position_embeddings", LONGEST))
    return SentenceNetwork(
        module=module,
        tokenizer=tokenizer,
        size=int(content["hidden_size"]),
        max_length=min(longest, _max_length(folder)),
        pooling=_pooling(folder, "mean" if kind in ARCHITECTURES else "last"),
        prompt=_prompt(folder),
        pad=int(content.get("pad_token_id") or 0),
        device=device,
    )


def weight_files(folder: Path) -> list[Path]:
    """Return the safetensors of a folder.

    Raises
    ------
    UserError
        When it is no folder, or holds pickled weights only, or none.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.")
    for name in (CONFIG, TOKENIZER):
        if not (folder / name).is_file():
            raise UserError(f"The folder {folder} has no {name}.", "It should be a Hugging Face model with both.")
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        pickled = sorted([*folder.glob("*.bin"), *folder.glob("*.pt"), *folder.glob("*.pth")])
        if pickled:
            raise UserError(
                f"{pickled[0]} is pickled and is not opened, because pickle can run any code.",
                "Take the model's safetensors instead.",
            )
        raise UserError(f"The folder {folder} has no weights (*.safetensors).")
    return files


def sha256_of(file: Path) -> str:
    """Return the checksum of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def fingerprint_of(folder: Path) -> str:
    """Return what changes when anything changes that decides the vectors: weights, tokenizer, pooling."""
    digest = hashlib.sha256()
    for file in [*weight_files(folder), *(folder / name for name in SETTINGS)]:
        if file.is_file():
            digest.update(f"{file.relative_to(folder).as_posix()} {sha256_of(file)}\n".encode())
    return digest.hexdigest()[:32]


def _foreign(folder: Path, kind: str, device: torch.device) -> Callable[[Tensor, Tensor], Tensor]:
    if importlib.util.find_spec("transformers") is None:
        raise UserError(
            f"The model in {folder} is of the class '{kind}', which XDRec reads with the package transformers only.",
            "Install it with: pip install transformers. BERT, MiniLM, E5 and XLM-RoBERTa need nothing.",
        )
    transformers: Any = importlib.import_module("transformers")
    try:
        model = transformers.AutoModel.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise UserError(f"The package transformers cannot load {folder}: {error}") from error
    model = model.to(device).eval().requires_grad_(False)

    def hidden(tokens: Tensor, mask: Tensor) -> Tensor:
        last: Tensor = model(input_ids=tokens, attention_mask=mask.long()).last_hidden_state
        return last

    return hidden


def _pooling(folder: Path, by_default: Pooling) -> Pooling:
    said = _json(folder / "1_Pooling" / "config.json", optional=True)
    named: dict[str, Pooling] = {
        "pooling_mode_cls_token": "cls",
        "pooling_mode_mean_tokens": "mean",
        "pooling_mode_max_tokens": "max",
        "pooling_mode_lasttoken": "last",
    }
    chosen = [name for name, is_on in said.items() if name.startswith("pooling_mode_") and is_on is True]
    if not chosen:
        return by_default
    if len(chosen) > 1 or chosen[0] not in named:
        raise UserError(f"The pooling of {folder} is not known here: {', '.join(chosen)}.")
    return named[chosen[0]]


def _max_length(folder: Path) -> int:
    return int(_json(folder / "sentence_bert_config.json", optional=True).get("max_seq_length") or LONGEST)


def _prompt(folder: Path) -> str:
    said = _json(folder / "config_sentence_transformers.json", optional=True)
    return str((said.get("prompts") or {}).get(said.get("default_prompt_name"), ""))


def _json(file: Path, *, optional: bool = False) -> Mapping[str, Any]:
    if optional and not file.is_file():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read: {error}.") from error
    if not isinstance(content, dict):
        raise UserError(f"{file} is not a description of a model.")
    return content
