"""The JSON interface through the real app: who may what, what comes back, what stays as it was."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.documents import ChainHead, StoredDocument
from chalicelib.core.proceedings import Proceeding
from tests.stage import COMPLETED, UPLOADED, Stage

ROUTES = (
    ("POST", "/api/visits", ("visits:write",)),
    ("GET", "/api/visits/V-1", ("visits:read", "visits:write")),
    ("GET", "/api/assessments/U1/2026-06", ("assessments:read",)),
    ("PUT", "/api/units/U9", ("units:write",)),
)
SCOPES = ("visits:write", "visits:read", "assessments:read", "units:write")
UPLOADED_ONLY = {
    *("visit_id", "unit", "technician", "completed_at", "customer_name", "phone"),
    *("appliance", "language", "phone_source"),
}


def reasons(result: Mapping[str, Any]) -> dict[str, str]:
    """Field → reason of a refused row."""
    assert result["status"] == "invalid"
    return {error["field"]: error["reason"] for error in result["errors"]}


def test_health_answers_without_database_or_token(stage: Stage) -> None:
    del stage.wiring.storage
    stage.wiring.settings = None  # type: ignore[assignment] # whatever it would ask breaks
    answered = stage.call("GET", "/health", token=None)
    assert (answered.status, answered.json) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/health", "/api/visits/V-1", "/api/assessments/U1/2026-06"])
def test_head_is_answered_like_get_without_the_body(stage: Stage, path: str) -> None:
    stage.upload(stage.row("V-1"))
    assert stage.call("HEAD", path).status == stage.call("GET", path).status
    assert stage.call("HEAD", path).body == b""


@pytest.mark.parametrize(("method", "path", "scopes"), ROUTES)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer nobody", "Basic bG9jYWw6dG9rZW4=", "Bearer é"]
)
def test_no_token_or_an_unknown_one_is_401(
    stage: Stage, method: str, path: str, scopes: tuple[str, ...], header: str | None
) -> None:
    sent = {} if header is None else {"Authorization": header.encode().decode("latin-1")}
    answered = stage.call(method, path, [{}], token=None, headers=sent)
    assert (answered.status, answered.error) == (401, "unauthorized")


@pytest.mark.parametrize(("method", "path", "scopes"), ROUTES)
def test_a_token_without_the_scope_is_403(
    stage: Stage, method: str, path: str, scopes: tuple[str, ...]
) -> None:
    token = stage.token(*(scope for scope in SCOPES if scope not in scopes))
    answered = stage.call(method, path, [{}], token)
    assert (answered.status, answered.error) == (403, "forbidden")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[" * 100_000, b"1" * 5000, b"\xff\xfe", b"{}", b"[]", b'"V-1"', b"null"],
    ids=["none", "cut", "deep", "long-number", "not-utf8", "object", "empty", "text", "null"],
)
def test_what_is_no_list_of_visits_is_400(stage: Stage, body: bytes) -> None:
    assert stage.call("POST", "/api/visits", body).status == 400
    assert stage.call("POST", "/api/visits", body).error in ("invalid", "not_json")


def test_a_hundred_rows_are_taken_and_one_more_is_400(stage: Stage) -> None:
    rows = [stage.row(completed_at="never") for _ in range(101)]
    answered = stage.call("POST", "/api/visits", rows)
    assert (answered.status, answered.error) == (400, "invalid")
    assert len(stage.upload(*rows[:100])) == 100


def test_another_media_type_is_refused_in_the_same_form(stage: Stage) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answered = stage.call("POST", "/api/visits", b"visit_id=V-1", headers=form)
    assert (answered.status, answered.error) == (415, "unsupported_media_type")


def test_json_with_a_charset_is_json(stage: Stage) -> None:
    sent = {"Content-Type": "application/json; charset=utf-8"}
    assert stage.call("POST", "/api/visits", [stage.row()], headers=sent).status == 200


def test_a_repeated_upload_changes_nothing_and_another_fact_is_a_change(stage: Stage) -> None:
    row = stage.row("V-1")
    spelled = {**row, "completed_at": "2026-06-03T14:00:00+08:00", "customer_name": " Mrs Chan "}
    changed = {**row, "phone": "+85251239999"}
    statuses = [stage.upload(each)[0]["status"] for each in (row, row, spelled, changed, changed)]
    assert statuses == ["created", "unchanged", "unchanged", "changed", "unchanged"]
    (change,) = stage.call("GET", "/api/visits/V-1").json["changes"]
    assert (change["field"], change["at"]) == ("phone", "2026-06-03T12:00:00Z")
    assert change["by"]


def test_results_stand_in_the_order_of_the_rows_and_one_bad_row_harms_no_other(
    stage: Stage,
) -> None:
    stage.upload(stage.row("V-2"))
    results = stage.upload(
        stage.row("V-1"), stage.row("no id"), [], stage.row("V-2", phone="+85251230002"), {}
    )
    assert [(each["visit_id"], each["status"]) for each in results] == [
        ("V-1", "created"),
        ("no id", "invalid"),
        (None, "invalid"),
        ("V-2", "changed"),
        (None, "invalid"),
    ]
    assert stage.call("GET", "/api/visits/V-1").status == 200


def test_a_row_twice_in_one_upload_is_one_visit(stage: Stage) -> None:
    row = stage.row("V-1")
    assert [each["status"] for each in stage.upload(row, row)] == ["created", "unchanged"]


def test_unit_and_month_never_change_by_upload(stage: Stage) -> None:
    stage.call("PUT", "/api/units/U2", {"name": "West"})
    stage.upload(stage.row("V-1"))
    moved, dated = stage.upload(
        stage.row("V-1", unit="U2"), stage.row("V-1", completed_at="2026-05-31T23:59:59+08:00")
    )
    assert set(reasons(moved)) == {"unit"}
    assert set(reasons(dated)) == {"completed_at"}
    shown = stage.call("GET", "/api/visits/V-1").json
    assert (shown["unit"], shown["completed_at"]) == ("U1", "2026-06-03T06:00:00Z")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "U404"}, "unit"),
        ({"unit": "../U1"}, "unit"),
        ({"visit_id": "-V"}, "visit_id"),
        ({"visit_id": "V" * 65}, "visit_id"),
        ({"visit_id": 7}, "visit_id"),
        ({"technician": ""}, "technician"),
        ({"technician": "L\ti"}, "technician"),
        ({"technician": "李" * 65}, "technician"),
        ({"customer_name": "\ud800"}, "customer_name"),
        ({"completed_at": "2026-06-03"}, "completed_at"),
        ({"completed_at": "yesterday"}, "completed_at"),
        ({"completed_at": 1780466400}, "completed_at"),
        ({"completed_at": (UPLOADED + timedelta(minutes=11)).isoformat()}, "completed_at"),
        ({"language": "fr"}, "language"),
        ({"phone_source": "friend"}, "phone_source"),
        ({"grade": "A"}, "grade"),
        ({"phone": "+86138001380001"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"phone": 13800138000}, "phone"),
        ({"appliance": ["fridge"]}, "appliance"),
    ],
    ids=str,
)
def test_a_row_is_refused_with_the_field_and_a_reason(
    stage: Stage, changes: dict[str, object], field: str
) -> None:
    (result,) = stage.upload({**stage.row("V-1"), **changes})
    assert set(reasons(result)) == {field}
    assert all(reasons(result).values())
    assert stage.call("GET", "/api/visits/V-1").status == 404


def test_a_clock_ten_minutes_ahead_is_forgiven(stage: Stage) -> None:
    ahead = (UPLOADED + timedelta(minutes=10)).isoformat()
    assert stage.upload(stage.row(completed_at=ahead))[0]["status"] == "created"


def test_an_instant_without_zone_is_the_organisations(stage: Stage) -> None:
    stage.upload(stage.row("V-1", completed_at="2026-06-03T14:00:00"))
    shown = stage.call("GET", "/api/visits/V-1").json
    assert shown["completed_at"] == COMPLETED.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("0086 138-0013-8000", "+8613800138000"),
        ("021-5838 6666", "+862158386666"),
        ("+852 5123 4567", "+85251234567"),
        ("", ""),
    ],
)
def test_a_phone_is_stored_in_e164(stage: Stage, written: str, stored: str) -> None:
    stage.upload(stage.row("V-1", phone=written))
    assert stage.call("GET", "/api/visits/V-1").json["phone"] == stored


def test_a_new_technician_is_created_in_his_unit(stage: Stage) -> None:
    stage.upload(stage.row(technician=" 王 小明 "))
    found = stage.storage.people.technician("U1", "王 小明")
    assert found is not None
    assert [each.name for each in stage.storage.people.technicians("U1")] == ["王 小明"]


def test_a_token_that_only_writes_sees_what_it_uploaded_and_no_grade(stage: Stage) -> None:
    stage.upload(stage.row("V-1"))
    whole = stage.call("GET", "/api/visits/V-1", token=stage.token("visits:read")).json
    shown = stage.call("GET", "/api/visits/V-1", token=stage.token("visits:write")).json
    assert set(shown) == UPLOADED_ONLY
    assert {
        *("state", "grades", "comment", "channel", "evidence", "late", "history", "verification")
    } <= set(whole)
    assert whole["verification"] is None


def test_a_units_token_uploads_and_sees_its_own_visits_only(stage: Stage) -> None:
    stage.call("PUT", "/api/units/U2", {"name": "West"})
    stage.upload(stage.row("V-1"), stage.row("V-2", unit="U2"))
    token = stage.token("visits:write", "visits:read", unit="U1")
    assert stage.call("GET", "/api/visits/V-1", token=token).status == 200
    assert stage.call("GET", "/api/visits/V-2", token=token).status == 404
    rows = [stage.row("V-3"), stage.row("V-4", unit="U2"), stage.row("V-2", unit="U1")]
    results = stage.call("POST", "/api/visits", rows, token).json["results"]
    assert [each["status"] for each in results] == ["created", "invalid", "invalid"]


@pytest.mark.parametrize("visit_id", ["V-404", "..%2FV-1", "%20", "V%00", "%F0%9F%98%80", "V" * 65])
def test_an_unknown_visit_is_404(stage: Stage, visit_id: str) -> None:
    answered = stage.call("GET", f"/api/visits/{visit_id}")
    assert (answered.status, answered.error) == (404, "not_found")


def frozen(stage: Stage, state: str) -> None:
    """A document of U1's May in this state."""
    document = StoredDocument(
        *("U1", 1, "2026-05", 1, '{"unit":"U1","month":"2026-05","amount":5000,"forms":9}'),
        *("d" * 64, "", "f" * 64, COMPLETED),
    )
    stage.storage.documents.append(document, ChainHead("U1", 1, "d" * 64, {"2026-05": 1}))
    stage.storage.commit([Proceeding("U1", 1, "2026-05", state)])


