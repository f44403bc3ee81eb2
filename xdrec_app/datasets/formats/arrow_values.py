"""Arrow arrays of any type → arrays of strings that say exactly what the values are.

Whole numbers have no decimals, times are ISO 8601, lists are joined by bars, and what is missing is empty. No value of
Python is handed to Arrow on the way: that would import pandas, which the window's process must not.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

LIST_SEPARATOR = "|"


def has_text(kind: Any) -> bool:
    """Tell whether values of an Arrow type fit into one cell: maps, structures and lists of them do not."""
    import pyarrow as pa

    if isinstance(kind, pa.BaseExtensionType):
        return has_text(kind.storage_type)
    if pa.types.is_dictionary(kind) or _is_list(kind):
        return has_text(kind.value_type)
    return not (pa.types.is_nested(kind) or pa.types.is_interval(kind))


def text_of(values: Any) -> Any:
    """Return an array of strings without nulls, one for each value of an array for whose type :func:`has_text`."""
    from pyarrow import compute

    return compute.coalesce(_text_or_null(values), _scalar(""))


def _text_or_null(values: Any) -> Any:
    import pyarrow as pa
    from pyarrow import types

    kind = values.type
    if isinstance(kind, pa.BaseExtensionType):
        return _text_or_null(values.storage)
    if types.is_dictionary(kind):
        return _text_or_null(values.dictionary_decode())
    if _is_list(kind):
        return _joined(values)
    for is_of_kind, spelled in (
        (types.is_timestamp, _moments),
        (types.is_date64, _days),
        (types.is_floating, _numbers),
        (types.is_binary, _decoded),
        (types.is_large_binary, _decoded),
        (types.is_fixed_size_binary, _decoded),
    ):
        if is_of_kind(kind):
            values = spelled(values)
    return values.cast(pa.string())


def _is_list(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _joined(lists: Any) -> Any:
    import pyarrow as pa
    from pyarrow import compute

    plain = lists if pa.types.is_list(lists.type) else lists.cast(pa.list_(lists.type.value_type))
    texts = pa.ListArray.from_arrays(plain.offsets, text_of(plain.values))
    return compute.if_else(plain.is_valid(), compute.binary_join(texts, _scalar(LIST_SEPARATOR)), _scalar(""))


def _moments(moments: Any) -> Any:
    """Return ISO 8601, without a fraction of seconds if none has one, and in UTC if they have a zone."""
    import pyarrow as pa
    from pyarrow import compute

    zone = None if moments.type.tz is None else "UTC"
    exact = moments.cast(pa.timestamp(moments.type.unit, zone))
    with suppress(pa.ArrowInvalid):  # some have a fraction
        exact = exact.cast(pa.timestamp("s", zone))
    return compute.replace_substring(exact.cast(pa.string()), " ", "T")


def _days(moments: Any) -> Any:
    import pyarrow as pa

    return moments.cast(pa.date32())


def _numbers(numbers: Any) -> Any:
    import pyarrow as pa
    from pyarrow import compute

    text = (numbers.cast(pa.float32()) if pa.types.is_float16(numbers.type) else numbers).cast(pa.string())
    return compute.if_else(compute.equal(text, _scalar("nan")), _scalar(""), text)


def _decoded(values: Any) -> Any:
    """Return bytes as the UTF-8 they are, else in hexadecimal."""
    import pyarrow as pa

    try:
        return values.cast(pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return _strings([_utf8(value or b"") for value in values.to_pylist()])


def _utf8(value: bytes) -> bytes:
    try:
        value.decode()
    except UnicodeDecodeError:
        return value.hex().encode()
    return value


def _strings(texts: list[bytes]) -> Any:
    import pyarrow as pa

    ends = np.cumsum([0, *map(len, texts)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(texts)))


def _scalar(text: str) -> Any:
    return _strings([text.encode()])[0]
