"""Spellings of grades and texts that are none, put together from the rows of the rules.

Nothing here is random: where all combinations would be too many, the parts of a family take
turns (`cycle`), so every part meets many triples and every run is the same.
"""

from collections.abc import Callable, Iterator
from itertools import cycle, permutations, product

Spelling = tuple[str, tuple[str, ...]]
"""A text and the three grades it spells, in the order of the items."""

TRIPLES = tuple(product("ABCDE", repeat=3))
WORDS_OF_THREE = frozenset(
    (
        *("bad", "ace", "add", "cab", "cad", "dab", "dad", "dec", "bed", "bee", "deb"),
        *("dee", "ebb", "ada", "abe", "bea", "bbc", "cbd", "ccb", "adb", "abc"),
    )
)
"""Unseparated triples that are words, names or acronyms: asked about."""

SEPARATORS = (
    *(" ", "  ", "\n", "\n\n", "\r\n", "\t", "\u3000", "\u00a0", ",", ", ", " , ", "，", "，\n"),
    *("、", "/", " / ", "／", "\\", "-", " - ", "－", ".", ". ", "．", "。", "+", " + ", "＋"),
    *(";", "；", ":", "：", "·", "|", "｜", "~", "～", "*", "_", "=", "!", "！"),
)
BRACKETS = tuple(zip('([{（【「『《“"‘〔«', ')]}）】」』》”"’〕»', strict=True))
NUMBERINGS = (
    *("1{0} 2{1} 3{2}", "1.{0} 2.{1} 3.{2}", "1:{0},2:{1},3:{2}", "1：{0}；2：{1}；3：{2}"),
    *("1、{0} 2、{1} 3、{2}", "1{0}2{1}3{2}", "①{0}②{1}③{2}", "①{0} ②{1} ③{2}"),
    *("{0}1 {1}2 {2}3", "{0}1,{1}2,{2}3", "1. {0}\n2. {1}\n3. {2}", "1 {0}\n2 {1}\n3 {2}"),
    *("1\ufe0f\u20e3{0} 2\ufe0f\u20e3{1} 3\ufe0f\u20e3{2}", "１{0}，２{1}，３{2}"),
    *("(1){0} (2){1} (3){2}", "1={0} 2={1} 3={2}"),
)
NAMES = (
    ("及时", "质量", "态度"),
    ("及時", "質量", "態度"),
    ("及时性", "品质", "服务态度"),
    ("時效", "品質", "服務態度"),
    ("时效", "维修质量", "态度"),
    ("速度", "维修", "态度"),
    ("准时", "修得", "服务态度"),
    ("準時", "維修", "態度"),
    ("timeliness", "quality", "attitude"),
    ("Speed", "Repair", "Manner"),
    ("PUNCTUALITY", "QUALITY", "ATTITUDE"),
    ("及时", "quality", "态度"),
)
NAMED = ("{0}{1}", "{0} {1}", "{0}:{1}", "{0}：{1}", "{0}={1}", "{0}: {1}")
BETWEEN_NAMED = (" ", ",", ", ", "，", "、", "；", "\n", "。")
WORDS: tuple[dict[str, str], ...] = tuple(
    dict(zip("ABCDE", words, strict=True))
    for words in (
        ("非常满意", "满意", "一般", "不满意", "非常不满意"),
        ("很满意", "满意", "一般", "不满意", "很不满意"),
        ("very satisfied", "satisfied", "neutral", "dissatisfied", "very dissatisfied"),
        ("Very Satisfied", "Satisfied", "Average", "Unsatisfied", "Very Dissatisfied"),
    )
)
BETWEEN_WORDS = (" ", "，", "、", ", ", "\n", "；", " / ", "。")
ALL_ALIKE = (
    *("全{0}", "全部{0}", "都{0}", "都是{0}", "全给{0}", "三个{0}"),
    *("all {0}", "all {0}'s", "{0} for all"),
)
FILLERS = (
    *("我打{0}谢谢", "谢谢 {0}", "{0}谢谢", "{0}，多谢", "我给{0}", "我选{0}", "评{0}", "{0}分"),
    *("{0}, thank you", "{0}, thanks!", "Thanks, {0}", "please {0}", "{0}\n谢谢", "谢谢！{0}！"),
)
COMMENTS = (
    *(("，", "师傅很好"), (" ", "师傅很准时"), ("\n", "修得很仔细"), ("。", "收费有点贵")),
    *(("，", "等了两个小时"), ("！", "师傅辛苦"), (", ", "he was friendly")),
    *(("\n", "very polite"), (". ", "The kitchen was left clean"), ("; ", "regards from Li")),
)

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
DRESSES: tuple[Callable[[str], str], ...] = (
    str.lower,
    str.upper,
    lambda text: text.translate(FULL_WIDTH),
    lambda text: f"{text}。",
    lambda text: f"  {text}\n",
    lambda text: f"{text}!",
    lambda text: f"\ufeff{text}",
    lambda text: f"{text.lower()}～",
)
"""What a reading survives: case, width, outer white space and punctuation."""


