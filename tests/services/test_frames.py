"""Every visit enters exactly one frame, and once more if it is changed after that was read."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from chalicelib.core.visits import Answer, Change, Survey, Visit
from tests.services.draws import (
    CLOSING_MAY,
    DAY,
    MONDAY,
    QUARTER,
    START,
    WEEK,
    draw_at,
    frame,
    put,
    tick,
    visit,
)
from tests.stage import UPLOADED, Stage

HOUR = timedelta(hours=1)
CLOSING_JUNE = datetime(2026, 7, 5, 23, 0, tzinfo=UPLOADED.tzinfo)
"""The 4th working day of July is Monday the 6th: one draw for both."""


@pytest.fixture
def begun(stage: Stage) -> Stage:
    """A stage on which the first draw is committed to."""
    tick(stage, START)
    return stage


def saved(stage: Stage, visit_id: str, **changes: object) -> None:
    stage.storage.visits.save(replace(stage.visit(visit_id), **changes))  # type: ignore[arg-type]


def answered(stage: Stage, visit_id: str, at: datetime) -> None:
    """The customer answers or corrects at this instant."""
    before = stage.visit(visit_id)
    answer = Answer("EAA", "sms", "direct", at, f"SM-{visit_id}-{at.isoformat()}")
    settled = replace(before.survey, settled_at=before.survey.settled_at or at)
    saved(stage, visit_id, answers=(*before.answers, answer), survey=settled)


def phone_changed(stage: Stage, visit_id: str, at: datetime) -> None:
    """An upload brings another phone, which is noted for months that closed long ago."""
    before = stage.visit(visit_id)
    stage.storage.people.mark_late("U1", before.month, at)
    saved(stage, visit_id, changes=(Change(at, "phone", "unit"),))


def frames(stage: Stage) -> dict[str, list[str]]:
    """Draw → the ids in its frame, of all that are drawn."""
    drawn = [each.key for each in stage.storage.draws.all() if each.state == "drawn"]
    return {key: sorted(frame(stage, key)) for key in drawn}


def test_a_visit_that_settled_waits_for_monday_and_what_is_left_for_the_closing_draw(
    begun: Stage,
) -> None:
    put(
        begun,
        visit("may-settled", START - WEEK),
        visit("may-open", None, month="2026-05"),
        visit("june-settled", START + DAY),
        visit("june-open", None, month="2026-06"),
    )
    draw_at(begun, CLOSING_MAY)
    draw_at(begun, MONDAY)
    assert frames(begun) == {
        "2026-05-close": ["may-open", "may-settled"],
        "2026-W24": ["june-settled"],
    }
    for number in range(1, 4):
        draw_at(begun, MONDAY + number * WEEK)
    draw_at(begun, CLOSING_JUNE)
    assert frames(begun)["2026-06-close"] == ["june-open"]


def test_what_settles_on_the_monday_itself_waits_a_week(begun: Stage) -> None:
    midnight = MONDAY - 7 * HOUR
    put(begun, visit("before", midnight - timedelta(seconds=1)), visit("at", midnight))
    draw_at(begun, CLOSING_MAY)
    draw_at(begun, MONDAY)
    draw_at(begun, MONDAY + WEEK)
    assert (frames(begun)["2026-W24"], frames(begun)["2026-W25"]) == (["before"], ["at"])


def test_an_answer_between_monday_and_the_closing_draw_is_framed_once(begun: Stage) -> None:
    """Nothing is changed after its frame, although it is newer than the last Monday."""
    put(begun, visit("V-1", START - WEEK))
    answered(begun, "V-1", CLOSING_MAY - HOUR)
    draw_at(begun, CLOSING_MAY)
    draw_at(begun, MONDAY)
    assert frames(begun) == {"2026-05-close": ["V-1"], "2026-W24": []}


def test_an_answer_in_the_night_before_the_draw_is_framed_once(begun: Stage) -> None:
    put(begun, visit("V-1", MONDAY - DAY))
    answered(begun, "V-1", MONDAY - 3 * HOUR)
    draw_at(begun, CLOSING_MAY)
    draw_at(begun, MONDAY)
    draw_at(begun, MONDAY + WEEK)
    assert frames(begun) == {"2026-05-close": [], "2026-W24": ["V-1"], "2026-W25": []}


@pytest.mark.parametrize("change", [answered, phone_changed])
def test_a_visit_changed_after_its_frame_enters_the_next_one_once_more(
    begun: Stage, change: object
) -> None:
    assert callable(change)
    put(begun, visit("V-1", MONDAY - DAY), visit("V-2", MONDAY - DAY))
    draw_at(begun, CLOSING_MAY)
    draw_at(begun, MONDAY)
    change(begun, "V-1", MONDAY + HOUR)
    for number in range(1, 4):
        draw_at(begun, MONDAY + number * WEEK)
    counted = Counter(visit_id for ids in frames(begun).values() for visit_id in ids)
    assert counted == {"V-1": 2, "V-2": 1}
    assert frames(begun)["2026-W25"] == ["V-1"]


def test_a_late_upload_is_framed_with_its_reason_when_it_has_settled(begun: Stage) -> None:
    draw_at(begun, CLOSING_MAY)
    (result,) = begun.upload(begun.row("late", completed_at="2026-01-15T12:00:00+08:00", phone=""))
    assert result["status"] == "created"
    draw_at(begun, MONDAY)
    assert frames(begun)["2026-W24"] == ["late"]
    (file,) = (begun.folder / "blobs").glob("draws/2026-W24/*/frame.tsv")
    assert file.read_text("utf-8") == "late\tU1\tLi\tsilent\tlate_upload"


def test_a_change_of_a_visit_of_a_month_long_closed_is_a_reason_to_call(begun: Stage) -> None:
    january = "2026-01-15T12:00:00+08:00"
    begun.upload(begun.row("late", completed_at=january, phone=""))
    draw_at(begun, CLOSING_MAY)
    draw_at(begun, MONDAY)
    for number in range(1, 7):
        for_closing = MONDAY + number * WEEK
        if for_closing == MONDAY + 6 * WEEK:
            begun.move(for_closing - DAY)
            begun.upload(begun.row("late", completed_at=january, phone="+85251230001"))
        draw_at(begun, for_closing)
    assert [key for key, ids in frames(begun).items() if "late" in ids] == ["2026-W24", "2026-W30"]


def test_a_visit_that_comes_in_while_the_closing_frame_is_read_is_in_the_next(
    begun: Stage,
) -> None:
    """Whether the reading saw it nobody knows; it must not fall between two frames."""
    put(begun, replace(visit("V-1", None, month="2026-05"), received_at=CLOSING_MAY - QUARTER / 90))
    draw_at(begun, CLOSING_MAY)
    saved(begun, "V-1", survey=Survey("expired", settled_at=MONDAY - DAY))
    draw_at(begun, MONDAY)
    assert frames(begun) == {"2026-05-close": [], "2026-W24": ["V-1"]}


@pytest.mark.parametrize("seed", [1, 2])
def test_over_a_season_every_visit_is_framed_once_and_changed_ones_again(
    begun: Stage, seed: int
) -> None:
    season = Season(begun, Random(seed))  # noqa: S311 # a season that comes again
    season.play(START + 70 * DAY)
    assert len(season.times) > 40
    assert sum(1 for number in season.times.values() if number > 1) > 3


class Season:
    """Visits come in, settle and are changed at any time; draws run when they are due."""

    def __init__(self, stage: Stage, random: Random) -> None:
        self.stage, self.random = stage, random
        self.times: Counter[str] = Counter()
        self.again: set[str] = set()
        self.ids: list[str] = []

    def play(self, end: datetime) -> None:
        while self.stage.now < end:
            due = self.stage.storage.draws.all()[-1].due_at
            assert due is not None
            for at in sorted(
                self.random.sample(range(1, max(9, (due - self.stage.now) // HOUR)), 8)
            ):
                self.something(self.stage.now, at * HOUR)
            draw = draw_at(self.stage, due)
            framed = frame(self.stage, draw.key)
            twice = {each for each in framed if each in self.times}
            assert twice == self.again
            self.times.update(framed)
            self.again.clear()

    def something(self, since: datetime, later: timedelta) -> None:
        at = since + later
        before = self.random.choice(self.ids or [""])
        kind = self.random.choice(["settled", "open", "open", "change", "settle"])
        if kind in ("settled", "open") or not before:
            self.ids.append(f"V-{len(self.ids)}")
            put(self.stage, self.fresh(self.ids[-1], at, kind))
        elif kind == "settle" and self.stage.visit(before).survey.settled_at is None:
            saved(self.stage, before, survey=Survey("expired", settled_at=at))
        elif kind == "change":
            phone_changed(self.stage, before, at)
            self.again |= {before} & set(self.times)

    def fresh(self, visit_id: str, at: datetime, kind: str) -> Visit:
        made = visit(visit_id, at)
        settled = Survey("expired", settled_at=at if kind == "settled" else None)
        return replace(made, received_at=at, survey=settled)


BETWEEN = CLOSING_JUNE + 2 * DAY
"""After the closing draw of June and before June closes, on Friday the 10th of July."""


def through_june(stage: Stage) -> None:
    """All draws up to the closing one of June."""
    while (due := stage.storage.draws.all()[-1].due_at) is not None and due <= CLOSING_JUNE:
        draw_at(stage, due)


def test_an_upload_between_the_closing_draw_and_the_close_is_in_the_next_weekly_frame(
    begun: Stage,
) -> None:
    """Older than a survey may be, it is never asked about and settled at once."""
    through_june(begun)
    begun.move(BETWEEN)
    (result,) = begun.upload(begun.row("V-1", completed_at="2026-06-30T12:00:00+08:00"))
    assert result["status"] == "created"
    assert not begun.visit("V-1").late_upload, "June is not closed yet"
    draw_at(begun, CLOSING_JUNE + WEEK)
    assert frames(begun)["2026-W29"] == ["V-1"]


def test_what_settles_between_the_closing_draw_and_the_close_is_framed_once(begun: Stage) -> None:
    """The closing draw had it already, as a silent one; no weekly one has it again."""
    put(begun, visit("silent", None, month="2026-06"), visit("told", None, month="2026-06"))
    through_june(begun)
    saved(begun, "silent", survey=Survey("expired", settled_at=BETWEEN))
    answered(begun, "told", BETWEEN)
    draw_at(begun, CLOSING_JUNE + WEEK)
    assert frames(begun)["2026-06-close"] == ["silent", "told"]
    assert frames(begun)["2026-W29"] == ["told"], "an answer after its frame: once more"
