"""The encoding of a file is found from its bytes; where that is not possible, the question says what to do."""

from __future__ import annotations

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import encodings
from xdrec_app.datasets.formats.encoding_guess import is_binary, is_chinese, utf16_without_mark

SAMPLES = {
    "cp1252": "Les Misérables;Victor Hugo\nÉléonore à la plage;Garçon\nDie Verwandlung;Müller\nCien años;José Peña\n",
    "cp1250": "Pan Tadeusz;Łódź\nQuo vadis;Śląsk żółw\nKsiążka;Gęś\n",
    "cp1251": "Война и мир;Толстой\nМастер и Маргарита;Булгаков\nИдиот;Достоевский\n",
    "koi8_r": "Война и мир;Толстой\nМастер и Маргарита;Булгаков\nИдиот;Достоевский\n",
    "cp1253": "Ζορμπάς;Καζαντζάκης\nΤο νούμερο;Βενέζης\n",
    "cp932": "吾輩は猫である;夏目漱石\nノルウェイの森;村上春樹\n雪国;川端康成\n",
    "euc_jp": "吾輩は猫である;夏目漱石\nノルウェイの森;村上春樹\n雪国;川端康成\n",
    "cp949": "엄마를 부탁해;신경숙\n채식주의자;한강\n소년이 온다;한강\n",
    "big5": "紅樓夢;曹雪芹\n西遊記;吳承恩\n水滸傳;施耐庵\n",
    "gb18030": "红楼梦;曹雪芹\n西游记;吴承恩\n水浒传;施耐庵\n",
    "mac_roman": "Les Misérables;Victor Hugo\nÉléonore à la plage;Garçon\n",
}
CHINESE = "用户,商品,评分\n张三,红楼梦,5\n"


