"""Recordings: what the provider tells of them, and our own copy, without which it deletes none."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from chalicelib.core import missed_calls
from chalicelib.core.call_records import Call, CallFact, Recording
from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.services.hotline_cases import CaseOfCall, HotlineCases

log = logging.getLogger(__name__)

TRIES: Final = 12
MOST_A_RUN: Final = 50

LEASE: Final = timedelta(minutes=2)
LONGEST_RETRY: Final = timedelta(hours=12)
LOST_AFTER: Final = 12
"""Attempts to fetch a recording that is not there: about two days."""

COMPLETED: Final = "completed"
ABSENT: Final = "absent"


class Calls(Protocol):
    def with_fact(self, sid: str, name: str) -> tuple[Call | None, CallFact | None]: ...
    def get(self, sid: str) -> Call | None: ...
    def recording(self, sid: str, recording: str) -> Recording | None: ...
    def due(self, now: datetime, limit: int) -> Sequence[Recording]: ...


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...


class Blobs(Protocol):
    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...


class Provider(Protocol):
    def media(self, sid: str) -> bytes | None: ...
    def delete(self, sid: str) -> None: ...


Commit = Callable[[Sequence[object], Sequence[object]], None]


@dataclass(frozen=True, slots=True)
class RecordingNews:
    """What the provider tells of a recording; neither caller nor number are among it."""

    call: str
    sid: str
    status: str
    seconds: int = 0
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the news is stored under: the same for every copy."""
        return f"recording#{self.sid}.{self.status}"


class Recordings:
    """Hears of recordings, copies them and has them deleted at the provider."""

    def __init__(
        self,
        calls: Calls,
        effects: Effects,
        cases: HotlineCases,
        blobs: Blobs,
        provider: Callable[[], Provider],
        commit: Commit,
        rules: Rulebook,
    ) -> None:
        """`provider` connects when a recording is fetched, not before."""
        self._calls = calls
        self._effects = effects
        self._cases = cases
        self._blobs = blobs
        self._provider = provider
        self._commit = commit
        self._rules = rules

    # --- news ---------------------------------------------------------------------------------

    def note(self, news: RecordingNews, now: datetime, answer: str) -> str:
        """Keep the news and what follows from it; `answer` says nothing, to every copy alike.

        In whatever order news and the call's own requests come, a recording that is there makes
        the case, and a case whose recording is absent is on the call list.
        """
        failure: Exception = Busy()
        for _ in range(TRIES):
            call, fact = self._calls.with_fact(news.call, news.name)
            if fact is not None:
                return fact.answer
            call = call or Call(news.call, now, language=self._rules.languages[0])
            adds, saves = self._follows(news, call, now)
            kept = CallFact(news.call, news.name, now, news.parameters, answer)
            try:
                self._commit([kept, *adds], saves)
            except (Stale, Busy, AlreadyThere) as error:
                failure = error
            else:
                return answer
        raise failure

    def _follows(
        self, news: RecordingNews, call: Call, now: datetime
    ) -> tuple[Sequence[object], Sequence[object]]:
        known = self._calls.recording(news.call, news.sid)
        recording = known or Recording(news.sid, news.call, now)
        if news.status == COMPLETED:
            return self._completed(news, recording, call, now)
        if news.status == ABSENT and recording.status != COMPLETED:
            gone = replace(recording, status=ABSENT, due_at=None)
            is_its_own = call.recording in ("", news.sid)
            return ([absent(gone, call, now)] if call.case and is_its_own else []), [gone]
        return (), ()

    def _completed(
        self, news: RecordingNews, recording: Recording, call: Call, now: datetime
    ) -> tuple[Sequence[object], Sequence[object]]:
        due = None if recording.deleted_at else now
        there = replace(recording, status=COMPLETED, seconds=news.seconds, due_at=due)
        if call.case and call.recording == news.sid:
            return (), (there,)
        told: CaseOfCall = self._cases.told(call, now, recording=news.sid)
        served = replace(
            told.call, recording=call.recording or news.sid, served=call.served or "case"
        )
        entry = self._effects.get(missed_calls.cause(call, self._rules), 0)
        listed = (missed_calls.served(entry),) if entry and not call.served else ()
        return told.adds, (there, served, *told.saves, *listed)

    # --- the copy -----------------------------------------------------------------------------

    def run(self, now: datetime) -> int:
        """Fetch what is due at `now`; the number of recordings looked at."""
        due = self._calls.due(now, MOST_A_RUN)
        for recording in due:
            self._one(recording, now)
        return len(due)

    def _one(self, recording: Recording, now: datetime) -> None:
        """One recording's failure holds up no other; it is tried again, ever later."""
        if recording.due_at is None or recording.due_at > now:
            return
        try:
            attempts = recording.attempts + 1
            wait = min(LEASE * 2 ** min(recording.attempts, 10), LONGEST_RETRY)
            taken = self._saved(replace(recording, attempts=attempts, due_at=now + wait))
            self._fetch(taken, now)
        except (Stale, Busy):
            log.info("others are at it", extra={"recording": recording.sid})
        except Exception:
            log.exception("recording not fetched", extra={"recording": recording.sid})

    def _fetch(self, recording: Recording, now: datetime) -> None:
        kept = recording if recording.sha256 else self._kept(recording, now)
        if kept is None:
            self._not_there(recording, now)
            return
        if _hash(self._blobs.get(kept.key) or b"") != kept.sha256:
            raise LookupError(f"the copy of {kept.sid} is not what was stored")
        self._provider().delete(kept.sid)
        self._saved(replace(kept, deleted_at=now, due_at=None))

    def _kept(self, recording: Recording, now: datetime) -> Recording | None:
        """The recording with our copy of it, None where the provider has none."""
        media = self._provider().media(recording.sid)
        if media is None:
            return None
        self._blobs.put(recording.key, media)
        return self._saved(
            replace(
                recording,
                status=COMPLETED,
                size=len(media),
                sha256=_hash(media),
                kept_at=now,
            )
        )

    def _not_there(self, recording: Recording, now: datetime) -> None:
        """Not there may mean not yet; in the end somebody has to call the customer."""
        if recording.attempts < LOST_AFTER:
            return
        log.error("a recording is lost", extra={"recording": recording.sid})
        call = self._calls.get(recording.call)
        told = {"phone": call.caller if call else "", "case": call.case if call else ""}
        listed = Effect(recording.sid, 1, "call", "recording_lost", now, told)
        self._commit([listed], [replace(recording, status="lost", due_at=None)])

    def _saved(self, recording: Recording) -> Recording:
        self._commit([], [recording])
        return replace(recording, version=recording.version + 1)


def absent(recording: Recording, call: Call, now: datetime) -> Effect:
    """An entry of the call list: there is a case, and nothing to be heard of it."""
    told = {"phone": call.caller, "case": call.case}
    return Effect(recording.sid, 0, "call", "recording_absent", now, told)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
