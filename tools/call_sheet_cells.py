"""What callers type into cells: dates, times, words to choose from, text. None where it is none."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from chalicelib.services.call_columns import choices
from chalicelib.texts import LOCALES, translator

_DATE: Final = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]00:00(?::00)?)?"
)
_DATE_OF_DIGITS: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME: Final = re.compile(r"([0-9]{1,2})[:点时]([0-9]{2})分?(?::[0-9]{2})?")
_DAY: Final = timedelta(days=1)

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100

FIRST_SERIAL: Final = 36_526
LAST_SERIAL: Final = 73_415
"""A workbook's numbers of the first days of 2000 and 2101; others are no dates of calls."""

ALSO: Final[Mapping[str, Mapping[str, str]]] = {
    "yes_no": {"y": "yes", "n": "no", "有": "yes", "没有": "no", "无": "no", "true": "yes"}
    | {"false": "no", "不": "no", "对": "yes"},
}
"""Column → words that people write although the list has others."""


def is_blank(value: object) -> bool:
    """Whether nothing stands there that a person could see."""
    return value is None or (isinstance(value, str) and not value.strip())


def day_in(value: object, first_day: datetime) -> date | None:
    """The day that a cell names; `first_day` is where the workbook counts its days from."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day) if _is_of_our_days(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        if FIRST_SERIAL <= value <= LAST_SERIAL:
            return (first_day + value * _DAY).date()
        value = str(value)
    if not isinstance(value, str):
        return None
    text = _plain(value)
    found = _DATE.fullmatch(text) or _DATE_OF_DIGITS.fullmatch(text)
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
    return day if day and _is_of_our_days(day) else None


def time_in(value: object) -> time | None:
    """The time of day that a cell names, to the minute."""
    if isinstance(value, datetime):
        return _to_the_minute(value.time()) if _is_of_our_days(value) else None
    if isinstance(value, time):
        return _to_the_minute(value)
    if isinstance(value, timedelta) and timedelta(0) <= value < _DAY:
        return _to_the_minute((datetime.combine(date.min, time(0)) + value).time())
    if isinstance(value, float) and 0 <= value < 1:
        minutes = min(round(value * 24 * 60), 24 * 60 - 1)
        return time(minutes // 60, minutes % 60)
    found = _TIME.fullmatch(_plain(value)) if isinstance(value, str) else None
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def _is_of_our_days(value: date) -> bool:
    """Not a plain number in a cell that shows dates or times: 14 would be a day of 1900."""
    return FIRST_YEAR <= value.year <= LAST_YEAR


def _to_the_minute(value: time) -> time:
    """Workbooks keep times as fractions of a day, and some a breath short of the minute."""
    rounded = datetime.combine(date.min + _DAY, value) + timedelta(seconds=1)
    return rounded.time().replace(second=0, microsecond=0)


def choice_in(holds: str, value: object) -> str | None:
    """What a word chosen from a list means; the words of every language, and some others."""
    return _words(holds).get(_key(str(value)))


@cache
def _words(holds: str) -> Mapping[str, str]:
    known = {_key(word): code for word, code in ALSO.get(holds, {}).items()}
    for language in LOCALES:
        for word, code in choices(holds, translator(language)).items():
            known |= {_key(word): code, _key(code): code}
    return known


def text_in(value: object) -> str | None:
    """The text of a cell; numbers as they are read, a day as YYYY-MM-DD."""
    if isinstance(value, str):
        return None if value.startswith("#") and value.endswith(("!", "?", "/A")) else value.strip()
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)).normalize():f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes") if value.time() != time(0) else f"{value.date()}"
    return str(value)


def _key(word: str) -> str:
    return _plain(word).casefold().replace("_", " ")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
