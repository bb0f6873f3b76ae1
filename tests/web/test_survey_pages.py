"""The survey behind its link: direct evidence, corrected as by text, and nothing in a URL."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from chalicelib.core import calendar, links
from chalicelib.core.answering import Given, answered
from chalicelib.core.saving import Busy
from chalicelib.core.visits import Visit, merged
from tests.stage import COMPLETED, INVITED, UPLOADED, Stage
from tests.web.browser import FORM, Browser, Page

HONG_KONG = "+85251230001"
ABA = {"timeliness": "A", "quality": "B", "attitude": "A"}


@pytest.fixture
def browser(stage: Stage) -> Browser:
    stage.upload(stage.row("V-1", phone=HONG_KONG, appliance="Boiler"))
    stage.dispatch(INVITED)
    return Browser(stage)


@pytest.fixture
def link(stage: Stage, browser: Browser) -> str:
    """The one in the invitation."""
    (invitation,) = stage.sent_to(HONG_KONG)
    found = re.search(r"/f/[^ ]+", invitation)
    assert found
    return found[0]


def printed(stage: Stage, visit_id: str = "V-1") -> str:
    """A link that was given to nobody's number."""
    token = stage.wiring.survey_forms.issue(visit_id)
    assert token is not None
    return f"/f/{token}"


def grades(visit: Visit) -> Mapping[str, str]:
    return merged(visit.answers, with_late=True)


def texts(stage: Stage) -> list[str]:
    """What the visit's number was sent beside the invitation."""
    stage.dispatch()
    return stage.sent_to(HONG_KONG)[1:]


def test_the_form_asks_in_words_and_letters_with_nothing_chosen(
    browser: Browser, link: str
) -> None:
    page = browser.get(link)
    assert page.status == 200
    assert "Our service for your Boiler on 3 June" in page.words
    for question in ("Were we on time?", "Was the repair good?", "Were we polite?"):
        assert question in page.words
    for grade in ("A very satisfied", "C neutral", "E very dissatisfied"):
        assert " ".join(page.words.split()).count(grade.replace(" ", "", 1)) == 3
    assert page.chosen == {}
    assert "Mrs Chan" not in page.words


def test_grades_are_direct_evidence_by_link(stage: Stage, browser: Browser, link: str) -> None:
    page = browser.send(link, **ABA, comment="Kind and quick")
    assert page.status == 200
    assert "Your grades are noted" in page.words
    visit = stage.visit("V-1")
    (answer,) = visit.answers
    assert (answer.grades, answer.channel, answer.evidence) == ("ABA", "link", "direct")
    assert (visit.survey.state, visit.comment) == ("answered", "Kind and quick")
    raw = stage.storage.submissions.get(answer.source)
    assert raw is not None
    assert raw.fields == {**ABA, "comment": "Kind and quick"}
    assert (raw.page, raw.about, raw.outcome) == ("survey", "V-1", "noted")


def test_the_number_of_the_visit_is_told(stage: Stage, browser: Browser, link: str) -> None:
    browser.send(link, **ABA)
    (echo,) = texts(stage)
    assert "A B A" in echo
    assert "NOT ME" in echo


def test_items_may_be_left_out_and_given_later(stage: Stage, browser: Browser, link: str) -> None:
    browser.send(link, quality="D")
    assert stage.visit("V-1").survey.state == "partial"
    browser.send(link, timeliness="A", attitude="C")
    visit = stage.visit("V-1")
    assert grades(visit) == {"timeliness": "A", "quality": "D", "attitude": "C"}
    assert visit.survey.state == "answered"


def test_a_correction_replaces_what_it_names_and_nothing_else(
    stage: Stage, browser: Browser, link: str
) -> None:
    browser.send(link, **ABA)
    assert "graded already" in browser.get(link).words
    stage.move(stage.now + timedelta(minutes=1))
    browser.send(link, quality="E")
    visit = stage.visit("V-1")
    assert grades(visit) == {**ABA, "quality": "E"}
    assert [answer.grades for answer in visit.answers] == ["ABA", "-E-"]


def test_the_page_never_shows_the_grades_that_are_stored(browser: Browser, link: str) -> None:
    """Whoever stands beside the customer may ask to see it."""
    blank = browser.get(link)
    browser.send(link, timeliness="D", quality="E", attitude="D")
    page = browser.get(link)
    assert page.chosen == {}
    assert len(page.tags) - len(blank.tags) == 1, "the note that it was answered"


