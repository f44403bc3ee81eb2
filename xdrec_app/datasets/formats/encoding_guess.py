"""What bytes look like: no text at all, UTF-16 without its mark, Chinese, or what a detector makes of them.

Knows bytes only, no files.
"""

from __future__ import annotations

import re
from collections import Counter

CONTROLS = bytes(set(range(32)) - set(b"\x01\x02\x03\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f"))
"""Control characters that neither separate anything nor end a text."""

WESTERN = "cp1252"
DETECTABLE = (
    WESTERN, "cp1250", "cp1251", "koi8_r", "cp932", "euc_jp", "cp949", "big5", "cp1253", "cp1254", "cp1255", "cp1256",
    "tis_620", "mac_roman",
)  # fmt: skip
"""The usual encodings of the world; of those that fit equally well the first is meant."""

NOT_WESTERN = b"\x81\x8d\x8f\x90\x9d"
"""Bytes that Windows-1252 does not use; a few of them in a text are dirt."""

DETECTED_BYTES = 1 << 14
MAX_CHAOS = 0.2
"""From here on the detector itself would rather not say."""


def is_binary(data: bytes) -> bool:
    """Tell whether the beginning of a file is no text: much of it NUL, or control characters of several kinds."""
    controls = Counter(data.translate(None, delete=bytes(set(range(256)) - set(CONTROLS))))
    n_controls = controls.total()
    return controls[0] > len(data) / 10 or (len(controls) >= 3 and n_controls > len(data) / 100)


def utf16_without_mark(data: bytes) -> str | None:
    """Return which UTF-16 the beginning of a file is in, by where its NUL bytes stand; None = in none."""
    n_pairs = len(data) // 2
    n_first, n_second = data[0::2].count(0), data[1::2].count(0)
    if max(n_first, n_second) * 50 < n_pairs or min(n_first, n_second) * 20 > max(n_first, n_second):
        return None
    encoding = "utf-16-le" if n_second > n_first else "utf-16-be"
    text = data[: n_pairs * 2].decode(encoding, "replace")
    n_bytes = data.count(b"\n") + data.count(b"\r")
    n_line_ends = text.count("\n") + text.count("\r")
    return encoding if n_line_ends * 2 > n_bytes or (not n_bytes and "\0" not in text) else None


def candidates_for(evidence: bytes) -> tuple[str, ...]:
    """Return the encodings that lines which are not UTF-8 may be in, the likeliest first."""
    return ("gb18030",) if is_chinese(evidence) else _detected(evidence[:DETECTED_BYTES])


def share_of_utf8(evidence: bytes) -> float:
    """Return how many of the lines are UTF-8, as a share."""
    lines = evidence.splitlines()
    return sum(_is_utf8(line) for line in lines) / max(len(lines), 1)


def is_chinese(evidence: bytes) -> bool:
    """Tell whether lines in GB18030 would say something.

    Most sequences of bytes can be misread as rare Chinese characters; real Chinese consists of common ones (GB 2312,
    mostly its first level, whose order by sound spreads them over all its rows), and they do not stand within
    lower-case words.
    """
    try:
        text = evidence.decode("gb18030")
    except UnicodeDecodeError:
        return False
    counts = Counter(re.sub(r"[\x00-\x7f]+", "", text))
    rows = {character: _row(character) for character in counts}
    common = [character for character, row in rows.items() if 0xB0 <= row <= 0xD7]
    n_common = sum(counts[character] for character in common)
    n_rare = sum(counts[character] for character, row in rows.items() if 0xD8 <= row <= 0xF7)
    n_symbols = sum(counts[character] for character, row in rows.items() if row in {0xA1, 0xA2, 0xA3})
    if not n_common or n_common + n_rare + n_symbols < 0.85 * counts.total() or n_rare > 0.3 * n_common:
        return False
    runs = re.findall(r"[^\x00-\x7f]+", text)
    within_words = re.findall(r"(?<=[a-z])[^\x00-\x7f](?![^\x00-\x7f])|(?<![^\x00-\x7f])[^\x00-\x7f](?=[a-z])", text)
    is_korean = len(common) >= 20 and sum(rows[character] > 0xC8 for character in common) < 0.1 * len(common)
    return len(within_words) < 0.3 * len(runs) and not is_korean


def _row(character: str) -> int:
    """Return the first byte of a character in GB 2312; 0 = not in there."""
    try:
        return character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return 0


def _detected(evidence: bytes) -> tuple[str, ...]:
    from charset_normalizer import from_bytes

    lines = evidence.splitlines(keepends=True)
    plain = [line for line in lines if line.translate(None, delete=NOT_WESTERN) == line]
    if len(plain) >= 0.9 * len(lines):
        evidence = b"".join(plain)
    ranked = []
    for match in from_bytes(evidence, cp_isolation=list(DETECTABLE)):
        if match.chaos < MAX_CHAOS:
            places = sorted(DETECTABLE.index(name) for name in match.could_be_from_charset)
            ranked.append((round(match.chaos, 1), -round(match.coherence, 1), places))
    names = [DETECTABLE[place] for _, _, places in sorted(ranked) for place in places]
    if WESTERN in names:
        names.insert(names.index(WESTERN) + 1, "iso8859-1")  # which has a character for every byte
    return tuple(names)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
