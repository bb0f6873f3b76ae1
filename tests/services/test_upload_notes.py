"""Supervision hears of uploads that take another unit's number or bring a technician."""

from datetime import timedelta

import pytest

from chalicelib.core.people import SCOPES, ApiToken, Technician, Unit
from chalicelib.services.upload_notes import MOST_ROWS
from tests.services.crashes import dying
from tests.stage import UPLOADED, Stage, plain

DAY = timedelta(days=1)
MORNING = UPLOADED.replace(hour=23, minute=0)
"""07:00 of the next day in Shanghai."""


@pytest.fixture
def two(stage: Stage) -> Stage:
    """Units U1 and U2, whose technicians supervision has entered."""
    stage.storage.people.put(Unit("U2", "West"))
    for unit, name in (("U1", "Li"), ("U2", "Wu")):
        stage.storage.people.put(Technician(unit, name))
    return stage


def told(stage: Stage) -> list[str]:
    """The mails about uploads that have gone out by the next morning."""
    stage.dispatch(MORNING - timedelta(minutes=1))
    assert stage.mails("uploads") == []
    stage.dispatch(MORNING)
    return [plain(mail) for mail in stage.mails("uploads")]


def refused(stage: Stage, *rows: object, unit: str = "") -> None:
    token = stage.token("visits:write", unit=unit)
    answered = stage.call("POST", "/api/visits", list(rows), token)
    assert {row["status"] for row in answered.json["results"]} == {"invalid"}


@pytest.mark.parametrize("unit", ["U2", ""], ids=["its own token", "a token for all"])
def test_a_number_that_another_unit_took_is_told(two: Stage, unit: str) -> None:
    two.upload(two.row("JOB-7"))
    for _ in range(3):
        refused(two, two.row("JOB-7", unit="U2", technician="Wu"), unit=unit)
    (mail,) = told(two)
    assert mail.count("JOB-7") == 1
    assert "U1" in mail
    assert "U2" in mail
    two.dispatch(MORNING + 2 * DAY)
    assert len(two.mails("uploads")) == 1


def test_a_new_technician_is_told_once_and_an_entered_one_never(two: Stage) -> None:
    two.upload(two.row(), two.row(technician="Invented"), two.row(technician="Invented"))
    (mail,) = told(two)
    assert mail.count("Invented") == 1


def test_visits_changed_after_they_were_settled_are_told(two: Stage) -> None:
    """They enter the next frame with a reason: many of them would steer its calls."""
    row, open_one = two.row("OLD", phone=None), two.row("OPEN")
    two.upload(row, open_one)
    assert two.visit("OLD").survey.settled_at is not None
    two.upload({**row, "phone": "+85251239999"}, {**open_one, "phone": "+85251239998"})
    (mail,) = told(two)
    assert (mail.count("OLD"), mail.count("OPEN")) == (1, 0)
    assert "phone" in mail


def test_without_anything_to_look_at_there_is_no_mail(two: Stage) -> None:
    row = two.row("JOB-7")
    two.upload(row)
    two.upload(row)
    refused(two, two.row("JOB-8", unit="U9"), unit="")
    assert told(two) == []


def test_a_flood_is_counted_and_not_listed_whole(two: Stage) -> None:
    rows = [two.row(technician=f"Invented {place}") for place in range(MOST_ROWS + 20)]
    two.upload(*rows[:100])
    two.upload(*rows[100:])
    (mail,) = told(two)
    assert mail.count("Invented") == MOST_ROWS
    assert "120" in str(two.mails("uploads")[0]["Subject"])
    assert "20" in mail


def test_wherever_an_upload_ends_its_new_technician_is_told(two: Stage) -> None:
    for point in range(1, 40):
        row = two.row(technician=f"Invented {point}")
        with dying(two, point) as points:
            two.wiring.visits.upload([row], _token(), two.now)
        two.wiring.visits.upload([row], _token(), two.now)
        if points.passed < point:
            break
    (mail,) = told(two)
    assert mail.count("Invented") == point


def _token() -> ApiToken:
    return ApiToken("0" * 64, SCOPES)
