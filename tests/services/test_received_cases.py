"""Supervision hears of new cases within a quarter of an hour, many in one mail, each once."""

from datetime import UTC, datetime, timedelta

from tests.services.case_stage import opened
from tests.stage import Stage, plain

NOW = datetime(2026, 6, 4, 2, 3, tzinfo=UTC)
QUARTER = datetime(2026, 6, 4, 2, 15, tzinfo=UTC)
WORDS = "the technician broke the tap"


def watched(stage: Stage, at: datetime) -> int:
    stage.move(at)
    told = stage.wiring.received_cases.run(at)
    stage.wiring.effects.run(at)
    return told


def test_the_cases_of_a_quarter_of_an_hour_are_one_mail(stage: Stage) -> None:
    stage.move(NOW)
    first = opened(stage, NOW, text=WORDS).case
    second = opened(stage, NOW + timedelta(minutes=5), unit="", visit_id="", category="safety").case
    assert watched(stage, QUARTER - timedelta(minutes=1)) == 0
    assert watched(stage, QUARTER) == 2
    (mail,) = stage.mails("cases.")
    assert {"sun@supervision.example", "lin@supervision.example"} == set(mail["To"].split(", "))
    told = plain(mail)
    assert all(case.number in told for case in (first, second))
    assert "2026-06-04 10:03" in told
    assert WORDS not in told


def test_a_case_is_told_once(stage: Stage) -> None:
    opened(stage, NOW)
    assert [watched(stage, QUARTER + timedelta(minutes=m)) for m in (0, 1, 15)] == [1, 0, 0]
    opened(stage, QUARTER + timedelta(minutes=20))
    assert watched(stage, QUARTER + timedelta(minutes=30)) == 1
    assert len(stage.mails("cases.")) == 2


def test_a_run_that_died_is_made_good(stage: Stage) -> None:
    opened(stage, NOW)
    commit, broken = stage.wiring.received_cases._commit, []

    def dies(adds: object, saves: object) -> None:
        if saves and not broken:
            broken.append(saves)
            raise RuntimeError("gone")
        commit(adds, saves)  # type: ignore[arg-type] # as they came

    stage.wiring.received_cases._commit = dies
    stage.move(QUARTER)
    try:
        stage.wiring.received_cases.run(QUARTER)
    except RuntimeError:
        assert watched(stage, QUARTER + timedelta(minutes=1)) == 1
    assert broken
    assert watched(stage, QUARTER + timedelta(minutes=2)) == 0
    assert len(stage.mails("cases.")) == 2
