"""Hyper-parameters: one frozen declaration that serves form, command line, tuner, storage and documentation."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value

Number = int | float


class Search(Value):
    """The range a tuner explores: `low` to `high`, on a log scale if so said."""

    low: float
    high: float
    log: bool = False


class ParamField(Value):
    """One parameter as a form or a help text needs it.

    Attributes
    ----------
    kind
        Decides the widget.
    low, high
        Inclusive bounds; None where there is none.
    choices
        The allowed words when `kind` is "choice".
    search
        What the tuner explores; None when the parameter is not tuned.
    """

    name: str
    kind: Literal["int", "float", "bool", "choice", "text"]
    default: bool | int | float | str
    description: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    search: Search | None = None


def param(
    default: Any,
    description: str,
    *,
    low: Number | None = None,
    high: Number | None = None,
    search: Search | None = None,
) -> Any:
    """Declare a parameter: default, description, inclusive bounds and the tuner's range."""
    extra: dict[str, Any] = {"search": search.model_dump()} if search is not None else {}
    bounds: dict[str, Any] = {"ge": low, "le": high}
    return Field(default, description=description, json_schema_extra=extra, **bounds)


class Params(BaseModel):
    """Base of every model's parameters: frozen, closed, validated, with a default for each field."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings", allow_inf_nan=False)

    @classmethod
    def fields(cls) -> tuple[ParamField, ...]:
        """Describe the parameters in the order of their declaration."""
        return tuple(_describe(name, info) for name, info in cls.model_fields.items())

    @classmethod
    def parse(cls, values: dict[str, Any]) -> Self:
        """Build parameters from plain or textual values.

        Raises
        ------
        UserError
            For an unknown name (with the nearest known one) or a value out of bounds.
        """
        for name in values:
            if name not in cls.model_fields:
                near = difflib.get_close_matches(name, cls.model_fields, n=1)
                hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(cls.model_fields) or 'none'}."
                raise UserError(f"There is no parameter '{name}'.", hint)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise UserError(f"Parameter '{name}' = {first['input']!r}: {first['msg']}.") from None

    @classmethod
    def parse_settings(cls, settings: Sequence[str]) -> Self:
        """Build parameters from ``name=value`` words, as on the command line."""
        return cls.parse(read_settings(settings))


def read_settings(settings: Sequence[str]) -> dict[str, str]:
    """Return name → value of ``name=value`` words; of a repeated name the last counts."""
    values = {}
    for setting in settings:
        name, separator, text = setting.partition("=")
        if not separator:
            raise UserError(f"'{setting}' is not of the form name=value.")
        values[name.strip()] = text.strip()
    return values


def _describe(name: str, info: FieldInfo) -> ParamField:
    kinds: dict[Any, Literal["int", "float", "bool", "text"]] = {bool: "bool", int: "int", float: "float", str: "text"}
    choices = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    bounds = {key: getattr(rule, key) for rule in info.metadata for key in ("ge", "le") if hasattr(rule, key)}
    extra = info.json_schema_extra
    search = extra.get("search") if isinstance(extra, dict) else None
    return ParamField(
        name=name,
        kind="choice" if choices else kinds[info.annotation],
        default=info.default,
        description=info.description or "",
        low=bounds.get("ge"),
        high=bounds.get("le"),
        choices=choices,
        search=Search.model_validate(search) if search is not None else None,
    )