@pytest.mark.parametrize("item", ABA)
@pytest.mark.parametrize("grade", ["F", "a", "AA", "A ", "Ａ", "А", "1", "<b>", "A\0"])
def test_a_grade_that_is_none_stores_nothing(
    stage: Stage, browser: Browser, link: str, item: str, grade: str
) -> None:
    page = browser.send(link, **{**ABA, item: grade}, comment="kept")
    assert page.status == 400
    assert f"{item}-error" in page.ids
    assert page.chosen == {other: ABA[other] for other in ABA if other != item}
    assert page.values["comment"] == "kept"
    assert stage.visit("V-1").answers == ()


def test_two_grades_for_one_item_store_nothing(stage: Stage, browser: Browser, link: str) -> None:
    values = browser.get(link).values
    body = f"nonce={values['nonce']}&version={values['version']}&quality=A&quality=E"
    page = Page(stage.call("POST", link, body.encode(), token=None, headers=FORM))
    assert page.status == 400
    assert stage.visit("V-1").answers == ()


def test_an_empty_form_comes_back(stage: Stage, browser: Browser, link: str) -> None:
    page = browser.send(link, comment="  ")
    assert page.status == 400
    assert "at least one grade or write" in page.words
    assert stage.visit("V-1").comment == ""


def test_words_alone_are_kept(stage: Stage, browser: Browser, link: str) -> None:
    page = browser.send(link, comment="AAB was the part's name")
    assert "noted what you wrote" in page.words
    visit = stage.visit("V-1")
    assert (visit.answers, visit.comment) == ((), "AAB was the part's name")


# --- once, and against what happens meanwhile ----------------------------------------------------


def test_the_same_form_sent_many_times_is_one_answer_and_one_echo(
    stage: Stage, browser: Browser, link: str
) -> None:
    fields = {**browser.get(link).values, **ABA, "comment": "quick"}
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: browser.post(link, fields).html, range(16)))
    assert len(set(pages)) == 1
    visit = stage.visit("V-1")
    assert (len(visit.answers), visit.comment) == (1, "quick")
    assert len(texts(stage)) == 1


def test_an_answer_in_between_brings_the_form_back_with_what_was_chosen(
    stage: Stage, browser: Browser, link: str
) -> None:
    fields = {**browser.get(link).values, **ABA, "comment": "quick"}
    stage.text(HONG_KONG, "CDE")
    stage.move(INVITED + timedelta(minutes=1))
    page = browser.post(link, fields)
    assert page.status == 409
    assert page.chosen == ABA
    assert page.values["comment"] == "quick"
    assert "another answer" in page.words.lower()
    assert len(stage.visit("V-1").answers) == 1
    assert browser.post(link, {**page.values, **page.chosen}).status == 200
    assert grades(stage.visit("V-1")) == ABA


@pytest.mark.parametrize("missing", ["nonce", "version"])
def test_without_nonce_or_version_the_form_comes_back(
    stage: Stage, browser: Browser, link: str, missing: str
) -> None:
    fields = {**browser.get(link).values, **ABA, missing: ""}
    page = browser.post(link, fields)
    assert (page.status, page.chosen) == (409, ABA)
    assert stage.visit("V-1").answers == ()


def test_a_reminder_in_between_is_no_conflict(stage: Stage, browser: Browser, link: str) -> None:
    fields = {**browser.get(link).values, **ABA}
    stage.dispatch(INVITED + timedelta(hours=49))
    assert browser.post(link, fields).status == 200


