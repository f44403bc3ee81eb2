"""Vectors from an address that speaks as OpenAI does: Ollama, LM Studio, vLLM and many others."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

import numpy as np
import torch

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.text_encoder import TextEncoder, readable, text_encoders

API_KEY = "XDREC_API_KEY"
TIMEOUT_S = 60.0
PAUSE_S = 0.5
TEXTS_PER_REQUEST = 32
CHARACTERS = 8_000
MAX_REPLY_BYTES = 64 * 2**20
_EXAMPLE = "Name it as in server:http://localhost:11434/v1#nomic-embed-text."


class _NoRedirect(HTTPRedirectHandler):
    """Stays at the address that was named: elsewhere the key and the texts have no business."""

    def redirect_request(self, *_: Any) -> None:
        return None


@text_encoders.register
class Server(TextEncoder):
    """Asks ``/v1/embeddings``; the texts leave this machine when the address does."""

    key: ClassVar[str] = "server"
    title: ClassVar[str] = "A server with /v1/embeddings"
    reference: ClassVar[str] = f"the embeddings request of OpenAI; a key is read from the environment, {API_KEY}"
    needs_place: ClassVar[bool] = True

    def __init__(self, address: str, model: str) -> None:
        self.address, self.model = address, model
        # Without the proxies of the environment: what is named is what is asked.
        self._opener: OpenerDirector = build_opener(ProxyHandler({}), _NoRedirect)
        self._size = 0

    @classmethod
    def open(cls, place: str, device: torch.device) -> Server:
        """See :meth:`TextEncoder.open`; asks for one vector to learn its size."""
        address, _, model = place.partition("#")
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserError(f"'{address}' is not an address that starts with http:// or https://.", _EXAMPLE)
        if not model:
            raise UserError("The address does not say which model the server should use.", _EXAMPLE)
        server = cls(address.rstrip("/"), model)
        server._size = server._ask(["size"]).shape[1]
        return server

    @property
    def fingerprint(self) -> str:
        """See :attr:`TextEncoder.fingerprint`; a server that changes its model under one name is not noticed."""
        return hashlib.blake2b(f"{self.address}#{self.model}".encode(), digest_size=16).hexdigest()

    @property
    def size(self) -> int:
        """See :attr:`TextEncoder.size`."""
        return self._size

    def encode(self, texts: Sequence[str]) -> Floats:
        """See :meth:`TextEncoder.encode`."""
        result = np.empty((len(texts), self._size), np.float32)
        for start in range(0, len(texts), TEXTS_PER_REQUEST):
            part = texts[start : start + TEXTS_PER_REQUEST]
            result[start : start + len(part)] = self._ask([readable(text, CHARACTERS) or " " for text in part])
        return result

    def _ask(self, texts: Sequence[str]) -> Floats:
        """Return what the server says, as unit vectors."""
        vectors = self._vectors_of(self._reply(texts), len(texts))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(norms > 0, norms, 1), np.float32)

    def _vectors_of(self, reply: bytes, n_texts: int) -> Floats:
        try:
            rows = sorted(json.loads(reply)["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], np.float32)
        except (ValueError, KeyError, TypeError):
            raise UserError(f"{self.address} does not answer as /v1/embeddings should.", _EXAMPLE) from None
        is_usual = vectors.ndim == 2 and len(vectors) == n_texts and vectors.shape[1] > 0
        if not is_usual or (self._size and vectors.shape[1] != self._size) or not np.isfinite(vectors).all():
            raise UserError(
                f"{self.address} was asked for {n_texts} vectors and sent numbers of the shape {vectors.shape}, "
                f"{self._size or 'any'} per vector expected, all finite."
            )
        return vectors

    def _reply(self, texts: Sequence[str]) -> bytes:
        try:
            return self._send(texts)
        except HTTPError as error:
            if error.code != 429 and error.code < 500:
                raise self._refusal(error) from None
        except (OSError, http.client.HTTPException):  # URLError and time-outs are OSErrors
            pass
        time.sleep(PAUSE_S)  # once more: the server may just be loading the model
        try:
            return self._send(texts)
        except HTTPError as error:
            raise self._refusal(error) from None
        except TimeoutError:
            raise UserError(f"{self.address} did not answer within {TIMEOUT_S:.0f} s.") from None
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise UserError(f"{self.address} cannot be reached: {reason}.", "Is the server running?") from None

    def _send(self, texts: Sequence[str]) -> bytes:
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(API_KEY):
            headers["Authorization"] = f"Bearer {key}"
        body = json.dumps({"model": self.model, "input": list(texts), "encoding_format": "float"}).encode()
        request = Request(f"{self.address}/embeddings", body, headers, method="POST")
        with self._opener.open(request, timeout=TIMEOUT_S) as answer:
            return bytes(answer.read(MAX_REPLY_BYTES))

    def _refusal(self, error: HTTPError) -> UserError:
        said = " ".join(error.read(2_000).decode("utf-8", "replace").split())[:200]
        error.close()
        if error.code in (401, 403):
            return UserError(f"{self.address} asks for a key.", f"Put it into the environment variable {API_KEY}.")
        if error.code == 404:
            return UserError(
                f"{self.address} has no model '{self.model}', or no /embeddings below that address: {said}",
                "Many servers end in /v1; Ollama needs `ollama pull MODEL` first.",
            )
        return UserError(f"{self.address} refused with status {error.code}: {said}")
