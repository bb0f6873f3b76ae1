"""The unit's page of one case: it answers, names days, asks; it learns nothing it may not know."""

import re
from datetime import timedelta

import pytest

from chalicelib.core.cases import Case
from chalicelib.core.people import Member, Unit
from tests.stage import UPLOADED, Stage, plain
from tests.web.browser import Browser, Kept, Page

HONG_KONG = "+85251230001"
LIN = Member("Lin", "lin@supervision.example", "lead")
ANSWER = {"act": "answer", "fault": "worn seal", "cause": "cheap part", "measure": "exchanged"}
DONE = {**ANSWER, "done": "yes"}


@pytest.fixture
def browser(stage: Stage) -> Browser:
    stage.wiring.people.put(Unit("U1", "East", "boss@east.example", "en", since="2026-05"))
    stage.upload(stage.row("V-1", phone=HONG_KONG))
    return Browser(stage)


def forwarded(stage: Stage, browser: Browser, summary: str = "It leaks", **fields: str) -> str:
    """The link that the unit's manager is mailed about a complaint."""
    receipt = browser.complain("The heater leaks", contact=HONG_KONG, name="Mrs Chan", **fields)
    return pass_on(stage, receipt, summary)


def pass_on(stage: Stage, receipt: Kept, summary: str = "It leaks") -> str:
    desk = stage.wiring.case_desk("tools")
    desk.read_case(receipt.number, "complaint", LIN, stage.now)
    desk.forward(receipt.number, summary, LIN, stage.now)
    stage.dispatch()
    case = stage.storage.cases.get(receipt.number)
    assert case is not None
    (mail,) = stage.mails(case.reference)
    found = re.search(r"/stage(/(?:u/case|a)/[\w-]+)", plain(mail))
    assert found, plain(mail)
    return found[1]


def only_case(stage: Stage) -> Case:
    (case,) = stage.storage.cases.of_number(HONG_KONG)
    return case


def happened(stage: Stage) -> list[str]:
    return [event.what for event in stage.storage.cases.events(only_case(stage).number)]


def test_the_mailed_link_shows_what_to_answer_and_by_when(stage: Stage, browser: Browser) -> None:
    page = browser.get(forwarded(stage, browser))
    case = only_case(stage)
    assert page.status == 200
    assert f"Customer case {case.reference}" in page.words
    assert "Answer by 4 June, 20:00" in " ".join(page.words.split())
    assert "It leaks" in page.words
    for hidden in (case.number, HONG_KONG, "Mrs Chan", "lin@", "case.html"):
        assert hidden not in page.html


def test_looking_changes_nothing_and_looks_the_same(stage: Stage, browser: Browser) -> None:
    link = forwarded(stage, browser)
    before = stage.everything()
    pages = {browser.get(link).html for _ in range(3)}
    stage.call("HEAD", link, token=None)
    assert len(pages) == 1
    assert stage.everything() == before


def test_fault_cause_measure_and_done(stage: Stage, browser: Browser) -> None:
    link = forwarded(stage, browser)
    page = browser.post(link, DONE)
    assert page.status == 200
    assert "Your answer is with supervision" in page.words
    assert only_case(stage).state == "answered"
    assert happened(stage)[-2:] == ["answered", "solved"]
    assert "worn seal" in browser.get(link).words


def test_not_yet_needs_a_day_and_tells_it(stage: Stage, browser: Browser) -> None:
    link = forwarded(stage, browser)
    page = browser.post(link, {**ANSWER, "done": "no"})
    assert (page.status, page.chosen, page.values["fault"]) == (400, {"done": "no"}, "worn seal")
    assert browser.post(link, {**ANSWER, "done": "no", "day": "2026-06-06"}).status == 200
    assert only_case(stage).promised == "2026-06-06"
    page = browser.post(link, {"act": "redate", "day": "2026-06-08", "why": "part is late"})
    assert page.status == 200
    assert only_case(stage).promised == "2026-06-08"
    assert browser.post(link, {"act": "solve"}).status == 200
    assert happened(stage)[-1] == "solved"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "fault"),
        ({"fault": " "}, "fault"),
        ({"measure": ""}, "measure"),
        ({"cause": "x" * 1_001}, "cause"),
        ({"done": ""}, "done"),
        ({"done": "perhaps"}, "done"),
        ({"done": "no", "day": "yesterday"}, "day"),
        ({"done": "no", "day": "2026-06-01"}, "day"),
    ],
)
def test_what_is_wrong_comes_back_beside_its_field(
    stage: Stage, browser: Browser, fields: dict[str, str], field: str
) -> None:
    link = forwarded(stage, browser)
    sent = {**DONE, **fields} if fields else {"act": "answer", "done": "yes"}
    page = browser.post(link, sent)
    assert page.status == 400
    assert f"{field}-error" in page.ids
    assert page.values["fault"] == sent.get("fault", "")
    assert only_case(stage).state == "forwarded"


