"""What never reached us is taken in from the provider's lists, once, as of when it was received."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import rulebook
from chalicelib.core import closing, sweeps
from chalicelib.core.documents import ChainHead
from chalicelib.core.visits import Visit
from tests.stage import INVITED, UPLOADED, Stage
from tests.web.calling import HONG_KONG, Line, line
from tools.phone.call_result import CallResult
from tools.phone.recordings import Subscription

__all__ = ["line"]

NIGHT = datetime(2026, 6, 4, 19, 0, tzinfo=UTC)
"""03:00 in Shanghai of the night after INVITED."""


def lost(stage: Stage, number: str, words: str) -> None:
    """A text that stands in Twilio's list only."""
    stage.fault("sms", "lost")
    stage.simulator.text(number, words, {})


def sweep(stage: Stage, at: datetime = NIGHT) -> int:
    stage.move(at)
    return stage.wiring.sweeping.run(stage.now)


def missed(line: Line) -> CallResult:
    """A call of which nothing reaches us."""
    line.stage.fault("webhooks", "lost", times=None)
    heard = line.stage.simulator.call(HONG_KONG, ["wait"])
    line.stage.simulator.faults.clear()
    return heard


def invited(stage: Stage, **changes: object) -> Visit:
    stage.upload(stage.row("V-1", phone=HONG_KONG, **changes))
    stage.dispatch(INVITED)
    return stage.visit("V-1")


def test_a_lost_answer_counts_from_the_instant_at_which_twilio_had_it(stage: Stage) -> None:
    invited(stage)
    lost(stage, HONG_KONG, "A B C, the pump is very loud now")
    assert stage.visit("V-1").answers == ()
    assert sweep(stage) == 1
    (answer,) = stage.visit("V-1").answers
    assert (answer.grades, answer.channel, answer.at) == ("ABC", "sms", INVITED)
    assert "loud" in stage.visit("V-1").comment


def test_a_sweep_does_nothing_twice(stage: Stage) -> None:
    invited(stage)
    lost(stage, HONG_KONG, "A B C")
    sweep(stage)
    before = stage.everything(stage.storage.table)
    assert sweep(stage, NIGHT + timedelta(minutes=15)) == 0
    assert stage.everything(stage.storage.table) == before
    assert sweep(stage, NIGHT + timedelta(days=1)) == 0
    assert len(stage.visit("V-1").answers) == 1


def test_what_came_by_itself_is_left_alone(stage: Stage) -> None:
    invited(stage)
    stage.text(HONG_KONG, "A B C")
    assert sweep(stage) == 0
    assert len(stage.visit("V-1").answers) == 1


def test_what_may_still_be_on_its_way_is_left_to_the_provider(stage: Stage) -> None:
    invited(stage)
    stage.move(NIGHT - timedelta(minutes=5))
    lost(stage, HONG_KONG, "A B C")
    assert sweep(stage) == 0
    assert sweep(stage, NIGHT + timedelta(days=1)) == 1


def test_whoever_wrote_in_vain_hears_that_it_has_arrived(stage: Stage) -> None:
    invited(stage)
    lost(stage, HONG_KONG, "A B C")
    sweep(stage)
    told = len(stage.sent_to(HONG_KONG))
    stage.dispatch(NIGHT + timedelta(hours=6))
    assert len(stage.sent_to(HONG_KONG)) == told + 1
    stage.dispatch(NIGHT + timedelta(hours=7))
    assert len(stage.sent_to(HONG_KONG)) == told + 1


def test_a_lost_stop_is_obeyed_and_gets_no_text(stage: Stage) -> None:
    invited(stage)
    lost(stage, HONG_KONG, "STOP")
    told = len(stage.sent_to(HONG_KONG))
    sweep(stage)
    stage.dispatch(NIGHT + timedelta(hours=6))
    assert stage.storage.phones.get(HONG_KONG).opted_out_at is not None
    assert len(stage.sent_to(HONG_KONG)) == told


def test_a_lost_complaint_is_a_case_of_the_day_it_was_written(stage: Stage) -> None:
    invited(stage)
    lost(stage, HONG_KONG, "I want to complain, the technician was rude")
    sweep(stage)
    (case,) = stage.storage.cases.of_number(HONG_KONG)
    assert (case.channel, case.received_at, case.unit) == ("sms", INVITED, "U1")


def test_what_cannot_be_read_waits_for_a_person(stage: Stage) -> None:
    invited(stage)
    lost(stage, HONG_KONG, "A B")
    sweep(stage)
    assert stage.visit("V-1").answers == ()
    assert stage.storage.effects.due("call", NIGHT + timedelta(minutes=1), 10) != []


def closed(stage: Stage) -> None:
    """June has its document."""
    stage.storage.commit([], [ChainHead("U1", 1, "d" * 64, {"2026-06": 1})])


TWENTY_DAYS = timedelta(days=20)
JULY = closing.closes_at("2026-06", rulebook.load()) + timedelta(hours=1)


