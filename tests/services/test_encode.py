"""The texts of items as vectors: computed once, kept, and only what is new is computed again."""

from __future__ import annotations

import hashlib
from typing import ClassVar

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Cancelled, Command, drive, run
from xdrec_app.models.text_encoder import TextEncoder, open_encoder, text_encoders
from xdrec_app.services import encode as service
from xdrec_app.services.data_requests import ImportItems
from xdrec_app.services.encode import encode, encoded_table
from xdrec_app.services.experiment_requests import Encode
from xdrec_app.services.import_descriptions import import_items
from xdrec_app.storage.database import open_database
from xdrec_app.storage.snapshots import load_table


class Letters(TextEncoder):
    """Counts letters, and how often it was asked."""

    key: ClassVar[str] = "letters"
    title: ClassVar[str] = "Letters"
    reference: ClassVar[str] = "this test"
    asked: ClassVar[list[str]] = []

    @classmethod
    def open(cls, place, device):
        return cls()

    fingerprint = "letters 1"
    size = 26

    def encode(self, texts):
        self.asked.extend(texts)
        counts = np.array([[text.lower().count(chr(97 + letter)) + 0.01 for letter in range(26)] for text in texts])
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def letters(monkeypatch):
    monkeypatch.setattr(service, "open_encoder", lambda name, device: Letters())
    Letters.asked.clear()
    return Letters


def test_what_was_read_once_is_kept(workspace, letters):
    first = run(encode(Encode(workspace=workspace, encoder="letters")))
    n_asked = len(letters.asked)
    second = run(encode(Encode(workspace=workspace, encoder="letters")))
    assert [domain.encoded for domain in first.domains] == [61, 61, 61]
    assert [domain.encoded for domain in second.domains] == [0, 0, 0]
    assert len(letters.asked) == n_asked == 183


def test_only_new_and_changed_texts_are_read(workspace, letters, tmp_path):
    run(encode(Encode(workspace=workspace, encoder="letters", domains=("books",))))
    letters.asked.clear()
    file = tmp_path / "new.csv"
    file.write_text("item_id,title,tags\nb00,Another name,taste 0\nb77,A new book,taste 1\n", encoding="utf-8")
    run(import_items(ImportItems(workspace=workspace, file=file, domain="books")))
    run(encode(Encode(workspace=workspace, encoder="letters", domains=("books",))))
    assert sorted(letters.asked) == ["A new book. taste 1", "Another name. taste 0"]


def test_vectors_stand_at_their_items_and_nan_where_nothing_is_said(workspace, letters, tmp_path):
    file = tmp_path / "bare.csv"
    file.write_text("item_id,title,tags\nb98,,\n", encoding="utf-8")
    run(import_items(ImportItems(workspace=workspace, file=file, domain="books")))
    with open_database(workspace) as database:
        table = load_table(database, "books")
        vectors = run(encoded_table(database, table, Letters())).table.vectors
        kept = run(encoded_table(database, table, Letters())).table.vectors
    bare = table.item_ids.index("b98")
    assert np.isnan(vectors[bare]).all()
    assert not np.isnan(np.delete(vectors, bare, axis=0)).any()
    np.testing.assert_array_equal(kept, vectors)
    np.testing.assert_allclose(vectors[3], Letters().encode([table.item_texts[3]])[0])


def test_a_cancelled_reading_keeps_what_was_read(workspace, letters):
    class CancelAtSecondStep:
        steps = 0

        def see(self, event):
            self.steps += isinstance(event, Progress) and event.unit == "texts"

        def poll(self):
            return Command.CANCEL if self.steps >= 1 else Command.GO_ON

    control = CancelAtSecondStep()
    job = encode(Encode(workspace=workspace, encoder="letters", domains=("books",)))
    assert isinstance(drive(job, control.see, control), Cancelled)
    report = run(encode(Encode(workspace=workspace, encoder="letters", domains=("books",))))
    assert 0 < report.domains[0].encoded < 61


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("klingon", "no text encoder 'klingon'"),
        ("multilingual:/here", "has no place such as"),
        ("folder", "needs a place"),
    ],
)
def test_an_encoder_that_cannot_be_named_so_is_refused(name, sentence):
    with pytest.raises(UserError, match=sentence):
        open_encoder(name)


@pytest.mark.parametrize("key", [cls.key for cls in text_encoders if not cls.needs_place])
def test_an_installed_encoder_gives_unit_vectors_that_hang_on_the_text_alone(key):
    encoder = open_encoder(key)
    texts = ["A detective looks for a murderer", "A cook writes about bread", "An inspector searches for the killer"]
    vectors = encoder.encode(texts)
    assert vectors.shape == (3, encoder.size)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    np.testing.assert_allclose(encoder.encode(texts[1:2])[0], vectors[1], atol=2e-3)
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1]
    assert encoder.encode([]).shape == (0, encoder.size)
    assert len(encoder.fingerprint) >= 8 and encoder.fingerprint != hashlib.blake2b(b"", digest_size=8).hexdigest()