def pair(shape: str, name: str, grade: str) -> str:
    """A name and its grade; a Latin name is never glued to the letter."""
    return (f"{name} {grade}" if name.isascii() and shape == "{0}{1}" else shape).format(
        name, grade
    )


def separated() -> Iterator[Spelling]:
    """Letters with the same separator in both gaps."""
    turns = cycle(SEPARATORS)
    for triple, _ in product(TRIPLES, range(13)):
        yield next(turns).join(triple), triple


def bracketed() -> Iterator[Spelling]:
    """Each letter in quotes or brackets, or all three together."""
    turns = cycle(BRACKETS)
    for triple, _ in product(TRIPLES, range(3)):
        opening, closing = next(turns)
        yield "".join(f"{opening}{grade}{closing}" for grade in triple), triple
        yield f"{opening}{' '.join(triple)}{closing}", triple


def unseparated() -> Iterator[Spelling]:
    """Three letters at once, where they are no word."""
    for triple in TRIPLES:
        text = "".join(triple)
        if text.lower() not in WORDS_OF_THREE:
            yield from ((shape.format(text), triple) for shape in ("{0}", "({0})", "【{0}】"))


def numbered() -> Iterator[Spelling]:
    """Each letter with its number, in order."""
    turns = cycle(NUMBERINGS)
    for triple, _ in product(TRIPLES, range(7)):
        yield next(turns).format(*triple), triple


def named() -> Iterator[Spelling]:
    """The name before the letter, in any order."""
    turns = zip(cycle(NAMED), cycle(BETWEEN_NAMED[:7]), cycle(permutations(range(3))), strict=False)
    for triple, names in product(TRIPLES, NAMES):
        shape, between, order = next(turns)
        yield between.join(pair(shape, names[item], triple[item]) for item in order), triple


def named_behind() -> Iterator[Spelling]:
    """The letter before the name, glued or one space apart."""
    turns = zip(cycle(("", " ")), cycle((" ", "，", ", ")), cycle(NAMES), strict=False)
    for triple, _ in product(TRIPLES, range(3)):
        gap, between, names = next(turns)
        yield (
            between.join(
                f"{grade}{' ' if name.isascii() else gap}{name}"
                for grade, name in zip(triple, names, strict=True)
            ),
            triple,
        )


def worded() -> Iterator[Spelling]:
    """Exactly one word per item."""
    turns = cycle(BETWEEN_WORDS[:7])
    for triple, words in product(TRIPLES, WORDS):
        yield next(turns).join(words[grade] for grade in triple), triple


def named_words() -> Iterator[Spelling]:
    """A word behind each name."""
    turns = zip(cycle(NAMED), cycle(BETWEEN_NAMED[:7]), strict=False)
    sets = ((NAMES[0], WORDS[0]), (NAMES[2], WORDS[1]), (NAMES[8], WORDS[2]))
    for triple, (names, words) in product(TRIPLES, sets):
        shape, between = next(turns)
        pairs = zip(names, triple, strict=True)
        yield between.join(pair(shape, name, words[grade]) for name, grade in pairs), triple


def alike() -> Iterator[Spelling]:
    """One grade for all."""
    for grade, shape, filler in product("ABCDE", ALL_ALIKE, ("{0}", "{0}谢谢", "{0}, thanks")):
        yield filler.format(shape.format(grade)), (grade, grade, grade)


def filled() -> Iterator[Spelling]:
    """Fillers around separated letters."""
    turns = zip(cycle(FILLERS), cycle((", ", " ", "、")), strict=False)
    for triple, _ in product(TRIPLES, range(5)):
        filler, separator = next(turns)
        yield filler.format(separator.join(triple)), triple


FAMILIES = (
    *(separated, bracketed, unseparated, numbered, named, named_behind),
    *(worded, named_words, alike, filled),
)


