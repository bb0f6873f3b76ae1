"""Texts that are about a case or a page and nothing else; they are looked for before all others.

A usual reply costs no trip here: what is said is looked at before anything is loaded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import case_objections, replies
from chalicelib.core import reply_words as words
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import Act
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.visits import Said
from chalicelib.services.case_progress import CaseProgress
from chalicelib.services.case_writer import CaseWriter, Records
from chalicelib.services.intake import Intake
from chalicelib.services.paging import ACKNOWLEDGED, Paging

VIA: Final = "sms"

LONGEST_QUESTION: Final = 60
"""Characters of a question for progress: a word, nine digits and some room between them."""

_OBJECTS: Final = re.compile(
    r"(?:我|本人)?(?:不同意|不认可|不接受|有异议|反对)(?P<zh>\d{9})?"
    r"|(?:i )?(?:disagree|object|do not agree|don't agree)(?: (?P<en>\d{9}))?"
)
"""A text that objects and nothing else, as `case_changed` asks for it; it may name the case."""


class Cases(Protocol):
    def events(self, number: str) -> list[CaseEvent]: ...
    def of_number(self, number: str) -> list[Case]: ...


@dataclass(frozen=True, slots=True)
class CaseText:
    """How such a text was read, the answer to it, and what is committed together with it."""

    kind: str
    rule: str
    said: Said
    records: Records


class CaseTexts:
    """Reads the 1 of a duty phone and the objection of a customer."""

    def __init__(self, paging: Paging, cases: Cases, writer: CaseWriter) -> None:
        """`writer` says what a step of a case saves; whoever keeps the text commits it."""
        self._paging = paging
        self._cases = cases
        self._writer = writer

    def read(self, number: str, body: str, message_id: str, now: datetime) -> CaseText | None:
        """What a text does to a page or a case; None for every text of another kind."""
        taken = self._paging.answered(number, body, VIA, now)
        if taken is not None:
            return CaseText("page", "duty_phone", ACKNOWLEDGED, Records(taken.adds, taken.saves))
        asked = objects(body)
        return None if asked is None else self._objected(number, asked, message_id, now)

    def _objected(self, number: str, asked: str, message_id: str, now: datetime) -> CaseText | None:
        """The objection to what was told last of the number's cases, or of the one it names."""
        told = [
            (changes[-1].at, case, events)
            for case in self._cases.of_number(number)
            if asked in ("", case.number)
            for events in [self._cases.events(case.number)]
            if (changes := case_objections.told_changes(events))
        ]
        for _, case, events in sorted(told, key=_told_at, reverse=True):
            act = Act("customer", now, VIA)
            try:
                step = case_objections.object_to(case, events, act, message_id)
            except ActError:
                continue
            records = self._writer.records(case, events, step, act) if step.events else Records()
            said = Said("case_objected", {"case_number": case.number})
            return CaseText("objection", "disagrees", said, records)
        return None


@dataclass(frozen=True, slots=True)
class OfCases:
    """What texts have to do with cases: opened, asked about, objected to, a page taken over."""

    intake: Intake
    progress: CaseProgress
    texts: CaseTexts

    def asked(self, number: str, body: str) -> tuple[bool, Said | None]:
        """Whether a text that may ask for progress comes from a number with an open case, and the
        answer to it; two trips for such texts, none for any other."""
        if len(body) > LONGEST_QUESTION:
            return False, None
        asked = replies.read(body, replies.Context(open_case=True))
        if asked.kind != "status":
            return False, None
        progress = self.progress.words(asked.number, number)
        return self.progress.has_open(number), progress


def _told_at(told: tuple[datetime, Case, Sequence[CaseEvent]]) -> datetime:
    return told[0]


def objects(body: str) -> str | None:
    """The number of the case that a text objects to, "" where it names none; None for others.

    >>> objects("不同意！"), objects("Disagree 572000004"), objects("I disagree with the bill")
    ('', '572000004', None)
    """
    plain = replies.clean(body).translate(words.SIMPLER).strip(" .。!！,，\n")
    found = _OBJECTS.fullmatch(plain)
    return None if found is None else found["zh"] or found["en"] or ""
