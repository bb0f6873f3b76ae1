"""A second, small reader of the hotline's calls, from what was heard and done at the telephone.

Nothing of the project's own machine is in it: it listens as the caller does. Grades are three
letters in the order of the items, "-" a blank.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tools.recount_reader import BLANK, day_named
from tools.recount_rules import Rules

LETTERS: Final = {"1": "A", "2": "B", "3": "C", "4": "D", "5": "E"}
READ_BACK: Final = "DE"
YES: Final = "1"
DANGER: Final = "9"

ASKED: Final = (("来得及时吗", "on time?"), ("修得好吗", "repair good?"), ("态度好吗", "polite?"))
"""What we ask about each item."""

_OFFERED: Final = ("的服务，请按1", "To grade our service of")
_CHECKED: Final = ("您选的是", "You chose:")
_TOLD: Final = ("日的事项", "Your case of", "不再向您发送评价短信", "text you no more surveys")
"""What a caller hears who wanted to know how things stand, or no more texts."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One document of a call: all that was said in it, and the keys that reached us."""

    said: str
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """One call to the hotline; `caller` as the network told it.

    `recorded`: there is a recording of it; `talked`: the desk was there and spoke to the caller.
    """

    at: datetime
    caller: str
    moments: tuple[Moment, ...]
    recorded: bool = False
    talked: bool = False


@dataclass(frozen=True, slots=True)
class Listened:
    """What a call comes to: `day` (month, day) of the visit that it could grade, if any.

    `case`: there must be one of it; `served`: the caller got something he called for.
    """

    day: tuple[int, int] | None
    grades: str
    case: bool
    served: bool


def listen(call: Called) -> Listened:
    """What a call comes to."""
    grades = _graded(call.moments)
    case = call.recorded or any(moment.keys == DANGER for moment in call.moments)
    days = (day_named(moment.said) for moment in call.moments if _in(_OFFERED, moment.said))
    told = any(_in(_TOLD, moment.said) for moment in call.moments)
    served = case or call.talked or grades != BLANK or told
    return Listened(next(days, None), grades, case, served)


def missed(calls: Iterable[Called], rules: Rules) -> Counter[tuple[str, date]]:
    """(caller, day) → how many missed calls are to be listed.

    One of a number and day whose last call then brought him nothing; of those who hide their
    number each.
    """
    found: Counter[tuple[str, date]] = Counter()
    for call in sorted(calls, key=lambda call: call.at):
        place, in_vain = (call.caller, rules.day(call.at)), not listen(call).served
        found[place] = int(in_vain) + (0 if call.caller.startswith("+") else found[place])
    return +found


def _graded(moments: Iterable[Moment]) -> str:
    """The grades that stand at the end of the call: poor ones only if they were confirmed."""
    letters = list(BLANK)
    item, waiting = -1, ""
    for moment in moments:
        asked = [place for place, words in enumerate(ASKED) if _in(words, moment.said)]
        if asked:
            item, waiting = asked[0], ""
            letter = LETTERS.get(moment.keys, "")
            if letter in READ_BACK:
                waiting = letter
            elif letter:
                letters[item] = letter
        elif waiting and _in(_CHECKED, moment.said) and moment.keys == YES:
            letters[item], waiting = waiting, ""
    return "".join(letters)


def _in(words: Iterable[str], said: str) -> bool:
    return any(word in said for word in words)
