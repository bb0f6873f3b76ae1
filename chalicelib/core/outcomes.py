"""What a verification call came to, and what that does to the form (DESIGN 3).

Items are compared one by one where both have a grade. An item that only one of them has stands as
that one has it: the customer contradicts nothing by saying more or less.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.core import attempts
from chalicelib.core.grades import ITEMS, Grades, from_letters, letters
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import SILENT
from chalicelib.core.verification import Attempt, Told


@dataclass(frozen=True, slots=True)
class Known:
    """All that an outcome follows from.

    `form` is the form as letters; `surveyed`: it came of a survey and not of an earlier call.
    """

    form: str
    attempts: Sequence[Attempt]
    told: Told | None
    rules: Rulebook
    surveyed: bool = True

    @property
    def said(self) -> str:
        """What was noted last of somebody who answered."""
        return attempts.said(self.attempts)

    @property
    def grades(self) -> str:
        """The grades told, as letters."""
        return self.told.grades if self.told else SILENT


@dataclass(frozen=True, slots=True)
class Compared:
    """Form and call side by side, for the caller once he has saved; letters, and item by item.

    `items`: "same" | "differs" | "only_form" | "only_told" | "blank". `asks`: the customer is now
    asked which of the two holds.
    """

    outcome: str
    form: str
    told: str
    held: str
    items: Mapping[str, str]
    asks: bool = False


def tells_work(told: Told) -> bool:
    """Whether the customer could say what was done and when: without it he may be anybody."""
    return told.work.strip().casefold() not in ("", "no", "-")


def _reached(known: Known) -> bool:
    return known.said == "reached" and known.told is not None


def _nothing_said(known: Known) -> bool:
    return not _reached(known)


def _cannot_tell_work(known: Known) -> bool:
    return known.told is not None and not tells_work(known.told)


def _denies(known: Known) -> bool:
    denied = known.told is not None and known.told.answered == "no"
    return denied and known.surveyed and known.form != SILENT


def _nothing_to_compare(known: Known) -> bool:
    if known.form == SILENT:
        return known.grades == SILENT
    return {"same", "differs"}.isdisjoint(items(known.form, known.grades).values())


def _unreachable(known: Known) -> bool:
    return _nothing_said(known) and attempts.is_unreachable(known.attempts, known.rules)


_ROWS: Final[Sequence[tuple[str, Callable[[Known], bool]]]] = (
    ("no_visit", lambda known: known.said == "no_visit"),
    ("wrong_number", lambda known: known.said == "wrong_number"),
    ("refused", lambda known: known.said == "refused"),
    ("unreachable", _unreachable),
    ("", _nothing_said),
    ("refused", _cannot_tell_work),
    ("never_answered", _denies),
    ("refused", _nothing_to_compare),
    ("first_form", lambda known: known.form == SILENT),
    ("differs", lambda known: "differs" in items(known.form, known.grades).values()),
    ("confirmed", lambda known: True),
)
"""Outcome ← the first of these that holds. Whoever cannot say what was done, or tells no grade that
the form has as well, has verified nothing: his form stands like that of one who refused."""


def outcome_of(known: Known) -> str:
    """One of OUTCOMES; "" as long as the call has not come to an end."""
    return next(outcome for outcome, holds in _ROWS if holds(known))


def items(form: str, told: str) -> dict[str, str]:
    """Item by item what `Compared.items` says.

    >>> items("AB-", "AC-")
    {'timeliness': 'same', 'quality': 'differs', 'attitude': 'blank'}
    """
    return {item: _compared(mine, his) for item, mine, his in zip(ITEMS, form, told, strict=True)}


def _compared(form: str, told: str) -> str:
    if "-" in (form, told):
        return _ONE_BLANK[(form != "-", told != "-")]
    return "same" if form == told else "differs"


_ONE_BLANK: Final = {
    (True, False): "only_form",
    (False, True): "only_told",
    (False, False): "blank",
}


CHANGES_FORM: Final = frozenset({"confirmed", "differs", "first_form"})
"""Outcomes by which what the customer told becomes part of his form, as evidence "supervision"."""


def held(outcome: str, form: str, told: str, choice: str = "") -> str:
    """The form after the call, as letters.

    Where the two differ the grades told hold, unless the customer chose the "form".

    >>> held("differs", "AB-", "ACD"), held("differs", "AB-", "ACD", "form")
    ('ACD', 'ABD')
    >>> held("refused", "ABA", "EEE")
    'ABA'
    """
    if outcome not in CHANGES_FORM:
        return form
    both = (told, form) if choice == "form" else (form, told)
    weaker, stronger = (from_letters(code) for code in both)
    return letters({**weaker, **stronger})


def answer_of(outcome: str, form: str, told: str, choice: str = "") -> Grades:
    """The grades that supervision's answer has: of the items the customer spoke of, what holds."""
    if outcome not in CHANGES_FORM:
        return {}
    after = from_letters(held(outcome, form, told, choice))
    return {item: after[item] for item in from_letters(told)}


def compared(outcome: str, form: str, told: str, choice: str = "") -> Compared:
    """Both side by side, and whether the customer is still to be asked which holds."""
    after = held(outcome, form, told, choice)
    asks = outcome == "differs" and not choice
    return Compared(outcome, form, told, after, items(form, told), asks)


PROPOSES_VOID: Final[Mapping[str, bool]] = {
    "no_visit": False,
    "never_answered": True,
    "wrong_number": True,
}
"""Outcome → whether it takes a form to void; a visit that never was leaves also when silent."""


def proposes_void(outcome: str, form: str) -> bool:
    """Whether two persons may now take the form, or the visit, out of the month."""
    return outcome in PROPOSES_VOID and (form != SILENT or not PROPOSES_VOID[outcome])


def settlement_of(told: Told | None) -> str:
    """What is wrong with the bill, where the customer could say what was done, or that nothing was.

    >>> settlement_of(Told(settlement="overpaid", work="new valve")), settlement_of(
    ...     Told(settlement="overpaid")
    ... )
    ('overpaid', '')
    """
    if told is None:
        return ""
    return told.settlement if tells_work(told) or told.settlement == "no_job" else ""


KEEPS_VOID: Final = frozenset({"refused", "unreachable", "wrong_number"})
"""Outcomes of a later call that tell nothing new of a form that was found void before."""
