"""Who calls: numbers that are none, because the caller's own is withheld."""

import re
from typing import Final

WITHHELD: Final = frozenset(
    {
        "anonymous", "unknown", "restricted", "unavailable", "private", "blocked", "",
        "266696687", "7378742833", "86282452253", "8656696", "2562533", "7748283",
    }
)  # fmt: skip
"""What the provider says in place of a withheld number (Twilio, "Anonymous calls"): the digits
spell ANONYMOUS, RESTRICTED, UNAVAILABLE, UNKNOWN, BLOCKED, PRIVATE on a keypad, and some of them
look like numbers of a country."""

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def dialled_from(sender: str) -> str:
    """The number in `sender` as E.164 looks, "" where it is withheld or no number at all.

    Whether it exists is another question. A SIP address is no number, whatever its user calls
    himself: nobody has checked that.

    >>> dialled_from("+85251234567"), dialled_from("+86282452253"), dialled_from("Anonymous")
    ('+85251234567', '', '')
    """
    if sender.lstrip("+").casefold() in WITHHELD:
        return ""
    return sender if _E164.fullmatch(sender) else ""
