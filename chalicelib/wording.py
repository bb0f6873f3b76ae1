"""What we text, in words: the edge where codes and raw values become a sentence."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from chalicelib.core.grades import ITEMS, POINTS, from_letters, is_complete
from chalicelib.core.segments import is_gsm7, units
from chalicelib.core.visits import Said
from chalicelib.texts import LOCALES, translator

EXAMPLE: Final = "B C A"
"""The example of an answer in our texts: neutral, and never the best one."""

APPLIANCE_UNITS: Final = {"zh": 12, "en": 24}
"""The longest appliance a text of this language shows, in its own SMS units."""

NEEDS_GSM7: Final = frozenset({"en"})
"""Languages whose texts are written in GSM-7 alone; no name may turn them into UCS-2."""

APPLIANCES: Final = (
    "washing_machine",
    "dishwasher",
    "dryer",
    "fridge",
    "freezer",
    "air_conditioner",
    "water_heater",
    "water_purifier",
    "cooker_hood",
    "gas_stove",
    "microwave",
    "oven",
    "rice_cooker",
    "television",
    "boiler",
)
"""Kinds of appliances that the catalogues name in both languages, the special one first."""

_NOT_A_NAME: Final = re.compile(
    r"请|請|評|评|回复|回覆|满意|滿意|投诉|投訴|打分|最好|最高|奖|獎|红包|紅包|免费|免費|[全都]a"
    r"|\b(?:please|reply|text|rate|rating|grade|stars?|prize|gift|free|call|all a)\b"
    r"|(?<![a-z])(?=[^af-z]*a[^af-z]*a)(?:[a-e][^a-z]*){2,}[a-e](?![a-z])"
    r"|[a-z]\.[a-z]{2}|www|http"
    r"|\d(?:\W*\d){6}"
)
"""What an uploaded appliance may not say for us, case folded: words that ask for something, grades
of which two are A, a link, a telephone number. The judged unit writes this name, and a customer
would read it as ours."""

_NAME_LIMIT: Final = 200
_LETTERS: Final = ("LATIN ", "CJK ")
_JOINERS: Final = frozenset(" -/.&'()+")
_OUTSIDE: Final = " -/.&'+"
_SHORTEST_NAME: Final = 3

_SPELLED: Final = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u00b7": " ",
        "\u00d7": "x",
        "\u00f0": "d",
        "\u00fe": "th",
        "\u0111": "d",
        "\u0131": "i",
        "\u0142": "l",
        "\u0141": "L",
        "\u0153": "oe",
        "\u0152": "OE",
    }
)
"""Characters without a decomposition that have a plain spelling in GSM-7."""


class WordingError(ValueError):
    """A message cannot be worded: a value is missing, unknown or not of its kind."""


def render(said: Said, language: str, organisation: str, hotline: str) -> str:
    """The text of `said` in `language` ("zh" or "en"), as it is sent.

    `organisation` and `hotline` come from the settings; values of customers and units are data
    and never read as format strings. A value that the text needs and `said` lacks, or one nobody
    knows, raises WordingError, an unknown code MissingTextError.
    """
    values: dict[str, str] = {
        "organisation": organisation_name(organisation, language),
        "hotline": _one_line(hotline),
        "example": EXAMPLE,
    }
    for name, raw in said.values.items():
        if name not in _WORDED:
            raise WordingError(f"{said.code}: nobody knows the value {name}")
        values |= _WORDED[name](raw, language)
    try:
        return translator(language)(said.code, **values)
    except KeyError as missing:
        raise WordingError(f"{said.code}: no value {missing}") from missing


# --- raw values ---------------------------------------------------------------------------------


def _grades(raw: str, language: str) -> Mapping[str, str]:
    """`grades` and what is `missing`: "A B A", else by the items' names."""
    if len(raw) != len(ITEMS) or not set(raw) <= {*POINTS, "-"} or raw == "-" * len(ITEMS):
        raise WordingError(f"no grades: {raw!r}")
    say = translator(language)
    given = from_letters(raw)
    if is_complete(given):
        return {"grades": " ".join(raw), "missing": ""}
    named = [
        say("sms.graded", item=say(f"sms.item.{item}"), grade=grade)
        for item, grade in given.items()
    ]
    missing = [say(f"sms.item.{item}") for item in ITEMS if item not in given]
    return {
        "grades": say("sms.between_grades").join(named),
        "missing": say("sms.between_items").join(missing),
    }


def _day(raw: str, language: str) -> Mapping[str, str]:
    """The date as it stands in `raw`, an ISO date or instant that is already local."""
    try:
        day = datetime.fromisoformat(raw)
    except ValueError as error:
        raise WordingError(f"no day: {raw!r}") from error
    say = translator(language)
    return {"day": say("sms.day", month=say(f"sms.month.{day.month}"), day=day.day)}


