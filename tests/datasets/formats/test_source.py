"""Packed files are recognised by their bytes; archives of several files, damaged data and traps have a sentence."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import compression
from xdrec_app.datasets.formats.source import HEAD_BYTES, open_source, read_head

CONTENT = b"user,item,rating\n" + b"".join(b"u%d,i%d,%d\n" % (n, n * 7 % 1009, n % 5) for n in range(30_000))


def zipped(members: dict[str, bytes], **options: object) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstandard": zstandard.ZstdCompressor().compress,
    "zip": lambda data: zipped({"ratings.csv": data}),
}
STREAMS = [name for name in PACKINGS if name != "zip"]


@pytest.fixture
def write(tmp_path: Path):
    def write_file(content: bytes, name: str = "ratings") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write_file


def content_of(path: Path) -> bytes:
    with open_source(path) as source:
        return source.content.read()


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_packed_file_is_recognised_by_its_bytes_and_read_unpacked(write, packing):
    path = write(PACKINGS[packing](CONTENT), "ratings.csv")
    assert content_of(path) == CONTENT
    head = read_head(path)
    assert (head.data, head.is_whole) == (CONTENT[:HEAD_BYTES], False)
    assert head.size == path.stat().st_size


@pytest.mark.parametrize("packing", PACKINGS)
def test_progress_is_told_in_bytes_of_the_file_on_disk(write, packing):
    noise = random.Random(1).randbytes(1 << 20)
    path = write(PACKINGS[packing](noise))
    with open_source(path) as source:
        source.content.read(1 << 18)
        middle = source.done
        source.content.read()
        assert middle < source.done <= path.stat().st_size
        assert source.done > 0.9 * path.stat().st_size


@pytest.mark.parametrize("packing", STREAMS)
def test_packed_pieces_one_after_another_are_one_file(write, packing):
    pack = PACKINGS[packing]
    assert content_of(write(pack(CONTENT[:1000]) + pack(b"") + pack(CONTENT[1000:]))) == CONTENT


def test_an_ending_means_nothing(write):
    assert content_of(write(CONTENT, "ratings.csv.gz")) == CONTENT


def test_text_that_begins_like_a_packed_file_stays_text(write):
    assert content_of(write(b"BZh9,item\n")) == b"BZh9,item\n"


@pytest.mark.parametrize(
    "members",
    [
        {"[Content_Types].xml": b"x", "xl/workbook.xml": b"y"},
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"z"},
    ],
)
def test_a_spreadsheet_is_not_unpacked(write, members):
    path = write(zipped(members))
    assert content_of(path) == path.read_bytes()


def test_a_parquet_file_is_not_unpacked(write):
    assert content_of(write(b"PAR1" + bytes(100) + b"PAR1")).startswith(b"PAR1")


def test_what_macos_adds_to_an_archive_does_not_count(write):
    members = {"data/": b"", "data/r.csv": CONTENT, "__MACOSX/data/._r.csv": b"\0", "data/.DS_Store": b"\0"}
    assert content_of(write(zipped(members))) == CONTENT


def test_an_archive_of_several_files_names_them(write):
    with pytest.raises(UserError, match=r"holds 2 files: a\.csv, b\.csv\.") as caught:
        content_of(write(zipped({"a.csv": b"x", "b.csv": b"y"})))
    assert "one by one" in caught.value.hint
    with pytest.raises(UserError, match=r"holds 8 files: 0, 1, 2, 3, 4 and 3 more"):
        content_of(write(zipped({str(number): b"x" for number in range(8)})))


def test_an_archive_without_files_says_so(write):
    with pytest.raises(UserError, match="holds no file"):
        content_of(write(zipped({})))


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:\\evil.csv", "..\\evil.csv"])
def test_a_path_that_leads_out_of_an_archive_is_refused(write, name):
    with pytest.raises(UserError, match="leads out of the archive"):
        content_of(write(zipped({name: CONTENT})))


def test_an_encrypted_archive_says_so(write):
    data = bytearray(zipped({"r.csv": CONTENT}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UserError, match="is encrypted"):
        content_of(write(bytes(data)))


def test_an_archive_packed_in_a_way_nobody_knows_says_so(write):
    data = bytearray(zipped({"r.csv": CONTENT}))
    data[8] = 9
    data[data.rindex(b"PK\x01\x02") + 10] = 9
    with pytest.raises(UserError, match="packed in a way that cannot be read"):
        content_of(write(bytes(data)))


@pytest.mark.parametrize("packing", STREAMS)
def test_a_file_cut_off_in_the_middle_says_how_far_it_could_be_read(write, packing):
    data = PACKINGS[packing](CONTENT * 2)
    with pytest.raises(UserError, match=r"ratings is cut off: .* after [\d,]+ bytes") as caught:
        content_of(write(data[: len(data) - 20]))
    assert "download it again" in caught.value.hint


def test_an_archive_cut_off_in_the_middle_says_so(write):
    data = PACKINGS["zip"](CONTENT)
    with pytest.raises(UserError, match="is cut off or damaged"):
        content_of(write(data[: len(data) // 2]))


@pytest.mark.parametrize("packing", PACKINGS)
def test_damaged_data_says_so(write, packing):
    data = bytearray(PACKINGS[packing](CONTENT))
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    with pytest.raises(UserError, match=r"is damaged: .* up to byte [\d,]+"):
        content_of(write(bytes(data)))


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_bomb_is_refused_before_it_fills_the_memory(write, packing, monkeypatch):
    monkeypatch.setattr(compression, "ALWAYS_UNPACKED", 1 << 20)
    path = write(PACKINGS[packing](bytes(8 << 20)))
    with open_source(path) as source, pytest.raises(UserError, match=r"more than 200 times its size: .* a trap"):
        while source.content.read(1 << 18):
            pass


def test_a_table_that_packs_well_is_no_bomb(write):
    content = b"user,item,rating\n" + b"u1,i1,5\n" * 100_000
    assert content_of(write(gzip.compress(content))) == content


def test_there_is_a_limit_to_any_size(write, monkeypatch):
    monkeypatch.setattr(compression, "MAX_UNPACKED", 100_000)
    with pytest.raises(UserError, match="more than 0 GB"):
        content_of(write(gzip.compress(CONTENT)))


@pytest.mark.parametrize(
    ("first", "what"),
    [(b"7z\xbc\xaf'\x1c", "a 7z archive"), (b"Rar!\x1a\x07\x01", "a RAR archive"), (b"\x1f\x9d\x90", "compress")],
)
def test_archives_of_other_kinds_are_named(write, first, what):
    with pytest.raises(UserError, match=what) as caught:
        content_of(write(first + bytes(100)))
    assert "Unpack it" in caught.value.hint


def test_an_archive_within_a_packed_file_is_named(write):
    tar = bytes(257) + b"ustar" + bytes(250)
    with pytest.raises(UserError, match="is a tar archive"):
        content_of(write(tar))
    with pytest.raises(UserError, match="holds a tar archive"):
        content_of(write(gzip.compress(tar)))
    with pytest.raises(UserError, match="holds another packed file"):
        content_of(write(zipped({"r.csv.gz": gzip.compress(CONTENT)})))


def test_a_file_that_grows_while_it_is_read_says_so(write):
    path = write(CONTENT)
    with pytest.raises(UserError, match="changed while it was being read"), open_source(path) as source:
        source.content.read(100)
        with path.open("ab") as file:
            file.write(b"u,i,5\n")
        source.content.read()


def test_a_file_that_is_written_anew_while_it_is_read_says_so(write, tmp_path):
    path = write(CONTENT)
    other = tmp_path / "other"
    other.write_bytes(CONTENT)
    with pytest.raises(UserError, match="changed while it was being read"), open_source(path) as source:
        source.content.read(100)
        other.replace(path)
        source.content.read()


def test_a_file_that_is_removed_while_it_is_read_says_so(write):
    path = write(CONTENT)
    with pytest.raises(UserError, match="was removed while it was being read"), open_source(path) as source:
        source.content.read(100)
        path.unlink()
        source.content.read()


def test_that_a_file_changed_explains_whatever_else_is_wrong(write):
    path = write(gzip.compress(random.Random(1).randbytes(1 << 20)))
    with pytest.raises(UserError, match="changed while it was being read"), open_source(path) as source:
        source.content.read(100)
        os.truncate(path, 200_000)
        source.content.read()


def test_who_stops_reading_early_is_not_told_of_changes(write):
    path = write(CONTENT)

    def blocks():
        with open_source(path) as source:
            while block := source.content.read(100):
                yield block

    reading = blocks()
    next(reading)
    path.unlink()
    reading.close()
