"""What the columns of a file mean: by their names (English and Chinese), by their values where there is no header.

Guesses are only made where they are safe; a file whose header says nothing known is answered with a question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import Role, TableFile

Kind = Literal["interactions", "items", "users"]

ROLES: dict[Kind, tuple[Role, ...]] = {
    "interactions": ("user", "item", "value", "time", "domain", "action"),
    "items": ("item", "title", "text", "tags", "category", "price", "image", "domain"),
    "users": ("user", "domain"),
}
REQUIRED: dict[Kind, tuple[Role, ...]] = {"interactions": ("user", "item"), "items": ("item",), "users": ("user",)}

EARLIEST_TIME = 1e8
"""A number from here on is a time (March 1973 in seconds); ratings and counts stay below."""

# Names without case, blanks and punctuation; within a role the first that occurs wins.
WORDS: dict[Role, str] = {
    "user": """
        userid user uid reviewerid reviewer customerid customer memberid member clientid client visitorid visitor
        buyerid buyer accountid account personid person profileid username
        用户id 用户编号 用户 会员id 会员 客户id 客户 顾客id 顾客 买家id 买家 读者id 读者 观众
    """,
    "item": """
        itemid item iid asin parentasin movieid movie filmid film productid product isbn isbn13 bookid book sku goodid
        goods songid song trackid track albumid album musicid articleid article newsid videoid showid gameid game appid
        animeid businessid restaurantid
        商品id 商品编号 商品 物品id 物品编号 物品 产品id 产品 项目id 项目 电影id 电影 图书id 图书 书籍id 书籍 歌曲id
        歌曲 音乐id 音乐 视频id 视频 新闻id 新闻
    """,
    "value": """
        rating ratings score overall stars star ratingscore userrating bookrating reviewrating value rate grade weight
        playcount plays clicks count
        评分 打分 得分 分数 分值 星级 评级
    """,
    "time": """
        timestamp unixreviewtime unixtime time datetime date ratedat createdat reviewtime ratingtime ts
        时间戳 时间 日期 评分时间 评论时间
    """,
    "title": """
        title itemtitle movietitle booktitle producttitle name itemname productname moviename bookname
        标题 题名 名称 书名 片名 歌名 商品名称 名字
    """,
    "text": "description desc plot text summary overview abstract content 描述 简介 内容 介绍 摘要 剧情",
    "domain": "domain category vertical department section 领域 频道",
    "action": "event eventtype action behavior behaviour behaviortype actiontype 行为 事件",
    "category": "categorypath categories category 类目 分类路径",
    "price": "price 价格 单价",
    "image": "image imageurl imgurl poster cover 图片 封面",
    "tags": "genres genre tags tag categories category keywords labels topics 标签 类别 分类 类型 流派 题材 关键词",
}
NAMES = {role: tuple(words.split()) for role, words in WORDS.items()}
WEAK_ITEM_NAME = "id"


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Return distinct names for columns: those of the header, "column k" where it names none."""
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = cell or f"column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return tuple(names)


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns.

    Known names say so; a number in it denies it; else it is a header when it differs in kind from what stands below.
    """
    first, rest = rows[0], rows[1:]
    known = sum(any(_plain(cell) in names for names in NAMES.values()) for cell in first)
    has_number = any(_is_number(cell) for cell in first)
    if known >= 2 or (known == 1 and not has_number):
        return True
    if has_number:
        return False
    below = [[row[position] for row in rest if len(row) > position] for position in range(len(first))]
    if any(column and all(map(_is_number, column)) for column in below):
        return True
    first_has_digits = any(_has_digit(cell) for cell in first)
    return not first_has_digits and any(column and all(map(_has_digit, column)) for column in below)


def guess_kind(table: TableFile) -> Kind:
    """Guess whether a file holds interactions or items: only interactions name both a user and an item."""
    if table.layout.dialect.has_header:
        named = _by_name(table.layout.columns)
        about_items = any(role in named for role in ("title", "text", "tags"))
        return "items" if "user" not in named and ("item" in named or about_items) else "interactions"
    columns = _sample_columns(table)
    wordy = sum(" " in cell.strip() for cell in columns[1]) if len(columns) > 1 else 0
    return "items" if wordy * 3 > len(table.layout.sample) else "interactions"


def resolve_roles(table: TableFile, kind: Kind, chosen: Mapping[Role, str]) -> dict[Role, int]:
    """Decide which column plays which role.

    Parameters
    ----------
    table
        The file.
    kind
        What it is imported as; decides which roles there are.
    chosen
        Role → name of a column, or its number from 1 in a file without a header; "" = no column has this role.
        Overrides the guess.

    Raises
    ------
    UserError
        For an unknown column, a column with two roles, and a required role that nothing has.
    """
    names = table.layout.columns
    unknown = [role for role in chosen if role not in ROLES[kind]]
    if unknown:
        raise UserError(f"A file of {kind} has no column of the role '{unknown[0]}'.", f"Roles: {_list(ROLES[kind])}.")
    explicit = {role: _position(table, name) for role, name in chosen.items() if name}
    for role, position in explicit.items():
        for other, other_position in explicit.items():
            if role != other and position == other_position:
                raise UserError(
                    f"The column '{names[position]}' of {table.path.name} cannot be both {role} and {other}."
                )
    free = {
        role: position
        for role, position in guess_roles(table, kind).items()
        if role not in chosen and position not in explicit.values()
    }
    roles = explicit | free
    for role in REQUIRED[kind]:
        if role not in roles:
            raise UserError(
                f"{table.path.name} has no column that looks like the {role}.",
                f"Say which it is; its columns are: {_list(names)}.",
            )
    return {role: roles[role] for role in ROLES[kind] if role in roles}


def guess_roles(table: TableFile, kind: Kind) -> dict[Role, int]:
    """Guess role → position of its column; roles that no column seems to have are left out."""
    if not table.layout.dialect.has_header:
        return _by_value(_sample_columns(table), kind)
    named = _by_name(table.layout.columns)
    plain = [_plain(name) for name in table.layout.columns]
    if kind == "items" and "item" not in named and WEAK_ITEM_NAME in plain:
        named["item"] = plain.index(WEAK_ITEM_NAME)
    return {role: named[role] for role in ROLES[kind] if role in named}


def _by_name(columns: Sequence[str]) -> dict[Role, int]:
    plain = [_plain(column) for column in columns]
    found: dict[Role, int] = {}
    for role in get_args(Role):
        for name in NAMES[role]:
            if name in plain:
                found[role] = plain.index(name)
                break
    return found


def _by_value(columns: Sequence[Sequence[str]], kind: Kind) -> dict[Role, int]:
    """Roles by position and range of values: user, item, then what looks like a value and like a time."""
    if kind == "items":
        in_order: tuple[Role, ...] = ("item", "title", "tags", "text")
        return {role: position for position, role in enumerate(in_order[: len(columns)])}
    found: dict[Role, int] = {}
    if columns:
        found["user"] = 0
    if len(columns) > 1:
        found["item"] = 1
    for position, cells in enumerate(columns[2:], start=2):
        if "time" not in found and _are_times(cells):
            found["time"] = position
        elif "value" not in found and _are_values(cells):
            found["value"] = position
    return found


def _sample_columns(table: TableFile) -> list[list[str]]:
    rows = [record.cells for record in table.layout.sample if len(record.cells) == len(table.layout.columns)]
    return [[row[position].strip() for row in rows] for position in range(len(table.layout.columns))]


def _position(table: TableFile, name: str) -> int:
    names = table.layout.columns
    wanted = name.strip()
    if wanted in names:
        return names.index(wanted)
    folded = [known.casefold() for known in names]
    if folded.count(wanted.casefold()) == 1:
        return folded.index(wanted.casefold())
    if not table.layout.dialect.has_header and wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise UserError(f"{table.path.name} has no column '{name}'.", f"Its columns are: {_list(names)}.")


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _has_digit(cell: str) -> bool:
    return any(character.isdigit() for character in cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ".", 1))
    except ValueError:
        return False
    return cell.casefold() not in {"nan", "inf", "infinity"}


def _mostly(cells: Sequence[str], holds: list[bool]) -> bool:
    return bool(cells) and sum(holds) >= 0.8 * len(cells)


def _are_values(cells: Sequence[str]) -> bool:
    return _mostly(
        cells, [_is_number(cell) and abs(float(cell.replace(",", ".", 1))) < EARLIEST_TIME for cell in cells]
    )


def _are_times(cells: Sequence[str]) -> bool:
    iso = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?$")
    return _mostly(
        cells,
        [
            bool(iso.match(cell)) or (_is_number(cell) and float(cell.replace(",", ".", 1)) >= EARLIEST_TIME)
            for cell in cells
        ],
    )
