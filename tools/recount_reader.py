"""A second, small reader of what customers text: nothing of the project's own reading is in it.

It knows the spellings of the rehearsal and no more. That it comes to the same grades by another
way is what the rehearsal shows. Grades are three letters in the order of the items, "-" a blank.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

BLANK: Final = "---"
EXAMPLE: Final = "BCA"
"""The example in our own texts: probably a copy."""

ASKED_ABOUT: Final = frozenset(
    (
        *(
            "BAD",
            "ACE",
            "ADD",
            "CAB",
            "CAD",
            "DAB",
            "DAD",
            "DEC",
            "BED",
            "BEE",
            "DEB",
            "DEE",
            "EBB",
        ),
        *("ADA", "ABE", "BEA", "BBC", "CBD", "CCB", "ADB", "ABC", EXAMPLE),
    )
)
"""Letters that are asked about when nothing stands between or after them: words, names, and the
example."""

QUESTION_OPEN: Final = timedelta(hours=24)

_WORDS: Final = {
    "非常满意": "A", "满意": "B", "一般": "C", "不满意": "D", "非常不满意": "E",
    "VERY SATISFIED": "A", "SATISFIED": "B", "NEUTRAL": "C",
    "DISSATISFIED": "D", "VERY DISSATISFIED": "E",
}  # fmt: skip
_NAMES: Final = {"及时": 0, "质量": 1, "态度": 2, "TIMELINESS": 0, "QUALITY": 1, "ATTITUDE": 2}
_YES: Final = ("Y", "YES", "是", "是的", "对的")
_NO: Final = ("N", "NO", "不", "不是")

_IN_ORDER: Final = (
    re.compile(r"1[. ]?([A-E]) ?2[. ]?([A-E]) ?3[. ]?([A-E])"),
    re.compile(r"([A-E])级 ?([A-E])级 ?([A-E])级"),
)
_ALIKE: Final = re.compile(r"(?:全部?|都是|三个|ALL )([A-E])(?:'S)?|([A-E]) FOR ALL")
_EXCEPT: Final = re.compile(r"全([A-E]),除了(及时|质量|态度)([A-E])")
_NAMED: Final = re.compile(rf"({'|'.join(_NAMES)})[ :]*([A-E])[, ]*")
_PAIR: Final = re.compile(r"([A-E])[ ,]+([A-E])")
_TRIPLE: Final = re.compile(
    r"(?:我打)?([A-E])((?:[ ,、/。.+\n-] ?)?)([A-E])\2([A-E])(?P<rest>.*)", re.DOTALL
)
_TRIPLE_LAST: Final = re.compile(r".*[^A-Z]([A-E]{3})", re.DOTALL)

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_DAY: Final = re.compile(rf"(\d{{1,2}})月(\d{{1,2}})日|\b(\d{{1,2}}) ({'|'.join(_MONTHS)})\b")

_COMPLAINS: Final = re.compile(r"(?:我要|I WANT TO )?(?:投诉|COMPLAINT?\b)")
_MENTIONS: Final = re.compile(r"(?<!没有)投诉|(?<!NO )COMPLAIN")


@dataclass(slots=True)
class Talk:
    """What was said about one visit so far: `given` are the grades, `offered` those we asked
    about, `question` what a yes would mean: "" nothing, "grades", "complaint".
    """

    given: str = BLANK
    question: str = ""
    offered: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What one text came to: grades to note (BLANK for none), a complaint or not."""

    grades: str = BLANK
    complaint: bool = False


def hear(talk: Talk, text: str, at: datetime) -> Understood:
    """What a text comes to after what was said before; `talk` remembers our question."""
    said = unicodedata.normalize("NFKC", text).upper().strip().rstrip("!")
    if talk.asked_at is not None and at - talk.asked_at <= QUESTION_OPEN and said in (*_YES, *_NO):
        question, offered = talk.question, talk.offered
        talk.question, talk.asked_at = "", None
        if said in _NO:
            return Understood()
        return Understood(offered if question == "grades" else BLANK, question == "complaint")
    grades = graded(said, talk.given)
    if grades != BLANK:
        talk.asked_at = None
        return Understood(grades, complaint=bool(_MENTIONS.search(said)))
    if _COMPLAINS.match(said):
        return Understood(complaint=True)
    _ask(talk, "complaint" if _MENTIONS.search(said) else "grades", offer(said), at)
    return Understood()


