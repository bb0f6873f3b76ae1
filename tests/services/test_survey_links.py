"""Texts about a visit carry its link: the same each time, opened by nothing that is stored."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.segments import segments
from chalicelib.core.visits import merged
from chalicelib.services.survey_links import SurveyLinks
from tests.stage import INVITED, PUBLIC, Stage
from tests.web.browser import Browser

NUMBER = "+85251230001"
OTHER = "+85251230002"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ABA = {"timeliness": "A", "quality": "B", "attitude": "A"}


def link_in(text: str) -> str:
    """The path of the only link in a text of ours, as a handset finds it."""
    (link,) = re.findall(r"https?://[^\s。，]+", text)
    assert link.startswith(f"{PUBLIC}/f/")
    return str(link).removeprefix(PUBLIC)


@pytest.fixture
def invited(stage: Stage) -> Stage:
    stage.upload(stage.row("V-1", phone=NUMBER))
    stage.dispatch(INVITED)
    return stage


@pytest.mark.parametrize("language", ["en", "zh"])
def test_invitation_and_reminder_carry_the_link_within_their_budgets(
    stage: Stage, language: str
) -> None:
    stage.upload(stage.row("V-1", phone=NUMBER, language=language))
    stage.dispatch(INVITED)
    stage.dispatch(INVITED + 48 * HOUR)
    invitation, reminder = stage.sent_to(NUMBER)
    budget = stage.wiring.rules.segments
    assert (segments(invitation), segments(reminder)) <= (budget.invitation, budget.reminder)
    assert link_in(invitation) == link_in(reminder)
    assert len(stage.visit("V-1").links) == 1
    assert Browser(stage).get(link_in(invitation)).status == 200


def test_grades_behind_the_link_of_a_text_are_direct_evidence(invited: Stage) -> None:
    (invitation,) = invited.sent_to(NUMBER)
    page = Browser(invited).send(link_in(invitation), **ABA)
    assert page.status == 200
    visit = invited.visit("V-1")
    assert merged(visit.answers, with_late=True) == ABA
    assert [(each.channel, each.evidence) for each in visit.answers] == [("link", "direct")]


def test_to_look_at_the_link_of_a_text_changes_nothing(invited: Stage) -> None:
    link = link_in(invited.sent_to(NUMBER)[0])
    before = invited.everything()
    for method in ("GET", "HEAD", "GET"):
        assert invited.call(method, link, token=None).status == 200
    assert invited.everything() == before


def test_nothing_stored_opens_the_survey(invited: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    invited.dispatch(INVITED + 48 * HOUR)
    invited.text(NUMBER, "What do you mean?")
    secret = link_in(invited.sent_to(NUMBER)[0]).partition("~")[2]
    assert len(secret) == 22
    assert secret not in str(invited.everything())
    told = capfd.readouterr()
    assert secret not in told.out + told.err


@pytest.mark.parametrize("country", ["+8613800138001"])
def test_where_nobody_can_answer_a_text_it_has_no_link(stage: Stage, country: str) -> None:
    stage.upload(stage.row("V-1", phone=country, language="zh"))
    stage.dispatch(INVITED)
    stage.dispatch(INVITED + 48 * HOUR)
    invitation, reminder = stage.sent_to(country)
    for text in (invitation, reminder):
        assert stage.wiring.hotline in text
        assert "http" not in text
    assert stage.visit("V-1").links == ()


def test_a_link_that_would_break_the_budget_is_left_out(stage: Stage) -> None:
    stage.wiring.rules = replace(stage.wiring.rules, organisation="安" * 60)
    stage.upload(stage.row("V" * 64, phone=NUMBER, language="zh"))
    stage.dispatch(INVITED)
    (invitation,) = stage.sent_to(NUMBER)
    assert "http" not in invitation
    assert segments(invitation) <= stage.wiring.rules.segments.invitation
    assert stage.visit("V" * 64).links == ()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_text_that_is_looked_up_or_sent_again_has_a_link_that_works(
    stage: Stage, when: str
) -> None:
    stage.upload(stage.row("V-1", phone=NUMBER))
    stage.fault("create", "500", when=when)
    for place in range(30):
        stage.dispatch(INVITED + place * MINUTE)
    (invitation,) = stage.sent_to(NUMBER)
    assert Browser(stage).get(link_in(invitation)).status == 200
    assert len(stage.visit("V-1").links) == 1


def test_the_earlier_visit_keeps_its_link_when_the_number_is_asked_about_another(
    invited: Stage,
) -> None:
    completed = (INVITED + HOUR).isoformat()
    invited.move(INVITED + 2 * HOUR)
    invited.upload(invited.row("V-2", phone=NUMBER, completed_at=completed))
    invited.dispatch(INVITED + 48 * HOUR)
    invited.dispatch(INVITED + 51 * HOUR)
    first, _, second = invited.sent_to(NUMBER)
    assert link_in(first) != link_in(second)
    assert invited.storage.phones.get(NUMBER).current == invited.visit("V-2").key
    Browser(invited).send(link_in(first), **ABA)
    assert merged(invited.visit("V-1").answers, with_late=True) == ABA
    assert invited.visit("V-2").answers == ()


def test_a_quoted_text_of_ours_is_taken_out_with_its_link(invited: Stage) -> None:
    (invitation,) = invited.sent_to(NUMBER)
    invited.text(NUMBER, f"A B B\n> {invitation}")
    assert [answer.grades for answer in invited.visit("V-1").answers] == ["ABB"]
    assert invited.visit("V-1").comment == ""


def test_each_number_and_each_key_has_a_link_of_its_own() -> None:
    made = [
        SurveyLinks("https://huifang.example", lambda key=key: key).secret(visit, number)  # type: ignore[misc] # mypy knows no defaults of lambdas
        for key in ("k1", "k2")
        for visit in ("V-1", "V-2")
        for number in (NUMBER, OTHER)
    ]
    assert len(set(made)) == len(made) == 8
