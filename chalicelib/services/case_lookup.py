"""A case asked for by its number and code, from any phone or page, without an account."""

import hmac
import logging
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from chalicelib.core import devices, links, wrong_codes
from chalicelib.core.cases import Case, code_hash, is_case_number
from chalicelib.core.links import CaseLink
from chalicelib.core.saving import Busy, Stale
from chalicelib.core.wrong_codes import WrongCodes
from chalicelib.services.case_pages import CaseShown

log = logging.getLogger(__name__)

TRIES: Final = 64
"""Attempts to count a wrong code: each failure means that somebody else's was counted."""


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...


class Counts(Protocol):
    def of(self, places: Sequence[str]) -> list[WrongCodes]: ...
    def save(self, wrong: WrongCodes) -> WrongCodes: ...


@dataclass(frozen=True, slots=True)
class Found:
    """The case that was asked for; `secret` opens its page for a day."""

    shown: CaseShown
    secret: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Too many wrong codes: nothing is looked at before `until`."""

    until: datetime


class CaseLookup:
    """Finds cases for who knows number and code, and slows who guesses."""

    def __init__(
        self,
        cases: Cases,
        counts: Counts,
        shown: Callable[[Case], CaseShown],
        commit: Callable[[Sequence[object], Sequence[object]], None],
        secret: Callable[[], bytes],
    ) -> None:
        """`shown` shows a case to its customer; `secret` gives at least 16 random bytes."""
        self._cases = cases
        self._counts = counts
        self._shown = shown
        self._commit = commit
        self._secret = secret

    def look_up(
        self, number: str, code: str, address: str, now: datetime
    ) -> Found | Waiting | None:
        """The case of this number and code; None where they do not belong together.

        `address` is where the question comes from: an IP address, or the number of a caller.
        An unknown number and a wrong code cannot be told apart, nor by the time it takes. Who has
        to wait is told so whatever he asks.
        """
        number, code = _digits(number), _digits(code)
        counts = self._counts.of(_places(number, address))
        until = _wait(counts, now)
        if until is not None:
            return Waiting(until)
        case = self._cases.get(number) if is_case_number(number) else None
        given = code_hash(number, code)
        if not hmac.compare_digest(given, case.code_sha256 if case else _NO_CODE) or case is None:
            self._count(counts, now)
            return None
        secret = links.secret_of(self._secret())
        link = CaseLink(links.hashed(secret), case.number, now + links.ASKED_LIFE)
        self._commit([link], [])
        return Found(self._shown(case), secret)

    def _count(self, counts: Sequence[WrongCodes], now: datetime) -> None:
        """One more wrong code at each place; who counts at the same time counts after us."""
        for wrong in counts:
            for _ in range(TRIES):
                try:
                    self._counts.save(wrong_codes.one_more(wrong, now))
                except Stale:
                    (wrong,) = self._counts.of([wrong.place])
                except Busy:
                    log.warning("a wrong code was not counted")
                    break
                else:
                    break


_NO_CODE: Final = "-" * 64
"""Equal to no hash."""


def _wait(counts: Sequence[WrongCodes], now: datetime) -> datetime | None:
    """Until when the asker has to wait.

    Behind one address there may be a guesser and a thousand honest people: it only holds up
    questions about numbers that have been guessed at.
    """
    guessed_at = any(
        wrong_codes.left(wrong, now) for wrong in counts if wrong.place.startswith("number#")
    )
    waits = [
        wrong_codes.waits_until(wrong, now)
        for wrong in counts
        if guessed_at or not wrong.place.startswith("address#")
    ]
    return max((until for until in waits if until is not None), default=None)


def _places(number: str, address: str) -> list[str]:
    """Where wrong codes of this question are counted; what can be no number has no row."""
    asker = _asker(address)
    places = [wrong_codes.place("address", asker)]
    if not is_case_number(number):
        return places
    pair = wrong_codes.place("pair", f"{number}#{asker}")
    return [wrong_codes.place("number", number), pair, *places]


def _asker(address: str) -> str:
    """Who asks, by a hash: a number that calls, or the address of a household."""
    return sha256(devices.household(address).encode("utf-8", "replace")).hexdigest()[:32]


def _digits(typed: str) -> str:
    """Digits as people type them: in groups, in full width.

    >>> _digits(" 572 000-００４ ")
    '572000004'
    """
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(sign for sign in plain if not sign.isspace() and sign not in "-.")[:20]