def _ask(talk: Talk, question: str, offered: str, at: datetime) -> None:
    if question == "complaint" or offered:
        talk.question, talk.offered, talk.asked_at = question, offered, at


def graded(said: str, given: str = BLANK) -> str:
    """The grades that a text gives beyond doubt, BLANK for none.

    >>> graded("AAB 师傅很准时"), graded("质量B"), graded("A C", "-B-"), graded("BAD")
    ('AAB', '-B-', 'A-C', '---')
    """
    return next((found for way in _WAYS if (found := way(said, given)) != BLANK), BLANK)


def offer(said: str) -> str:
    """The grades that a text may mean and that we ask about, "" for none."""
    if _WORDS.get(said, "") in ("A", "B"):
        return _WORDS[said] * 3
    if found := _EXCEPT.fullmatch(said):
        letters = [found[1]] * 3
        letters[_NAMES[found[2]]] = found[3]
        return "".join(letters)
    if re.sub(r"\s", "", said) == EXAMPLE:
        return EXAMPLE
    last = _TRIPLE_LAST.fullmatch(said)
    return last[1] if last else ""


def _in_order(said: str, _: str) -> str:
    found = next((found for way in _IN_ORDER if (found := way.fullmatch(said))), None)
    return "".join(found.groups()) if found else BLANK


def _alike(said: str, _: str) -> str:
    found = _ALIKE.fullmatch(said)
    return (found[1] or found[2]) * 3 if found else BLANK


def _named(said: str, _: str) -> str:
    if _NAMED.sub("", said):
        return BLANK
    letters = list(BLANK)
    for name, letter in _NAMED.findall(said):
        letters[_NAMES[name]] = letter
    return "".join(letters)


def _worded(said: str, _: str) -> str:
    """Three words for the three items, parted by commas or, in Chinese, by spaces."""
    words = [word.strip() for word in re.split(r",|(?<=[意般]) ", said)]
    is_whole = len(words) == len(BLANK) and all(word in _WORDS for word in words)
    return "".join(_WORDS[word] for word in words) if is_whole else BLANK


def _rest(said: str, given: str) -> str:
    """Two letters for the two items that are still open."""
    found = _PAIR.fullmatch(said)
    if not found or given.count("-") != 2:
        return BLANK
    letters = iter(found.groups())
    return "".join(next(letters) if letter == "-" else "-" for letter in given)


def _triple(said: str, _: str) -> str:
    found = _TRIPLE.fullmatch(said)
    if not found or not _is_end(found["rest"], glued=not found[2]):
        return BLANK
    letters = found[1] + found[3] + found[4]
    alone = not found["rest"] and (not found[2] or re.sub(r"\s", "", said) == EXAMPLE)
    return BLANK if alone and letters in ASKED_ABOUT else letters


def _is_end(rest: str, *, glued: bool) -> bool:
    """Whether what follows the letters is a comment, and not the rest of a word."""
    comment = rest.lstrip()
    if not comment or rest[0] in ",.。":
        return True
    return comment[0] >= "\u4e00" or (not glued and rest[0] == " ")


_WAYS: Final[tuple[Callable[[str, str], str], ...]] = (
    *(_in_order, _alike, _named, _worded, _rest, _triple),
)


def day_named(text: str) -> tuple[int, int] | None:
    """(month, day) of the visit that one of our texts speaks of; None where it names no day.

    >>> day_named("已记下5月6日服务的评分"), day_named("Noted A B A for 3 June."), day_named("Y")
    ((5, 6), (6, 3), None)
    """
    found = _DAY.search(text)
    if not found:
        return None
    if found[1]:
        return int(found[1]), int(found[2])
    return _MONTHS.index(found[4]) + 1, int(found[3])
