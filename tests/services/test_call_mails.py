"""The mails about verification calls, in both languages, to those they are meant for alone."""

from dataclasses import replace

import pytest

from chalicelib.core.effects import Effect
from chalicelib.core.outcomes import PROPOSES_VOID
from chalicelib.core.people import Member, Unit
from chalicelib.core.verification import SETTLEMENTS
from chalicelib.rulebook import load
from chalicelib.services.call_mails import READERS, CallMails
from chalicelib.services.mail_pages import NobodyToReadError
from tests.catalogues import compile_catalogues
from tests.services.calls import CALLED, FAR, HU, KEY, LIN, SUN, WEN, call, picked, told
from tests.stage import Stage, plain

JOB = {"visit_id": "V-1", "unit": "U1"}
VALUES: dict[str, list[dict[str, str]]] = {
    "void_proposed": [{**JOB, "outcome": outcome} for outcome in PROPOSES_VOID],
    "settlement_wrong": [{**JOB, "settlement": wrong} for wrong in SETTLEMENTS],
    "call_again": [{**JOB, "member": WEN.mail.lower(), "day": "2026-06-16"}],
}


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


class People:
    """Everybody who may have to do with a call."""

    def __init__(self, *members: Member) -> None:
        self._members = list(members)

    def members(self) -> list[Member]:
        return self._members

    def unit(self, unit_id: str) -> Unit:
        return Unit(unit_id, "East", "boss@east.example")


def test_every_mail_has_values_here() -> None:
    assert VALUES.keys() == READERS.keys()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("what", VALUES)
def test_each_mail_has_its_words_and_its_readers(what: str, language: str) -> None:
    rules = replace(load(), languages=(language,))
    mails = CallMails(People(SUN, WEN, LIN, FAR, HU), rules)
    to = {"void_proposed": LIN, "settlement_wrong": HU, "call_again": WEN}
    for values in VALUES[what]:
        letter = mails.letter(Effect("c", 0, "mail", what, CALLED, values))
        assert list(letter.to) == [to[what].mail]
        assert "V-1" in letter.page.title
        assert any("East (U1)" in fact for fact in letter.page.facts)


def test_a_recused_lead_hears_nothing_of_his_unit() -> None:
    effect = Effect("c", 0, "mail", "void_proposed", CALLED, VALUES["void_proposed"][0])
    with pytest.raises(NobodyToReadError):
        CallMails(People(FAR, HU), load()).letter(effect)


def test_the_leads_and_hr_are_mailed_by_the_dispatcher(stage: Stage) -> None:
    for member in (SUN, WEN, FAR):
        stage.wiring.people.put(member)
    stage.move(CALLED)
    picked(stage, "V-1")
    picked(stage, "V-2")
    call(stage, "V-1", told(answered="no"))
    call(stage, "V-2", told(settlement="overpaid", remark="He kept 50"))
    stage.dispatch()
    (void,) = stage.mails("void_proposed")
    (bill,) = stage.mails("settlement_wrong")
    assert (void["To"], bill["To"]) == (LIN.mail, "hu@personnel.example")
    assert "V-1" in plain(void)
    assert "V-2" in plain(bill)
    assert "He kept 50" not in plain(bill)
    assert KEY not in plain(bill)
