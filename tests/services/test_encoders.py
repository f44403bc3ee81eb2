"""The list of text encoders."""

from xdrec_app.models.encoders import minilm
from xdrec_app.services.encoders import describe_encoders


def test_every_encoder_says_whether_it_can_be_used_without_being_loaded(monkeypatch):
    monkeypatch.setattr(minilm, "package_folder", lambda: None)
    infos = {info.key: info for info in describe_encoders().encoders}
    assert infos.keys() >= {"folder", "minilm", "multilingual", "server"}
    assert not infos["minilm"].is_installed
    assert "pip install" in infos["minilm"].lacks
    assert infos["server"].is_installed and infos["server"].needs_place
