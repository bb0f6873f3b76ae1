"""What customers write, by language and kind; `{t}{q}{a}` are the three letters they mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a text and the grades it stands for: three letters, "-" for an item it leaves
    out, "" for none; `kind` as in SPELLINGS.
    """

    words: str
    kind: str
    means: str = ""


_MEANS: Final = {
    "grades": "{t}{q}{a}",
    "grades with words": "{t}{q}{a}",
    "grades with complaint": "{t}{q}{a}",
    "correction": "{t}{q}{a}",
    "part": "-{q}-",
    "rest": "{t}-{a}",
}
"""Kind → the grades that a text of it stands for; other kinds carry theirs after a "|"."""

WORDS: Final = {
    "zh": {"A": "非常满意", "B": "满意", "C": "一般", "D": "不满意", "E": "非常不满意"},
    "en": {
        "A": "very satisfied",
        "B": "satisfied",
        "C": "neutral",
        "D": "dissatisfied",
        "E": "very dissatisfied",
    },
}
"""The grades in words: `{wt}{wq}{wa}` of a text."""

ALIKE: Final = {
    "zh": ("全{t}", "都是{t}", "全部{t}", "三个{t}"),
    "en": ("all {t}", "{t} for all", "all {t}'s"),
}
"""More ways to write three letters that are the same."""

MOSTLY: Final = 3
"""How much likelier each of them is then."""

LETTERS_ALONE: Final = ("grades", "correction", "part", "rest")
"""Kinds that may be typed in any case or in full width."""

_WIDE: Final = {ord(letter): ord(letter) + 0xFEE0 for letter in "ABCDE"}
"""As a Chinese keyboard writes them: full width."""

CASES: Final[tuple[Callable[[str], str], ...]] = (str.lower, lambda words: words.translate(_WIDE))

SPELLINGS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "zh": {
        "grades": (
            *("{t}{q}{a}", "{t} {q} {a}", "{t}，{q}，{a}", "{t}、{q}、{a}", "{t}/{q}/{a}"),
            *("{t}级 {q}级 {a}级", "及时{t} 质量{q} 态度{a}", "质量{q} 态度{a} 及时{t}"),
            *("{wt} {wq} {wa}", "{wt}，{wq}，{wa}"),
            *("{t}\n{q}\n{a}", "我打{t}{q}{a}谢谢", "1{t} 2{q} 3{a}", "{t}。{q}。{a}"),
        ),
        "grades with words": (
            *("{t}{q}{a} 师傅很准时", "{t}{q}{a}，修得很仔细", "{t}{q}{a}师傅人不错"),
            *("{t} {q} {a} 下次还找你们", "{t}，{q}，{a}，就是等得久了一点"),
        ),
        "grades with complaint": (
            *("{t}{q}{a}，投诉师傅乱收费", "{t} {q} {a} 我要投诉，约了三次才来"),
        ),
        "correction": ("{t}{q}{a}", "{t} {q} {a}", "及时{t} 质量{q} 态度{a}"),
        "part": ("质量{q}", "质量：{q}"),
        "rest": ("{t} {a}", "及时{t} 态度{a}", "{t}，{a}"),
        "unclear": ("5", "五星", "bad", "👍👍👍", "A", "545", "10/10"),
        "offer": (
            *("满意|BBB", "非常满意|AAA", "全A，除了态度C|AAC", "师傅很准时 AAB|AAB"),
            "B C A|BCA",
        ),
        "yes": ("Y", "是", "对的", "是的"),
        "no": ("不是", "N", "不"),
        "complaint": (
            *("投诉：师傅迟到两个小时，电话也不接", "我要投诉，修完第二天又坏了"),
            "投诉 多收了80块钱没有发票",
        ),
        "mention": ("师傅态度太差了，我想投诉", "这样的服务真该被投诉"),
        "words": ("师傅人很好", "没有投诉，都挺好的", "等了一上午才来"),
        "opt out": ("退订", "TD", "拒收"),
        "not me": ("不是我", "号码错了"),
        "not finished": ("还没修好", "没修好，还在漏水"),
        "call me": ("给我回电", "给我回电话"),
        "danger": ("厨房漏气了，味道很大", "热水器漏电，我被电到了"),
    },
    "en": {
        "grades": (
            *("{t}{q}{a}", "{t} {q} {a}", "{t},{q},{a}", "{t}/{q}/{a}", "{t}-{q}-{a}"),
            *("timeliness {t}, quality {q}, attitude {a}", "{t}, {q}, {a}", "{t}. {q}. {a}"),
            *("attitude {a}, timeliness {t}, quality {q}", "{t}+{q}+{a}", "1.{t} 2.{q} 3.{a}"),
            *("1{t} 2{q} 3{a}", "{wt}, {wq}, {wa}"),
        ),
        "grades with words": (
            *("{t} {q} {a}, thank you", "{t}{q}{a}. Very quick."),
            "{t},{q},{a}. He left the kitchen clean",
            "{t} {q} {a} - but we waited two hours",
        ),
        "grades with complaint": (
            "{t}{q}{a}. I want to complain, he charged me twice",
            "{t} {q} {a}. Complaint: nobody rang back",
        ),
        "correction": ("{t}{q}{a}", "{t} {q} {a}", "timeliness {t}, quality {q}, attitude {a}"),
        "part": ("quality {q}", "Quality: {q}"),
        "rest": ("{t} {a}", "timeliness {t}, attitude {a}", "{t},{a}"),
        "unclear": ("5", "Bad!", "10/10", "👍👍👍", "4 5 5", "B"),
        "offer": ("satisfied|BBB", "very satisfied|AAA", "BCA|BCA", "They came on time AAB|AAB"),
        "yes": ("Y", "yes", "Yes!"),
        "no": ("N", "no"),
        "complaint": (
            "Complaint: the leak is back after one day",
            "complain he was two hours late and rude",
            "I want to complain about the bill",
        ),
        "mention": (
            "The man was rude, I should file a complaint",
            "Not happy at all and thinking of complaining",
        ),
        "words": (
            *("The engineer was very friendly", "No complaints, all fine"),
            "I had a bad experience with parking",
        ),
        "opt out": ("STOP", "unsubscribe", "Stop."),
        "not me": ("NOT ME", "wrong number"),
        "not finished": ("not fixed yet", "Not fixed, still leaking"),
        "call me": ("call me", "Please call me back"),
        "danger": ("There is a gas leak in the kitchen", "Smell of gas near the boiler"),
    },
}


def written(random: Random, language: str, kind: str, letters: str) -> Text:
    """A text of this kind by a customer who has `letters` in mind, e.g. "AAB"."""
    templates = SPELLINGS[language][kind]
    if kind == "grades" and len(set(letters)) == 1:
        templates = (*templates, *ALIKE[language] * MOSTLY)
    template, _, offered = random.choice(templates).partition("|")
    values = dict(zip("tqa", letters, strict=True))
    values |= {f"w{item}": WORDS[language][letter] for item, letter in values.items()}
    words = template.format(**values)
    if kind in LETTERS_ALONE and random.randrange(4) == 0:
        words = random.choice(CASES)(words)
    return Text(words, kind, _MEANS.get(kind, offered).format(**values))
