"""What a rehearsal tells of cases and of danger: who did what when, and what the phones heard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from chalicelib.core.paging import Page
from tools.act import act
from tools.local import Local
from tools.recount import Message
from tools.recount_reader import day_named
from tools.rehearsed_agenda import Played
from tools.rehearsed_http import call, thread
from tools.rehearsed_people import DUTY, LEAD
from tools.scenario import ZONE

TOLD: Final = ("complains on the hotline", "hides the number", "complains of the same twice")
"""Habits whose cases are told whole, the first case of each in each language."""

AROUND: Final = timedelta(minutes=30)
"""How long after a page was opened the phones of duty are looked at."""

Line = tuple[datetime, str, str]
"""When, who, what."""


@dataclass(frozen=True, slots=True)
class Story:
    """One case or one danger, as lines in their order."""

    title: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        shown = [f"  {_local(at)}  {_utc(at)}  {who:<31} {what}" for at, who, what in self.lines]
        return "\n".join([self.title, *shown])


@dataclass(frozen=True, slots=True)
class Stories:
    """Every story that is told, and the kinds of all cases there were."""

    cases: tuple[Story, ...]
    months: tuple[Story, ...]
    dangers: tuple[Story, ...]
    kinds: Mapping[str, int]

    @property
    def text(self) -> str:
        """All of it, for people; instants by the organisation's clocks and in UTC."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        told = [str(story) for story in (*self.cases, *self.months, *self.dangers)]
        return "\n\n".join([f"Cases: {kinds}.", *told])


def told_stories(
    local: Local,
    played: Played,
    threads: Mapping[str, Sequence[Message]],
    months: Iterable[str],
) -> Stories:
    """The stories of what was played, with the texts of the handsets among them.

    `months` are closed ones, as UNIT/YYYY-MM.
    """
    kinds: dict[str, int] = {}
    told: dict[tuple[str, str], Story] = {}
    for habit, number in played.cases:
        shown = act("show-case", number, {}, LEAD, local.wiring)
        name = _kind(shown)
        kinds[name] = kinds.get(name, 0) + 1
        case = local.wiring.storage.cases.get(number)
        if case is not None and habit in TOLD and (habit, case.language) not in told:
            title = f"Case {number} of a customer who {habit}: {name}, {shown['state']}"
            texts = threads.get(case.phone, ())
            lines = [*_history(shown), *_texts(texts, case.received_at)]
            told[habit, case.language] = Story(title, tuple(sorted(lines, key=_at)))
    pages = local.wiring.storage.pages.since(datetime(2000, 1, 1, tzinfo=UTC))
    return Stories(
        cases=tuple(told.values()),
        months=tuple(_month(local, month) for month in months),
        dangers=tuple(_danger(local, page) for page in pages),
        kinds=kinds,
    )


def _kind(shown: Mapping[str, Any]) -> str:
    return str(shown["kind"] if shown["standing"] == "counts" else shown["standing"])


def _history(shown: Mapping[str, Any]) -> Iterable[Line]:
    for at, what, by, *values in shown["history"]:
        yield datetime.fromisoformat(at), by, " ".join([what, *values])


def _month(local: Local, month: str) -> Story:
    """What was done to a closed month."""
    shown: Mapping[str, Any] = act("show-month", month, {}, LEAD, local.wiring)
    return Story(f"Month {month}: {shown['state']}", tuple(_history(shown)))


def _texts(thread: Iterable[Message], since: datetime) -> Iterable[Line]:
    """What we texted the customer from then on, but for surveys and their echoes."""
    for message in thread:
        if message.ours and message.at >= since and day_named(message.text) is None:
            yield message.at, "text to the customer", _short(message.text)


# --- danger ---------------------------------------------------------------------------------------


def _danger(local: Local, page: Page) -> Story:
    """What the duty phones got after a page was opened, and who took it over."""
    lines = [(page.opened_at, f"customer {page.caller or 'withheld'}", "speaks of danger")]
    for place, number in enumerate(DUTY, start=1):
        name = f"duty phone {place}"
        lines += [line for line in _got(local, number, name) if _is_near(line, page)]
    if page.acknowledged_at is not None:
        place = DUTY.index(page.acknowledged_by) + 1 if page.acknowledged_by in DUTY else 0
        who = f"duty phone {place}" if place else page.acknowledged_by
        lines.append((page.acknowledged_at, who, "has taken it over"))
    return Story(f"Danger, {_local(page.opened_at)}", tuple(sorted(lines, key=_at)))


def _got(local: Local, number: str, name: str) -> Iterable[Line]:
    for message in thread(local, number):
        way = "text" if message["direction"] != "inbound" else "replies"
        yield datetime.fromisoformat(message["at"]), name, f"{way}: {_short(message['text'])}"
    path = f"/handsets/{quote(number)}/calls"
    for each in call(local.simulator_url, "GET", path)["calls"]:
        keys = "".join(done["sent"].get("Digits", "") for done in each["done"])
        pressed = f", presses {keys}" if keys else ""
        yield datetime.fromisoformat(each["at"]), name, f"call: {each['status']}{pressed}"


def _is_near(line: Line, page: Page) -> bool:
    return page.opened_at <= line[0] <= page.opened_at + AROUND


def _at(line: Line) -> datetime:
    return line[0]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:60]}…"


def _local(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("(%d %H:%M UTC)")
