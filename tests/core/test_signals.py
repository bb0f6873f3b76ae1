"""Reasons to call: found where they should be, silent where they should not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.core.frame import FrameLine, frame_line
from chalicelib.core.signals import SIGNALS, SignalFacts, name_key, reasons

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
GOOD = {"timeliness": "A", "quality": "B", "attitude": "A"}
HARMLESS = SignalFacts(
    grades=GOOD,
    forms={"sms": GOOD},
    phone="+4915112345678",
    phone_names=("Li Wei", "li  wei", ""),
    technician_phones=("+4915199999999",),
    changed_fields=("customer_name", "appliance"),
    uploaded_at=NOON - timedelta(days=1),
    invitation_due_at=NOON - timedelta(hours=2),
    asked_at=NOON - timedelta(minutes=5),
    answered_at=NOON,
    web_forms_at=(NOON,),
    device_forms_at=(NOON - timedelta(hours=1), NOON + timedelta(minutes=11)),
    paper_numbers=("P-7",),
)


def test_an_ordinary_form_gives_no_reason() -> None:
    assert reasons(HARMLESS, missing_papers=("P-8",)) == ()


def test_a_silent_visit_gives_no_reason_by_being_silent() -> None:
    assert reasons(SignalFacts(grades={}, forms={}), missing_papers=()) == ()


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        pytest.param("worst_grade", {"grades": {**GOOD, "quality": "E"}}, id="an-e"),
        pytest.param("partial", {"grades": {"quality": "A"}}, id="two-blanks"),
        pytest.param("not_me", {"not_me": True}, id="not-me"),
        pytest.param(
            "conflict", {"forms": {"sms": GOOD, "paper": {"quality": "D"}}}, id="paper-says-else"
        ),
        pytest.param("shared_phone", {"phone_names": ("Li Wei", "Wang Fang")}, id="two-names"),
        pytest.param("technician_phone", {"technician_phones": (HARMLESS.phone,)}, id="own"),
        pytest.param(
            "technician_phone",
            {"technician_phones": ("+4915100000000",), "asked_phone": "+4915100000000"},
            id="asked-on-a-technicians-phone",
        ),
        pytest.param("changed_after_upload", {"changed_fields": ("phone",)}, id="phone"),
        pytest.param("changed_after_upload", {"changed_fields": ("completed_at",)}, id="date"),
        pytest.param("fast", {"asked_at": NOON - timedelta(seconds=60)}, id="60-seconds"),
        pytest.param("fast", {"asked_at": NOON}, id="at-once"),
        pytest.param(
            "same_device", {"device_forms_at": (NOON - timedelta(minutes=10),)}, id="10-min-before"
        ),
        pytest.param(
            "same_device", {"device_forms_at": (NOON + timedelta(minutes=10),)}, id="10-min-after"
        ),
        pytest.param(
            "late_upload", {"invitation_due_at": NOON - timedelta(days=1, seconds=1)}, id="late"
        ),
        pytest.param("missing_paper", {"paper_numbers": ("P-9", "P-8")}, id="missing-paper"),
        pytest.param("observation", {"observed": True}, id="observed"),
        pytest.param("crowded_out", {"crowded_out": True}, id="never-its-turn"),
    ],
)
def test_each_reason_is_found_alone(code: str, changes: dict[str, Any]) -> None:
    assert reasons(replace(HARMLESS, **changes), missing_papers=("P-8",)) == (code,)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"asked_at": NOON - timedelta(seconds=61)}, id="61-seconds"),
        pytest.param({"asked_at": NOON + timedelta(seconds=5)}, id="answered-before-asked"),
        pytest.param({"asked_at": None}, id="never-asked"),
        pytest.param({"forms": {"sms": GOOD, "paper": GOOD}}, id="paper-says-the-same"),
        pytest.param({"forms": {"sms": GOOD, "link": {}}}, id="nothing-on-the-link"),
        pytest.param({"phone": "", "technician_phones": ("",)}, id="no-phone"),
        pytest.param({"invitation_due_at": HARMLESS.uploaded_at}, id="in-time-to-the-second"),
        pytest.param({"web_forms_at": (), "device_forms_at": (NOON,)}, id="no-form-on-the-web"),
        pytest.param({"phone_names": ("ＬＩ　ＷＥＩ", "Li-Wei")}, id="one-name-written-twice"),
    ],
)
def test_what_looks_alike_is_no_reason(changes: dict[str, Any]) -> None:
    assert reasons(replace(HARMLESS, **changes), missing_papers=("P-8",)) == ()


def test_reasons_come_sorted_and_fit_a_frame_line() -> None:
    everything = SignalFacts(
        grades={"quality": "E"},
        forms={"sms": {"quality": "A"}, "link": {"quality": "E"}},
        not_me=True,
        phone="+1",
        phone_names=("a", "b"),
        technician_phones=("+1",),
        changed_fields=("phone",),
        uploaded_at=NOON,
        invitation_due_at=NOON - timedelta(days=3),
        asked_at=NOON,
        answered_at=NOON,
        web_forms_at=(NOON,),
        device_forms_at=(NOON,),
        paper_numbers=("P-1",),
        observed=True,
        crowded_out=True,
    )
    found = reasons(everything, missing_papers=("P-1",))
    assert found == tuple(sorted(SIGNALS))
    assert frame_line(FrameLine("V", "U", "T", True, found)).endswith(",".join(sorted(SIGNALS)))


@pytest.mark.parametrize(("name", "key"), [("王 芳", "王芳"), ("STRASSE", "strasse"), ("ß", "ss")])
def test_a_name_is_compared_without_its_dress(name: str, key: str) -> None:
    assert name_key(name) == key
