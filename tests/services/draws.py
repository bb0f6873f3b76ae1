"""Weeks of draws on a stage: visits put where a frame finds them, and ticks that draw them."""

from datetime import UTC, datetime, timedelta

from chalicelib.core.draws import Draw, Pick
from chalicelib.core.visits import Answer, Facts, Survey, Visit
from tests.stage import Stage

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)

START = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
"""A Wednesday evening in Shanghai; the closing draw of May comes the next morning."""
CLOSING_MAY = datetime(2026, 6, 3, 23, 0, tzinfo=UTC)
MONDAY = datetime(2026, 6, 7, 23, 0, tzinfo=UTC)
"""When the first weekly draw after START is due: 07:00 in Shanghai."""


def visit(visit_id: str, settled: datetime | None, grades: str = "", **facts: str) -> Visit:
    """A visit of unit U1, completed two days before it settled, answered or silent.

    One that has not settled was completed on the last day of its `month`.
    """
    completed = settled - 2 * DAY if settled else _last_day(facts["month"])
    answers = (Answer(grades, "sms", "direct", settled, f"SM-{visit_id}"),) if settled else ()
    return Visit(
        facts=Facts(visit_id, facts.get("unit", "U1"), facts.get("technician", "Li"), completed),
        month=f"{completed + timedelta(hours=8):%Y-%m}",
        received_at=completed + timedelta(hours=3),
        salt="0" * 32,
        survey=Survey("answered" if grades else "expired", settled_at=settled),
        answers=answers if grades else (),
    )


def _last_day(month: str) -> datetime:
    first = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    return (first + 32 * DAY).replace(day=1) - DAY


def filled(stage: Stage, draw: Draw, size: int = 2) -> list[str]:
    """Puts visits that enter this draw and none before; their ids."""
    ids = [f"{draw.key}-{place}" for place in range(size)]
    settled = draw.boundary - DAY if draw.boundary else None
    for place, each in enumerate(ids):
        put(stage, visit(each, settled, "ABA" if place % 2 and settled else "", month=draw.closes))
    return ids


def put(stage: Stage, *visits: Visit) -> None:
    for each in visits:
        assert stage.storage.visits.create(each)


def tick(stage: Stage, at: datetime | None = None) -> int:
    """The draw's schedule, then the dispatcher's; how many draws were drawn."""
    if at is not None:
        stage.move(at)
    drawn = stage.wiring.drawing.run(stage.now)
    stage.wiring.effects.run(stage.now)
    return drawn


def draw_at(stage: Stage, due: datetime) -> Draw:
    """The draw that was due at this instant, after two ticks: frame and mail, picks and mail."""
    tick(stage, due)
    tick(stage, due + QUARTER)
    (drawn,) = (each for each in stage.storage.draws.all() if each.due_at == due)
    assert drawn.state == "drawn"
    return drawn


def frame(stage: Stage, key: str) -> list[str]:
    """The ids in a draw's frame."""
    draw = stage.storage.draws.get(key)
    assert draw is not None
    content = stage.wiring.blobs.get(f"draws/{key}/{draw.frame_sha256}/frame.tsv")
    assert content is not None
    return [line.split("\t")[0] for line in content.decode().split("\n") if line]


def picked(stage: Stage, key: str) -> list[Pick]:
    return [each for each in stage.storage.draws.picks(key) if not each.reserve]
