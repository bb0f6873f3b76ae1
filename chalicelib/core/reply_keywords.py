"""What a reply says besides grades: keywords, complaints, danger; each a table of words.

All functions take the cleaned text in simplified characters (`reply_words.SIMPLER`).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from chalicelib.core import reply_words as words
from chalicelib.core.reply_lexer import Token

_KEYWORD_LENGTH: Final = 100
"""A longer text is no keyword, whatever it repeats."""


def any_of(table: Iterable[str]) -> str:
    """A pattern for the whole words of a table, the longest first."""
    return f"(?:{'|'.join(re.escape(word) for word in _longest_first(table))})"


def whole_word(table: Iterable[str]) -> str:
    """The same; a Latin one not as a part of a longer word or number."""
    patterns = [
        rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word)
        for word in _longest_first(table)
    ]
    return f"(?:{'|'.join(patterns)})"


def _longest_first(table: Iterable[str]) -> list[str]:
    return sorted(table, key=lambda word: (-len(word), word))


def bare(row: Sequence[Token]) -> str:
    """P4: the message without brackets, one mark at its end and please around it."""
    text = "".join(token.text for token in row if token.kind not in "()")
    text = " ".join(text[:_KEYWORD_LENGTH].split()) if len(text) <= _KEYWORD_LENGTH else ""
    inner = _MARK.sub("", text)
    return _PLEASE_AFTER.sub("", _PLEASE_BEFORE.sub("", inner))


_MARK: Final = re.compile(r" ?(?:[.。]|!+)$")
_PLEASE_BEFORE: Final = re.compile(r"^(?:(?:(?:please|pls)(?![a-z])|请|回复|回)[,:]? ?)+(?=.)")
_PLEASE_AFTER: Final = re.compile(r"(?<=.)(?:,? ?(?:(?<![a-z])(?:please|pls)|请))+$")


def opts_out(keyword: str) -> bool:
    """Whether a bare message is an opt-out word, or several of two letters or more."""
    return keyword in words.OPT_OUT_LETTERS or _OPT_OUTS.fullmatch(keyword) is not None


_OPT_OUTS: Final = re.compile(
    f"{whole_word(words.OPT_OUTS)}(?:[ ,、]*{whole_word(words.OPT_OUTS)})*"
)


def asks_for_help(keyword: str, text: str) -> bool:
    """HELP and the like, a single question mark, a question about complaining."""
    return (
        keyword in words.HELPS
        or text == "?"
        or _COMPLAINING_QUESTION.search(_first_clause(text)) is not None
    )


_WORD_ZH: Final = "(?:投诉|举报)"
_ASKING: Final = (
    *("do", "can", "could", "should", "would", "may", "to", "i", "we", "one", "you", "make"),
    *("file", "lodge", "submit", "send", "raise", "put", "in", "a", "an", "my"),
)
_COMPLAINING_QUESTION: Final = re.compile(
    "|".join(
        (
            rf"(?:怎么|怎样|如何|哪里|哪儿)(?:样|才|可以|能|能够|去|进行|要|向你们|找谁|来)*{_WORD_ZH}",
            rf"{_WORD_ZH}(?:的)?(?:电话|热线|号码)(?:号码)?(?:是|呢|多少|几|什么|$|\?)",
            rf"{_WORD_ZH}(?:你们|他|他们)?(?:可以|行)?吗",
            rf"{_WORD_ZH}(?:怎么|如何)",
            rf"^(?!我?(?:要|想){_WORD_ZH}).*{_WORD_ZH}.{{0,8}}吗\??$",
            rf"\b(?:how|where)(?: {any_of(_ASKING)})* complain(?:ts?)?\b",
        )
    )
)


def is_unreadable(row: Sequence[Token]) -> bool:
    """Two or more question marks first and no word: Chinese lost in a bad encoding looks so."""
    return [token.kind for token in row[:2]] == ["?", "?"] and not any(
        token.kind in "oh" for token in row
    )


def status_number(keyword: str) -> str | None:
    """Nine digits after (or before) a word for progress, "" for the word alone, else None."""
    match = _STATUS.fullmatch(keyword)
    if match is None:
        return None
    digits = re.sub(r"\D", "", match["after"] or match["before"] or "")
    return digits if len(digits) in (0, 9) else None


_NUMBER: Final = r"[0-9](?:[ -]?[0-9])*"
_STATUS: Final = re.compile(
    rf"(?:(?P<before>{_NUMBER}) ?)?{any_of(words.STATUS)}[?]?(?: ?(?:号|号码|no\.?|number))?[ :#]*"
    rf"(?P<after>{_NUMBER})?[?]?"
)


class Answer(NamedTuple):
    """How a message begins: "yes", "no" or ""; what else it says, and if punctuation parts it."""

    said: str
    rest: str = ""
    parted: bool = False


def yes_or_no(row: Sequence[Token]) -> Answer:
    """The answer a message begins with; thanks after it are no rest."""
    found = _YES_OR_NO.fullmatch("".join(t.text for t in row if t.kind not in "()"))
    if found is None:
        return Answer("")
    said, rest = ("yes" if found["yes"] else "no"), found["rest"] or ""
    if _COURTESY.fullmatch(rest):
        return Answer(said)
    return Answer(said, rest, found["gap"].strip(" ") != "")


_YES: Final = any_of(words.YES)
_YES_OR_NO: Final = re.compile(
    rf"(?:(?P<yes>{_YES}(?:[ ,、。.!]+{_YES})*|1)|(?P<no>{any_of(words.NO)}))"
    r"(?:(?P<gap>[ ,、。.!:\n]+)(?P<rest>.*)|)",
    re.DOTALL,
)
_COURTESY: Final = re.compile(r"(?:谢谢|多谢|谢谢你|谢谢您|thanks|thank you|please|)[.。!]*")


# --- what a person has to act on -------------------------------------------------------------


def remark(text: str) -> str:
    """not_me, not_finished or call_me if the whole message or its first clause says so."""
    clause = _PLEASE_BEFORE.sub("", _first_clause(text))
    first = clause.split(" ", 1)[0]
    said = {clause, first} if first and not first.isascii() else {clause}
    return next((kind for kind, table in _REMARKS if said & table), "")


_REMARKS: Final = (
    ("not_me", frozenset(words.NOT_ME)),
    ("not_finished", frozenset(words.NOT_FINISHED)),
    ("call_me", frozenset(words.CALL_ME)),
)


def _first_clause(text: str) -> str:
    return _CLAUSE_END.split(text.strip(), maxsplit=1)[0].strip()


_CLAUSE_END: Final = re.compile(r"[,、。.!;:\n]")


def complains_first(text: str) -> bool:
    """Whether the message is or starts with a word for complaining."""
    return _COMPLAINS_FIRST.match(_PLEASE_BEFORE.sub("", text)) is not None


_COMPLAINS_FIRST: Final = re.compile(
    rf"(?:我(?:要|想|想要|要求)?|要|想)?(?:进行)?{_WORD_ZH}"
    rf"|{whole_word(words.COMPLAINTS)}"
    r"|i(?: want| wish|'d like| would like| need) to "
    r"(?:complain|(?:make|file|lodge|register) an? (?:formal )?complaint)\b"
    r"|i(?: have|'ve got) a complaint\b"
)


def complains(text: str) -> bool:
    """Whether a word for complaining stands anywhere without a negation directly before it."""
    return any(not _is_negated(text, found.start()) for found in _COMPLAINT.finditer(text))


_COMPLAINT: Final = re.compile(whole_word(words.COMPLAINTS))


def danger(text: str) -> str:
    """ "page" for a phrase of danger, "mark" for a lone or a negated one, else ""."""
    phrases = [not _is_negated(text, found.start()) for found in _PHRASE.finditer(text)]
    if any(phrases):
        return "page"
    return "mark" if phrases or _ALARMING.search(text) else ""


_PHRASE: Final = re.compile(
    "|".join(
        (rf"\b{re.escape(phrase)}" if phrase.isascii() else phrase).replace(r"\ ", r"\s+")
        for phrase in words.DANGER_PHRASES
    )
)
_ALARMING: Final = re.compile(
    "|".join(rf"\b{re.escape(word)}\b" if word.isascii() else word for word in words.DANGER_WORDS)
)


def _is_negated(text: str, at: int) -> bool:
    """P3: a negation directly before a word, any, a or to between them."""
    return _NEGATION.search(text[max(at - _LONGEST_NEGATION, 0) : at]) is not None


_LONGEST_NEGATION: Final = 24
_NEGATION: Final = re.compile(
    rf"(?:{any_of(word for word in words.NOT if not word.isascii())} ?"
    rf"|(?:\b{any_of(word for word in words.NOT if word.isascii())}|n't)"
    r"(?: have)?(?: (?:any|a|to))? ?)$"
)
