"""The mails about closed months: each to its readers, in their language, and nothing too early."""

from dataclasses import replace
from email.message import EmailMessage

import pytest

from chalicelib.core.people import Unit
from tests.core.lives import at
from tests.services.case_stage import BOSS, LIN, MEI
from tests.services.closed_months import (
    HU,
    OU,
    U1_MAY,
    ZHOU,
    after_term,
    amend,
    approve,
    closed,
    desk,
    issue,
    object_to,
    relabel,
    rule,
    sign,
)
from tests.services.months import MAY
from tests.services.test_month_amendments import FIRST, voided
from tests.stage import Stage, plain

LEADS = [LIN.mail, MEI.mail]
CUSTOMER_TEXT = "MY SECRET WORDS"


def sent(stage: Stage, subject: str) -> EmailMessage:
    """The one mail with this in its subject."""
    stage.wiring.month_alarms.run(stage.now)
    for _ in range(2):
        stage.wiring.effects.run(stage.now)
    (mail,) = [each for each in stage.mails() if subject in str(each["Subject"])]
    return mail


def to(mail: EmailMessage) -> list[str]:
    return str(mail["To"]).split(", ")


@pytest.fixture
def english(stage: Stage) -> Stage:
    """Supervision reads English too."""
    stage.wiring.rules = replace(stage.wiring.rules, languages=("en", "zh"))
    closed(stage, ["AAA", "EEE"], cases=6)
    return stage


def test_the_notice_goes_to_the_unit_alone_with_its_lines_term_and_page(english: Stage) -> None:
    sign(english)
    mail = sent(english, "notice of assessment")
    assert to(mail) == [BOSS]
    text = plain(mail)
    assert "until the end of 2026-06-15" in text
    assert "\t-3000" in text
    page, report = mail.iter_attachments()
    assert page.get_content_type() == "text/html"
    assert page.get_filename() == f"U1-{MAY}.html"
    html = page.get_content()
    assert "East" in html
    assert FIRST in html
    assert "Lin" in html, "who signed"
    assert report.get_filename() == f"U1-{MAY}-report.html"
    assert "Monthly report for the unit" in report.get_content()


def test_the_notice_speaks_the_language_of_the_unit(stage: Stage) -> None:
    closed(stage)
    stage.wiring.people.put(Unit("U1", "东区", BOSS, "zh", since=MAY))
    sign(stage)
    mail = sent(stage, "考核通知")
    assert "2026-06-15 当日结束前" in plain(mail)


def test_no_unit_hears_anything_before_its_notice(english: Stage) -> None:
    (case, *_) = english.storage.cases.of_month("U1", MAY)
    relabel(english, case.number)
    approve(english)
    desk(english).question(U1_MAY, "why?", HU, english.now)
    desk(english).answer(U1_MAY, "", "so", ZHOU, english.now)
    english.wiring.month_alarms.run(english.now)
    for _ in range(2):
        english.wiring.effects.run(english.now)
    readers = {address for mail in english.mails() for address in to(mail)}
    assert BOSS not in readers
    assert "boss@west.example" not in readers


def test_a_unit_hears_of_its_own_month_alone(english: Stage) -> None:
    sign(english)
    object_to(english)
    rule(english)
    after_term(english)
    issue(english)
    for _ in range(2):
        english.wiring.effects.run(english.now)
    told = [mail for mail in english.mails() if BOSS in to(mail)]
    assert len(told) == 3
    assert all(to(mail) == [BOSS] for mail in told)
    assert all("U2" not in plain(mail) and "West" not in plain(mail) for mail in told)
    assert all("boss@west.example" not in to(mail) for mail in english.mails())


def test_a_notice_after_an_amendment_says_that_it_takes_the_place_of_another(
    english: Stage,
) -> None:
    voided(english)
    amend(english, f"visit {FIRST}")
    approve(english)
    sign(english)
    assert "takes the place of an earlier one" in plain(sent(english, "notice of assessment"))


def test_hr_hears_from_when_on_it_may_issue(english: Stage) -> None:
    sign(english)
    mail = sent(english, "objections until 2026-06-15")
    assert to(mail) == [HU.mail, OU.mail]
    assert "personnel may issue" in plain(mail)


