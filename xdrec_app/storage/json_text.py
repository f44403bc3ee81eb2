"""Values as JSON texts that can be compared: equal values are equal texts."""

from __future__ import annotations

import json


def as_json(value: object) -> str:
    """Return the one text of a value; raises ValueError for a number that JSON does not know."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
