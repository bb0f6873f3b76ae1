"""Mails go out at least once, texts at most once, and the failure of one holds up no other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest

from chalicelib.core.effects import Effect
from tests.services.crashes import dying
from tests.stage import UPLOADED, Stage

DUTY = "+8613800138001"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PAGE = Effect(
    *("SM1", 1, "sms", "danger_page", UPLOADED),
    {"to": DUTY, "language": "zh", "caller": "+85251230001"},
)


def plan(stage: Stage, *effects: Effect) -> None:
    stage.storage.commit(list(effects), [])


def mail(stage: Stage, key: str, at: datetime = UPLOADED) -> Effect:
    """A mail that can be written: the commitment of a draw."""
    stage.wiring.drawing.run(at)
    (draw,) = stage.storage.draws.all()
    return Effect(f"test~{key}", 0, "mail", "draw_committed", at, {"draw": draw.key})


def states(stage: Stage, *causes: str) -> list[str]:
    found = [stage.storage.effects.get(cause, 0) for cause in causes]
    return [each.outbox.state for each in found if each is not None]


def run(stage: Stage, minutes: int, step: int = 1) -> None:
    """A tick every `step` minutes for so long."""
    for _ in range(0, minutes, step):
        stage.move(stage.now + step * MINUTE)
        stage.wiring.effects.run(stage.now)


def test_a_mail_goes_out_once_when_all_is_well(stage: Stage) -> None:
    plan(stage, mail(stage, "a"))
    run(stage, 3)
    (sent,) = stage.mails("test~a")
    assert sent["Message-ID"] == "<test~a.0@supervision.example>"
    assert parsedate_to_datetime(sent["Date"]) == UPLOADED + MINUTE
    assert states(stage, "test~a") == ["sent"]


class FailingPost:
    """Fails so many times before or after a mail of `mail` has left; keeps what left."""

    def __init__(self, times: int, after: bool) -> None:
        self.times, self.after = times, after
        self.sent: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        if not str(message["Message-ID"]).startswith("<test~"):
            return
        self.times -= 1
        if self.after or self.times < 0:
            self.sent.append(message)
        if self.times >= 0:
            raise TimeoutError("no answer of the post")


@pytest.mark.parametrize("after", [False, True])
def test_a_mail_that_failed_is_sent_again_under_the_same_id(stage: Stage, after: bool) -> None:
    post = FailingPost(3, after)
    stage.wiring._post = post
    plan(stage, mail(stage, "a"))
    run(stage, 8 * 60, step=15)
    assert len(post.sent) == (4 if after else 1)
    assert len({each["Message-ID"] for each in post.sent}) == 1
    assert states(stage, "test~a") == ["sent"]


def test_the_failure_of_one_effect_holds_up_no_other(stage: Stage) -> None:
    first = mail(stage, "a")
    broken = replace(first, cause="test~b", values={"draw": "none"})
    unknown = replace(first, cause="test~c", what="nobody_knows")
    plan(stage, broken, unknown, first)
    run(stage, 1)
    assert states(stage, "test~a", "test~b", "test~c") == ["sent", "leased", "leased"]


def test_wherever_a_run_ends_the_mail_goes_out(stage: Stage) -> None:
    model = mail(stage, "0")
    for point in range(1, 40):
        effect = replace(model, cause=f"test~{point}", due_at=stage.now)
        plan(stage, effect)
        with dying(stage, point) as points:
            stage.wiring.effects.run(stage.now)
        run(stage, 45, step=15)
        assert len(stage.mails(f"test~{point}.0")) == 1, point
        assert states(stage, effect.cause) == ["sent"], point
        if points.passed < point:
            break
    assert 10 < point < 39


def pages(stage: Stage) -> list[str]:
    return stage.sent_to(DUTY)


def test_a_page_goes_out_at_any_hour_with_the_longest_validity(stage: Stage) -> None:
    stage.move(UPLOADED.replace(hour=19))  # 03:00 in Shanghai
    plan(stage, PAGE)
    run(stage, 3)
    (page,) = pages(stage)
    assert "+85251230001" in page
    assert b"ValidityPeriod=36000" in stage.rest[0].body


@pytest.mark.parametrize("fault", ["500", "lost"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_page_of_which_nobody_knows_goes_out_once(stage: Stage, fault: str, when: str) -> None:
    more = {} if fault == "500" else {"seconds": 0}
    stage.fault("create", fault, when=when, **more)
    plan(stage, PAGE)
    run(stage, 60)
    assert len(pages(stage)) == 1


@pytest.mark.parametrize("fails", [1, 2, 5])
def test_while_the_list_cannot_be_asked_no_page_goes_out_twice(stage: Stage, fails: int) -> None:
    stage.fault("create", "500", when="after")
    stage.fault("list", "500", times=fails)
    plan(stage, PAGE)
    run(stage, 90, step=2)
    assert len(pages(stage)) == 1
    found = stage.storage.effects.get("SM1", 1)
    assert found is not None
    assert (found.outbox.state, found.due_at) == ("sent", None)


def test_wherever_a_run_ends_a_page_goes_out_once(stage: Stage) -> None:
    for point in range(1, 40):
        before = len(pages(stage))
        caller = {**PAGE.values, "caller": f"+8525123{point:04d}"}
        plan(stage, replace(PAGE, cause=f"SM-{point}", values=caller, due_at=stage.now))
        with dying(stage, point) as points:
            stage.wiring.effects.run(stage.now)
        run(stage, 30)
        assert len(pages(stage)) == before + 1, point
        if points.passed < point:
            break
    assert 10 < point < 39


def test_a_page_is_repeated_after_429_and_given_up_for_a_number_that_cannot_be_texted(
    stage: Stage,
) -> None:
    stage.fault("create", "429", times=2)
    plan(stage, PAGE)
    run(stage, 6)
    assert len(pages(stage)) == 1
    stage.simulator.handsets.change(DUTY, {"refused_with": 21614})
    plan(stage, replace(PAGE, cause="SM2", due_at=stage.now))
    asked = len(stage.rest)
    run(stage, 60)
    assert len(stage.rest) == asked + 1
    found = stage.storage.effects.get("SM2", 1)
    assert found is not None
    assert (found.outbox.state, found.due_at) == ("failed", None)


def test_eight_runs_at_once_send_each_page_once(stage: Stage) -> None:
    plan(stage, *(replace(PAGE, cause=f"SM-{place}") for place in range(6)))
    stage.move(UPLOADED + MINUTE)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: stage.wiring.effects.run(stage.now), range(8)))
    run(stage, 20)
    assert len(pages(stage)) == 6