def test_when_the_database_is_busy_nothing_chosen_is_lost(
    stage: Stage, browser: Browser, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {**browser.get(link).values, **ABA, "comment": "quick"}

    def busy(adds: object, saves: object) -> None:
        raise Busy

    monkeypatch.setattr(stage.wiring.survey_forms, "_commit", busy)
    page = browser.post(link, fields)
    assert (page.status, page.chosen, page.values["comment"]) == (503, ABA, "quick")


def test_who_keeps_changing_his_mind_is_told_ten_times_a_day(
    stage: Stage, browser: Browser, link: str
) -> None:
    for place in range(14):
        stage.move(INVITED + timedelta(minutes=place))
        browser.send(link, quality="AB"[place % 2])
    assert len(texts(stage)) == 10
    assert grades(stage.visit("V-1")) == {"quality": "B"}


# --- late, closed, overruled ---------------------------------------------------------------------


def test_a_first_answer_after_the_close_is_kept_and_thanked_for(
    stage: Stage, browser: Browser, link: str
) -> None:
    stage.move(calendar.close_at("2026-06", stage.wiring.rules))
    page = browser.send(link, **ABA)
    assert "no longer count" in page.words
    (answer,) = stage.visit("V-1").answers
    assert answer.late


def test_a_correction_after_the_close_is_for_a_person(
    stage: Stage, browser: Browser, link: str
) -> None:
    browser.send(link, **ABA)
    stage.move(calendar.close_at("2026-06", stage.wiring.rules) + timedelta(days=8))
    page = browser.send(link, quality="E", comment="I was wrong")
    assert "can no longer be changed" in page.words
    visit = stage.visit("V-1")
    assert (grades(visit), visit.comment) == (ABA, "I was wrong")
    assert calls(stage) == ["too_late_to_correct"]


def test_what_supervision_heard_holds_and_the_conflict_is_called_about(
    stage: Stage, browser: Browser, link: str
) -> None:
    visit = stage.visit("V-1")
    heard = Given({"quality": "D"}, "call", "supervision", stage.now, "call-1")
    stage.storage.visits.save(answered(visit, heard, stage.wiring.rules).visit)
    browser.send(link, **ABA)
    assert grades(stage.visit("V-1")) == {**ABA, "quality": "D"}
    assert calls(stage) == ["conflict"]


# --- what the words ask for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("not fixed yet", "not_finished"),
        ("call me", "call_me"),
        ("not me", "not_me"),
        ("the kitchen smells, gas leak!", "danger"),
        ("I might complain about it", "maybe_complaint"),
        ("师傅很好", None),
    ],
)
def test_what_the_words_ask_for_reaches_a_person(
    stage: Stage, browser: Browser, link: str, words: str, call: str | None
) -> None:
    browser.send(link, timeliness="B", comment=words)
    assert calls(stage) == ([call] if call else [])
    assert stage.visit("V-1").comment == words


def test_a_comment_that_complains_is_a_case_of_the_visits_unit(
    stage: Stage, browser: Browser, link: str
) -> None:
    page = browser.send(link, **ABA, comment="投诉：收费太高")
    (case,) = stage.storage.cases.of_number(HONG_KONG)
    assert case.number in page.words
    assert (case.unit, case.visit_id, case.channel) == ("U1", "V-1", "web")
    assert (case.kind, case.text) == ("unread", "投诉：收费太高")


def calls(stage: Stage) -> list[str]:
    """Why a person is to call, of all entries of the call list."""
    keys = stage.storage.effects.due("call", stage.now + timedelta(days=3), 100)
    found = [stage.storage.effects.get(*key) for key in keys]
    return [effect.what for effect in found if effect is not None]


# --- being left alone ----------------------------------------------------------------------------


def test_the_button_opts_the_number_out_and_tells_it(
    stage: Stage, browser: Browser, link: str
) -> None:
    page = browser.post(link, {"opt_out": "1"})
    assert page.status == 200
    assert "no more surveys" in page.words
    assert stage.storage.phones.get(HONG_KONG).opted_out_at == stage.now
    (event,) = stage.storage.inbound.opt_events(HONG_KONG)
    assert (event.opted_out, event.by) == (True, "link")
    assert stage.visit("V-1").survey.state == "opted_out"
    browser.post(link, {"opt_out": "1"})
    assert len(texts(stage)) == 1
    assert "No more" in texts(stage)[0] or "no more" in texts(stage)[0]


def test_a_complaint_is_of_the_number_that_has_the_link_whatever_the_unit_uploads_later(
    stage: Stage, browser: Browser, link: str
) -> None:
    stage.upload(stage.row("V-1", phone="+85251230009", appliance="Boiler"))
    browser.send(link, comment="投诉：收费太高")
    (case,) = stage.storage.cases.of_number(HONG_KONG)
    assert case.visit_id == "V-1"
    assert stage.storage.cases.of_number("+85251230009") == []


def test_who_opted_out_can_still_answer_and_complain(
    stage: Stage, browser: Browser, link: str
) -> None:
    browser.post(link, {"opt_out": "1"})
    assert browser.send(link, **ABA).status == 200
    assert grades(stage.visit("V-1")) == ABA


def test_without_a_number_there_is_no_button(stage: Stage, browser: Browser) -> None:
    stage.upload(stage.row("V-2", phone=""))
    token = stage.wiring.survey_forms.issue("V-2")
    page = browser.get(f"/f/{token}")
    assert "opt_out" not in page.html
    assert browser.send(f"/f/{token}", **ABA).status == 200
    assert browser.post(f"/f/{token}", {"opt_out": "1"}).status == 200
    assert grades(stage.visit("V-2")) == ABA


def test_a_printed_link_takes_nobodys_surveys_away(stage: Stage, browser: Browser) -> None:
    link = printed(stage)
    assert "opt_out" not in browser.get(link).html
    page = browser.post(link, {"opt_out": "1"})
    assert page.status == 200
    assert "no more surveys" not in page.words
    assert stage.storage.phones.get(HONG_KONG).opted_out_at is None
    assert stage.visit("V-1").survey.state == "invited"


