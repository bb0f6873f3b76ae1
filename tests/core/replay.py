"""Replays one conversation of `tests/conversations/`: events in, what follows out.

A world is the records of core alone. After every event each of them goes through JSON text and
back, as it would through the database. Times are the organisation's, "2026-06-04 10:00".
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from chalicelib import rulebook, wording
from chalicelib.core import answering, outbox, reactions, survey, uploads, waiting
from chalicelib.core.answering import EVIDENCE_OF, Given
from chalicelib.core.cases import case_number
from chalicelib.core.conversation import on_text
from chalicelib.core.effects import Effect
from chalicelib.core.grades import from_letters
from chalicelib.core.phones import Phone, is_of, talk_of
from chalicelib.core.rules import Rulebook
from chalicelib.core.turns import Text, Turn, unnamed
from chalicelib.core.visits import Said, Visit, VisitKey
from chalicelib.services import phone_numbers
from chalicelib.services.survey_links import SurveyLinks
from chalicelib.store import codec

ZONE: Final = ZoneInfo("Asia/Shanghai")
NUMBERS: Final = {"zh": "+85251230001", "en": "+6581230001"}
HOTLINE: Final = "+862158386666"
SALT: Final = "0" * 32
LINKS: Final = SurveyLinks("https://huifang.example", lambda: "a key")

Json = Mapping[str, Any]


def instant(written: str) -> datetime:
    """The instant of a time as conversations write it."""
    return datetime.fromisoformat(written).replace(tzinfo=ZONE).astimezone(UTC)


def shown(moment: datetime | None) -> str | None:
    """The inverse of `instant`, to the second where there are seconds."""
    if moment is None:
        return None
    local = moment.astimezone(ZONE)
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")


def rules_of(conversation: Json) -> Rulebook:
    """The deployed rulebook, with the few keys that a conversation changes."""
    changes = dict(conversation.get("rules", {}))
    rules = rulebook.load()
    if holidays := changes.pop("holidays", None):
        days = frozenset(date.fromisoformat(day) for day in holidays)
        calendar = replace(rules.calendar, holidays=days, workdays=frozenset())
        rules = replace(rules, calendar=calendar)
    return replace(rules, **changes)


def stored(record: Any) -> Any:  # noqa: ANN401 # any record of core
    """The record as it comes back from the database."""
    return codec.decode(type(record), json.loads(codec.dumps(codec.encode(record))))


@dataclass
class Happened:
    """What one event led to, beside the records."""

    said: list[str] = field(default_factory=list)
    words: str = ""
    call: str | None = None
    case: str | None = None


@dataclass
class World:
    """Everything there is, and the effects that wait for their time."""

    rules: Rulebook
    language: str
    visits: dict[VisitKey, Visit] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    calls: dict[str, Effect] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    arrived: bool = False
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    # --- events ---------------------------------------------------------------------------

    def play(self, event: Json) -> Happened:
        """One event, by the first of these keys it has."""
        for name in ("visit", "pass", "text", "answer", "failed", "gone", "called"):
            if name in event:
                happened: Happened = getattr(self, f"_{name}")(event)
                self._store()
                return happened
        raise AssertionError(f"no event: {event}")

    def _visit(self, event: Json) -> Happened:
        """A visit comes in, or once more with other facts."""
        completed = instant(event["completed"])
        self._at(event, completed + timedelta(hours=1))
        row = {
            "visit_id": event["visit"],
            "unit": event.get("unit", "U1"),
            "technician": "Li",
            "completed_at": completed.isoformat(),
            "phone": event.get("phone", NUMBERS[self.language]),
            "appliance": event.get("appliance", ""),
            "language": self.language,
        }
        facts = uploads.read_row(row, self.now, _parse, self.rules)
        assert not isinstance(facts, tuple), facts
        zones = phone_numbers.zones_of(facts.country) or (self.rules.timezone,)
        known = self.named(facts.visit_id) if self.has(facts.visit_id) else None
        if known is None:
            visit = uploads.new_visit(facts, SALT, zones, "U1", self.now, self.rules)
        else:
            changed = uploads.changed_visit(known, facts, zones, "U1", self.now, self.rules)
            assert isinstance(changed, Visit), changed
            visit = changed
        self.visits[visit.key] = visit
        self._noted(visit)
        return Happened()

    def _noted(self, visit: Visit) -> None:
        """The phone's last visit, as the store keeps it."""
        if not visit.facts.phone:
            return
        phone = self.phone(visit.facts.phone)
        last = self.visits[phone.last] if phone.last else visit
        later = max((last, visit), key=lambda each: (each.facts.completed_at, each.key))
        self.phones[phone.number] = replace(phone, last=later.key)

    def _pass(self, event: Json) -> Happened:
        """Time passes to an instant, and the dispatcher does what is due on the way.

        `sends` are the outcomes of what is sent, in order: a provider's error code, "unsure",
        "found" (unsure, and later in the list), "429", "stopped" (the switch); then all is sent.
        """
        outcomes = iter(event.get("sends", ()))
        until, happened = instant(event["pass"]), Happened()
        while (visit := self._first_due(until)) is not None:
            due = visit.survey.due_at
            assert due is not None
            self.now = max(self.now, due)
            happened.said += self._dispatched(visit, outcomes)
            self._store()
        self.now = until
        return happened

    def _first_due(self, until: datetime) -> Visit | None:
        waiting = [
            visit
            for visit in self.visits.values()
            if visit.survey.due_at is not None and visit.survey.due_at <= until
        ]
        return min(waiting, key=_turn_of, default=None)

    def _dispatched(self, visit: Visit, outcomes: Iterable[str | int]) -> list[str]:
        before = visit.survey.outbox
        if before is not None and before.state == "unknown":
            sid = _sid(visit) if self.arrived else ""
            self._keep(outbox.on_looked_up(visit, sid, self.now, self.rules))
            return []
        phone = self.phone(visit.facts.phone)
        keys = waiting.rivals_of(visit, phone)
        rivals = [self.visits[key] for key in keys]
        turn = survey.on_due(visit, phone, rivals, self._zones(visit), self.now, self.rules)
        if not turn.send:
            if turn.phone is not None:
                self.phones[turn.phone.number] = turn.phone
            self._keep(turn.visit)
            return []
        one_way = visit.facts.country in self.rules.no_sms_reply
        message = turn.send + (outbox.WITH_CALL if one_way else outbox.WITH_LINK)
        outcome = next(iter(outcomes), "sent")
        if outcome == "stopped":
            self._keep(outbox.on_postponed(visit, self.now + timedelta(hours=1)))
            return []
        leased = stored(outbox.on_leased(turn.visit, message, "lease", self.now))
        if turn.phone is not None:
            self.phones[turn.phone.number] = turn.phone
        self._keep(self._after(leased, outcome))
        said = outbox.said_of(leased, message, self.rules)
        if isinstance(outcome, int) or outcome == "429":
            return []
        assert phone.opted_out_at is None, "nothing is sent to a number that left"
        return [f"{shown(self.now)} {spelled(said)}"]

    def _after(self, visit: Visit, outcome: str | int) -> Visit:
        if isinstance(outcome, int):
            return outbox.on_refused(visit, outcome, self.now, self.rules)
        if outcome == "429":
            return outbox.on_postponed(visit, self.now + timedelta(minutes=2))
        if outcome in ("unsure", "found"):
            self.arrived = outcome == "found"
            return outbox.on_unsure(visit, self.now)
        assert visit.survey.outbox is not None
        return outbox.on_sent(visit, _sid(visit), self.now, self.rules)

    def _failed(self, event: Json) -> Happened:
        """The provider says that the last text of a visit, or an earlier one, did not arrive."""
        self._at(event, self.now)
        visit = self.named(event.get("of", "V1"))
        assert visit.survey.outbox is not None
        number = event.get("number", visit.survey.outbox.number)
        sid = f"SM-{visit.facts.visit_id}-{number}"
        failed = outbox.on_failed(visit, number, sid, event["failed"], self.now, self.rules)
        self._keep(failed)
        if event["failed"] == 21610:
            phone = self.phone(visit.facts.phone)
            self.phones[phone.number] = replace(phone, opted_out_at=self.now)
        return Happened()

    def _gone(self, event: Json) -> Happened:
        """The number opts out by another way than a text."""
        self._at(event, self.now)
        phone = self.phone(event["gone"])
        self.phones[phone.number] = replace(phone, opted_out_at=self.now)
        return Happened()

    def _text(self, event: Json) -> Happened:
        self._at(event, self.now)
        phone = self.phone(event.get("from", NUMBERS[self.language]))
        key = phone.current or phone.last
        visit = self.visits[key] if key else None
        message_id = f"IN-{len(self.texts) + 1}"
        self.texts[message_id] = event["text"]
        if visit is not None and not is_of(phone, visit):
            visit = None
        ours = tuple(self.worded(said) for said in talk_of(visit, phone).ours)
        number = case_number(len(self.texts))
        opted = event.get("opted")
        silent = "opted" in event
        plain = tuple(self.worded(unnamed(said)) for said in talk_of(visit, phone).ours)
        text = Text(event["text"], message_id, self.now, ours, plain, number, silent, opted)
        turn = on_text(visit, phone, text, self.rules)
        self._took(turn, phone, text)
        return Happened(
            [spelled(said) for said in turn.replies],
            "\n".join(self.worded(said) for said in turn.replies),
            turn.call or None,
            self._complaint(turn, text) if turn.case else None,
        )

    def _took(self, turn: Turn, phone: Phone, text: Text) -> None:
        """What the service of inbound texts saves."""
        if turn.visit is not None:
            self._keep(turn.visit)
        if turn.visit is None or turn.visit.key != phone.current:
            phone = replace(phone, conversation=turn.conversation)
        if turn.opt_out is not None:
            phone = replace(phone, opted_out_at=self.now if turn.opt_out else None)
        self.phones[phone.number] = phone
        if turn.subject is not None:
            about = self.visits[turn.subject]
            self._keep(reactions.after_remark(about, turn.reading.kind, self.now))
        if turn.answers in self.calls and (self.calls[turn.answers].due_at or self.now) > self.now:
            del self.calls[turn.answers]
        if turn.call:
            due = turn.call_at or self.now
            self.calls[text.message_id] = Effect(text.message_id, 0, "call", turn.call, due)

    def _complaint(self, turn: Turn, text: Text) -> str:
        return "\n".join([self.texts[turn.answers], text.body] if turn.answers else [text.body])

    def _answer(self, event: Json) -> Happened:
        """An answer by link, keypad, paper or call."""
        self._at(event, self.now)
        channel = event["answer"]
        visit = self.named(event.get("of", "V1"))
        phone = self.phone(visit.facts.phone)
        current = self.visits[phone.current] if phone.current else None
        given = Given(
            grades=from_letters(event["grades"]),
            channel=channel,
            evidence=event.get("evidence", EVIDENCE_OF[channel]),
            at=self.now,
            source=event.get("source", f"{channel}-{shown(self.now)}"),
        )
        zones = self._zones(visit)
        turn = answering.on_answer(visit, phone, current, given, zones, self.rules)
        self._keep(turn.visit)
        if visit.facts.phone:
            self.phones[phone.number] = turn.phone
        happened = Happened()
        if turn.echo is not None:
            happened.said = [f"{shown(turn.echo.due_at)} {_spelled_effect(turn.echo)}"]
        return happened

    # --- records --------------------------------------------------------------------------

    def named(self, visit_id: str) -> Visit:
        """The visit of this id."""
        return next(v for v in self.visits.values() if v.facts.visit_id == visit_id)

    def phone(self, number: str) -> Phone:
        """The phone, fresh if we know nothing of it."""
        return self.phones.get(number, Phone(number))

    def worded(self, said: Said) -> str:
        """The text as the customer reads it."""
        linked = LINKS.spelled(said, NUMBERS[self.language])
        return wording.render(linked, self.language, self.rules.organisation, HOTLINE)

    def has(self, visit_id: str) -> bool:
        """Whether the visit has come in."""
        return any(visit.facts.visit_id == visit_id for visit in self.visits.values())

    def _keep(self, visit: Visit) -> None:
        self.visits[visit.key] = visit

    def _zones(self, visit: Visit) -> tuple[str, ...]:
        return phone_numbers.zones_of(visit.facts.country) or (self.rules.timezone,)

    def _at(self, event: Json, default: datetime) -> None:
        """Only `pass` lets timers run: no event may jump over one that is due."""
        self.now = instant(event["at"]) if "at" in event else max(default, self.now)
        late = [visit for visit in self.visits.values() if _is_overdue(visit, self.now)]
        assert not late or event.get("before_timers"), f"let time pass first: {event}"

    def _store(self) -> None:
        """Everything through JSON and back."""
        self.visits = {key: stored(visit) for key, visit in self.visits.items()}
        self.phones = {number: stored(phone) for number, phone in self.phones.items()}
        self.calls = {cause: stored(entry) for cause, entry in self.calls.items()}


def _turn_of(visit: Visit) -> tuple[datetime, float]:
    """Timers in the order of their instants, and at the same one the newest visit first."""
    assert visit.survey.due_at is not None
    return visit.survey.due_at, -visit.facts.completed_at.timestamp()


def _is_overdue(visit: Visit, now: datetime) -> bool:
    return visit.survey.due_at is not None and visit.survey.due_at < now


def _sid(visit: Visit) -> str:
    assert visit.survey.outbox is not None
    return f"SM-{visit.facts.visit_id}-{visit.survey.outbox.number}"


def _parse(written: str) -> uploads.ParsedPhone | str:
    return phone_numbers.parse(written, "CN")


def spelled(said: Said) -> str:
    """A message as conversations write it: its code and what is put into it."""
    values = [f"{name}={value}" for name, value in sorted(said.values.items()) if value]
    return " ".join([said.code, *values])


def _spelled_effect(effect: Effect) -> str:
    values = {k: v for k, v in effect.values.items() if k not in ("to", "language")}
    assert effect.values["to"]
    return spelled(Said(effect.what, values))
