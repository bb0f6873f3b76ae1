"""What waits in closed months is told: proposals at once, delays once a day, another rulebook."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import Busy
from chalicelib.services.month_alarms import MonthAlarms
from chalicelib.services.rulebook_watch import RulebookWatch
from tests.core.lives import at
from tests.services.case_stage import MEI
from tests.services.closed_months import (
    DAY,
    HU,
    OU,
    U1_MAY,
    amend,
    approve,
    closed,
    desk,
    object_to,
    relabel,
    rule,
    sign,
)
from tests.services.months import MAY
from tests.stage import Stage

ALARM = "09:15"
"""Each day's, when documents would be made."""


def told(stage: Stage, what: str) -> list[Effect]:
    keys = stage.storage.effects.due("effect", stage.now, 100)
    found = [stage.storage.effects.get(*key) for key in keys]
    return [each for each in found if each and each.what == what]


def alarms(stage: Stage, day: date, clock: str = ALARM) -> list[str]:
    """What a run on that day says is overdue, [] if it says nothing new."""
    before = len(told(stage, "month_alarm"))
    stage.move(at(f"{day} {clock}"))
    stage.wiring.month_alarms.run(stage.now)
    new = told(stage, "month_alarm")[before:]
    assert len(new) <= 1
    rows = json.loads(new[0].values["rows"]) if new else []
    return sorted(f"{row['unit']} {row['what']} {row.get('number', '')}".strip() for row in rows)


def test_an_unsigned_month_is_told_after_three_working_days_once_a_day(stage: Stage) -> None:
    closed(stage)
    assert alarms(stage, date(2026, 6, 15)) == []
    assert alarms(stage, date(2026, 6, 16), "09:00") == []
    assert alarms(stage, date(2026, 6, 16)) == ["U1 unsigned", "U2 unsigned"]
    assert alarms(stage, date(2026, 6, 16), "09:16") == []
    sign(stage)
    assert alarms(stage, date(2026, 6, 17)) == ["U2 unsigned"]


def test_objections_and_questions_are_told_until_somebody_has_spoken(stage: Stage) -> None:
    closed(stage)
    sign(stage)
    desk(stage).sign(U1_MAY._replace(unit="U2"), MEI, stage.now)
    object_to(stage)
    desk(stage).question(U1_MAY, "why?", HU, stage.now)
    assert alarms(stage, date(2026, 6, 16)) == ["U1 unanswered 1", "U1 unruled 1"]
    rule(stage)
    assert alarms(stage, date(2026, 6, 17)) == ["U1 unanswered 1"]
    desk(stage).answer(U1_MAY, "", "so", MEI, stage.now)
    assert alarms(stage, date(2026, 6, 18)) == []


def test_what_has_not_waited_that_long_is_not_told_with_what_has(stage: Stage) -> None:
    closed(stage)
    sign(stage)
    desk(stage).sign(U1_MAY._replace(unit="U2"), MEI, stage.now)
    object_to(stage)
    stage.move(at("2026-06-12 10:00"))
    object_to(stage, "complaints")
    assert alarms(stage, date(2026, 6, 16)) == ["U1 unruled 1"]
    assert alarms(stage, date(2026, 6, 18)) == ["U1 unruled 1", "U1 unruled 2"]


def test_an_amendment_on_which_nobody_decides_is_told(stage: Stage) -> None:
    closed(stage, cases=1)
    for unit in ("U1", "U2"):
        desk(stage).sign(U1_MAY._replace(unit=unit), MEI, stage.now)
    (case,) = stage.storage.cases.of_month("U1", MAY)
    relabel(stage, case.number)
    stage.wiring.month_alarms.run(stage.now)
    assert alarms(stage, date(2026, 6, 15)) == []
    assert alarms(stage, date(2026, 6, 16)) == ["U1 undecided"]
    approve(stage)
    assert alarms(stage, date(2026, 6, 17)) == []


