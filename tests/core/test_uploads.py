"""Uploaded rows: every refusal with its reason, and what normalising makes of the rest."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core import uploads
from chalicelib.core.uploads import FieldError, ParsedPhone
from chalicelib.core.visits import (
    Answer,
    Change,
    Facts,
    Outbox,
    Survey,
    Visit,
    asked_number,
    surveyed,
)
from tests.core.visit_samples import RULES

NOW = datetime(2026, 6, 3, 7, 0, tzinfo=UTC)
ZONES = ("Asia/Hong_Kong",)
ROW = {
    "visit_id": "V-1",
    "unit": "north.1",
    "technician": "王小明",
    "completed_at": "2026-06-03T14:00:00+08:00",
}


def parsed(written: str) -> ParsedPhone | str:
    """A parser of our own: "HK1" is a mobile in Hong Kong, "HKL" a landline, "US1" American."""
    country, kind = written[:2], written[2:]
    if country not in ("CN", "HK", "US"):
        return "not a phone number"
    return ParsedPhone(f"+{country}{kind}", country, kind != "L")


def read(**changes: object) -> Facts | tuple[FieldError, ...]:
    row = {key: value for key, value in {**ROW, **changes}.items() if value is not Missing}
    return uploads.read_row(row, NOW, parsed, RULES)


def facts_of(**changes: object) -> Facts:
    found = read(**changes)
    assert isinstance(found, Facts), found
    return found


class Missing:
    """Stands for a key that the row does not have."""


def test_a_row_becomes_facts() -> None:
    facts = facts_of(
        customer_name=" 李先生 ",
        phone="HK1",
        appliance="热水器",
        language="en",
        phone_source="system",
    )
    assert facts == Facts(
        visit_id="V-1",
        unit="north.1",
        technician="王小明",
        completed_at=datetime(2026, 6, 3, 6, 0, tzinfo=UTC),
        customer_name="李先生",
        phone="+HK1",
        country="HK",
        mobile=True,
        appliance="热水器",
        language="en",
        phone_source="system",
    )


ID = "letters, digits and . _ - only, 1 to 64, beginning with one of the first"
NAME = "1 to {} characters without control characters"
ISO = "not an ISO date and time such as 2026-06-03T14:30:00+08:00"
REFUSALS: Mapping[str, tuple[str, object, str]] = {
    "no id": ("visit_id", Missing, "is missing"),
    "null id": ("visit_id", None, "is missing"),
    "empty id": ("visit_id", "", "is missing"),
    "id that is a number": ("visit_id", 7, "must be text"),
    "id with a space": ("visit_id", "V 1", ID),
    "id with a line end": ("visit_id", "V1\n", ID),
    "id that begins with a dot": ("visit_id", ".V1", ID),
    "id with a hash": ("visit_id", "V#1", ID),
    "id in Chinese digits": ("visit_id", "１２", ID),
    "id of 65 characters": ("visit_id", "V" * 65, ID),
    "no unit": ("unit", Missing, "is missing"),
    "unit with a slash": ("unit", "a/b", ID),
    "unit that is a list": ("unit", ["U1"], "must be text"),
    "no technician": ("technician", Missing, "is missing"),
    "blank technician": ("technician", " \u3000", NAME.format(64)),
    "long technician": ("technician", "x" * 65, NAME.format(64)),
    "technician with a tab": ("technician", "Li\tWei", NAME.format(64)),
    "technician with DEL": ("technician", "Li\x7f", NAME.format(64)),
    "technician with a C1 control": ("technician", "Li\x85", NAME.format(64)),
    "technician with a line separator": ("technician", "Li\u2028", NAME.format(64)),
    "technician with half a character": ("technician", "Li\ud800", NAME.format(64)),
    "technician that is an object": ("technician", {"name": "Li"}, "must be text"),
    "long name": ("customer_name", "x" * 101, NAME.format(100)),
    "name with NUL": ("customer_name", "x\x00", NAME.format(100)),
    "blank appliance": ("appliance", "  ", NAME.format(100)),
    "appliance of two lines": ("appliance", "a\nb", NAME.format(100)),
    "phone that is none": ("phone", "12", "not a phone number"),
    "phone that is a number": ("phone", 13800138000, "must be text"),
    "language we lack": ("language", "de", "zh or en"),
    "language in capitals": ("language", "EN", "zh or en"),
    "language that is true": ("language", True, "must be text"),
    "unknown source of the phone": ("phone_source", "friend", "unit or system"),
    "no date": ("completed_at", Missing, "is missing"),
    "date that is a number": ("completed_at", 1780000000, "must be text"),
    "date in words": ("completed_at", "yesterday", ISO),
    "date as people write it": ("completed_at", "3.6.2026 14:00", ISO),
    "date with spaces around": ("completed_at", " 2026-06-03T14:00 ", ISO),
    "month that does not exist": ("completed_at", "2026-13-01T10:00", ISO),
    "day without a time": ("completed_at", "2026-06-03", "the time of day is missing"),
    "short day without a time": ("completed_at", "20260603", "the time of day is missing"),
    "last century": ("completed_at", "1999-12-31T12:00+08:00", "before the year 2000"),
    "the end of time": ("completed_at", "9999-12-31T23:59-14:00", "out of range"),
    "the beginning of time": ("completed_at", "0001-01-01T00:00+14:00", "out of range"),
    "a year later": ("completed_at", "2027-06-03T14:00+08:00", "more than 10 minutes ahead"),
}


@pytest.mark.parametrize(("field", "value", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_a_row_is_refused_with_its_reason(field: str, value: object, reason: str) -> None:
    assert read(**{field: value}) == (FieldError(field, reason),)


@pytest.mark.parametrize("row", [None, "V1", 7, ["V1"], True, [], 1.5])
def test_what_is_no_object_is_no_visit(row: object) -> None:
    assert uploads.read_row(row, NOW, parsed, RULES) == (FieldError("", "a visit is an object"),)


def test_every_flaw_of_a_row_is_told_at_once() -> None:
    found = uploads.read_row({"unit": "a b", "grade": "A", "phone": "12"}, NOW, parsed, RULES)
    assert isinstance(found, tuple)
    assert {(error.field, error.reason) for error in found} == {
        ("grade", "unknown key"),
        ("visit_id", "is missing"),
        ("technician", "is missing"),
        ("completed_at", "is missing"),
        ("unit", ID),
        ("phone", "not a phone number"),
    }


HIDDEN = {
    "zero width space": "Li\u200b Wei",
    "two spaces": "Li  Wei",
    "a wide space": "Li\u3000Wei",
    "direction override": "\u202eLi Wei\u202c",
    "isolates": "\u2066Li\u2069 Wei",
    "byte order mark": "\ufeffLi Wei",
    "soft hyphen": "Li\u00ad Wei",
    "joiners": "Li\u200d\u200c Wei",
}


@pytest.mark.parametrize("name", HIDDEN.values(), ids=HIDDEN)
def test_a_technician_whose_name_looks_the_same_is_the_same(name: str) -> None:
    assert facts_of(technician=name).technician == "Li Wei"


def test_a_name_is_one_however_its_accents_are_written() -> None:
    assert facts_of(technician="Jose\u0301").technician == "Jos\u00e9"


def test_nobody_can_turn_a_name_around() -> None:
    facts = facts_of(customer_name="Chan \u202egnahC", appliance="\u2067oven\u200b")
    assert (facts.customer_name, facts.appliance) == ("Chan gnahC", "oven")


@pytest.mark.parametrize("field", ["technician", "customer_name", "appliance"])
def test_a_name_that_nobody_sees_is_none(field: str) -> None:
    found = read(**{field: "\u200b\u200d\ufeff"})
    assert isinstance(found, tuple)
    assert [error.field for error in found] == [field]


def test_an_empty_optional_field_says_nothing() -> None:
    plain = facts_of()
    assert facts_of(phone="", customer_name=None, appliance="", language=None) == plain
    assert (plain.phone, plain.country, plain.mobile, plain.phone_source) == ("", "", False, "unit")


LIMITS = {
    "id of one": ("visit_id", "0"),
    "id of 64": ("visit_id", "a" + "._-" * 21),
    "technician of 64": ("technician", "王" * 64),
    "name of 100": ("customer_name", "李" * 100),
    "family emoji": ("customer_name", "👨‍👩‍👧"),
    "Arabic": ("technician", "أحمد"),
}


@pytest.mark.parametrize(("field", "value"), LIMITS.values(), ids=LIMITS)
def test_what_just_fits_is_taken_as_it_is(field: str, value: str) -> None:
    assert getattr(facts_of(**{field: value}), field) == value


INSTANTS = {
    "UTC": ("2026-06-03T06:00:00Z", "06:00:00"),
    "naive is the organisation's zone": ("2026-06-03T14:00", "06:00:00"),
    "naive with a space": ("2026-06-03 14:00:30", "06:00:30"),
    "another zone": ("2026-06-03T01:00-05:00", "06:00:00"),
    "basic form": ("20260603T140000+0800", "06:00:00"),
    "ISO week": ("2026-W23-3T14:00+08:00", "06:00:00"),
    "fractions": ("2026-06-03T14:00:00.5+08:00", "06:00:00.500000"),
    "ten minutes ahead": ("2026-06-03T15:10:00+08:00", "07:10:00"),
}


@pytest.mark.parametrize(("written", "clock"), INSTANTS.values(), ids=INSTANTS)
def test_instants_are_kept_in_utc(written: str, clock: str) -> None:
    completed = facts_of(completed_at=written).completed_at
    assert completed.tzinfo is UTC
    assert completed.time().isoformat() == clock


def test_a_microsecond_more_than_ten_minutes_ahead_is_refused() -> None:
    ahead = NOW + timedelta(minutes=10, microseconds=1)
    found = read(completed_at=ahead.isoformat())
    assert found == (FieldError("completed_at", "more than 10 minutes ahead"),)


LANGUAGES = {
    "no phone": ("", "zh"),
    "China": ("CN1", "zh"),
    "Hong Kong": ("HK1", "zh"),
    "America": ("US1", "en"),
}


@pytest.mark.parametrize(("phone", "language"), LANGUAGES.values(), ids=LANGUAGES)
def test_the_language_is_guessed_from_the_number(phone: str, language: str) -> None:
    assert facts_of(phone=phone).language == language
    assert facts_of(phone=phone, language="en").language == "en"


def test_without_a_phone_the_language_is_the_organisations_first() -> None:
    rules = replace(RULES, languages=("en", "zh"))
    found = uploads.read_row(ROW, NOW, parsed, rules)
    assert isinstance(found, Facts)
    assert found.language == "en"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from((*uploads.REQUIRED, *uploads.OPTIONAL)) | st.text(max_size=5)


@settings(deadline=None, derandomize=True)
@given(st.dictionaries(KEYS, JSON) | JSON)
def test_any_json_is_read_or_refused(row: object) -> None:
    found = uploads.read_row(row, NOW, parsed, RULES)
    assert isinstance(found, Facts) or (found and all(error.reason for error in found))


# --- new and changed visits -------------------------------------------------------------------


def new(now: datetime = NOW, **changes: object) -> Visit:
    return uploads.new_visit(facts_of(**changes), "0" * 32, ZONES, "token", now, RULES)


def changed(visit: Visit, **changes: object) -> Visit | tuple[FieldError, ...]:
    later = NOW + timedelta(hours=1)
    return uploads.changed_visit(visit, facts_of(**changes), ZONES, "other", later, RULES)


def test_a_new_visit_belongs_to_the_organisations_month_and_is_planned() -> None:
    visit = new(completed_at="2026-05-31T16:30:00Z", phone="HK1")
    assert (visit.month, visit.uploaded_by, visit.received_at) == ("2026-06", "token", NOW)
    assert (visit.survey.state, visit.late_upload) == ("scheduled", False)


@pytest.mark.parametrize(
    ("now", "late"), [("2026-07-10T00:59:59+00:00", False), ("2026-07-10T01:00:00+00:00", True)]
)
def test_a_visit_of_a_closed_month_is_late(now: str, late: bool) -> None:
    visit = new(datetime.fromisoformat(now), phone="HK1")
    assert visit.late_upload == late
    assert (visit.survey.state, visit.survey.reason) == ("uninvitable", "too_old")


def test_the_same_facts_change_nothing() -> None:
    visit = new(phone="HK1", customer_name="Li")
    assert changed(visit, phone="HK1", customer_name=" Li ") is visit


def test_unit_and_month_never_change() -> None:
    visit = new()
    assert changed(visit, unit="south") == (
        FieldError("unit", "a visit never changes its unit by upload"),
    )
    assert changed(visit, completed_at="2026-05-30T14:00") == (
        FieldError("completed_at", "a visit never changes its month by upload"),
    )


def test_a_changed_phone_is_noted_and_planned_anew() -> None:
    after = changed(new(phone="HKL"), phone="HK1")
    assert isinstance(after, Visit)
    assert (after.facts.phone, after.survey.state) == ("+HK1", "scheduled")
    assert after.changes == (Change(NOW + timedelta(hours=1), "phone", "other"),)


def test_who_has_been_invited_stays_so() -> None:
    invited = surveyed(new(phone="HK1"), state="invited", outbox=Outbox("invitation", "sent"))
    after = changed(invited, phone="HK2", completed_at="2026-06-02T14:00")
    assert isinstance(after, Visit)
    assert after.survey == invited.survey
    assert [change.field for change in after.changes] == ["completed_at", "phone"]


@pytest.mark.parametrize("state", ["scheduled", "waiting", "uninvitable"])
def test_a_text_on_its_way_or_tried_before_is_not_planned_again(state: str) -> None:
    tried = surveyed(new(phone="HK1"), state=state, outbox=Outbox("invitation"))
    after = changed(tried, phone="HK2")
    assert isinstance(after, Visit)
    assert after.survey == tried.survey


def test_another_name_settles_nothing_twice() -> None:
    settled = Survey(state="uninvitable", reason="never_sent", settled_at=NOW)
    after = changed(replace(new(phone="HK1"), survey=settled), phone="HK1", customer_name="Wang")
    assert isinstance(after, Visit)
    assert after.survey == settled
    assert [change.field for change in after.changes] == ["customer_name"]


def test_an_uninvitable_visit_that_is_touched_again_and_again_has_settled_once() -> None:
    visit: Visit | tuple[FieldError, ...] = new()
    assert isinstance(visit, Visit)
    first = visit.survey.settled_at
    for phone in ("HKL", "", "USL", "HK1", ""):
        assert isinstance(visit, Visit)
        visit = changed(visit, phone=phone)
        assert isinstance(visit, Visit)
        assert visit.survey.settled_at == first == NOW
    assert visit.survey.reason == "no_phone"


@pytest.mark.parametrize("state", ["opted_out", "undeliverable"])
@pytest.mark.parametrize("sent", [True, False], ids=["asked before", "never asked"])
def test_another_number_is_asked_whatever_the_first_one_wanted(state: str, sent: bool) -> None:
    outbox = Outbox("invitation_link", "sent", sid="SM1", attempts=1, to="+HK1") if sent else None
    over = surveyed(new(phone="HK1"), state=state, outbox=outbox, settled_at=NOW, contacts=1)
    after = changed(replace(over, links=("a hash",)), phone="HK2")
    assert isinstance(after, Visit)
    assert after.links == (), "what the first number was sent opens nothing"
    survey = after.survey
    assert (survey.state, survey.settled_at, survey.contacts) == ("scheduled", NOW, 1)
    assert survey.due_at is not None
    assert asked_number(after) == "+HK2"
    assert survey.outbox == (Outbox("invitation_link", past_sids=("SM1",)) if sent else None)


@pytest.mark.parametrize("state", ["opted_out", "undeliverable"])
def test_a_new_date_asks_nobody_again(state: str) -> None:
    over = surveyed(new(phone="HK1"), state=state, settled_at=NOW, due_at=None)
    after = changed(over, phone="HK1", completed_at="2026-06-02T14:00")
    assert isinstance(after, Visit)
    assert after.survey == over.survey


def test_who_answered_is_not_asked_on_another_number() -> None:
    answer = Answer("ABA", "link", "direct", NOW, "S1")
    over = surveyed(replace(new(phone="HK1"), answers=(answer,)), state="opted_out", due_at=None)
    after = changed(over, phone="HK2")
    assert isinstance(after, Visit)
    assert after.survey == over.survey


def test_many_changes_keep_the_last_ones_and_one_of_every_field() -> None:
    visit: Visit | tuple[FieldError, ...] = new(phone="HK1")
    for number in range(2, 30):
        assert isinstance(visit, Visit)
        visit = changed(visit, phone="HK2", technician=f"T{number}")
    assert isinstance(visit, Visit)
    fields = [change.field for change in visit.changes]
    assert fields == ["phone"] + ["technician"] * uploads.CHANGES_KEPT
