"""The customer's page of his case: his own words and what happens, and nothing of the unit's."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.people import Member
from chalicelib.core.saving import Busy
from chalicelib.services.case_unit import Answer, At
from tests.stage import COMPLETED, UPLOADED, Stage
from tests.web.browser import Browser, Kept

HONG_KONG = "+85251230001"
LIN = Member("Lin", "lin@supervision.example", "lead")
SUN = Member("Sun", "sun@supervision.example", "supervisor")
HOUR = timedelta(hours=1)


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage)


@pytest.fixture
def receipt(stage: Stage, browser: Browser) -> Kept:
    """A complaint about a visit of U1."""
    stage.upload(stage.row("V-1", phone=HONG_KONG, completed_at=COMPLETED.isoformat()))
    return browser.complain("It still leaks", contact=HONG_KONG, contact_by="supervision")


def case_of(stage: Stage, receipt: Kept) -> Case:
    case = stage.storage.cases.get(receipt.number)
    assert case is not None
    return case


def events(stage: Stage, receipt: Kept) -> Sequence[CaseEvent]:
    return stage.storage.cases.events(receipt.number)


def test_the_link_of_the_receipt_shows_the_case(browser: Browser, receipt: Kept) -> None:
    page = browser.get(receipt.link)
    assert page.status == 200
    assert f"Number {receipt.number}" in page.words
    assert "It is with supervision" in page.words
    assert "solved by 5 June, 20:00" in page.words
    assert "It still leaks" in page.words
    assert receipt.code not in page.html
    assert HONG_KONG not in page.html


def test_the_life_of_a_case_in_plain_words(stage: Stage, browser: Browser, receipt: Kept) -> None:
    desk, unit = stage.wiring.case_desk("tools"), stage.wiring.unit_desk
    desk.read_case(receipt.number, "complaint", LIN, UPLOADED + HOUR)
    desk.forward(receipt.number, "Leaks since the repair", LIN, UPLOADED + 2 * HOUR)
    at = At("U1", case_of(stage, receipt).reference)
    told = Answer("worn seal", "cheap part", "exchange it", "2026-06-05")
    unit.answer(at, told, "link", UPLOADED + 3 * HOUR)
    stage.move(UPLOADED + 4 * HOUR)
    words = browser.get(receipt.link).words
    assert "Whether it is solved is for you to say" in words
    assert "Agreed day: 5 June" in words
    told_in_order = [
        "3 June, 20:00 We received it.",
        "3 June, 22:00 Supervision passed it on",
        "3 June, 23:00 They answered supervision.",
    ]
    flat = " ".join(words.split())
    assert sorted(told_in_order, key=flat.index) == told_in_order
    for inside in ("worn seal", "cheap part", "exchange it", "Leaks since", "lin@", "Lin", "U1"):
        assert inside not in words


def test_another_kind_is_told_and_can_be_objected_to_once(
    stage: Stage, browser: Browser, receipt: Kept
) -> None:
    assert "objects" not in browser.get(receipt.link).html
    for member in (LIN, SUN):
        stage.wiring.case_desk("tools").read_case(receipt.number, "enquiry", member, stage.now)
    page = browser.get(receipt.link)
    assert "something else than a complaint" in page.words
    assert 'name="objects"' in page.html
    page = browser.send(receipt.link, text="It is one!", objects="1")
    assert "You objected" in page.words
    assert "objects" not in page.html
    browser.send(receipt.link, text="Really!", objects="1")
    happened = [event.what for event in events(stage, receipt)]
    assert happened.count("objected") == 1
    assert happened.count("message") == 2


def test_what_is_added_is_an_event_a_raw_fact_and_for_a_person_to_read(
    stage: Stage, browser: Browser, receipt: Kept
) -> None:
    page = browser.send(receipt.link, text="And the floor is wet\r\nagain")
    assert page.status == 200
    assert "Added. Thank you" in page.words
    assert "And the floor is wet\nagain" in page.words
    message = events(stage, receipt)[-1]
    assert (message.what, message.by, message.via) == ("message", "customer", "link")
    assert message.values == {"text": "And the floor is wet\nagain"}
    called = [row for row in stage.everything() if row.get("due_pk", {}).get("S") == "call"]
    assert ["case_message" in row["body"]["S"] for row in called] == [True]
    raw = [row for row in stage.everything() if row["pk"]["S"].startswith("WEB#")]
    assert len(raw) == 2


def test_the_same_message_sent_twice_is_one(stage: Stage, browser: Browser, receipt: Kept) -> None:
    fields = {**browser.get(receipt.link).values, "text": "wet"}
    for _ in range(3):
        assert browser.post(receipt.link, fields).status == 200
    browser.post(receipt.link, {**fields, "text": "wet again"})
    texts = [event.values["text"] for event in events(stage, receipt) if event.what == "message"]
    assert texts == ["wet", "wet again"]


def test_a_message_written_while_the_case_moves_on_is_kept(
    stage: Stage, browser: Browser, receipt: Kept
) -> None:
    fields = {**browser.get(receipt.link).values, "text": "wet"}
    stage.wiring.case_desk("tools").read_case(receipt.number, "complaint", LIN, stage.now)
    assert browser.post(receipt.link, fields).status == 200
    assert events(stage, receipt)[-1].values == {"text": "wet"}


def test_an_empty_message_comes_back(stage: Stage, browser: Browser, receipt: Kept) -> None:
    page = browser.send(receipt.link, text=" ")
    assert page.status == 400
    assert "text-error" in page.ids
    assert len(events(stage, receipt)) == 1


def test_a_message_the_database_did_not_take_comes_back(
    stage: Stage, browser: Browser, receipt: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Busy

    fields = {**browser.get(receipt.link).values, "text": "wet"}
    monkeypatch.setattr(stage.wiring.case_pages._writer, "change", busy)
    page = browser.post(receipt.link, fields)
    assert (page.status, page.values["text"]) == (503, "wet")


def test_danger_in_a_message_pages(stage: Stage, browser: Browser, receipt: Kept) -> None:
    browser.send(receipt.link, text="now it is on fire")
    assert [row for row in stage.everything() if row["pk"]["S"] == "PAGES"]


@pytest.mark.parametrize(
    "token",
    ["AAAAAAAAAAAAAAAAAAAAAA", "A" * 21, "A" * 500, "..%2f..", "%00", "x" * 22 + "%0a", "漏"],
)
def test_a_link_that_opens_nothing_is_one_kind_page(browser: Browser, token: str) -> None:
    page = browser.get(f"/c/{token.replace('漏', '%E6%BC%8F')}")
    other = browser.get("/c/BBBBBBBBBBBBBBBBBBBBBB")
    assert page.status == 404
    assert page.html == other.html
    assert "call +862158386666" in page.words


def test_a_link_that_has_run_out_is_like_one_that_never_was(
    stage: Stage, browser: Browser, receipt: Kept
) -> None:
    stage.move(UPLOADED + timedelta(days=731))
    page = browser.get(receipt.link)
    assert (page.status, page.html) == (404, browser.get("/c/" + "B" * 22).html)
    assert browser.post(receipt.link, {"text": "wet"}).status == 404


def test_a_long_story_stays_a_small_page(stage: Stage, browser: Browser) -> None:
    receipt = browser.complain("'" * 20_000)
    for place in range(20):
        browser.send(receipt.link, text=f"{place}" + "'\"<&>" * 500)
    page = browser.get(receipt.link)
    assert len(page.answered.body) <= 40_000
    assert "earlier entries are not shown" in page.words


def test_the_language_is_that_of_the_complaint_until_another_is_chosen(
    stage: Stage, receipt: Kept
) -> None:
    chinese = Browser(stage, {"Accept-Language": "zh-CN"})
    assert 'lang="en"' in chinese.get(receipt.link).html
    page = chinese.get(f"{receipt.link}?lang=zh")
    assert '<html lang="zh-CN">' in page.html
    assert f"编号 {receipt.number}" in page.words