def _appliance(raw: str, language: str) -> Mapping[str, str]:
    """The appliance as the unit named it; else its kind; else cut; else the word for any."""
    name = _name(raw)
    if language in NEEDS_GSM7:
        name = _in_gsm7(name)
    if not name or units(name) > APPLIANCE_UNITS[language]:
        name = _kind(raw, language) or _cut(name, language)
    return {"appliance": name or translator(language)("sms.appliance")}


def _link(raw: str, language: str) -> Mapping[str, str]:
    return {"link": _one_line(raw)}


def _case_number(raw: str, language: str) -> Mapping[str, str]:
    return {"case_number": _one_line(raw)}


def _caller(raw: str, language: str) -> Mapping[str, str]:
    return {"caller": _one_line(raw) or translator(language)("sms.no_caller")}


def _case_change(raw: str, language: str) -> Mapping[str, str]:
    return {"case_change": translator(language)(f"sms.case_change.{raw}")}


def _case_state(raw: str, language: str) -> Mapping[str, str]:
    return {"case_state": translator(language)(f"sms.case_state.{raw}")}


_WORDED: Final[Mapping[str, Callable[[str, str], Mapping[str, str]]]] = {
    "grades": _grades,
    "day": _day,
    "appliance": _appliance,
    "link": _link,
    "case_number": _case_number,
    "caller": _caller,
    "case_change": _case_change,
    "case_state": _case_state,
}


# --- names --------------------------------------------------------------------------------------


def _name(raw: str) -> str:
    """Letters, digits and what joins them; "" where that asks for something or leads somewhere."""
    spelled = unicodedata.normalize("NFKC", _one_line(raw[:_NAME_LIMIT]).translate(_SPELLED))
    kept = "".join(character if _in_a_name(character) else " " for character in spelled)
    name = " ".join(kept.split()).strip(_OUTSIDE)
    return "" if _NOT_A_NAME.search(name.casefold()) else name


def _in_a_name(character: str) -> bool:
    """Latin and Chinese alone: no Cyrillic or Greek that looks like a grade."""
    if character.isascii():
        return character.isalnum() or character in _JOINERS
    return unicodedata.name(character, "").startswith(_LETTERS)


def _kind(raw: str, language: str) -> str:
    """The kind of appliance that a name in either language holds; "" where we know none."""
    name = raw[:_NAME_LIMIT].casefold()
    for kind in APPLIANCES:
        if any(word.casefold() in name for known in LOCALES for word in _words(kind, known)):
            return _words(kind, language)[0]
    return ""


def _words(kind: str, language: str) -> Sequence[str]:
    """What a kind is called, the word we use first."""
    return translator(language)(f"sms.appliance.{kind}").split("|")


def _cut(name: str, language: str) -> str:
    """The name within its units, cut at a word where it has words, and marked as cut."""
    limit = APPLIANCE_UNITS[language]
    mark, name = translator(language)("sms.cut"), name[:limit]
    while name and units(name + mark) > limit:
        name = name[:-1]
    head = name.rpartition(" ")[0]
    shown = (head if units(head) * 2 >= limit else name).rstrip(_OUTSIDE)
    return shown + mark if shown else ""


def organisation_name(raw: str, language: str) -> str:
    """Who we are; where the alphabet cannot hold the name, the longest part that it can."""
    name = _one_line(raw)
    if language in NEEDS_GSM7:
        name = _in_gsm7(name) or _longest_gsm7(name)
    return name or translator(language)("sms.organisation")


def _longest_gsm7(name: str) -> str:
    """The longest GSM-7 part of a mixed name, as in "安家服务 Anjia Service"; "" if too short."""
    plain = _plain(name)
    parts = "".join(character if is_gsm7(character) else "\n" for character in plain).split("\n")
    longest = max((part.strip(_OUTSIDE + "(),") for part in parts), key=len)
    return longest if sum(map(str.isalpha, longest)) >= _SHORTEST_NAME else ""


def _in_gsm7(name: str) -> str:
    """The name in GSM-7: as it is, else without the accents GSM-7 lacks, else ""."""
    plain = _plain(name)
    return plain if is_gsm7(plain) else ""


def _plain(name: str) -> str:
    """The name with each character that GSM-7 lacks spelled plainly, where it can be."""
    normal = unicodedata.normalize("NFKC", name.translate(_SPELLED))
    return "".join(
        character if is_gsm7(character) else _without_marks(character) for character in normal
    )


def _without_marks(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)
    return "".join(part for part in base if not unicodedata.combining(part))


def _one_line(raw: str) -> str:
    """The value on one line, without control, format, unassigned and surrogate characters."""
    spaced = " ".join(raw.split())
    return "".join(part for part in spaced if unicodedata.category(part)[0] != "C").strip()
