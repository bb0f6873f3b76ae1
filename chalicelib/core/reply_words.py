"""The words customers answer with, per language: the tables behind the reading of replies.

Chinese stands here in simplified characters only; `SIMPLER` turns the traditional ones of the
same words into them, one for one, so that positions stay the same.
"""

from collections.abc import Mapping
from typing import Final

_TRADITIONAL: Final = (
    "滿質態務時準訴評給選級謝對們沒訂舉報發還裝號碼錯電話這個無為幫復覆進詢氣觸著煙傷墜維師麼樣點嗎覺"
    "擇價項顆種類裡裏銀證區組線幾條兩聯賽單貨棟請問總決嚴後會過餘換該變貴誰燒壞別洩"
)
_SIMPLIFIED: Final = (
    "满质态务时准诉评给选级谢对们没订举报发还装号码错电话这个无为帮复复进询气触着烟伤坠维师么样点吗觉"
    "择价项颗种类里里银证区组线几条两联赛单货栋请问总决严后会过余换该变贵谁烧坏别泄"
)
SIMPLER: Final[Mapping[int, int]] = str.maketrans(_TRADITIONAL, _SIMPLIFIED)

LATIN_LETTERS: Final = str.maketrans(
    {
        **dict.fromkeys("’‘‛ʼʹ′", "'"),
        **dict(zip("🅰🅱🅲🅳🅴", "abcde", strict=True)),  # negative squared capitals
        **dict(zip("🅐🅑🅒🅓🅔", "abcde", strict=True)),  # negative circled capitals
        **dict(zip("ᴀʙᴄᴅᴇ", "abcde", strict=True)),  # small capitals
        "🆎": "ab",
        **dict(zip("❶❷❸➊➋➌⓵⓶⓷", "123123123", strict=True)),
    }
)
"""Characters that NFKC leaves alone although they are the letter or number they show."""

LOOK_ALIKES: Final = str.maketrans(
    {
        **dict(zip("авсеԁ", "abced", strict=True)),  # Cyrillic
        **dict(zip("αβϲε", "abce", strict=True)),  # Greek
        **dict(zip("ᎪᏴᏟᎠᎬ", "abcde", strict=True)),  # Cherokee
        **dict(zip("ꓮꓐꓚꓓꓰ", "abcde", strict=True)),  # Lisu
        **dict(zip("ɑƅɗ", "abd", strict=True)),
    }
)
"""Letters of other alphabets that look like A–E: such a text is asked about, never stored."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "timeliness": (
        *("及时", "及时性", "时效", "时效性", "速度", "准时"),
        *("timeliness", "punctuality", "speed"),
    ),
    "quality": (
        *("质量", "品质", "维修", "维修质量", "修得"),
        *("quality", "repair", "repair quality", "quality of repair"),
    ),
    "attitude": ("态度", "服务态度", "attitude", "service attitude", "manner"),
}
"""服务 or service alone is no name: it may mean any item."""

GRADE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "A": ("非常满意", "很满意", "very satisfied"),
    "B": ("满意", "satisfied"),
    "C": ("一般", "neutral", "average"),
    "D": ("不满意", "dissatisfied", "unsatisfied"),
    "E": ("非常不满意", "很不满意", "very dissatisfied", "very unsatisfied"),
}

CLOSING: Final = ("级", "分")
"""Fillers that close a letter, as in A级B级A级: they part two letters like a separator."""

GRADING: Final = ("评", "选", "打")
"""Fillers after which a colon may stand before a letter, as in 评分：ABA."""

FILLERS: Final = ("我", "是", "给", "谢谢", "多谢", "thanks", "thank you", "please")

ALL: Final = ("全", "全部", "都", "全都", "三个", "3个", "三项", "all")
REST: Final = ("其他", "其它", "其余", "others", "the rest")
FOR_ALL: Final = ("for all", "for all three")
LINKS: Final = ("and", "or", "to", "&", "和", "或", "或者", "还是", "到", "跟", "与", "至")
EXCEPT: Final = ("除了", "除", "except", "except for")
BUT: Final = ("但", "但是", "就", "只有", "but", "only")
STARS: Final = ("五星", "五颗星", "星", "满分", "stars", "star")
MASTER: Final = "师傅"

NOT: Final = (
    *("不", "没", "没有", "别", "非", "无", "未", "不是", "不太", "不想", "不用", "不要", "不会"),
    *("no", "not", "never", "without", "nothing to", "cannot", "can not"),
    *("cant", "dont", "didnt", "doesnt", "isnt", "wasnt", "wont", "wouldnt"),
)
"""Negations; English words in n't are known by their ending."""

NOT_A_TRIPLE: Final = ("不是", "not")
"""At the start of its clause each of these takes back a triple further on."""

CORRECTIONS: Final = ("不是", "不对", "错", "no", "not", "wrong")
"""A comment that begins with one of these takes back the grades before it."""

PAIRS: Final = ("a/c",)
"""Two letters that are an air conditioner rather than two grades."""

PLAIN: Final = (
    "不错",
    "一般般",
    "满意度",
    "打电话",
    "星期",
    "给力",
    "选项",
    "评委",
    "三种",
    "三款",
    "三类",
)
"""Longer words that only begin like a word of a table: words like any other."""