def test_an_answer_sent_twice_is_one(stage: Stage, browser: Browser) -> None:
    link = forwarded(stage, browser)
    assert [browser.post(link, DONE).status for _ in range(3)] == [200, 409, 409]
    assert happened(stage).count("answered") == 1


def test_a_pause_is_asked_for_once(stage: Stage, browser: Browser) -> None:
    link = forwarded(stage, browser)
    asked = {"act": "pause", "reason": "waiting_part", "until": "2026-06-08"}
    assert browser.post(link, {**asked, "reason": ""}).status == 400
    assert browser.post(link, {**asked, "until": "2026-06-01"}).status == 400
    pages = [browser.post(link, asked) for _ in range(2)]
    assert [page.status for page in pages] == [200, 200]
    assert happened(stage).count("pause_asked") == 1
    assert 'value="pause"' not in pages[0].html


def test_each_look_at_the_customer_is_an_event(stage: Stage, browser: Browser) -> None:
    link = forwarded(stage, browser, contact_by="unit")
    assert "Mrs Chan" not in browser.get(link).html
    page = browser.post(link, {"act": "customer"})
    assert "Mrs Chan" in page.words
    assert HONG_KONG in page.words
    browser.post(link, {"act": "customer"})
    assert happened(stage).count("customer_shown") == 2


@pytest.mark.parametrize("fields", [{"contact_by": "supervision"}, {"category": "conduct"}])
def test_the_customer_of_supervision_alone_stays_unknown(
    stage: Stage, browser: Browser, fields: dict[str, str]
) -> None:
    page = browser.post(forwarded(stage, browser, **fields), {"act": "customer"})
    assert "Only supervision may contact" in page.words
    for hidden in ("Mrs Chan", HONG_KONG, "V-1", "The heater leaks"):
        assert hidden not in page.html


def test_two_cases_that_differ_in_their_customer_alone_look_the_same(
    stage: Stage, browser: Browser
) -> None:
    """The bytes that a unit can fetch, its own reference aside."""
    pages = []
    for place in (2, 3):
        number = f"+8525123000{place}"
        stage.upload(stage.row(f"V-{place}", phone=number))
        receipt = browser.complain("late", contact=number, name=f"Name {place}")
        link = pass_on(stage, receipt, "Late twice")
        reference = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", browser.get(link).html)
        assert reference
        fetched = [browser.get(link), browser.post(link, {"act": "customer"})]
        fetched.append(browser.post(link, DONE))
        pages.append([page.html.replace(reference[0], "REFERENCE") for page in fetched])
    assert pages[0] == pages[1]


def test_the_unit_has_no_way_to_close_delete_or_rename(stage: Stage, browser: Browser) -> None:
    link = forwarded(stage, browser)
    before = stage.everything()
    for act in ("close", "delete", "label", "forward", "read", "standing", "", "__class__"):
        page = browser.post(link, {"act": act, "state": "closed", "kind": "praise", "unit": "U2"})
        assert page.status == 200
    assert stage.everything() == before


@pytest.mark.parametrize("path", ["/a/{}", "/u/case/{}"])
def test_a_link_that_opens_nothing_is_one_kind_page(browser: Browser, path: str) -> None:
    gone: Page = browser.get("/c/" + "A" * 22)
    for token in ("A" * 22, "..", "x" * 300, "%F0%28"):
        page = browser.get(path.format(token))
        assert (page.status, page.html) == (404, gone.html)
        assert browser.post(path.format(token), DONE).status == 404


def test_a_link_runs_out_and_ends_with_the_units_part(stage: Stage, browser: Browser) -> None:
    link = forwarded(stage, browser)
    stage.move(UPLOADED + timedelta(days=181))
    assert browser.get(link).status == 404


def test_hostile_words_of_a_customer_are_words(stage: Stage, browser: Browser) -> None:
    hostile = "</p><script>alert(1)</script>{{ 7*7 }}"
    receipt = browser.complain(hostile, contact=HONG_KONG, contact_by="unit", name=hostile)
    link = pass_on(stage, receipt, "")
    page = browser.post(link, {"act": "customer"})
    assert page.words.count(hostile) == 2
    assert "script" not in page.tags


def test_the_page_speaks_the_units_language(stage: Stage, browser: Browser) -> None:
    chinese = Browser(stage, {"Accept-Language": "zh"})
    link = forwarded(stage, browser)
    assert '<html lang="en">' in chinese.get(link).html
    assert "答复期限" in chinese.get(f"{link}?lang=zh").words
