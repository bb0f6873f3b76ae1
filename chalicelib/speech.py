"""What callers hear, in words: the edge where a line and its raw values become a sentence."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from chalicelib.core.call_records import Call
from chalicelib.core.ivr_documents import Line
from chalicelib.texts import Say, translator
from chalicelib.wording import organisation_name


def spoken(line: Line, call: Call, organisation: str) -> str:
    """The sentence of `line` in its own language or that of the call.

    Numbers come digit by digit; an unknown line raises MissingTextError.
    """
    language = language_of(line, call)
    say = translator(language)
    values = {
        "organisation": organisation_name(organisation, language),
        "case_number": digits(call.case),
        "code": digits(call.code),
    }
    values |= {name: _WORDED[name](raw, say) for name, raw in line.values.items()}
    return say(f"voice.{line.code}", **values)


def language_of(line: Line, call: Call) -> str:
    """The language that a line is spoken in."""
    return line.language or call.language


def digits(number: str) -> str:
    """A number as it has to be written to be read digit by digit.

    >>> digits("572")
    '5 7 2'
    """
    return " ".join(number)


def _day(raw: str, say: Say) -> str:
    day = date.fromisoformat(raw)
    return say("sms.day", month=say(f"sms.month.{day.month}"), day=day.day)


def _grade(raw: str, say: Say) -> str:
    return say(f"voice.grade.{raw}")


def _phone(raw: str, say: Say) -> str:
    return digits(raw.removeprefix("+"))


_WORDED: Final[Mapping[str, Callable[[str, Say], str]]] = {
    "day": _day,
    "grade": _grade,
    "phone": _phone,
}
