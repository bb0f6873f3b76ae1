"""The mails about verification calls, in both languages, to those they are meant for alone."""

from dataclasses import fields, replace

import pytest

from chalicelib.core.effects import Effect
from chalicelib.core.outcomes import PROPOSES_VOID
from chalicelib.core.people import Member, Unit
from chalicelib.core.verification import SETTLEMENTS
from chalicelib.core.visits import Facts
from chalicelib.rulebook import load
from chalicelib.services.call_mails import READERS, CallMails
from chalicelib.services.mail_pages import NobodyToReadError
from chalicelib.texts import translator
from tests.catalogues import compile_catalogues
from tests.services.calls import CALLED, FAR, HU, KEY, LIN, SUN, WEN, call, picked, told
from tests.stage import Stage, plain

JOB = {"visit_id": "V-1", "unit": "U1"}

UNCHANGING = {"visit_id", "unit", "country", "mobile"}
"""Facts of a visit of which no change is kept: the last two follow from the number."""

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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_field_that_an_upload_can_change_has_its_word(language: str) -> None:
    mails = CallMails(People(LIN), replace(load(), languages=(language,)))
    names = [field.name for field in fields(Facts)]
    values = {**JOB, "outcome": "no_visit", "changed": " ".join(sorted({*names} - UNCHANGING))}
    (*_, (_, told)) = mails.letter(
        Effect("c", 0, "mail", "void_proposed", CALLED, values)
    ).page.facts
    assert len(told.split(translator(language)("mail.between"))) == len(names) - len(UNCHANGING)


def test_the_leads_are_told_what_the_unit_has_changed_after_its_upload(stage: Stage) -> None:
    """Asked about a fridge, whose boiler was repaired denies the visit."""
    row = stage.row("V-1", appliance="Boiler")
    stage.upload(row)
    stage.move(CALLED)
    picked(stage, "V-1", "EEE")
    stage.upload({**row, "appliance": "Fridge"})
    stage.wiring.verification.attempt("V-1", "no_visit", SUN, CALLED)
    stage.wiring.effects.run(stage.now)
    (mail,) = stage.mails("void_proposed")
    assert translator("zh")("mail.field.appliance") in plain(mail)
    assert "Fridge" not in plain(mail)


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
