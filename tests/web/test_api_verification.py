"""What the JSON interface tells of verification calls, to supervision and to nobody else."""

from datetime import timedelta

import pytest

from tests.services.calls import CALLED, LIN, SUN, WEN, call, picked, told
from tests.stage import Stage

KEYS = {
    *("draw", "why", "outcome", "at", "by", "form", "told", "held"),
    *("void", "void_by", "void_at"),
}


@pytest.fixture(autouse=True)
def _people(stage: Stage) -> None:
    for member in (SUN, WEN, LIN):
        stage.wiring.people.put(member)
    stage.move(CALLED)


def test_a_visit_does_not_tell_that_it_was_drawn_before_its_call(stage: Stage) -> None:
    picked(stage, "V-1")
    assert stage.call("GET", "/api/visits/V-1").json["verification"] is None
    stage.wiring.verification.attempt("V-1", "no_answer", SUN, CALLED)
    assert stage.call("GET", "/api/visits/V-1").json["verification"] is None


def test_after_its_call_supervision_reads_what_it_came_to(stage: Stage) -> None:
    picked(stage, "V-1", "AB-")
    call(stage, "V-1", told("ACD"))
    shown = stage.call("GET", "/api/visits/V-1").json
    verification = shown["verification"]
    assert verification.keys() == KEYS
    assert verification["outcome"] == "differs"
    assert verification["form"] == {"timeliness": "A", "quality": "B"}
    assert verification["told"] == verification["held"] == shown["grades"]
    assert (verification["at"], verification["void"]) == ("2026-06-08T02:00:00Z", None)


def test_a_void_is_shown_with_who_decided_it(stage: Stage) -> None:
    picked(stage, "V-1")
    call(stage, "V-1", told(answered="no"))
    assert stage.call("GET", "/api/visits/V-1").json["verification"]["void"] == "proposed"
    stage.wiring.voids.approve_void("V-1", LIN, "heard the customer", CALLED)
    shown = stage.call("GET", "/api/visits/V-1").json
    assert (shown["verification"]["void"], shown["verification"]["void_by"]) == (
        "approved",
        LIN.mail,
    )
    assert (shown["grades"], shown["channel"], shown["evidence"]) == ({}, None, None)
    assert [each["void"] for each in shown["history"]] == [True]


def test_every_byte_that_a_unit_can_fetch_is_the_same_whatever_was_drawn_and_told(
    stage: Stage,
) -> None:
    tokens = [
        stage.token("visits:write", unit="U1"),
        stage.token("visits:write", "visits:read", "assessments:read", unit="U1"),
    ]
    rows = [stage.row(f"V-{place}") for place in range(5)]
    stage.upload(*rows)

    def fetched() -> list[bytes]:
        paths = [f"/api/visits/V-{place}" for place in range(5)]
        paths.append("/api/assessments/U1/2026-06")
        seen = [stage.call("GET", path, token=token) for token in tokens for path in paths]
        again = [stage.call("POST", "/api/visits", rows, token=token) for token in tokens]
        return [each.body for each in (*seen, *again)]

    before = fetched()
    for place, said in enumerate((told("EEE"), told("ABA", answered="no"), told("---"))):
        picked(stage, f"V-{place}")
        assert fetched() == before, "drawn"
        call(stage, f"V-{place}", said, now=CALLED + timedelta(minutes=place))
    picked(stage, "V-3", "")
    stage.wiring.verification.attempt("V-3", "no_visit", SUN, CALLED)
    stage.wiring.voids.approve_void("V-1", LIN, "heard the customer", CALLED)
    stage.dispatch()
    assert fetched() == before, "called, voided, mailed"
    boss = "boss@east.example"
    assert all(boss not in str(mail["To"]) for mail in stage.mails())
