"""Sweeps the provider's lists: no text, call or recording is lost while we were down."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from chalicelib.core import callers, closing, missed_calls, sweeps
from chalicelib.core.amendments import Amendment
from chalicelib.core.call_records import Call, CallEntry, Recording
from chalicelib.core.cases import Case
from chalicelib.core.effects import Effect
from chalicelib.core.inbound import InboundText
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.core.sweeps import Period
from chalicelib.core.swept import SweptCall, SweptRecording, SweptText
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.services.recordings import COMPLETED, RecordingNews
from chalicelib.services.text_records import IncomingText

log = logging.getLogger(__name__)

ANSWERED_WITHIN: Final = timedelta(days=1)
"""Whoever wrote longer ago is not told any more that his text has arrived."""

SWEPT: Final = "swept"
"""Parameter of a text that a sweep took in: when."""

ANSWERED_THERE: Final = ("optout", "optin", "help")
"""Kinds of texts that the provider itself has answered."""


class Lists(Protocol):
    def texts(self, since: datetime) -> Iterable[SweptText]: ...
    def calls(self, since: datetime) -> Iterable[SweptCall]: ...
    def recordings(self, since: datetime) -> Iterable[SweptRecording]: ...


class Texts(Protocol):
    def receive(
        self, incoming: IncomingText, now: datetime, answer: Callable[[str], str]
    ) -> str: ...


class InboundTexts(Protocol):
    def get(self, number: str, message_id: str) -> InboundText | None: ...


class Calls(Protocol):
    def get(self, sid: str) -> Call | None: ...
    def recording(self, sid: str, recording: str) -> Recording | None: ...


class Recordings(Protocol):
    def note(self, news: RecordingNews, now: datetime, answer: str) -> str: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...


class Runs(Protocol):
    def get(self, job: str, period: str) -> RunMark: ...
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Proposals(Protocol):
    def of_visit(
        self, visit: Visit, cause: str, reason: str, kin: Sequence[str], now: datetime
    ) -> Sequence[Amendment]: ...
    def of_case(
        self, before: Case, after: Case, cause: str, reason: str, kin: Sequence[str], now: datetime
    ) -> Sequence[Amendment]: ...


class Kept(NamedTuple):
    """Where what came in is kept."""

    inbound: InboundTexts
    calls: Calls
    phones: Phones
    visits: Visits
    cases: Cases
    effects: Effects
    runs: Runs


class Ways(NamedTuple):
    """The ways in that texts and recordings take when the provider itself brings them."""

    texts: Texts
    recordings: Recordings


class Sweeping:
    """Takes in what the provider's lists have and we lack, as if it had come by itself."""

    def __init__(
        self,
        lists: Callable[[], Lists],
        kept: Kept,
        ways: Ways,
        proposals: Proposals,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
        answer: Callable[[str], str],
    ) -> None:
        """`lists` connects when a sweep is due; `answer` words our answer for the provider."""
        self._lists = lists
        self._kept = kept
        self._ways = ways
        self._proposals = proposals
        self._commit = commit
        self._rules = rules
        self._lease = lease
        self._answer = answer

    def run(self, now: datetime) -> int:
        """Do the sweeps that are due; how many texts, calls and recordings they brought."""
        return sum(self._period(period, now) for period in sweeps.due(now, self._rules))

    def is_awaited(self, now: datetime) -> bool:
        """Whether closing is to wait, because a text in time may still stand in a list alone."""
        periods = sweeps.awaited(now, self._rules)
        return any(self._kept.runs.get("sweep", one.name).state != "done" for one in periods)

    def _period(self, period: Period, now: datetime) -> int:
        mark = self._kept.runs.take("sweep", period.name, now, self._lease())
        if mark is None:
            return 0
        since, until = self._since(period), now - sweeps.ON_ITS_WAY
        lists = self._lists()
        found = [self._call(call, now) for call in lists.calls(since) if call.at <= until]
        found += [self._text(text, now) for text in lists.texts(since) if text.at <= until]
        found += [self._recording(r, now) for r in lists.recordings(since) if r.at <= until]
        self._kept.runs.finish(mark)
        brought = sum(found)
        if brought:
            log.error("a sweep brought what never reached us", extra={"found": brought})
        return brought

    def _since(self, period: Period) -> datetime:
        """Where the last daily sweep that was done ended, and a day more."""
        for days in range(1, sweeps.FARTHEST.days):
            earlier = sweeps.of_day(period.due_at - timedelta(days=days), self._rules)
            if self._kept.runs.get("sweep", earlier.name).state == "done":
                return earlier.due_at - sweeps.OVERLAP
        return period.due_at - sweeps.FARTHEST

    # --- texts --------------------------------------------------------------------------------

    def _text(self, text: SweptText, now: datetime) -> bool:
        """Take in a text that never came: nobody is on the line, so nothing is asked back."""
        kept = self._kept.inbound.get(text.sender, text.sid)
        if kept is not None:
            if SWEPT in kept.parameters:
                self._propose(text, datetime.fromisoformat(kept.parameters[SWEPT]), now)
            return False
        incoming = IncomingText(
            text.sender, text.sid, text.body, {SWEPT: now.isoformat()}, silent=True
        )
        self._ways.texts.receive(incoming, text.at, self._answer)
        self._receipt(text, now)
        self._propose(text, now, now)
        return True

    def _receipt(self, text: SweptText, now: datetime) -> None:
        kept = self._kept.inbound.get(text.sender, text.sid)
        if kept is None or kept.kind in ANSWERED_THERE or now - text.at > ANSWERED_WITHIN:
            return
        language = next(
            (visit.facts.language for visit in self._visits(text.sender)), self._rules.languages[0]
        )
        told = {"to": text.sender, "language": language}
        self._add(Effect(f"{text.sid}.swept", 0, "sms", "received", now, told))

    def _visits(self, number: str) -> Iterator[Visit]:
        """The visit that a number is asked about, and the last one on it."""
        phone = self._kept.phones.get(number)
        for key in dict.fromkeys(key for key in (phone.current, phone.last) if key):
            visit = self._kept.visits.get(key)
            if visit is not None:
                yield visit

    def _propose(self, text: SweptText, swept_at: datetime, now: datetime) -> None:
        """A month that had its document when the text was swept is amended, if it was in time.

        Asked again when the sweep is repeated, because a run may have died before it proposed.
        """
        for visit in self._visits(text.sender):
            graded = any(a.source == text.sid and not a.late for a in visit.answers)
            if graded and swept_at >= closing.closes_at(visit.month, self._rules):
                cause = f"swept~{text.sid}"
                for proposed in self._proposals.of_visit(visit, cause, "swept", (), now):
                    self._add(proposed)

    # --- calls and recordings -------------------------------------------------------------------

    def _call(self, swept: SweptCall, now: datetime) -> bool:
        """A call that we never heard of is a missed one."""
        if self._kept.calls.get(swept.sid) is not None:
            return False
        caller, language = callers.dialled_from(swept.sender), self._rules.languages[0]
        call = Call(swept.sid, swept.at, caller=caller, language=language, ended_at=swept.at)
        cause = missed_calls.cause(call, self._rules)
        entry = missed_calls.begun(self._kept.effects.get(cause, 0), call, self._rules)
        led = (CallEntry(caller, swept.at, swept.sid),) if caller else ()
        try:
            self._commit([*led], [call, missed_calls.missed(entry, now)])
        except (Stale, AlreadyThere):
            return False
        return True

    def _recording(self, swept: SweptRecording, now: datetime) -> bool:
        """A recording that nobody told us of makes its case, as of the instant it was made."""
        known = self._kept.calls.recording(swept.call, swept.sid)
        if known is not None and known.status != "announced":
            return False
        news = RecordingNews(swept.call, swept.sid, COMPLETED, swept.seconds, {})
        try:
            self._ways.recordings.note(news, swept.at, self._answer(""))
        except Busy:
            log.exception("not swept", extra={"recording": swept.sid})
            return False
        call = self._kept.calls.get(swept.call)
        case = self._kept.cases.get(call.case) if call and call.case else None
        if case is not None:
            cause = f"swept~{swept.sid}"
            unknown = replace(case, unit="")
            for proposed in self._proposals.of_case(unknown, case, cause, "swept", (), now):
                self._add(proposed)
        return True

    def _add(self, record: object) -> None:
        try:
            self._commit([record], [])
        except AlreadyThere:
            log.info("kept before")
