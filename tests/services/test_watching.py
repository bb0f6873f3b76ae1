"""What nobody may forget: clocks that ran out in bundles, unread cases once a day."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from chalicelib.core.saving import Busy
from chalicelib.services.case_unit import Answer
from chalicelib.services.case_writer import CaseWriter
from chalicelib.services.paging import Paging
from chalicelib.services.watching import Watching
from tests.core.lives import at
from tests.services.case_stage import BOSS, MORNING, SUN, forwarded, happened, opened, people, place
from tests.stage import Stage, plain


@pytest.fixture(autouse=True)
def _people(stage: Stage) -> None:
    people(stage)


def watch(stage: Stage, now: datetime) -> int:
    return stage.wiring.watching.run(now).breaches


def rows(stage: Stage, period: str) -> list[tuple[str, str]]:
    """Case and clock of each row of a bundle."""
    effect = stage.storage.effects.get(f"breaches.{period}", 0)
    found = json.loads(effect.values["rows"]) if effect else []
    return [(row["case"], row["clock"]) for row in found]


def test_a_case_nobody_forwards_is_mailed_at_eleven_or_four_and_once(stage: Stage) -> None:
    number = opened(stage, at("2026-06-04 09:00")).case.number
    assert [watch(stage, at(f"2026-06-04 {hour}")) for hour in ("13:01", "15:59")] == [0, 0]
    assert watch(stage, at("2026-06-04 16:00")) == 1
    assert watch(stage, at("2026-06-04 16:01")) == 0
    assert watch(stage, at("2026-06-05 11:00")) == 0
    assert rows(stage, "20260604T0800Z") == [(number, "forward.1")]
    assert happened(stage, number) == ["received", "breached"]


def test_a_bundle_holds_all_that_broke_since_the_last(stage: Stage) -> None:
    first = forwarded(stage, MORNING)
    second = opened(stage, at("2026-06-05 09:00")).case
    watch(stage, at("2026-06-05 16:00"))
    assert set(rows(stage, "20260605T0300Z")) == {(first.number, "answer.1")}
    assert set(rows(stage, "20260605T0800Z")) == {(second.number, "forward.1")}


def test_supervision_reads_numbers_and_the_unit_its_references(stage: Stage) -> None:
    case = forwarded(stage)
    watch(stage, at("2026-06-05 11:00"))
    stage.dispatch(at("2026-06-05 11:00"))
    (supervision,) = stage.mails("breaches.20260605T0300Z.0")
    assert case.number in plain(supervision)
    (unit,) = stage.mails("breaches.20260605T0300Z.U1")
    assert unit["To"] == BOSS
    assert case.reference in plain(unit)
    assert case.number not in unit.as_string()


def test_a_units_mail_says_nothing_of_supervisions_own_terms(stage: Stage) -> None:
    opened(stage)
    watch(stage, at("2026-06-04 16:00"))
    stage.dispatch(at("2026-06-04 16:00"))
    assert len(stage.mails("breaches")) == 1


def test_a_pause_that_was_granted_in_time_is_no_breach(stage: Stage) -> None:
    case = forwarded(stage)
    unit, desk = stage.wiring.unit_desk, stage.wiring.case_desk("desk")
    unit.ask_pause(place(case), "waiting_part", "2026-06-10", "link", at("2026-06-04 12:00"))
    desk.grant_pause(case.number, "", SUN, at("2026-06-04 13:00"))
    watch(stage, at("2026-06-08 16:00"))
    assert [clock for _, clock in rows(stage, "20260608T0300Z")] == ["promise.1"]


def test_a_case_that_is_done_in_time_is_never_in_a_bundle(stage: Stage) -> None:
    case = forwarded(stage)
    done = Answer("leaks", "seal", "new seal")
    stage.wiring.unit_desk.answer(place(case), done, "link", at("2026-06-04 12:00"))
    assert watch(stage, at("2026-07-01 11:00")) == 0


def test_a_missed_schedule_catches_up_with_one_mail(stage: Stage) -> None:
    opened(stage)
    assert watch(stage, at("2026-06-20 12:34")) == 2
    stage.dispatch(at("2026-06-20 12:35"))
    assert len(stage.mails("breaches")) == 1


Commit = Callable[[Sequence[object], Sequence[object]], None]


def broken_after(commit: Commit, writes: int) -> Commit:
    """A database that fails for good after some commits."""
    left = [writes]

    def broken(adds: Sequence[object], saves: Sequence[object]) -> None:
        if not left[0]:
            raise Busy
        left[0] -= 1
        commit(adds, saves)

    return broken


@pytest.mark.parametrize("writes", range(5))
def test_a_run_that_is_killed_anywhere_mails_nothing_twice_and_forgets_nothing(
    stage: Stage, writes: int
) -> None:
    cases = [forwarded(stage, MORNING).number for _ in range(2)]
    made, storage = stage.wiring, stage.storage
    committing = broken_after(storage.commit, writes)
    killed = Watching(
        storage.cases,
        storage.effects,
        storage.people,
        storage.runs,
        made.paging,
        CaseWriter(storage.cases, committing, made.rules, made.proposals),
        committing,
        made.rules,
        lambda: "killed",
    )
    now = at("2026-06-05 11:00")
    killed.run(now)
    stage.dispatch(now)
    later = now + timedelta(minutes=7)
    watch(stage, later)
    stage.dispatch(later)
    watch(stage, at("2026-06-05 16:00"))
    for number in cases:
        marks = [e.values["clock"] for e in storage.cases.events(number) if e.what == "breached"]
        assert marks == ["answer.1"]
    assert len(stage.mails("breaches.20260605T0300Z.0")) == 1
    assert len(stage.mails("breaches.20260605T0300Z.U1")) == 1
    assert set(rows(stage, "20260605T0300Z")) == {(number, "answer.1") for number in cases}


def test_one_part_that_fails_holds_up_no_other(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(stage)

    monkeypatch.setattr(Paging, "run", fails)
    assert stage.wiring.watching.run(at("2026-06-04 16:00")).breaches == 1
    assert [record.message for record in caplog.records] == ["not watched"]


def fails(paging: Paging, now: datetime) -> int:
    """A part of the watch that cannot reach its rows."""
    raise Busy


# --- unread cases -----------------------------------------------------------------------------


def alarms(stage: Stage, *instants: str) -> list[int]:
    return [stage.wiring.watching.run(at(instant)).unread for instant in instants]


def test_unread_cases_are_told_once_a_day_from_the_close_until_they_count(stage: Stage) -> None:
    opened(stage, at("2026-06-29 12:00"))
    assert alarms(stage, "2026-07-10 09:14", "2026-07-10 09:15", "2026-07-10 15:00") == [0, 1, 0]
    assert alarms(stage, "2026-07-11 09:15", "2026-07-12 23:00", "2026-07-13 09:15") == [1, 1, 1]
    assert alarms(stage, "2026-07-15 23:58", "2026-07-15 23:59", "2026-07-16 10:00") == [1, 0, 0]
    stage.dispatch(at("2026-07-10 09:15"))
    (mail,) = stage.mails("unread.2026-06.2026-07-10")
    assert "East (U1)" in plain(mail)
    assert "2026-07-15 23:59" in plain(mail)


def test_once_all_are_read_nobody_is_alarmed(stage: Stage) -> None:
    number = opened(stage, at("2026-06-29 12:00")).case.number
    stage.wiring.case_desk("desk").read_case(number, "complaint", SUN, at("2026-07-10 09:00"))
    assert alarms(stage, "2026-07-10 09:15", "2026-07-11 09:15") == [0, 0]
    stage.dispatch(at("2026-07-11 10:00"))
    assert stage.mails("unread") == []


def test_a_case_of_the_month_before_is_none_of_this_ones(stage: Stage) -> None:
    opened(stage, at("2026-07-01 00:30"))
    assert alarms(stage, "2026-07-10 09:15") == [0]