@pytest.mark.parametrize(
    ("state", "own", "others"), [("closed", 404, 200), ("noticed", 200, 200), ("issued", 200, 200)]
)
def test_a_unit_reads_its_month_from_the_notice_on_and_supervision_from_the_close(
    stage: Stage, state: str, own: int, others: int
) -> None:
    frozen(stage, state)
    path = "/api/assessments/U1/2026-05"
    unit_token = stage.token("assessments:read", unit="U1")
    assert stage.call("GET", path, token=unit_token).status == own
    shown = stage.call("GET", path, token=stage.token("assessments:read"))
    assert shown.status == others
    assert (shown.json["state"], shown.json["hash"]) == (state, "d" * 64)
    other = stage.token("assessments:read", unit="U2")
    assert stage.call("GET", path, token=other).status == 404


@pytest.mark.parametrize("place", ["U1/2026-04", "U1/2026-13", "U1/May", "U9/2026-05", "U%231/x"])
def test_an_assessment_that_is_not_there_is_404(stage: Stage, place: str) -> None:
    frozen(stage, "issued")
    answered = stage.call("GET", f"/api/assessments/{place}")
    assert (answered.status, answered.error) == (404, "not_found")


def test_an_unknown_address_or_method_never_reaches_the_service(stage: Stage) -> None:
    assert stage.call("DELETE", "/api/visits/V-1").status == 403
    assert stage.call("GET", "/api/nothing").status == 403
