"""The moved clock: every due instant in order, never back, and the file always whole."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tools.phone.clock import Clock, ClockError, NextAfter, Schedule, every, read_instant

START = datetime(2026, 5, 4, 6, 52, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-04T{text}+00:00")


class Log:
    """Schedules that write down when they ran and what the clock's file said then."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ran: list[tuple[str, datetime]] = []

    def schedule(self, name: str, next_after: NextAfter) -> Schedule:
        return Schedule(name, next_after, lambda now: self.run(name, now))

    def run(self, name: str, now: datetime) -> None:
        assert read_instant(self.path.read_text()) == now
        self.ran.append((name, now))


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "now")


def test_schedules_run_at_their_instants_in_order_and_in_a_fixed_order_at_one(log: Log) -> None:
    schedules = [log.schedule("dispatch", every(10)), log.schedule("draw", every(15))]
    moved = Clock(log.path, schedules, start=START).move(at("07:20:30"))
    assert log.ran == [
        ("dispatch", at("07:00:00")),
        ("draw", at("07:00:00")),
        ("dispatch", at("07:10:00")),
        ("draw", at("07:15:00")),
        ("dispatch", at("07:20:00")),
    ]
    assert moved.runs == {"dispatch": 3, "draw": 2}
    assert moved.now == read_instant(log.path.read_text()) == at("07:20:30")


def test_moving_in_two_steps_runs_what_one_step_runs(log: Log) -> None:
    clock = Clock(log.path, [log.schedule("draw", every(15))], start=START)
    clock.move(at("07:15:00"))
    clock.move(at("07:15:00"))
    clock.move(at("07:30:00"))
    assert [now for _, now in log.ran] == [at("07:00:00"), at("07:15:00"), at("07:30:00")]


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        pytest.param(None, None, id="nothing waits"),
        pytest.param("09:31:20", "09:32:00", id="the first tick after the work is due"),
        pytest.param("09:32:00", "09:32:00", id="due on a tick"),
        pytest.param("06:00:00", "06:53:00", id="overdue: the very next tick"),
        pytest.param("06:52:00", "06:53:00", id="due now: the next tick, for now's has passed"),
    ],
)
def test_schedule_with_work_of_its_own_skips_idle_ticks(
    due: str | None, expected: str | None
) -> None:
    next_after = every(1, lambda _: at(due) if due else None)
    assert next_after(START) == (at(expected) if expected else None)


def test_work_that_a_run_makes_is_found_at_once(log: Log) -> None:
    waiting = [at("07:00:00")]

    def run(now: datetime) -> None:
        waiting.remove(min(waiting))
        log.run("dispatch", now)
        if now < at("07:05:00"):
            waiting.append(now + timedelta(minutes=2, seconds=30))

    schedule = Schedule("dispatch", every(1, lambda _: min(waiting, default=None)), run)
    Clock(log.path, [schedule], start=START).move(at("08:00:00"))
    assert [now for _, now in log.ran] == [at("07:00:00"), at("07:03:00"), at("07:06:00")]


def test_clock_settles_at_each_instant_before_time_goes_on(log: Log) -> None:
    clock = Clock(log.path, [log.schedule("draw", every(15))], start=START)
    clock.settle_with(lambda: log.run("settled", clock.now()))
    clock.move(at("07:15:00"))
    assert log.ran == [
        ("settled", START),
        ("draw", at("07:00:00")),
        ("settled", at("07:00:00")),
        ("draw", at("07:15:00")),
        ("settled", at("07:15:00")),
    ]


def test_clock_never_goes_back(log: Log) -> None:
    clock = Clock(log.path, start=START)
    with pytest.raises(ClockError, match="never goes back"):
        clock.move(START - timedelta(seconds=1))
    assert clock.now() == START


def test_run_that_fails_is_told_and_time_goes_on(log: Log) -> None:
    def fail(now: datetime) -> None:
        raise LookupError("no frame")

    schedules = [Schedule("draw", every(60), fail), log.schedule("close", every(60))]
    moved = Clock(log.path, schedules, start=START).move(at("08:00:00"))
    assert [(each.schedule, each.at, each.error) for each in moved.failed] == [
        ("draw", at("07:00:00"), "LookupError: no frame"),
        ("draw", at("08:00:00"), "LookupError: no frame"),
    ]
    assert [name for name, _ in log.ran] == ["close", "close"]


def test_start_is_written_only_where_no_clock_stands(log: Log) -> None:
    Clock(log.path, start=START)
    assert Clock(log.path, start=at("09:00:00")).now() == START


def test_readers_always_find_a_whole_instant(log: Log) -> None:
    clock = Clock(log.path, [log.schedule("tick", every(1))], start=START)
    reading = threading.Event()
    found: list[datetime] = []

    def read() -> None:
        while not reading.is_set():
            found.append(read_instant(log.path.read_text()))

    reader = threading.Thread(target=read)
    reader.start()
    clock.move(START + timedelta(hours=10))
    reading.set()
    reader.join()
    assert found == sorted(found)


@pytest.mark.parametrize("text", ["2026-05-04T07:00:00", "soon", "", 7, None, "2026-13-01T00:00Z"])
def test_instant_without_a_zone_or_sense_is_refused(text: object) -> None:
    with pytest.raises(ClockError):
        read_instant(text)


def test_instant_of_another_zone_is_read_as_utc() -> None:
    instant = read_instant("2026-05-04T15:00:00+08:00")
    assert (instant, instant.tzinfo) == (at("07:00:00"), UTC)
