from __future__ import annotations

import importlib
import sys
from itertools import count
from typing import ClassVar

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.registry import Registry

_numbers = count()


@pytest.fixture
def make_registry(tmp_path, monkeypatch):
    """Make a registry over a package written to disk: module name → source."""

    def make(modules: dict[str, str]) -> Registry:
        name = f"plugins_{next(_numbers)}"
        package = tmp_path / name
        package.mkdir()
        source = "from xdrec_app.core.registry import Registry\n" + f"things = Registry('thing', '{name}')\n"
        (package / "__init__.py").write_text(source)
        for module, text in modules.items():
            (package / f"{module}.py").write_text(f"from {name} import things\n{text}")
        monkeypatch.syspath_prepend(tmp_path)
        importlib.invalidate_caches()
        return importlib.import_module(name).things

    yield make
    for module in [module for module in sys.modules if module.startswith("plugins_")]:
        del sys.modules[module]


def thing(key: str, class_name: str = "Thing") -> str:
    return f"@things.register\nclass {class_name}:\n    key = '{key}'\n"


def test_every_file_of_the_package_is_found(make_registry):
    registry = make_registry({"second": thing("b"), "first": thing("a")})
    assert registry.keys() == ["a", "b"]
    assert [cls.key for cls in registry] == ["a", "b"]
    assert registry["b"].key == "b"
    assert not registry.broken


def test_a_broken_file_is_named_and_the_others_kept(make_registry):
    registry = make_registry(
        {"good": thing("good"), "missing": "import no_such_library\n", "torn": "class Half(\n", "zeta": thing("zeta")}
    )
    assert registry.keys() == ["good", "zeta"]
    assert {name.rpartition(".")[2] for name in registry.broken} == {"missing", "torn"}
    reasons = " ".join(registry.broken.values())
    assert "ModuleNotFoundError" in reasons
    assert "no_such_library" in reasons
    assert "SyntaxError" in reasons


def test_an_unknown_key_lists_the_known_and_the_broken_ones(make_registry):
    registry = make_registry({"good": thing("good"), "other": thing("other"), "torn": "1 / 0\n"})
    with pytest.raises(UserError) as caught:
        registry["goood"]
    assert caught.value.sentence == "There is no thing 'goood'."
    assert "good, other" in caught.value.hint
    assert ".torn" in caught.value.hint


def test_two_classes_of_one_key_are_refused_and_both_named(make_registry):
    registry = make_registry({"a": thing("same", "One"), "b": thing("same", "Two")})
    assert registry.keys() == ["same"]
    (reason,) = registry.broken.values()
    assert "share the key 'same'" in reason
    assert registry["same"].__name__ == "One"


def test_two_classes_of_one_key_and_one_class_name_are_refused_too(make_registry):
    registry = make_registry({"a": thing("same"), "b": thing("same")})
    registry.discover()
    assert len(registry.broken) == 1


def test_a_class_of_ones_own_can_be_registered_without_a_file():
    registry: Registry = Registry("thing", "xdrec_app.core")

    @registry.register
    class Mine:
        key: ClassVar[str] = "mine"

    assert registry["mine"] is Mine