def test_an_answer_in_time_for_a_month_that_is_closed_is_proposed_to_it(stage: Stage) -> None:
    invited(stage)
    stage.move(JULY - TWENTY_DAYS)
    lost(stage, HONG_KONG, "A B C")
    closed(stage)
    sweep(stage, JULY)
    (proposed,) = stage.storage.amendments.of_unit("U1")
    assert (proposed.month, proposed.reason) == ("2026-06", "swept")
    assert proposed.subjects == ("visit V-1",)


def test_what_was_swept_before_the_document_is_in_it_and_proposes_nothing(stage: Stage) -> None:
    invited(stage)
    lost(stage, HONG_KONG, "A B C")
    sweep(stage)
    closed(stage)
    sweep(stage, JULY)
    assert stage.storage.amendments.of_unit("U1") == []


def test_a_sweep_that_died_before_it_proposed_is_made_good(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited(stage)
    stage.move(JULY - TWENTY_DAYS)
    lost(stage, HONG_KONG, "A B C")
    closed(stage)
    with monkeypatch.context() as dying:
        dying.setattr(stage.wiring.sweeping, "_proposals", None)
        with pytest.raises(AttributeError):
            sweep(stage, JULY)
    assert stage.storage.amendments.of_unit("U1") == []
    for minutes in (15, 30):
        sweep(stage, JULY + timedelta(minutes=minutes))
        assert len(stage.storage.amendments.of_unit("U1")) == 1


def test_a_call_that_never_reached_us_is_a_missed_call(line: Line) -> None:
    missed(line)
    assert line.listed("missed_call") == []
    assert sweep(line.stage, line.stage.now + timedelta(days=1)) == 1
    (entry,) = line.listed("missed_call")
    assert entry.values["phone"] == HONG_KONG
    assert sweep(line.stage, line.stage.now + timedelta(days=1)) == 0


def test_a_recording_that_nobody_told_of_makes_its_case(line: Line) -> None:
    """The provider's own answer, while ours was down, still recorded."""
    heard = missed(line)
    recordings = line.stage.simulator.recordings
    call = line.stage.simulator.calls.find(heard.sid)
    assert call is not None
    recordings.stop(recordings.start(call, "RecordVerb", Subscription()), 8, Subscription())
    assert sweep(line.stage, line.stage.now + timedelta(days=1)) == 2
    (case,) = line.cases(HONG_KONG)
    assert (case.call, case.phone, case.received_at) == (heard.sid, HONG_KONG, UPLOADED)
    assert line.listed("missed_call") == []
    line.stage.wiring.recordings.run(line.stage.now)
    (kept,) = line.stage.storage.calls.recordings(heard.sid)
    assert kept.deleted_at == line.stage.now
    assert sweep(line.stage, line.stage.now + timedelta(days=1)) == 0


def test_a_failed_list_is_tried_again(stage: Stage) -> None:
    invited(stage)
    lost(stage, HONG_KONG, "A B C")
    stage.fault("list", "500", times=3)
    with pytest.raises(Exception, match="500"):
        sweep(stage)
    stage.simulator.faults.clear()
    assert sweep(stage, NIGHT + timedelta(minutes=15)) == 1


def test_after_days_without_a_sweep_it_looks_as_far_back(stage: Stage) -> None:
    invited(stage)
    assert sweep(stage) == 0
    stage.move(NIGHT + timedelta(hours=1))
    lost(stage, HONG_KONG, "A B C")
    assert sweep(stage, NIGHT + timedelta(days=6)) == 1


def test_closing_waits_for_its_sweep_but_not_for_ever(stage: Stage) -> None:
    sweeping, due = stage.wiring.sweeping, datetime(2026, 6, 10, 1, 15, tzinfo=UTC)
    assert not sweeping.is_awaited(due - timedelta(minutes=1))
    assert sweeping.is_awaited(due)
    assert sweeping.is_awaited(due + timedelta(hours=23))
    assert not sweeping.is_awaited(due + timedelta(hours=24))
    sweep(stage, due)
    assert not sweeping.is_awaited(due)


@pytest.mark.parametrize(
    ("at", "names"),
    [
        ("2026-06-04T18:59:00+00:00", ["2026-06-04", "close-2026-04"]),
        ("2026-06-04T19:00:00+00:00", ["2026-06-05", "close-2026-04"]),
        ("2026-06-10T01:14:00+00:00", ["2026-06-10", "close-2026-04"]),
        ("2026-06-10T01:15:00+00:00", ["2026-06-10", "close-2026-05"]),
    ],
)
def test_a_sweep_is_due_every_night_and_before_each_close(
    stage: Stage, at: str, names: list[str]
) -> None:
    now = datetime.fromisoformat(at)
    assert [period.name for period in sweeps.due(now, stage.wiring.rules)] == names
    following = sweeps.next_due(now, stage.wiring.rules)
    assert following > now
    assert sweeps.due(following, stage.wiring.rules) != sweeps.due(now, stage.wiring.rules)
