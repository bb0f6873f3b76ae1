"""PUT /api/units/<id>: who names a unit, and what a name may be."""

import pytest

from chalicelib.core.people import Unit
from tests.stage import Stage


def fields(stage: Stage, body: object, unit_id: str = "U9") -> list[str]:
    """The fields for which a unit is refused; nothing is stored then."""
    answered = stage.call("PUT", f"/api/units/{unit_id}", body)
    assert (answered.status, answered.error) == (400, "invalid")
    assert stage.storage.people.unit(unit_id) is None
    assert all(field["reason"] for field in answered.json["error"]["fields"])
    return [field["field"] for field in answered.json["error"]["fields"]]


def test_a_unit_is_created_from_this_month_on_and_renamed_without_moving_that(
    stage: Stage,
) -> None:
    body = {"name": " 东区 ", "manager_email": "boss@east.example", "language": "zh"}
    answered = stage.call("PUT", "/api/units/U9", body)
    assert answered.status == 200
    assert answered.json == {"unit": "U9", "name": "东区", "language": "zh"}
    stage.move(stage.now.replace(month=7))
    stage.call("PUT", "/api/units/U9", {"name": "East", "language": "en"})
    assert stage.storage.people.unit("U9") == Unit("U9", "East", "", "en", since="2026-06")


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ([], [""]),
        ("East", [""]),
        ({}, ["name"]),
        ({"name": "  "}, ["name"]),
        ({"name": ["East"]}, ["name"]),
        ({"name": "E" * 101}, ["name"]),
        ({"name": "Ea\nst"}, ["name"]),
        ({"name": "Ea\u202est"}, ["name"]),
        ({"name": "\ud800"}, ["name"]),
        ({"name": "East", "language": "fr"}, ["language"]),
        ({"name": "East", "language": ["zh"]}, ["language"]),
        ({"name": "East", "manager_email": "boss"}, ["manager_email"]),
        ({"name": "East", "manager_email": "a@b.example, c@d.example"}, ["manager_email"]),
        ({"name": "East", "manager_email": "a@b.example\nBcc: c@d.example"}, ["manager_email"]),
        ({"name": "East", "manager_email": "=?utf-8?q?a?=@b.example"}, ["manager_email"]),
        ({"name": "East", "manager_email": "LIN@supervision.example"}, ["manager_email"]),
        ({"name": "East", "since": "2026-01"}, ["since"]),
        ({"nom": "East"}, ["name", "nom"]),
    ],
    ids=str,
)
def test_a_unit_is_refused_with_every_field_and_reason(
    stage: Stage, body: object, refused: list[str]
) -> None:
    assert fields(stage, body) == refused


def test_a_unit_id_is_letters_digits_and_a_few_marks(stage: Stage) -> None:
    answered = stage.call("PUT", "/api/units/U%239", {"name": "East"})
    assert (answered.status, answered.error) == (400, "invalid")


def test_a_token_bound_to_a_unit_names_no_other(stage: Stage) -> None:
    token = stage.token("units:write", unit="U1")
    assert stage.call("PUT", "/api/units/U1", {"name": "East"}, token).status == 200
    answered = stage.call("PUT", "/api/units/U2", {"name": "West"}, token)
    assert (answered.status, answered.error) == (403, "forbidden")
    assert stage.storage.people.unit("U2") is None
