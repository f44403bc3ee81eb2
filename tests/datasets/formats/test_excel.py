"""Spreadsheets: cells as a person sees them, the right sheet, and a sentence for what cannot be read."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import excel
from xdrec_app.datasets.formats.excel import cell_text

RATINGS = [["user", "item", "rating"], ["007", "i1", 5], ["008", "i2", 3.5]]
FREE, END, OF_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xlsx(**sheets: list[list[object]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        styles = {
            datetime: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: workbook.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for line, row in enumerate(rows):
                for place, value in enumerate(row):
                    sheet.write(line, place, value, styles.get(type(value)))
    return file.getvalue()


def ods(rows: list[list[str]]) -> bytes:
    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    table = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    for tag in (
        'table:table table:name="Sheet"',
        "office:spreadsheet",
        "office:body",
        f"office:document-content {names}",
    ):
        table = f"<{tag}>{table}</{tag.split(maxsplit=1)[0]}>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", f'<?xml version="1.0"?>{table}')
    return file.getvalue()


def compound_file(name: str, stream: bytes) -> bytes:
    """The smallest OLE2 file that holds a stream."""
    n_sectors = (max(len(stream), 4096) + 511) // 512
    stream = stream.ljust(n_sectors * 512, b"\0")
    fat = [OF_FAT, END, *range(3, 2 + n_sectors), END]

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = f"{name}\0".encode("utf-16-le")
        links = struct.pack("<HBB3I", len(text), kind, 1, FREE, FREE, child)
        return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    header = excel.OLE2 + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    directory = entry("Root Entry", 5, 1, END, 0) + entry(name, 2, FREE, 2, len(stream))
    return header + struct.pack("<128I", *fat, *[FREE] * (128 - len(fat))) + directory.ljust(512, b"\0") + stream


def xls(rows: list[list[object]]) -> bytes:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def beginning(kind: int) -> bytes:
        return record(0x809, struct.pack("<4H2I", 0x600, kind, 0, 0, 0, 0))

    def workbook(offset: int) -> bytes:
        sheet = record(0x85, struct.pack("<I4B", offset, 0, 0, 5, 0) + b"Sheet")
        return beginning(5) + sheet + record(0x0A, b"")

    cells = beginning(0x10)
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, str):
                text = value.encode("latin-1")
                cells += record(0x204, struct.pack("<4HB", line, place, 0, len(text), 0) + text)
            else:
                cells += record(0x203, struct.pack("<3Hd", line, place, 0, value))
    return compound_file("Workbook", workbook(len(workbook(0))) + cells + record(0x0A, b""))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("007", "007"),
        (1.0, "1"),
        (123456789012345.0, "123456789012345"),
        (1e20, "1e+20"),
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (True, "TRUE"),
        (date(2021, 3, 4), "2021-03-04"),
        (datetime(2021, 3, 4, 5, 6, 7), "2021-03-04T05:06:07"),
        (time(5, 6), "05:06:00"),
        (timedelta(days=1, hours=6, seconds=5), "30:00:05"),
        ("", ""),
    ],
)
def test_a_cell_is_what_a_person_sees(value, text):
    assert cell_text(value) == text


@pytest.mark.parametrize("write", [lambda rows: xlsx(Sheet=rows), xls], ids=["xlsx", "xls"])
def test_a_workbook_is_read_whatever_its_name(reading, write):
    file = reading(write(RATINGS), "ratings.csv")
    assert file.key == "excel"
    assert file.layout.dialect.has_header is True
    assert file.columns == ("user", "item", "rating")
    assert file.rows == file.sample == [("007", "i1", "5"), ("008", "i2", "3.5")]
    assert file.lines == [2, 3]
    assert file.all_chunks[-1].done == file.table.path.stat().st_size


def test_an_opendocument_sheet_is_read(reading):
    file = reading(ods([["user", "item"], ["007", "红楼梦"]]))
    assert file.key == "excel"
    assert file.rows == [("007", "红楼梦")]


def test_dates_are_iso_8601(reading):
    file = reading(
        xlsx(Sheet=[["user", "item", "time", "day"], ["u", "i", datetime(2021, 3, 4, 5, 6), date(2021, 3, 4)]])
    )
    assert file.rows == [("u", "i", "2021-03-04T05:06:00", "2021-03-04")]


def test_the_first_sheet_with_data_is_read_and_all_are_listed(reading):
    content = xlsx(Notes=[], Ratings=RATINGS, Other=[["user", "item"], ["a", "b"]])
    file = reading(content)
    assert file.layout.sheets == ("Notes", "Ratings", "Other")
    assert file.layout.dialect.sheet == "Ratings"
    assert reading(content, sheet="Other").rows == [("a", "b")]


def test_an_unknown_sheet_is_answered_with_those_there_are(reading):
    with pytest.raises(UserError, match="has no sheet 'X'") as caught:
        reading(xlsx(Ratings=RATINGS, Other=RATINGS), sheet="X")
    assert caught.value.hint == "Its sheets are: Ratings, Other."


def test_empty_sheets_say_so(reading):
    with pytest.raises(UserError, match=r"All sheets of .* are empty"):
        reading(xlsx(A=[], B=[[""]]))
    with pytest.raises(UserError, match=r"The sheet 'A' of .* is empty"):
        reading(xlsx(A=[], B=RATINGS), sheet="A")


def test_blank_rows_are_passed_over_and_still_counted(reading):
    file = reading(xlsx(Sheet=[[], RATINGS[0], [], RATINGS[1], [" "], RATINGS[2]]))
    assert file.lines == [4, 6]
    assert file.rows[0] == ("007", "i1", "5")


def test_a_header_may_be_denied(reading):
    file = reading(xlsx(Sheet=RATINGS), has_header=False)
    assert file.columns == ("column 1", "column 2", "column 3")
    assert file.lines == [1, 2, 3]


def test_rows_come_in_chunks(reading, monkeypatch):
    monkeypatch.setattr(excel, "CHUNK_ROWS", 100)
    file = reading(xlsx(Sheet=[["user", "item"], *[[f"u{n}", n] for n in range(1000)]]))
    assert len(file.all_chunks) == 11
    assert file.rows[999] == ("u999", "999")
    assert file.lines == list(range(2, 1002))
    done = [chunk.done for chunk in file.all_chunks]
    assert done == sorted(done)


def test_a_password_is_named(reading):
    with pytest.raises(UserError, match="protected by a password"):
        reading(compound_file("EncryptedPackage", b"x"))


def test_documents_and_damaged_workbooks_say_so(reading):
    for content in (compound_file("WordDocument", b"x"), xls(RATINGS)[:1500], ods([["a"]])[:200]):
        with pytest.raises(UserError, match="damaged"):
            reading(content)
    broken = bytearray(xlsx(Sheet=RATINGS))
    broken[200:900] = bytes(700)
    with pytest.raises(UserError):
        reading(bytes(broken))


def test_a_workbook_that_unpacks_to_too_much_is_refused(reading, monkeypatch):
    monkeypatch.setattr(excel, "MAX_UNPACKED", 1000)
    with pytest.raises(UserError, match="too much for a spreadsheet"):
        reading(xlsx(Sheet=RATINGS))


def test_a_packed_workbook_says_so(reading):
    import gzip

    with pytest.raises(UserError, match=r"[Uu]npack it"):
        reading(gzip.compress(xls(RATINGS)))