def test_an_objection_goes_to_leads_and_its_ruling_to_unit_and_hr(english: Stage) -> None:
    sign(english)
    object_to(english, "complaints")
    objection = sent(english, "objection to line")
    assert to(objection) == LEADS
    assert "it is not so" in plain(objection)
    rule(english)
    english.wiring.effects.run(english.now)
    rulings = [m for m in english.mails() if "objection 1 is rejected" in str(m["Subject"])]
    assert sorted(to(mail)[0] for mail in rulings) == [BOSS, HU.mail]
    assert all("it is so" in plain(mail) for mail in rulings)


def test_a_question_goes_to_supervision_and_the_answer_to_hr(english: Stage) -> None:
    desk(english).question(U1_MAY, "why so many?", HU, english.now)
    question = sent(english, "personnel asks")
    assert {ZHOU.mail, *LEADS} <= set(to(question))
    assert "why so many?" in plain(question)
    desk(english).answer(U1_MAY, "", "a storm", ZHOU, english.now)
    answer = sent(english, "supervision has answered")
    assert to(answer) == [HU.mail]
    assert "a storm" in plain(answer)


def test_the_issue_names_what_is_to_be_paid_now(english: Stage) -> None:
    sign(english)
    after_term(english)
    issue(english)
    (case, *_) = english.storage.cases.of_month("U1", MAY)
    relabel(english, case.number)
    approve(english)
    sign(english)
    after_term(english)
    issue(english)
    for _ in range(2):
        english.wiring.effects.run(english.now)
    texts = [plain(mail) for mail in english.mails() if "issued, 0" in str(mail["Subject"])]
    assert len(texts) == 2
    assert all("before\n-3000" in text and "now\n3000" in text for text in texts)


def test_a_trial_says_that_nothing_is_paid(stage: Stage) -> None:
    stage.wiring.rules = replace(stage.wiring.rules, languages=("en",))
    closed(stage, mode="trial")
    sign(stage)
    after_term(stage)
    issue(stage)
    stage.wiring.effects.run(stage.now)
    mails = [mail for mail in stage.mails() if "issued" in str(mail["Subject"])]
    assert {address for mail in mails for address in to(mail)} >= {BOSS, HU.mail, OU.mail, *LEADS}
    assert all("nothing is entered, paid or held back" in plain(mail) for mail in mails)
    assert all(str(mail["Subject"]).startswith("[TRIAL]") for mail in mails)


def test_a_proposal_and_its_decision_are_told_to_who_decides(english: Stage) -> None:
    (case, *_) = english.storage.cases.of_month("U1", MAY)
    relabel(english, case.number)
    proposal = sent(english, "amendments to decide on")
    assert to(proposal) == sorted([*LEADS, OU.mail])
    assert "a case is called otherwise" in plain(proposal)
    assert "the service" in plain(proposal)
    approve(english)
    decision = sent(english, "amendment approved")
    assert to(decision) == sorted([*LEADS, OU.mail, HU.mail])
    assert "document 2 of the unit's chain" in plain(decision)


def test_a_refusal_says_why(english: Stage) -> None:
    amend(english, f"visit {FIRST}")
    english.wiring.amendment_desk.refuse(U1_MAY, "", "it was right", OU, english.now)
    assert "it was right" in plain(sent(english, "amendment refused"))


def test_the_alarm_names_what_has_to_be_done(english: Stage) -> None:
    sign(english)
    object_to(english)
    english.move(at("2026-06-16 09:15"))
    mail = sent(english, "steps are overdue")
    assert to(mail) == sorted([*LEADS, OU.mail])
    assert "a lead rules on objection 1" in plain(mail)


def test_no_mail_holds_what_a_customer_wrote(english: Stage) -> None:
    (case, *_) = english.storage.cases.of_month("U1", MAY)
    english.storage.commit([], [replace(case, text=CUSTOMER_TEXT, customer_name=CUSTOMER_TEXT)])
    sign(english)
    object_to(english)
    rule(english)
    relabel(english, case.number)
    approve(english)
    english.wiring.month_alarms.run(english.now)
    for _ in range(2):
        english.wiring.effects.run(english.now)
    assert english.mails()
    assert not any(CUSTOMER_TEXT in mail.as_string() for mail in english.mails())