WORD_TRIPLES: Final = frozenset(
    (
        *("bad", "ace", "add", "cab", "cad", "dab", "dad", "dec", "bed", "bee", "deb", "dee"),
        *("ebb", "ada", "abe", "bea", "bbc", "cbd", "ccb", "adb", "abc"),
    )
)
"""Three glued letters that are words, names or acronyms; the list is closed."""

ACRONYMS: Final = (
    *("aaa", "abc", "abb", "aeb", "aed", "bec", "cba", "ccc", "ccd", "cdc", "cec", "dcd", "ebd"),
    *("ecb", "edc"),
)
"""Triples that directly before Chinese are as likely a battery, a league or a brand."""

LABELS: Final = (
    *(
        "电池",
        "认证",
        "银行",
        "联赛",
        "总决赛",
        "季后赛",
        "型",
        "款",
        "类",
        "座",
        "栋",
        "组",
        "区",
        "口",
        "货",
        "牌",
    ),
    *("式", "线", "单元", "三", "两", "几", "四", "等级", "等三", "等几", "等型", "等品", "的"),
)
"""What makes a label of the letters before it: AAA电池, A、B、C三种."""

PREDICATES: Final = (
    *("都", "全", "全部", "均", "是", "有", "没有", "没", "不", "坏", "各", "两"),
    *("are", "were", "is", "was", "have", "has", "had", "all", "both", "should", "would", "will"),
    *("can", "could", "do", "does", "did", "got", "need"),
)
"""Right after three letters apart these make a subject of them: A、B、C都坏了."""

PARTICLES: Final = ("吗", "么", "嘛", "吧", "呢")
"""Directly after letters these make a question of them, like a question mark."""

ABOUT_LETTERS: Final = ("哪", "which", "三个", "3个", "三项", "三种", "三款", "三类", "三者")
"""A comment that begins with one of these is about the letters before it."""

ONE_LETTER: Final = ("i", "u")
"""Words of one letter that may begin a comment."""

YES: Final = ("y", "yes", "是", "是的", "对", "对的", "嗯", "对对", "对对对", "嗯嗯")
NO: Final = ("n", "no", "不", "不是")
"""Answers to an open question, and so is the key 1 for yes; 好 and ok are none."""

DROPS: Final = ("取消", "cancel", "end", "停止", "r", "t")
"""While a question of ours is open, these drop the question and opt out of nothing."""

OPT_OUTS: Final = (
    *("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke"),
    *("optout", "opt out", "opt-out", "td", "qx", "0000"),
    *("退订", "拒收", "取消", "停止", "不要再发", "不要再发了", "别再发", "别再发了"),
)
OPT_OUT_LETTERS: Final = ("t", "r")
OPT_INS: Final = ("start", "unstop", "恢复")
HELPS: Final = ("help", "info", "帮助")
STATUS: Final = ("进度", "查询", "查询进度", "进度查询", "查进度", "status")

NOT_ME: Final = (
    *("不是我", "不是我的", "不是我本人", "不是本人", "号码错了", "号码错误", "发错了", "你发错了"),
    *("你们发错了", "发错人了", "打错了", "wrong number", "wrong person", "not me", "it's not me"),
    *("its not me", "this is not me", "that's not me", "it wasn't me", "not my number"),
)
NOT_FINISHED: Final = (
    *("还没修好", "没修好", "还没有修好", "没有修好", "还没修", "没修完", "还没装好", "没装好"),
    *("没装完", "还没装完", "还没修完", "not fixed yet", "not fixed", "still not fixed"),
    *(
        "not yet fixed",
        "it's not fixed",
        "it is not fixed",
        "it's not fixed yet",
        "isn't fixed yet",
    ),
    *("it isn't fixed", "not repaired", "not repaired yet", "not finished yet", "not finished"),
)
CALL_ME: Final = (
    *("给我回电", "给我回电话", "回电", "回电话", "给我打电话", "打电话给我", "给我回个电话"),
    *("call me", "call me back", "ring me", "phone me", "please call me", "please call me back"),
)

COMPLAINTS: Final = (
    *("投诉", "举报", "complaint", "complaints", "complain", "complains", "complaining"),
    "complained",
)

DANGER_PHRASES: Final = (
    *("gas leak", "smell of gas", "smell gas", "smelling gas", "smells of gas", "gas smell"),
    *("leaking gas", "gas is leaking", "on fire", "caught fire", "electric shock"),
    *("carbon monoxide", "electrocuted"),
    *("漏气", "漏电", "触电", "起火", "着火", "冒烟", "爆炸", "一氧化碳", "中毒", "受伤", "坠落"),
    *("煤气泄漏", "燃气泄漏", "天然气泄漏", "漏煤气", "漏燃气", "漏天然气", "漏瓦斯", "瓦斯外泄"),
    *("煤气味", "燃气味", "天然气味", "瓦斯味"),
)
"""These page the duty phones, whatever the message is otherwise."""

DANGER_WORDS: Final = (
    *("gas", "fire", "smoke", "smoking", "flames", "sparks", "burning", "burnt", "explosion"),
    *("exploded", "shock", "poisoning", "injured"),
    *("煤气", "燃气", "天然气", "瓦斯", "火花", "火灾", "焦味", "糊味", "浓烟", "电击", "烧焦"),
)
"""These only mark the message for the desk."""
