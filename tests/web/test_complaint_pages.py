"""Complaining on the web: everything is kept, once, and costs no unit what it is not proved to."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote_plus

import pytest

from chalicelib.core.case_messages import LONGEST, PART
from chalicelib.core.cases import Case, is_case_number
from chalicelib.core.people import Unit
from chalicelib.core.saving import AlreadyThere, Busy
from chalicelib.core.web_complaints import WebComplaint
from tests.stage import COMPLETED, UPLOADED, Stage
from tests.web.browser import FORM, Browser, Page, kept

HONG_KONG = "+85251230001"


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage)


def case_of(stage: Stage, number: str) -> Case:
    case = stage.storage.cases.get(number)
    assert case is not None
    return case


def cases(stage: Stage) -> list[Case]:
    rows = [row["pk"]["S"] for row in stage.everything()]
    return [case_of(stage, pk.removeprefix("CASE#")) for pk in sorted(set(rows)) if "CASE#" in pk]


def test_a_complaint_gets_a_number_and_a_code_at_once(stage: Stage, browser: Browser) -> None:
    receipt = browser.complain("The man was two hours late", name="Mrs Chan")
    case = case_of(stage, receipt.number)
    assert is_case_number(receipt.number)
    assert len(receipt.code) == 6
    assert (case.channel, case.kind, case.state) == ("web", "unread", "received")
    assert (case.text, case.customer_name) == ("The man was two hours late", "Mrs Chan")
    assert (case.language, case.received_at, case.month) == ("en", UPLOADED, "2026-06")
    (event,) = stage.storage.cases.events(receipt.number)
    assert (event.what, event.by, event.via) == ("received", "customer", "web")


def test_the_receipt_says_what_happens_next_and_when(browser: Browser) -> None:
    words = browser.complain().page.words
    assert "registered on 3 June, 20:00" in words
    assert "By 4 June, 13:00 somebody in supervision" in words
    assert "By 5 June, 20:00 it should be solved" in words
    assert "withdraw" in words


def test_nothing_but_words_is_needed(stage: Stage, browser: Browser) -> None:
    page = browser.post("/", {"text": "late"})
    case = case_of(stage, kept(page).number)
    assert (case.text, case.phone, case.customer_name) == ("late", "", "")


def test_what_was_sent_is_kept_as_it_came_in(stage: Stage, browser: Browser) -> None:
    receipt = browser.complain(unit="East", visit_id="V-9", category="price", name="Chan")
    (event,) = stage.storage.cases.events(receipt.number)
    raw = stage.storage.submissions.get(event.values["submission"])
    assert raw is not None
    assert (raw.page, raw.about, raw.received_at) == ("complaint", receipt.number, UPLOADED)
    assert raw.fields == {"unit": "East", "visit_id": "V-9", "category": "price", "name": "Chan"}


def test_neither_code_nor_link_is_stored(stage: Stage, browser: Browser) -> None:
    receipt = browser.complain("late", contact=HONG_KONG)
    rows = str(stage.everything())
    assert receipt.number in rows
    assert receipt.code not in rows.replace(receipt.number, "")
    assert receipt.link.removeprefix("/c/") not in rows


# --- the same act and another one ----------------------------------------------------------------


def test_the_same_form_sent_twice_is_one_case_with_one_receipt(
    stage: Stage, browser: Browser
) -> None:
    fields = {**browser.get("/").values, "text": "late", "contact": HONG_KONG}
    first = browser.post("/", fields)
    stage.move(UPLOADED + timedelta(minutes=5))
    again = browser.post("/", fields)
    assert again.html == first.html
    assert len(cases(stage)) == 1


def test_sixteen_at_once_are_one_case(stage: Stage, browser: Browser) -> None:
    fields = {**browser.get("/").values, "text": "late", "contact": HONG_KONG}
    with ThreadPoolExecutor(16) as pool:
        pages = list(pool.map(lambda _: browser.post("/", fields).html, range(32)))
    assert len(set(pages)) == 1
    assert len(cases(stage)) == 1


def test_other_words_with_the_same_nonce_are_not_dropped(stage: Stage, browser: Browser) -> None:
    """Somebody goes back, writes more and sends again."""
    fields = browser.get("/").values
    for text in ("late", "late, and rude"):
        browser.post("/", {**fields, "text": text})
    assert {case.text for case in cases(stage)} == {"late", "late, and rude"}


@pytest.mark.parametrize("nonce", ["", "1", "x" * 32, "0" * 31, "' or 1=1"])
def test_a_nonce_that_is_none_of_ours_costs_no_complaint_and_joins_no_two(
    stage: Stage, browser: Browser, nonce: str
) -> None:
    first = kept(browser.post("/", {"text": "late", "nonce": nonce}))
    second = kept(browser.post("/", {"text": "late", "nonce": nonce}))
    assert first.number != second.number
    assert first.link != second.link


def test_a_form_left_open_for_a_year_is_taken(stage: Stage, browser: Browser) -> None:
    fields = {**browser.get("/").values, "text": "late"}
    stage.move(UPLOADED + timedelta(days=365))
    assert kept(browser.post("/", fields)).number


def test_a_taken_number_is_passed_over(stage: Stage, browser: Browser) -> None:
    fields = {**browser.get("/").values, "text": "late"}
    commit, refused = stage.wiring.complaints._commit, list[str]()

    def taken_once(adds: Sequence[object], saves: Sequence[object]) -> None:
        case = next(record for record in adds if isinstance(record, Case))
        if not refused:
            refused.append(case.number)
            raise AlreadyThere(case)
        commit(adds, saves)

    stage.wiring.complaints._commit = taken_once
    first = browser.post("/", fields)
    stage.wiring.complaints._commit = commit
    assert kept(first).number not in refused
    assert browser.post("/", fields).html == first.html


# --- what is not taken yet -----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  \n\t", "\u3000"])
def test_without_words_the_form_comes_back_as_it_was_filled_in(
    stage: Stage, browser: Browser, text: str
) -> None:
    typed = {"unit": "East", "visit_id": "V-1", "name": "李 “Li”", "contact": "5123"}
    page = browser.send("/", text=text, category="price", contact_by="unit", **typed)
    assert page.status == 400
    assert {name: page.values[name] for name in typed} == typed
    assert page.chosen["contact_by"] == "unit"
    assert '<option value="price" selected>' in page.html
    assert "text-error" in page.ids
    assert cases(stage) == []


def test_who_only_says_danger_has_said_enough(stage: Stage, browser: Browser) -> None:
    receipt = browser.complain("", category="safety")
    assert case_of(stage, receipt.number).category == "safety"


@pytest.mark.parametrize("length", [PART, PART + 1, 3 * PART + 17, LONGEST])
def test_a_long_text_is_kept_whole(stage: Stage, browser: Browser, length: int) -> None:
    text = ("漏水了，" * (length // 4 + 1))[:length]
    receipt = browser.complain(text)
    events = stage.storage.cases.events(receipt.number)
    case = case_of(stage, receipt.number)
    assert case.text + "".join(event.values.get("text", "") for event in events) == text
    assert case.events == len(events) - 1


def test_beyond_a_book_the_beginning_comes_back_with_advice(browser: Browser) -> None:
    page = browser.send("/", text="x" * (LONGEST + 1), name="Chan")
    assert page.status == 400
    assert page.values["text"] == "x" * LONGEST
    assert page.values["name"] == "Chan"
    assert "add the rest" in page.words


def test_when_the_database_is_busy_nothing_typed_is_lost(
    stage: Stage, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {**browser.get("/").values, "text": "late", "name": "Chan"}

    def busy(adds: object, saves: object) -> None:
        raise Busy

    monkeypatch.setattr(stage.wiring.complaints, "_commit", busy)
    page = browser.post("/", fields)
    assert page.status == 503
    assert (page.values["text"], page.values["name"]) == ("late", "Chan")


def test_bytes_that_are_no_utf_8_are_no_failure(stage: Stage) -> None:
    answered = stage.call("POST", "/", b"text=%ff%fe+late&name=%80", token=None, headers=FORM)
    number = kept(Page(answered)).number
    assert case_of(stage, number).text == "\ufffd\ufffd late"


# --- whose case it is ----------------------------------------------------------------------------


def matched(stage: Stage, **fields: str) -> tuple[str, str]:
    case = case_of(stage, Browser(stage).complain(**fields).number)
    return case.unit, case.visit_id


def test_the_phone_of_a_visit_gives_its_unit(stage: Stage) -> None:
    stage.upload(stage.row("V-1", phone=HONG_KONG))
    assert matched(stage, contact="+852 5123 0001") == ("U1", "V-1")


def test_a_number_that_the_unit_replaced_is_still_its_customers(stage: Stage) -> None:
    row = stage.row("V-1", phone=HONG_KONG)
    stage.upload(row)
    stage.upload({**row, "phone": "+85251239999"})
    assert matched(stage, contact=HONG_KONG, visit_id="V-1") == ("U1", "V-1")


def test_a_job_number_picks_among_the_visits_of_the_phone(stage: Stage) -> None:
    later = (COMPLETED + timedelta(hours=1)).isoformat()
    stage.upload(
        stage.row("V-1", phone=HONG_KONG), stage.row("V-2", phone=HONG_KONG, completed_at=later)
    )
    assert matched(stage, contact=HONG_KONG) == ("U1", "V-2")
    assert matched(stage, contact=HONG_KONG, visit_id=" V-1 ") == ("U1", "V-1")


@pytest.mark.parametrize(
    "fields",
    [
        {"visit_id": "V-1"},
        {"visit_id": "V-1", "unit": "U1"},
        {"visit_id": "V-1", "contact": "+85259999999"},
        {"visit_id": "V-1", "contact": HONG_KONG, "anonymous": "1"},
        {"unit": "U1"},
        {"unit": "U9", "visit_id": "nothing"},
        {"visit_id": "V-1", "contact": HONG_KONG, "unit": "U2"},
        {"contact": HONG_KONG, "unit": " west "},
    ],
    ids=[
        "a number that anybody can count up",
        "number and unit",
        "another phone",
        "anonymous",
        "a unit alone",
        "nothing that we know",
        "the id of another unit",
        "the name of another unit",
    ],
)
def test_what_a_stranger_may_have_made_up_costs_no_unit(
    stage: Stage, fields: dict[str, str]
) -> None:
    stage.wiring.people.put(Unit("U2", "West", since="2026-05"))
    stage.upload(stage.row("V-1", phone=HONG_KONG))
    assert matched(stage, **fields) == ("", "")
    assert len(stage.storage.cases.of_month("", "2026-06")) == 1


@pytest.mark.parametrize(
    ("fields", "marked"),
    [({"contact": HONG_KONG}, "typed_in"), ({}, None), ({"contact": "wechat: li_wei"}, None)],
    ids=["a number", "nothing", "no number"],
)
def test_a_number_that_was_typed_is_marked_as_unproved(
    stage: Stage, browser: Browser, fields: dict[str, str], marked: str | None
) -> None:
    (event,) = stage.storage.cases.events(browser.complain(**fields).number)
    assert event.values.get("phone") == marked


def test_who_never_complained_can_say_so_to_the_receipt(stage: Stage, browser: Browser) -> None:
    """The receipt goes to the number itself, whoever typed it."""
    stage.upload(stage.row("V-1", phone=HONG_KONG))
    browser.complain(contact=HONG_KONG)
    stage.dispatch()
    assert "received, number" in stage.sent_to(HONG_KONG)[-1]
    stage.text(HONG_KONG, "NOT ME")
    keys = stage.storage.effects.due("call", stage.now, 10)
    entries = [stage.storage.effects.get(*key) for key in keys]
    assert [(each.what, each.values["phone"]) for each in entries if each] == [
        ("not_me", HONG_KONG)
    ]


def test_what_was_named_stays_as_a_hint_for_supervision(stage: Stage, browser: Browser) -> None:
    receipt = browser.complain(unit="East side", visit_id="V-404", contact="my wechat: li_wei")
    (event,) = stage.storage.cases.events(receipt.number)
    hints = {name: event.values[name] for name in ("unit", "visit_id", "contact")}
    assert hints == {"unit": "East side", "visit_id": "V-404", "contact": "my wechat: li_wei"}
    assert "could not read" in receipt.page.words


# --- who may contact -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "contact"),
    [
        ({}, "supervision"),
        ({"category": "price"}, "unit"),
        ({"category": "attitude"}, "supervision"),
        ({"category": "conduct", "contact_by": "unit"}, "unit"),
        ({"category": "price", "contact_by": "supervision"}, "supervision"),
        ({"contact_by": "unit", "anonymous": "on"}, "anonymous"),
        ({"contact_by": "anonymous"}, "anonymous"),
        ({"contact_by": "everybody"}, "supervision"),
        ({"anonymous": "0"}, "supervision"),
    ],
)
def test_the_customer_chooses_who_may_contact_him(
    stage: Stage, browser: Browser, fields: dict[str, str], contact: str
) -> None:
    receipt = browser.complain(contact=HONG_KONG, **fields)
    assert case_of(stage, receipt.number).contact == contact


def test_who_stays_anonymous_leaves_neither_name_nor_number(stage: Stage, browser: Browser) -> None:
    browser.complain(name="Mrs Chan", contact=HONG_KONG, anonymous="1")
    rows = str(stage.everything())
    assert "Mrs Chan" not in rows
    assert HONG_KONG not in rows
    assert stage.storage.cases.of_number(HONG_KONG) == []


def test_the_number_is_texted_without_code_or_link(stage: Stage, browser: Browser) -> None:
    receipt = browser.complain(contact=HONG_KONG)
    stage.dispatch()
    (text,) = stage.sent_to(HONG_KONG)
    assert receipt.number in text
    assert receipt.code not in text
    assert "/c/" not in text


def test_a_typed_in_number_is_texted_once_a_day_whoever_types_it(
    stage: Stage, browser: Browser
) -> None:
    for place in range(5):
        browser.complain(f"complaint {place}", contact=HONG_KONG)
    stage.dispatch()
    assert len(stage.sent_to(HONG_KONG)) == 1
    assert len(stage.storage.cases.of_number(HONG_KONG)) == 5


# --- danger --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields", [{"text": "厨房漏气了"}, {"text": "Smell of gas!"}, {"category": "safety"}]
)
def test_danger_pages_at_once_and_says_what_to_do(
    stage: Stage, browser: Browser, fields: dict[str, str]
) -> None:
    receipt = browser.complain(**{"text": "please", **fields, "contact": HONG_KONG})
    assert "call the fire brigade" in receipt.page.words
    assert "alerting our duty team" in receipt.page.words
    paged = [row for row in stage.everything() if row["pk"]["S"] == "PAGES"]
    assert len(paged) == 1


def test_a_lone_word_of_danger_is_looked_at_by_a_person(stage: Stage, browser: Browser) -> None:
    receipt = browser.complain("the gas stove is scratched")
    call = stage.storage.effects.get(receipt.number, 0)
    assert call is not None
    assert (call.kind, call.what) == ("call", "maybe_danger")
    assert not [row for row in stage.everything() if row["pk"]["S"] == "PAGES"]


# --- a flood -------------------------------------------------------------------------------------


def test_a_flood_is_stored_to_the_last(stage: Stage, browser: Browser) -> None:
    """5,000 by sixteen at once, through the service; pages render the same for each."""
    complaints = stage.wiring.complaints

    def one(place: int) -> str:
        words = WebComplaint(f"complaint {place}", contact=f"+8525{place:07d}", language="en")
        return complaints.receive(words, f"{place:032x}", stage.now).case_number

    with ThreadPoolExecutor(16) as pool:
        numbers = list(pool.map(one, range(5_000)))
    assert len(set(numbers)) == 5_000
    stored = stage.storage.cases.of_month("", "2026-06")
    assert {case.text for case in stored} == {f"complaint {place}" for place in range(5_000)}
    assert kept(browser.post("/", {"text": quote_plus("one more")})).number
