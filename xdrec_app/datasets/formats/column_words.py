"""The names that columns of roles have in the files of this world, English and Chinese.

Names stand without case, blanks and punctuation; within a role the first that occurs in a file wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from xdrec_app.datasets.formats.dialect import Role
from xdrec_app.datasets.signal_settings import SignalKey

VALUE_WORDS: Mapping[SignalKey, str] = {
    "ratings": """
        rating ratings score overall stars star starrating ratingscore userrating bookrating reviewrating reviewscore
        movierating ratingvalue rate rated grade like liked isliked thumb thumbs preference relevance
        评分 打分 得分 分数 分值 星级 评级 星数
    """,
    "views": """
        duration dwell dwelltime watchtime watchduration watchseconds playtime playduration playedseconds readtime
        readingtime readduration listentime listenduration listeningtime viewtime viewduration timespent seconds
        secondsplayed playseconds playtimeforever msplayed durationms playtimems watchtimems
        时长 观看时长 播放时长 阅读时长 停留时长 停留时间 收听时长
    """,
    "purchases": """
        quantity qty count plays playcount playcounts playcnt listencount numplays nplays purchases purchasecount
        ordercount units times frequency weight amount
        数量 购买数量 次数 播放次数 购买次数 件数
    """,
    "impressions": "click clicked clicks isclick isclicked clk label target 是否点击 点击",
}
"""Kind → names of its value column; a column of a name further up is preferred to one further down."""

WEAK_VALUE_WORDS = "value values val feedback response 值 数值"
"""Names of value columns that say nothing about the kind."""

MILLISECOND_NAMES = {"msplayed", "durationms", "playtimems", "watchtimems"}

KIND_OF_VALUE: Mapping[str, SignalKey] = {name: kind for kind, words in VALUE_WORDS.items() for name in words.split()}

WORDS: Mapping[Role, str] = {
    "user": """
        userid user uid reviewerid reviewer customerid customer custid memberid member clientid client visitorid visitor
        buyerid buyer accountid account personid person profileid readerid viewerid listenerid subscriberid msno
        useridx userindex userno usernumber username email deviceid sessionid session
        用户id 用户编号 用户 会员id 会员编号 会员 客户id 客户编号 客户 顾客id 顾客 买家id 买家 读者id 读者 观众id 观众
    """,
    "item": """
        itemid item iid asin parentasin movieid movie filmid film productid product bookid isbn isbn13 book sku skuid
        goodid goods goodsid stockcode songid song trackid track albumid album musicid artistid artist articleid article
        newsid news videoid video showid show gameid game appid animeid businessid restaurantid recipeid jokeid adid
        adgroupid campaignid campaign creativeid courseid courseno listingid postid storyid podcastid productcode
        itemcode itemno
        商品id 商品编号 商品编码 商品 物品id 物品编号 物品 产品id 产品编号 产品 项目id 项目 电影id 电影 影片id 影片
        图书id 图书 书籍id 书籍 歌曲id 歌曲 音乐id 音乐 视频id 视频 新闻id 新闻 文章id 文章 广告id 广告
    """,
    "value": " ".join(VALUE_WORDS.values()) + " " + WEAK_VALUE_WORDS,
    "time": """
        timestamp unixreviewtime unixtime time datetime date ratedat createdat createtime eventtime actiontime
        clicktime viewtime purchasedate orderdate ordertime invoicedate tdat timems timestampms updatedat
        reviewtime reviewdate ratingtime ratingdate ts tstamp epoch when day
        时间戳 时间 日期 评分时间 评论时间 点击时间 购买时间 下单时间 观看时间 播放时间 创建时间
    """,
    "domain": "domain vertical domainname domainid 领域 频道 领域名称 业务线",
    "action": """
        event eventtype action behavior behaviour behaviortype behaviourtype actiontype interactiontype eventname
        actionname 行为 行为类型 事件 事件类型 动作
    """,
    "title": """
        title itemtitle movietitle booktitle producttitle newstitle videotitle tracktitle songtitle articletitle
        primarytitle name itemname productname moviename bookname trackname songname gamename
        标题 题名 名称 书名 片名 歌名 商品名称 商品名 电影名 产品名称 名字
    """,
    "text": """
        description itemdescription productdescription desc plot text summary overview abstract synopsis content about
        blurb body detaildesc 描述 商品描述 简介 内容 介绍 摘要 剧情 正文
    """,
    "tags": """
        genres genre tags tag taglist keywords keyword labels topics topic subjects styles
        标签 类型 流派 题材 关键词 主题
    """,
    "category": """
        categories category categorypath categoryname categorycode itemcategory productcategory maincategory
        subcategory cat department 类目 分类 类别 分类路径 商品类目 商品分类
    """,
    "price": "price unitprice itemprice listprice saleprice cost 价格 单价 售价 商品价格",
    "image": """
        image imageurl imageurls imagepath imurl imgurl img imageurll imageurlhires poster posterpath posterurl cover
        coverurl coverimage picture photo thumbnail 图片 图片地址 封面 海报
    """,
}
NAMES: Mapping[Role, tuple[str, ...]] = {role: tuple(words.split()) for role, words in WORDS.items()}
TITLE_OF_ITEM_WORDS = """
    movietitle booktitle producttitle itemtitle songtitle newstitle videotitle itemname productname moviename bookname
    songname trackname gamename 书名 片名 歌名 商品名称 商品名 电影名 产品名称
"""
TITLES_OF_ITEMS = tuple(TITLE_OF_ITEM_WORDS.split())
"""Titles that stand for the item where a file of interactions has no ids of items."""

WEAK_IDS = ("id", "code", "key", "编号")
"""Names of ids that do not say whose; they count where the kind of the file is known."""

ABOUT_PEOPLE = frozenset(("age", "gender", "sex", "occupation", "zip", "zipcode", "birthday", "年龄", "性别", "职业"))
"""Attributes that only people have."""

OWNER_WORDS: Mapping[Role, str] = {
    "user": "user customer visitor member client buyer reviewer person subscriber viewer",
    "item": "item product movie book song track video article news goods sku film game recipe",
}
OWNER_PARTS = {role: frozenset(words.split()) for role, words in OWNER_WORDS.items()}
ID_PARTS = frozenset(("id", "ids", "key", "hash", "code", "no", "number", "idx", "index", "uuid", "guid"))
"""Words that names of ids are put together of: one of the owner's and one of an id's."""


def plain(name: str) -> str:
    """Return a column name without case, blanks and punctuation, as names stand in these lists."""
    return re.sub(r"[\W_]+", "", name.casefold())


def parts(name: str) -> frozenset[str]:
    """Return the words that a column name is put together of: hashedCustomer_id → hashed, customer, id."""
    return frozenset(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).casefold()))