def with_comment() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Text, grades, and the comment that has to come through."""
    turns = cycle((", ", " ", "、", "", "/", "-", "。"))
    for triple, (boundary, comment) in product(TRIPLES, COMMENTS):
        text = next(turns).join(triple)
        if text.lower() in WORDS_OF_THREE:
            text = " ".join(triple)
        yield text + boundary + comment, triple, comment


LOOK_ALIKES = {
    "A": "АаΑÀÁÂÃÄÅȦĀĂĄ",
    "B": "ВвΒβḂḄ",
    "C": "СсϹÇĆČ",
    "D": "ĎḌ",
    "E": "ЕеΕÈÉÊËĒ",
}
"""Cyrillic, Greek and accented letters that look like a grade."""

ARTICLES = (
    *("{0} {1} a good job", "{0} {1} a very nice man", "{0}, {1}, a bit late"),
    *("it was a {0} at best", "a {0} is all I can give", "what a {0} {1}"),
    *("all a {0} of a mess", "{0} {1} A really good man"),
)
RANGES = (
    *("{0} or {1}", "{0}or{1}", "{0}到{1}", "{0}或{1}", "{0}或者{1}", "{0}还是{1}", "{0}和{1}"),
    *("{0} and {1}", "{0} & {1}", "{0} {1} or {0}", "{0}, {1} and {0}", "{0} {1} & {0}"),
    *("{0}{1}{1} or {0}{0}{1}", "{0}{1}{1}或{0}{0}{1}", "{0} to {1}", "{0}到{1}之间", "{0}-{1}"),
    *("{0} {1} {1} or {0} {1} {0}", "between {0} and {1}", "either {0} or {1}", "{0}/{1}"),
)
NEGATIONS = (
    *("不是{0}", "不要{0}", "别给{0}", "没有{0}", "没给{0}", "不给{0}", "不是 {0}", "不是{1}"),
    *("not {0}", "Not {1}", "never {0}", "no {0}", "don't give {0}", "can't be {0}", "not {1}!"),
    *("{0}不对", "{0} 错", "{1}，不是", "{0}, no", "{0} wrong", "{1} not right", "{0}, not really"),
)
REPORTS = (
    *("师傅让我打{0}", "师傅说回复{0}", "如果修好了就{0}", "本来想给{0}", "屏幕显示{0}"),
    *("he told me to write {0}", "The display shows {0}", "my son got {0} in his exams"),
    *("model {0} is broken", "should I write {0}?", "{0}?", "{1}？", "I saw {1} on the label"),
    *("{0}-rated", "{0}.com", "{0}'s van", "{0}_1", "{0}/x", "{0}2", "{0}-100", "x{0}", "{0}x"),
    *("{0} 5", "{1} 10/10", "{0} {0}", "{1}, {1}", "{0}+", "{0}-", "{1}+", "{0}级服务", "型号{0}"),
)
AROUND_WORDS = (
    *("不太{0}", "没有不{0}", "挺{0}的", "不是很{0}", "{0}度调查", "比较{0}", "{0}的话", "{0}才怪"),
    *("我不太{0}", "希望{0}", "{0}吗？", "{0}个鬼", "说不上{0}", "并不{0}，并不{0}，并不{0}"),
)


def no_ratings() -> Iterator[str]:
    """Texts with letters, triples, names or words in them that rate nothing for sure."""
    for left, right in product("ABCDEabcde", repeat=2):
        if left.lower() != right.lower():
            yield from (shape.format(left, right) for shape in (*RANGES, *ARTICLES))
    turns = cycle((*NEGATIONS, *REPORTS))
    for triple in TRIPLES:
        for _ in range(22):
            yield next(turns).format("".join(triple), " ".join(triple))
        yield from _miscounted(*triple)
    for word, shape in product(("满意", "非常满意", "一般", "不满意"), AROUND_WORDS):
        yield shape.format(word)
    for digits in product("12345", repeat=3):
        yield from ("".join(digits), " ".join(digits), ",".join(digits))


def _miscounted(one: str, two: str, three: str) -> Iterator[str]:
    yield from (f"1{one} 1{two} 3{three}", f"2{one} 1{two} 3{three}", f"1{one} 2{two} 3")
    yield from (f"质量{one} 及时{two} 质量{three}", f"quality {one}, speed {two}, repair {three}")
    yield from (f"{one}{two}{three}{one}", f"{one} {two} {three} {one}", f"{one}{two}")
    yield from (f"{one}+ {two} {three}", f"{one}+{two}-{three}", f"{one}- {two}- {three}-")
    yield from (f"{one}👍{two}👍{three}👍", f"质量{one}货", f"quality {one}{two}{three}")


def look_alikes() -> Iterator[str]:
    """Triples with one letter of another script, or with an accent."""
    turns = cycle(("", " "))
    for triple, place in product(TRIPLES, range(3)):
        for strange in LOOK_ALIKES[triple[place]]:
            yield next(turns).join((*triple[:place], strange, *triple[place + 1 :]))
