"""Weights that were learnt on some domains and are gone on from in others: one safetensors file with its manifest.

Knows no model; what is carried over holds nothing of people or items, only of how texts and their order are read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load, save, save_file

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value

FORMAT_VERSION: Literal[1] = 1
MANIFEST = "xdrec_pretrained"

_HINT = "Make it anew with: xdrec pretrain"


class PretrainedManifest(Value):
    """What a file of pre-trained weights says of itself.

    Attributes
    ----------
    model, params
        Key and hyper-parameters of the model.
    encoder
        Fingerprint of the text encoder.
    domains
        Names of what it was trained on, for people.
    sha256
        Of the weights as safetensors without a manifest.
    """

    format_version: Literal[1]
    model: str
    params: dict[str, Any]
    encoder: str
    domains: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, eq=False)
class Pretrained:
    """Weights by name, and what they are of."""

    manifest: PretrainedManifest
    arrays: dict[str, np.ndarray]

    @classmethod
    def of(
        cls, model: str, params: dict[str, Any], encoder: str, domains: tuple[str, ...], arrays: dict[str, np.ndarray]
    ) -> Pretrained:
        """Describe weights."""
        manifest = PretrainedManifest(
            format_version=FORMAT_VERSION,
            model=model,
            params=params,
            encoder=encoder,
            domains=domains,
            sha256=_digest(arrays),
        )
        return cls(manifest, arrays)

    def save(self, file: Path) -> None:
        """Write one file."""
        save_file(self.arrays, file, metadata={MANIFEST: self.manifest.model_dump_json()})

    @classmethod
    def load(cls, file: Path) -> Pretrained:
        """Read what :meth:`save` wrote.

        Raises
        ------
        UserError
            When it is not there, of another kind or version, or damaged.
        """
        try:
            with safe_open(file, "numpy") as opened:
                about = (opened.metadata() or {}).get(MANIFEST)
            arrays = load(file.read_bytes())
        except FileNotFoundError:
            raise UserError(f"There is no file '{file}'.") from None
        except (SafetensorError, OSError, ValueError):
            raise UserError(f"'{file.name}' cannot be read as pre-trained weights.", _HINT) from None
        manifest = _manifest_of(about, file.name)
        if _digest(arrays) != manifest.sha256:
            raise UserError(f"The pre-trained weights in '{file.name}' are damaged: their checksum differs.", _HINT)
        return cls(manifest, arrays)

    def require(self, model: str, encoder: str) -> None:
        """Refuse another model or another text encoder than the weights were learnt with.

        Raises
        ------
        UserError
            In words.
        """
        if self.manifest.model != model:
            raise UserError(f"The pre-trained weights are of the model '{self.manifest.model}', not of '{model}'.")
        if self.manifest.encoder != encoder:
            raise UserError(
                "The pre-trained weights were learnt on texts as another text encoder reads them.",
                "Choose the encoder that was used for pre-training.",
            )


def _manifest_of(text: str | None, name: str) -> PretrainedManifest:
    if text is None:
        raise UserError(f"'{name}' holds no weights that xdrec pretrain made.", _HINT)
    try:
        content = json.loads(text)
        if content.get("format_version") != FORMAT_VERSION:
            raise UserError(
                f"'{name}' is of format {content.get('format_version')}; this version of XDRec reads {FORMAT_VERSION}.",
                _HINT,
            )
        return PretrainedManifest.model_validate(content)
    except (ValueError, AttributeError, ValidationError):
        raise UserError(f"The description of the weights in '{name}' is damaged.", _HINT) from None


def _digest(arrays: dict[str, np.ndarray]) -> str:
    return hashlib.sha256(save(arrays)).hexdigest()
