"""What Twilio knows of a telephone number: its country, its possibility, and who withholds his."""

import re
from typing import Final

import phonenumbers

E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")

SIP: Final = re.compile(r"sip:[^@\s]+@[^@\s]+")

WITHHELD_NAMES: Final = frozenset(
    {"anonymous", "unknown", "restricted", "unavailable", "private", "blocked", ""}
)
"""What stands in `From`, in any case, when a caller withholds his number."""

WITHHELD_NUMBERS: Final = frozenset(
    {
        "+266696687",
        "266696687",
        "+7378742833",
        "+86282452253",
        "+8656696",
        "+2562533",
        "+7748283",
    }
)
"""Such words typed on a keypad (ANONYMOUS, RESTRICTED, UNAVAILABLE, …): they look like numbers."""


def is_withheld(caller: str) -> bool:
    """Whether `caller` is one of Twilio's ways to say that it does not know.

    >>> is_withheld("Anonymous"), is_withheld("+266696687"), is_withheld("+8613800000001")
    (True, True, False)
    """
    return caller.lower() in WITHHELD_NAMES or caller in WITHHELD_NUMBERS


def is_caller(text: str) -> bool:
    """Whether a call can come from `text`: an E.164 number, a SIP address, or somebody withheld."""
    return bool(E164.fullmatch(text) or SIP.fullmatch(text)) or is_withheld(text)


def is_possible(number: str) -> bool:
    """Whether Twilio would take a number: E.164 of a length its country has."""
    try:
        return number.startswith("+") and phonenumbers.is_possible_number(
            phonenumbers.parse(number)
        )
    except phonenumbers.NumberParseException:
        return False


def country(number: str) -> str:
    """The region of a number as Twilio gives it; "" where it has none or is withheld."""
    if is_withheld(number):
        return ""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def formatted(number: str) -> str:
    """A number as Twilio displays it: national where it is North American, else as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    if parsed.country_code != 1:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
