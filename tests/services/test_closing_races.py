"""500 closes while 32 writers store answers and uploads: each form is in exactly one month."""

import gzip
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from chalicelib.core.documents import facts_place
from chalicelib.core.grades import letters
from chalicelib.core.people import Unit
from chalicelib.core.saving import Stale
from chalicelib.core.visits import Answer, Facts, Survey, Visit, VisitKey, merged, with_answer
from tests.services.months import JUNE, MAY, close_at, made_at, noon
from tests.stage import Stage

UNITS = [f"R{number:03}" for number in range(250)]
WRITERS = 32
ROUNDS = 30
STEP = timedelta(minutes=1)


class Clock:
    """One clock for all; it leaves nobody behind for as long as a text may be on its way."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self._changed = threading.Condition()
        self._begun: Counter[datetime] = Counter()
        self._ended = 0

    @contextmanager
    def request(self) -> Iterator[datetime]:
        """A request that reads the clock once, at its edge."""
        with self._changed:
            now = self.now
            self._begun[now] += 1
        try:
            yield now
        finally:
            with self._changed:
                self._begun[now] -= 1
                self._ended += 1
                self._changed.notify_all()

    def move(self, to: datetime, patience: timedelta, ended: int) -> None:
        """Go on, as soon as so many requests have ended and none is older than `patience`."""

        def may_go_on() -> bool:
            old = any(open_ for at, open_ in self._begun.items() if at < to - patience)
            return self._ended >= ended and not old

        with self._changed:
            assert self._changed.wait_for(may_go_on, 60)
            self.now = to


def write(stage: Stage, clock: Clock, number: int) -> None:
    """One writer: answers to known visits, and visits of both months uploaded now."""
    chance = Random(number)  # noqa: S311 # no secrets
    for place in range(ROUNDS):
        month = chance.choice((MAY, JUNE))
        unit = chance.choice(UNITS)
        with clock.request() as now:
            late = now >= close_at(stage, month)
            if chance.random() < 0.2:
                upload(stage, unit, month, f"up-{number}-{place}", now, late=late)
            else:
                grades = "".join(chance.choices("ABCDE", k=3))
                said = Answer(grades, "sms", "direct", now, f"SM-{number}-{place}", late)
                answer(stage, VisitKey(unit, month, f"{unit}-{month}"), said)


def upload(
    stage: Stage, unit: str, month: str, visit_id: str, now: datetime, *, late: bool
) -> None:
    said = (Answer("AAA", "paper", "staff", now, f"P-{visit_id}", late),)
    facts = Facts(visit_id, unit, "Li", noon(month))
    made = Visit(facts, month, now, "0" * 32, late_upload=late, survey=Survey("answered"))
    assert stage.storage.visits.create(replace(made, answers=said))


def answer(stage: Stage, key: VisitKey, said: Answer) -> None:
    while True:
        visit = stage.storage.visits.get(key)
        assert visit is not None
        try:
            stage.storage.visits.save(replace(visit, answers=with_answer(visit.answers, said)))
        except Stale:
            continue
        return


def prepare(stage: Stage) -> None:
    """The units, each with a visit in both months that nobody has answered yet."""

    def one(unit: str) -> None:
        stage.wiring.people.put(Unit(unit, unit, since=MAY))
        for month in (MAY, JUNE):
            facts = Facts(f"{unit}-{month}", unit, "Li", noon(month))
            made = Visit(facts, month, noon(month), "0" * 32, survey=Survey("expired"))
            assert stage.storage.visits.create(made)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, UNITS))


def frozen(stage: Stage, unit: str, month: str) -> dict[str, str]:
    """Visit → letters, of the facts that the month's document rests on."""
    stored = stage.storage.documents.of_month(unit, month)
    assert stored is not None, (unit, month)
    assert stored.version_of_month == 1
    packed = stage.wiring.blobs.get(facts_place(stored))
    rows = [line.split("\t") for line in gzip.decompress(packed or b"").decode().splitlines()]
    return {row[1]: row[3] for row in rows if row[0] == "visit"}


def race(stage: Stage, month: str, writers: range) -> None:
    """Writers before, during and after the close of a month, which begins 15 minutes after it."""
    on_its_way = made_at(stage, month) - close_at(stage, month)
    clock = Clock(close_at(stage, month) - 5 * STEP)
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        work = [pool.submit(write, stage, clock, number) for number in writers]
        for step in range(1, 21):
            clock.move(clock.now + STEP, on_its_way, step * WRITERS)
        assert clock.now == made_at(stage, month)
        closing = pool.submit(stage.wiring.closing.run, clock.now)
        assert not all(each.done() for each in work)
        for each in work:
            each.result()
        closing.result()


def test_each_form_is_in_exactly_one_month(stage: Stage) -> None:
    prepare(stage)
    race(stage, MAY, range(WRITERS))
    race(stage, JUNE, range(WRITERS, 2 * WRITERS))
    stage.wiring.closing.run(made_at(stage, JUNE) + timedelta(minutes=15))
    counted: Counter[str] = Counter()
    for unit in UNITS:
        for month in (MAY, JUNE):
            found = frozen(stage, unit, month)
            counted.update(found.keys())
            for visit, _ in stage.storage.visits.whole_month(unit, month):
                in_time = letters(merged(visit.answers, with_late=False))
                expected = None if visit.late_upload else in_time
                assert found.get(visit.facts.visit_id) == expected, visit
    assert set(counted.values()) == {1}
    assert len(counted) > 2 * len(UNITS)
