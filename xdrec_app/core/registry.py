"""Registries: whatever can be added is one file with one registered class.

A registry belongs to a package. Discovery imports every module of that package; a file that cannot be imported is
named in :attr:`Registry.broken` and the others stay usable.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import ClassVar, Generic, Protocol, TypeVar

from xdrec_app.core.errors import UserError


class Keyed(Protocol):
    """What a registered class must carry."""

    key: ClassVar[str]


C = TypeVar("C", bound=Keyed)


class Registry(Generic[C]):
    """The classes of one kind, by key.

    Parameters
    ----------
    noun
        What an entry is called in messages, e.g. "model".
    package
        Dotted name of the package whose modules register themselves.
    """

    def __init__(self, noun: str, package: str) -> None:
        self.noun = noun
        self.package = package
        self.broken: dict[str, str] = {}
        self._classes: dict[str, type[C]] = {}
        self._discovered = False

    def register(self, cls: type[C]) -> type[C]:
        """Class decorator: enter `cls` under its `key`."""
        key = cls.key
        known = self._classes.get(key)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(f"two {self.noun}s share the key '{key}': {known.__module__} and {cls.__module__}")
        self._classes[key] = cls
        return cls

    def discover(self) -> None:
        """Import every module of the package once."""
        if self._discovered:
            return
        self._discovered = True
        package = importlib.import_module(self.package)
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
            name = f"{self.package}.{module.name}"
            try:
                importlib.import_module(name)
            except Exception as error:  # one bad file must not take the others with it
                self.broken[name] = f"{type(error).__name__}: {error}"

    def keys(self) -> list[str]:
        """Return the keys in alphabetical order."""
        self.discover()
        return sorted(self._classes)

    def __iter__(self) -> Iterator[type[C]]:
        return iter([self._classes[key] for key in self.keys()])

    def __getitem__(self, key: str) -> type[C]:
        self.discover()
        try:
            return self._classes[key]
        except KeyError:
            hint = f"Known: {', '.join(self.keys())}."
            if self.broken:
                hint += f" Could not be loaded: {', '.join(sorted(self.broken))}."
            raise UserError(f"There is no {self.noun} '{key}'.", hint) from None
