"""The vectors of items' texts: kept per encoder and item with a hash of the text, so that only what is new is encoded.

Knows no encoder: only its fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from xdrec_app.datasets.arrays import Bools, Floats, Longs
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import domain, item, text_vector
from xdrec_app.storage.sqlite import driver_cursor

_STORE = """
    INSERT INTO text_vector (encoder, item_id, text_hash, data) VALUES (?, ?, ?, ?)
    ON CONFLICT (encoder, item_id) DO UPDATE SET text_hash = excluded.text_hash, data = excluded.data
"""


@dataclass(frozen=True, eq=False)
class StoredVectors:
    """What is kept of a domain's items, one entry per item, ascending by id.

    Attributes
    ----------
    keys
        int64 database keys of the items.
    vectors
        float32 [n_items, size]; NaN rows where nothing is kept.
    is_current
        bool [n_items]: whether what is kept belongs to today's text; an empty text needs no vector.
    """

    keys: Longs
    vectors: Floats
    is_current: Bools


def load_vectors(database: Database, domain_name: str, texts: Sequence[str], encoder: str, size: int) -> StoredVectors:
    """Return the kept vectors of a domain.

    Parameters
    ----------
    texts
        One per item, ascending by id.
    encoder, size
        Its fingerprint and the length of its vectors.
    """
    of_domain = select(domain.c.id).where(domain.c.name == domain_name).scalar_subquery()
    kept = (text_vector.c.item_id == item.c.id) & (text_vector.c.encoder == encoder)
    query = (
        select(item.c.id, text_vector.c.text_hash, text_vector.c.data)
        .join(text_vector, kept, isouter=True)
        .where(item.c.domain_id == of_domain)
        .order_by(item.c.item_id)
    )
    vectors = np.full((len(texts), size), np.nan, np.float32)
    is_current = np.array([not text for text in texts], bool)
    keys = np.zeros(len(texts), np.int64)
    with database.read() as connection:
        for place, (key, text_hash, data) in enumerate(connection.execute(query)):
            keys[place] = key
            if data is not None and texts[place] and text_hash == hash_of(texts[place]):
                vectors[place] = np.frombuffer(data, np.float32)
                is_current[place] = True
    return StoredVectors(keys, vectors, is_current)


def keep_vectors(
    database: Database,
    encoder: str,
    keys: Longs,
    texts: Sequence[str],
    vectors: Floats,
    *,
    wait_s: float | None = None,
) -> None:
    """Keep the vectors of some items, in one short transaction."""
    rows = [
        (encoder, int(key), hash_of(text), np.ascontiguousarray(vector, np.float32).tobytes())
        for key, text, vector in zip(keys, texts, vectors, strict=True)
    ]
    with database.write(wait_s=wait_s) as connection:
        driver_cursor(connection).executemany(_STORE, rows)


def hash_of(text: str) -> bytes:
    """Return what tells two texts apart."""
    return hashlib.blake2b(text.encode(), digest_size=12).digest()