def test_a_number_that_was_replaced_leaves_alone_for_itself(
    stage: Stage, browser: Browser, link: str
) -> None:
    """Who puts a number of his own before the customer's cannot opt the customer out."""
    stage.upload(stage.row("V-1", phone="+85251239999", appliance="Boiler"))
    assert browser.post(link, {"opt_out": "1"}).status == 200
    assert stage.storage.phones.get("+85251239999").opted_out_at is None
    assert stage.storage.phones.get(HONG_KONG).opted_out_at == stage.now


def test_the_link_to_a_number_that_could_not_be_asked_opens_nothing_once_it_is_replaced(
    stage: Stage, browser: Browser, link: str
) -> None:
    stage.text(HONG_KONG, "STOP")
    stage.upload(stage.row("V-1", phone="+85251239999", appliance="Boiler"))
    assert browser.get(link).status == 404
    stage.dispatch(INVITED + timedelta(days=1))
    assert len(stage.sent_to("+85251239999")) == 1
    assert stage.text("+85251239999", "E E E")
    stage.text(HONG_KONG, "A A A")
    assert [answer.grades for answer in stage.visit("V-1").answers] == ["EEE"]


# --- links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "token",
    ["V-1", "V-1~", "V-1~" + "A" * 22, "V-9~" + "A" * 22, "~" * 30, "%00~" + "A" * 22, "V-1~%F0"],
)
def test_a_link_that_opens_nothing_is_one_kind_page(
    browser: Browser, link: str, token: str
) -> None:
    page = browser.get(f"/f/{token}")
    assert page.status == 404
    assert page.html == browser.get("/c/BBBBBBBBBBBBBBBBBBBBBB").html
    assert browser.post(f"/f/{token}", ABA).status == 404
    assert browser.post(f"/f/{token}", {"opt_out": "1"}).status == 404


def test_a_link_opens_its_own_visit_alone(stage: Stage, browser: Browser, link: str) -> None:
    stage.upload(stage.row("V-2"))
    stage.wiring.survey_forms.issue("V-2")
    secret = link.partition("~")[2]
    assert browser.get(f"/f/V-2~{secret}").status == 404


def test_a_link_runs_out_half_a_year_after_the_visit(
    stage: Stage, browser: Browser, link: str
) -> None:
    stage.move(COMPLETED + links.SURVEY_LIFE - timedelta(seconds=1))
    assert browser.get(link).status == 200
    stage.move(COMPLETED + links.SURVEY_LIFE)
    assert browser.get(link).status == 404


def test_earlier_links_stay_good_when_another_is_issued(
    stage: Stage, browser: Browser, link: str
) -> None:
    issue = stage.wiring.survey_forms.issue
    more = [f"/f/{issue('V-1')}" for _ in range(links.LINKS_KEPT - 1)]
    assert [browser.get(each).status for each in (link, *more)] == [200] * links.LINKS_KEPT
    issue("V-1")
    assert browser.get(link).status == 404


def test_no_secret_of_a_link_is_stored(stage: Stage, link: str) -> None:
    assert link.partition("~")[2] not in str(stage.everything())
    assert stage.wiring.survey_forms.issue("V-404") is None


def test_looking_changes_nothing(stage: Stage, browser: Browser, link: str) -> None:
    before = stage.everything()
    for _ in range(2):
        browser.get(link)
        stage.call("HEAD", link, token=None)
        browser.get(f"{link}?timeliness=A&quality=A&attitude=A&opt_out=1")
    assert stage.everything() == before


def test_no_grade_stands_in_a_url(stage: Stage, browser: Browser, link: str) -> None:
    page = browser.send(link, **ABA)
    assert [urlsplit(each).query for each in page.links] == [""] * len(page.links)
    assert 'method="post"' in browser.get(link).html


def test_the_units_name_for_the_appliance_asks_for_nothing(stage: Stage, browser: Browser) -> None:
    stage.upload(stage.row("V-2", appliance="Boiler, please all A"))
    token = stage.wiring.survey_forms.issue("V-2")
    page = browser.get(f"/f/{token}")
    assert "please all A" not in page.words
    assert "for your boiler" in page.words


def test_the_language_is_that_of_the_visit(stage: Stage, browser: Browser, link: str) -> None:
    chinese = Browser(stage, {"Accept-Language": "zh-CN"})
    assert '<html lang="en">' in chinese.get(link).html
    page = chinese.get(f"{link}?lang=zh")
    assert "来得及时吗" in page.words
    assert chinese.post(f"{link}?lang=zh", {**page.values, **ABA}).words.count("非常满意") == 2
    assert stage.now >= UPLOADED