def test_proposals_are_told_at_once_in_one_mail_and_once(stage: Stage) -> None:
    closed(stage, cases=1)
    (case,) = stage.storage.cases.of_month("U1", MAY)
    relabel(stage, case.number)
    amend(stage, f"visit U1-{MAY}-000", by=OU)
    for _ in range(2):
        stage.wiring.month_alarms.run(stage.now)
    (mail,) = told(stage, "amendments_proposed")
    rows = json.loads(mail.values["rows"])
    assert sorted(row["reason"] for row in rows) == ["case_changed", "other"]
    assert sorted(row["by"] for row in rows) == [OU.mail, "service"]


def test_many_proposals_are_several_mails_and_none_is_forgotten(stage: Stage) -> None:
    closed(stage, ["AAA"] * 45)
    for place in range(45):
        amend(stage, f"visit U1-{MAY}-{place:03}", by=OU)
    runs = [stage.wiring.month_alarms.run(stage.now).amendments for _ in range(4)]
    assert runs == [20, 20, 5, 0]
    rows = [
        row
        for mail in told(stage, "amendments_proposed")
        for row in json.loads(mail.values["rows"])
    ]
    assert len({row["subjects"] for row in rows}) == 45


def test_what_was_decided_before_it_was_told_is_told_no_more(stage: Stage) -> None:
    closed(stage, cases=1)
    (case,) = stage.storage.cases.of_month("U1", MAY)
    relabel(stage, case.number)
    approve(stage)
    assert stage.wiring.month_alarms.run(stage.now).amendments == 0


@pytest.mark.parametrize("writes", range(3))
def test_a_run_that_is_killed_tells_everything_once(stage: Stage, writes: int) -> None:
    closed(stage)
    amend(stage, f"visit U1-{MAY}-000", by=OU)
    left = [writes]

    def broken(adds: object, saves: object) -> None:
        if not left[0]:
            raise Busy
        left[0] -= 1
        stage.storage.commit(adds, saves)  # type: ignore[arg-type] # as they came

    storage = stage.storage
    killed = MonthAlarms(
        storage.proceedings,
        storage.amendments,
        storage.runs,
        broken,
        stage.wiring.rules,
        lambda: "killed",
    )
    stage.move(at("2026-06-16 09:15"))
    killed.run(stage.now)
    stage.move(stage.now + timedelta(minutes=7))
    stage.wiring.month_alarms.run(stage.now)
    assert len(told(stage, "amendments_proposed")) == 1
    (alarm,) = told(stage, "month_alarm")
    assert len(json.loads(alarm.values["rows"])) == 3


# --- the rulebook -----------------------------------------------------------------------------


def look(stage: Stage, rules: Rulebook) -> int:
    """A fresh process by these rules looks for the first time."""
    return RulebookWatch(stage.storage.rulebooks, stage.storage.commit, rules).run(stage.now)


def test_another_rulebook_is_told_once_with_its_changed_keys(stage: Stage) -> None:
    rules = stage.wiring.rules
    other = replace(rules, rise_award=900, mode="paid", sha256="b" * 64)
    assert look(stage, rules) == 0
    assert look(stage, rules) == 0
    assert look(stage, other) == 2
    assert look(stage, other) == 0
    (mail,) = told(stage, "rulebook_changed")
    assert json.loads(mail.values["rows"]) == [
        ["mode", "trial", "paid"],
        ["rise_award", "1000", "900"],
    ]
    assert mail.values["sha256"] == "b" * 64


def test_the_first_rulebook_there_is_changes_nothing(stage: Stage) -> None:
    look(stage, stage.wiring.rules)
    assert told(stage, "rulebook_changed") == []


def test_a_process_compares_its_rulebook_once(stage: Stage) -> None:
    watch = stage.wiring.rulebook_watch
    watch.run(stage.now)
    seen = stage.storage.rulebooks.last()
    stage.move(stage.now + DAY)
    watch.run(stage.now)
    assert stage.storage.rulebooks.last() == seen


def test_a_look_that_fails_is_repeated(stage: Stage) -> None:
    rules = stage.wiring.rules
    look(stage, rules)

    def busy(adds: object, saves: object) -> None:
        raise Busy

    other = replace(rules, rise_award=900, sha256="b" * 64)
    watch = RulebookWatch(stage.storage.rulebooks, busy, other)
    with pytest.raises(Busy):
        watch.run(stage.now)
    watch._commit = stage.storage.commit
    assert watch.run(stage.now) == 1
