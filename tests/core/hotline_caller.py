"""A caller without a telephone: walks the hotline's machine and keeps what it would store."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from chalicelib import rulebook
from chalicelib.core import ivr
from chalicelib.core.call_records import Call
from chalicelib.core.grades import ITEMS
from chalicelib.core.ivr_documents import Ask, Document, End, Nothing, Record, Ring
from chalicelib.core.ivr_turns import Heard, Known, Progress, Situation, Turn
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import VisitKey

SID = "CA" + "0" * 32
OPEN = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
"""A Wednesday, 14:00 in Shanghai."""
CLOSED = datetime(2026, 6, 3, 14, 0, tzinfo=UTC)
HOLIDAY = datetime(2026, 6, 19, 6, 0, tzinfo=UTC)

DESK = "+862158380001"
DUTY = ("+8613800000001", "+8613800000002")
KNOWN = "+85251230001"

RULES = replace(rulebook.load(None), desk_number=DESK, duty_numbers=DUTY)
SURVEY = Call(
    SID,
    OPEN,
    caller=KNOWN,
    mobile=True,
    language="en",
    visit=VisitKey("U1", "2026-06", "V-1"),
    day="2026-06-03",
)
STRANGER = replace(SURVEY, visit=None, day="")
WITHHELD = replace(STRANGER, caller="", mobile=False)


@dataclass
class Caller:
    """One call to its end; `stored` collects what each turn wants kept.

    Acts: keys, "" (silence), "speak", "hangup", and how a ringing phone ends: "answered", "busy",
    "no-answer". Of a call of danger "taken" is a duty phone whose owner presses 1.
    """

    call: Call = STRANGER
    now: datetime = CLOSED
    rules: Rulebook = RULES
    known: Known = field(default_factory=Known)
    turns: list[Turn] = field(default_factory=list)
    graded: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hear(Heard("start"))

    @property
    def document(self) -> Document:
        return self.turns[-1].document

    @property
    def said(self) -> list[str]:
        """The codes of all lines so far."""
        return [line.code for turn in self.turns for line in turn.document.lines]

    @property
    def is_over(self) -> bool:
        return isinstance(self.document.act, End | Nothing)

    @property
    def cases(self) -> int:
        return sum(turn.case for turn in self.turns)

    def does(self, acts: Iterable[str]) -> "Caller":
        for act in acts:
            if not self.is_over:
                self.do(act)
        return self

    def do(self, act: str) -> None:
        """One act at whatever waits for one."""
        waits = self.document.act
        over = act == "hangup"
        if isinstance(waits, Ask):
            if over or (waits.farewell and not act):
                self.hear(Heard("ended", over=True))
            else:
                self.hear(Heard(waits.step, waits.turn, keys=_taken(act, waits)))
        elif isinstance(waits, Record):
            recorded = over or act == "speak"
            step = "recorded" if recorded else "unheard"
            recording = "RE" + "0" * 32 if recorded else ""
            self.hear(Heard(step, waits.turn, over=over, recording=recording))
        elif isinstance(waits, Ring):
            self._ring(waits, act, over=over)

    def _ring(self, ring: Ring, act: str, *, over: bool) -> None:
        answered = act == "answered"
        if ring.asks:
            answered = act == "taken"
            self.hear(Heard("take", ring.turn or 1))
            self.hear(Heard("taken", ring.turn or 1, keys="1" if answered else ""))
        if ring.step:
            dialled = "completed" if answered else "no-answer"
            self.hear(Heard(ring.step, ring.turn, dialled=dialled, over=over))
        else:
            self.hear(Heard("ended", over=True))

    def hear(self, heard: Heard) -> None:
        turn = ivr.on_request(Situation(self.call, heard, self._known(heard), self.now, self.rules))
        self.turns.append(turn)
        self.call = turn.call
        if turn.case and not self.call.case:
            self.call = replace(self.call, case="367547035", code="123456")
        if turn.answer:
            item, grade = turn.answer
            assert item not in self.graded, "an item is stored once"
            self.graded[item] = grade

    def _known(self, heard: Heard) -> Known:
        pending = tuple(item for item in ITEMS if item not in self.graded)
        valid = heard.step == "received" and len(heard.keys) >= 8 and heard.keys.isdigit()
        contact = f"+{heard.keys}" if valid else ""
        return replace(self.known, pending=pending, contact=contact)


def _taken(keys: str, ask: Ask) -> str:
    """The keys as far as a prompt takes them."""
    before, _, _ = keys.partition("#") if ask.ends_with else (keys, "", "")
    return before[: ask.digits]


PROGRESS = Progress("2026-06-01", "forwarded")