@pytest.mark.parametrize("encoding", SAMPLES)
def test_encodings_of_the_world_are_found(reading, encoding):
    found = reading(("title;author\n" + SAMPLES[encoding]).encode(encoding))
    assert found.layout.dialect.encoding == encoding
    assert found.rows == [tuple(line.split(";")) for line in SAMPLES[encoding].splitlines()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_chinese_is_found_in_every_form(reading, encoding):
    found = reading(CHINESE.encode(encoding))
    assert found.layout.dialect.encoding == encoding
    assert found.columns == ("用户", "商品", "评分")
    assert found.rows == [("张三", "红楼梦", "5")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_nul_bytes(reading, encoding):
    found = reading("user,item,rating\nu1,i1,5\nu2,i2,3\n".encode(encoding))
    assert found.layout.dialect.encoding == encoding
    assert found.rows == [("u1", "i1", "5"), ("u2", "i2", "3")]


def test_a_few_nul_bytes_do_not_make_utf16():
    assert utf16_without_mark(b"user,item,rating\nu1,i1,5\nu\0,i,5\n") is None


def test_one_accented_letter_is_not_chinese(reading):
    found = reading("user,item\nu1,café\nu2,tea\n".encode("latin-1"))
    assert found.layout.dialect.encoding == "cp1252"
    assert found.rows[0] == ("u1", "café")


@pytest.mark.parametrize("text", ["Clémence à la crème brûlée, déjà vu", "Müller, Köln, Straße", "años, niño, señor"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_western_words_are_not_chinese_though_gb18030_may_decode_them(text, encoding):
    assert not is_chinese(text.encode(encoding))


@pytest.mark.parametrize("text", ["张三,红楼梦,5", "u1,女\nu2,男\nu3,女", "商品,iPhone手机壳\nT恤 男士", "天气真好。"])
def test_chinese_is_told_from_what_gb18030_merely_decodes(text):
    assert is_chinese(text.encode("gb18030"))


@pytest.mark.parametrize("language", ["cp949", "big5", "cp1251", "cp932", "euc_jp"])
def test_other_scripts_are_not_chinese(language):
    assert not is_chinese((SAMPLES[language] * 20).encode(language))


def test_latin1_is_read_where_windows_1252_has_no_character(reading):
    found = reading(SAMPLES["cp1252"].encode("cp1252") * 4 + b"x\x81;y\n")
    assert found.layout.dialect.encoding == "iso8859-1"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_an_encoding_that_shows_only_after_the_first_64_kib_is_found(reading, encoding):
    plain = "u1,i1,5\n" * 10_000
    found = reading(("user,item,rating\n" + plain + "张三,红楼梦,5\n").encode(encoding))
    assert found.layout.dialect.encoding == encoding
    assert found.rows[-1] == ("张三", "红楼梦", "5")


def test_a_preview_reads_the_first_64_kib_only(reading, monkeypatch):
    def refuse(*_arguments: object) -> None:
        raise AssertionError("the file was opened")

    monkeypatch.setattr(encodings, "open_source", refuse)
    found = reading("u1,i1,5\n" * 10_000 + "张三,红楼梦,5\n", thorough=False)
    assert found.layout.dialect.encoding == "utf-8"


def test_a_character_cut_by_the_end_of_the_head_is_no_error(reading):
    content = "user,item,rating\n" + "用,商,5\n" * 20_000
    for shift in range(3):
        assert reading("x" * shift + content, thorough=False).layout.dialect.encoding == "utf-8"


@pytest.mark.parametrize("block", [3, 1 << 20])
def test_a_file_in_two_encodings_names_the_first_line_that_is_not_utf8(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    mixed = "user,item\nu1,Misérables\nu2,Misérables\n".encode() + "u3,été\n".encode("latin-1") + b"u4,x\n"
    with pytest.raises(UserError, match="is in more than one encoding: line 4 is not UTF-8") as caught:
        reading(mixed)
    assert "--encoding" in caught.value.hint
    assert reading(mixed, encoding="cp1252").rows[2] == ("u3", "été")


def test_a_file_in_utf8_and_gbk_is_mixed_too(reading):
    with pytest.raises(UserError, match="more than one encoding: line 3 "):
        reading(CHINESE.encode() + "李四,西游记,4\n".encode("gbk"))


def test_a_second_encoding_that_a_preview_did_not_see_is_named_when_it_is_read(reading):
    content = "user,item\n" + "u1,i1\n" * 20_000
    found = reading(content.encode() + b"u2,caf\xe9 r\n", thorough=False)
    with pytest.raises(UserError, match=r"Line 20,002 of .* is not text in the encoding utf-8"):
        found.chunks()


def test_an_encoding_that_nothing_fits_is_asked_for(reading, monkeypatch):
    monkeypatch.setattr(encodings, "candidates_for", lambda _evidence: ())
    with pytest.raises(UserError, match=r"The encoding of .* is not clear: line 2 ") as caught:
        reading(b"user,item\nu1,\xe9t\xe9\n")
    assert "--encoding gb18030" in caught.value.hint


def test_an_unknown_encoding_is_named(reading):
    with pytest.raises(UserError, match="There is no encoding 'klingon'"):
        reading("a,b\n", encoding="klingon")


def test_a_codec_of_bytes_is_no_encoding(reading):
    with pytest.raises(UserError, match="There is no encoding 'zlib'"):
        reading("a,b\n", encoding="zlib")


def test_a_wrong_encoding_is_said(reading):
    with pytest.raises(UserError, match=r"Line 2 of .* is not text in the encoding ascii"):
        reading("a,b\né,b\n", encoding="ascii")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"PK\x03\x04\x00\x00\x00stuff", True),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", True),
        (bytes(1000), True),
        (b"u1\x01i1\x025\n", False),
        (b"user,item\n" * 20 + b"u\0,i\n", False),
        (CHINESE.encode("gbk"), False),
    ],
)
def test_what_is_no_text_is_told_by_its_control_characters(data, expected):
    assert is_binary(data) is expected
