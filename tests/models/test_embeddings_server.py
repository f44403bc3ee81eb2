"""The encoder behind an address: what it sends, and what it says when the answer is not one."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.models.encoders import server as module
from xdrec_app.models.text_encoder import open_encoder


def embedding(text):
    return [float(len(text)), 3.0, 4.0]


def usual(request):
    rows = [{"index": place, "embedding": embedding(text)} for place, text in enumerate(request["input"])]
    return 200, {"data": rows[::-1]}


@pytest.fixture
def service(monkeypatch):
    """A server whose next answers can be put into `replies`; keeps what it was asked."""
    monkeypatch.setattr(module, "PAUSE_S", 0.0)
    monkeypatch.delenv(module.API_KEY, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # must not be used

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            web.asked.append((self.path, dict(self.headers), request))
            status, content = web.replies.pop(0)(request) if web.replies else usual(request)
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    web = HTTPServer(("127.0.0.1", 0), Handler)
    web.asked, web.replies = [], []
    web.place = f"server:http://127.0.0.1:{web.server_port}/v1#tiny"
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield web
    web.shutdown()
    thread.join()
    web.server_close()


def test_vectors_are_of_unit_length_and_in_the_order_of_the_texts(service):
    encoder = open_encoder(service.place)
    texts = [f"text {'x' * n}" for n in range(70)]
    expected = np.array([embedding(text) for text in texts])
    given = encoder.encode(texts)
    np.testing.assert_allclose(given, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    assert encoder.size == 3
    assert [len(request["input"]) for _, _, request in service.asked] == [1, 32, 32, 6]
    assert {(path, request["model"]) for path, _, request in service.asked} == {("/v1/embeddings", "tiny")}


def test_odd_texts_are_sent_as_something_a_server_takes(service):
    open_encoder(service.place).encode(["", "a\0b", "half \ud800", "x" * 10_000_000])
    sent = service.asked[-1][2]["input"]
    assert sent[:3] == [" ", "a b", "half ?"]
    assert len(sent[3]) == module.CHARACTERS


def test_the_key_comes_from_the_environment_and_goes_nowhere_else(service, monkeypatch):
    monkeypatch.setenv(module.API_KEY, "secret")
    open_encoder(service.place)
    assert service.asked[0][1]["Authorization"] == "Bearer secret"
    service.replies.append(lambda _: (302, {}))
    with pytest.raises(UserError, match="status 302"):
        open_encoder(service.place)
    assert all(path == "/v1/embeddings" for path, *_ in service.asked)


def test_a_server_that_stumbles_once_is_asked_again(service):
    service.replies.append(lambda _: (503, {}))
    assert open_encoder(service.place).size == 3
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("status", "content", "sentence"),
    [
        (404, {"error": "model 'tiny' not found"}, "has no model 'tiny'.*not found"),
        (401, {}, "asks for a key.*XDREC_API_KEY"),
        (400, {"error": "too long"}, "status 400: .*too long"),
        (200, b"<html>", "does not answer as"),
        (200, {"data": [{"embedding": [1.0]}]}, "does not answer as"),
        (200, {"data": []}, "sent numbers of the shape"),
        (200, {"data": [{"index": 0, "embedding": []}]}, "sent numbers of the shape"),
        (200, b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}', "all finite"),
        (200, {"data": [{"index": 0, "embedding": ["a"]}]}, "does not answer as"),
    ],
)
def test_an_answer_that_is_none_is_a_sentence(service, status, content, sentence):
    service.replies.append(lambda _: (status, content))
    with pytest.raises(UserError, match=sentence):
        open_encoder(service.place)
    assert len(service.asked) == 1


def test_a_vector_of_another_size_is_refused(service):
    encoder = open_encoder(service.place)
    service.replies.append(lambda _: (200, {"data": [{"index": 0, "embedding": [1.0, 2.0]}]}))
    with pytest.raises(UserError, match=r"shape \(1, 2\), 3 per vector expected"):
        encoder.encode(["text"])


def test_a_server_that_is_not_there_is_a_sentence(service):
    with pytest.raises(UserError, match=r"cannot be reached.*Is the server running"):
        open_encoder("server:http://127.0.0.1:9/v1#tiny")


@pytest.mark.parametrize(
    ("place", "sentence"), [("ftp://here#m", "starts with http"), ("http://127.0.0.1:9/v1", "which model")]
)
def test_an_address_that_cannot_be_one_is_refused(place, sentence):
    with pytest.raises(UserError, match=sentence):
        open_encoder(f"server:{place}")
