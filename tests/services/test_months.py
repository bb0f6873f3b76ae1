"""Closed months are signed, objected to, ruled on and issued, each by who may and when he may."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Barrier, Thread

import pytest

from chalicelib.core import proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.cases import Case, CaseName
from chalicelib.core.people import Member
from chalicelib.core.verification import Verification
from chalicelib.services.case_unit import At
from chalicelib.services.cases import Why
from chalicelib.services.month_objections import Objection, Ruling
from chalicelib.services.month_records import UnitMonth
from tests.services.case_stage import LIN, MEI, SUN
from tests.services.closed_months import (
    HU,
    OU,
    U1_MAY,
    ZHOU,
    after_term,
    amend,
    amendments,
    approve,
    closed,
    desk,
    issue,
    mailed,
    object_to,
    refused,
    relabel,
    rule,
    sign,
    stands,
)
from tests.services.months import MAY
from tests.stage import Stage

ADMIN = Member("Ad", "ad@supervision.example", "admin")
EVERYBODY = (SUN, LIN, OU, HU, ADMIN)

ACTS: dict[str, Callable[[Stage, Member], object]] = {
    "sign": lambda stage, by: desk(stage).sign(U1_MAY, by, stage.now),
    "object": lambda stage, by: desk(stage).object_to(
        U1_MAY, Objection("change", reason="x"), by, stage.now
    ),
    "rule": lambda stage, by: desk(stage).rule(U1_MAY, Ruling("rejected", "x"), by, stage.now),
    "question": lambda stage, by: desk(stage).question(U1_MAY, "why", by, stage.now),
    "answer": lambda stage, by: desk(stage).answer(U1_MAY, "", "so", by, stage.now),
    "issue": lambda stage, by: desk(stage).issue(U1_MAY, by, stage.now),
    "show-month": lambda stage, by: desk(stage).show(U1_MAY, by),
}
FOR = {
    "sign": ("lead",),
    "object": ("supervisor", "lead"),
    "rule": ("lead",),
    "question": ("hr",),
    "answer": ("supervisor", "lead"),
    "issue": ("hr",),
    "show-month": ("supervisor", "lead", "hr", "auditor"),
}
"""Who may do what (DESIGN 8)."""


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_for_its_roles_alone_and_never_for_who_is_recused(stage: Stage, act: str) -> None:
    closed(stage)
    for member in EVERYBODY:
        recused = replace(member, recusals=("U1",))
        if member.role in FOR[act]:
            error = refused(stage, lambda by=recused: ACTS[act](stage, by))  # type: ignore[misc] # bound
            assert error.code == "recused"
        else:
            error = refused(stage, lambda by=member: ACTS[act](stage, by))  # type: ignore[misc] # bound
            assert (error.code, error.facts["act"]) == ("role", act)


@pytest.mark.parametrize("act", ACTS)
def test_a_month_without_a_document_is_refused(stage: Stage, act: str) -> None:
    member = next(each for each in EVERYBODY if each.role in FOR[act])
    assert refused(stage, lambda: ACTS[act](stage, member)).code == "no_document"


def test_a_month_goes_from_signature_to_register(stage: Stage) -> None:
    closed(stage)
    sign(stage)
    object_to(stage)
    rule(stage)
    desk(stage).question(U1_MAY, "why so?", HU, stage.now)
    desk(stage).answer(U1_MAY, "", "because", ZHOU, stage.now)
    after_term(stage)
    issue(stage)
    assert [step.what for step in stands(stage).steps] == [
        *("closed", "signed", "objected", "ruled", "questioned", "answered", "issued"),
    ]
    assert [step.by for step in stands(stage).steps] == [
        *("service", LIN.mail, "unit:U1:boss@east.example", MEI.mail, HU.mail, ZHOU.mail, HU.mail),
    ]
    (entry,) = stage.storage.register.of_month(MAY)
    assert (entry.unit, entry.sequence, entry.amount, entry.before) == ("U1", 1, 5000, 0)
    assert entry.issued_by == HU.mail


def test_a_trial_is_issued_and_enters_no_register(stage: Stage) -> None:
    closed(stage, mode="trial")
    sign(stage)
    after_term(stage)
    issue(stage)
    assert stands(stage).state == "issued"
    assert stage.storage.register.of_month(MAY) == []


def test_a_month_frozen_as_a_trial_is_never_registered_whatever_the_rules_say_now(
    stage: Stage,
) -> None:
    closed(stage, mode="trial")
    stage.wiring.rules = replace(stage.wiring.rules, mode="paid")
    sign(stage)
    after_term(stage)
    issue(stage)
    assert stage.storage.register.of_month(MAY) == []


def test_the_issue_is_refused_until_everything_is_done(stage: Stage) -> None:
    closed(stage)
    assert refused(stage, lambda: issue(stage)).code == "month_state"
    sign(stage)
    assert refused(stage, lambda: issue(stage)).code == "term"
    object_to(stage)
    desk(stage).question(U1_MAY, "why?", HU, stage.now)
    after_term(stage)
    assert refused(stage, lambda: issue(stage)).code == "unruled"
    rule(stage)
    assert refused(stage, lambda: issue(stage)).code == "unanswered"
    desk(stage).answer(U1_MAY, "1", "so", LIN, stage.now)
    issue(stage)
    assert refused(stage, lambda: issue(stage)).code == "month_state"


def test_a_later_objection_is_refused_with_the_date(stage: Stage) -> None:
    closed(stage)
    sign(stage)
    after_term(stage)
    error = refused(stage, lambda: object_to(stage))
    assert (error.code, error.facts) == ("objected_too_late", {"day": "2026-06-15"})


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Objection(reason="x"), "one_about"),
        (Objection("change", "ABCD-2345", "x"), "one_about"),
        (Objection("sum", reason="x"), "unknown_line"),
        (Objection(case="ZZZZ-ZZZZ", reason="x"), "unknown_reference"),
        (Objection(case="<script>", reason="x"), "unknown_reference"),
        (Objection("change"), "empty_text"),
    ],
    ids=["nothing", "two things", "no line", "no case", "no reference", "no reason"],
)
def test_an_objection_is_about_one_thing_there_is(stage: Stage, said: Objection, code: str) -> None:
    closed(stage, cases=1)
    sign(stage)
    at, boss, now = U1_MAY, "boss@east.example", stage.now
    assert refused(stage, lambda: desk(stage).object_by_unit(at, said, boss, now)).code == code


def test_a_unit_objects_to_no_case_of_another_unit(stage: Stage) -> None:
    closed(stage, cases=1)
    name_case(stage)
    desk(stage).sign(UnitMonth("U2", MAY), LIN, stage.now)
    said = Objection(case="ABCD-2345", reason="x")
    at = UnitMonth("U2", MAY)
    error = refused(stage, lambda: desk(stage).object_by_unit(at, said, "w@w.example", stage.now))
    assert error.code == "unknown_reference"


def name_case(stage: Stage) -> str:
    """The number of May's case, found by its reference from now on."""
    (case,) = stage.storage.cases.of_month("U1", MAY)
    stage.storage.commit([CaseName(case.reference, case.number)], [])
    return case.number


class TestWhoRules:
    def test_nobody_who_handled_the_case(self, stage: Stage) -> None:
        closed(stage, cases=1)
        number = name_case(stage)
        stage.wiring.case_desk("test").label(number, {"category": "price"}, Why(), MEI, stage.now)
        sign(stage)
        object_to(stage, case="ABCD-2345")
        assert refused(stage, lambda: rule(stage, by=MEI)).code == "had_a_hand"
        assert refused(stage, lambda: rule(stage, by=LIN)).code == "had_a_hand", "he signed"

    def test_of_the_complaints_nobody_who_handled_one(self, stage: Stage) -> None:
        closed(stage, cases=1)
        number = name_case(stage)
        stage.wiring.case_desk("test").label(number, {"category": "price"}, Why(), MEI, stage.now)
        sign(stage)
        object_to(stage, line="complaints")
        assert refused(stage, lambda: rule(stage, by=MEI)).code == "had_a_hand"

    def test_of_the_forms_nobody_who_called(self, stage: Stage) -> None:
        closed(stage)
        call(stage, "U1-2026-05-000", MEI)
        sign(stage)
        object_to(stage, line="all_best")
        assert refused(stage, lambda: rule(stage, by=MEI)).code == "had_a_hand"

    def test_nobody_who_took_the_objection_down(self, stage: Stage) -> None:
        closed(stage)
        sign(stage)
        desk(stage).object_to(U1_MAY, Objection("change", reason="x"), MEI, stage.now)
        assert refused(stage, lambda: rule(stage, by=MEI)).code == "had_a_hand"


def call(stage: Stage, visit_id: str, by: Member, outcome: str = "confirmed") -> None:
    """A call about a visit, saved as its outcome."""
    made = Verification("2026-W23", "", "random", outcome=outcome, at=stage.now, by=by.mail)
    stage.storage.commit([], [replace(stage.visit(visit_id), verification=made)])


def test_an_upheld_objection_proposes_an_amendment_and_another_decides(stage: Stage) -> None:
    closed(stage, cases=1)
    number = name_case(stage)
    sign(stage)
    object_to(stage, case="ABCD-2345")
    rule(stage, "upheld")
    (made,) = amendments(stage)
    assert (made.reason, made.proposed_by) == ("objection", MEI.mail)
    assert (made.subjects, made.cause) == ((f"case {number}",), "objection.1.1")
    assert made.values == {"words": "it is so"}
    after_term(stage)
    assert refused(stage, lambda: issue(stage)).code == "amendments_open"


@pytest.mark.parametrize(
    ("subjects", "code"),
    [("", "no_subject"), ("visit V-9", "unknown_subject"), ("form 1", "unknown_subject")],
)
def test_an_upheld_objection_to_a_line_says_what_is_read_anew(
    stage: Stage, subjects: str, code: str
) -> None:
    closed(stage)
    sign(stage)
    object_to(stage)
    assert refused(stage, lambda: rule(stage, "upheld", subjects=subjects)).code == code
    rule(stage, "upheld", subjects="visit U1-2026-05-000")
    assert amendments(stage)[0].subjects == ("visit U1-2026-05-000",)


def test_each_step_is_mailed_to_whom_it_concerns(stage: Stage) -> None:
    closed(stage)
    told: list[str] = []

    def news() -> list[str]:
        before, told[:] = list(told), mailed(stage)
        return sorted(set(told) - set(before))

    news()
    sign(stage)
    assert news() == ["month_signed", "unit_month_noticed"]
    object_to(stage)
    assert news() == ["month_objected"]
    rule(stage)
    assert news() == ["month_ruled", "unit_month_ruled"]
    desk(stage).question(U1_MAY, "why?", HU, stage.now)
    assert news() == ["month_questioned"]
    desk(stage).answer(U1_MAY, "", "so", SUN, stage.now)
    assert news() == ["month_answered"]
    after_term(stage)
    issue(stage)
    assert news() == ["month_issued", "unit_month_issued"]


def at_once(*acts: Callable[[], object]) -> list[str]:
    """The code of each act's refusal, "" for none, all begun at the same time."""
    barrier, codes = Barrier(len(acts)), ["?"] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
            codes[place] = ""
        except ActError as error:
            codes[place] = error.code

    threads = [Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(codes)


def test_of_two_leads_who_sign_at_once_one_has_signed(stage: Stage) -> None:
    closed(stage)
    done = at_once(lambda: sign(stage, LIN), lambda: sign(stage, MEI))
    assert done == ["", "month_state"]
    assert [step.what for step in stands(stage).steps] == ["closed", "signed"]
    assert mailed(stage).count("unit_month_noticed") == 1


def test_nobody_signs_or_issues_another_document_than_he_has_seen(stage: Stage) -> None:
    closed(stage, cases=1)
    first = stage.storage.documents.of_month("U1", MAY)
    assert first is not None
    (case,) = stage.storage.cases.of_month("U1", MAY)
    relabel(stage, case.number)
    approve(stage)
    seen = first.sha256[:12]
    error = refused(stage, lambda: desk(stage).sign(U1_MAY, LIN, stage.now, seen))
    assert error.code == "another_document"
    desk(stage).sign(U1_MAY, LIN, stage.now, error.facts["hash"][:12].upper())
    after_term(stage)
    error = refused(stage, lambda: desk(stage).issue(U1_MAY, HU, stage.now, seen))
    assert error.code == "another_document"


def test_a_signature_begun_before_an_amendment_signs_nothing_else(stage: Stage) -> None:
    closed(stage, cases=1)
    (case,) = stage.storage.cases.of_month("U1", MAY)
    relabel(stage, case.number)
    signing, commit = desk(stage), stage.storage.commit

    def overtaken(adds: Sequence[object], saves: Sequence[object]) -> None:
        """The amendment is approved while the lead signs."""
        signing._commit = commit
        approve(stage)
        commit(adds, saves)

    signing._commit = overtaken
    with pytest.raises(ActError, match="another_document"):
        signing.sign(U1_MAY, LIN, stage.now)
    assert (stands(stage).sequence, stands(stage).state) == (2, "closed")


def test_of_eight_who_issue_at_once_one_enters_the_register(stage: Stage) -> None:
    closed(stage)
    sign(stage)
    after_term(stage)
    done = at_once(*[lambda: issue(stage)] * 8)
    assert done == [""] + ["month_state"] * 7
    assert len(stage.storage.register.of_month(MAY)) == 1


def test_the_unit_reads_its_month_from_the_notice_on(stage: Stage) -> None:
    closed(stage)
    own = stage.token("assessments:read", unit="U1")
    path = f"/api/assessments/U1/{MAY}"
    assert stage.call("GET", path, token=own).status == 404
    sign(stage)
    assert stage.call("GET", path, token=own).json["state"] == "noticed"
    after_term(stage)
    issue(stage)
    assert stage.call("GET", path, token=own).json["state"] == "issued"


# --- what the unit says against a case --------------------------------------------------------


def says(stage: Stage, reason: str = "it was misuse") -> None:
    """The unit objects to its case where it answers it."""
    here = At("U1", "ABCD-2345")
    stage.wiring.unit_desk.object_to(here, reason, "link", stage.now)


def of_month(stage: Stage) -> list[tuple[str, str]]:
    found = proceedings.objections(stands(stage))
    return [(each.step.values["about"], each.step.values["reason"]) for each in found]


def shown_case(stage: Stage) -> str:
    """May's case as the unit knows it: it was forwarded."""
    number = name_case(stage)
    stage.wiring.case_desk("test").forward(number, "It leaks", SUN, stage.now)
    return number


SAID = ("case ABCD-2345", "it was misuse")


class SignedMeanwhile:
    """The months of a unit's desk, where a lead signs as soon as the desk has looked once."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.looks = stage, 0
        self.months = stage.wiring.month_desk("unit")

    def object_to_case(self, case: Case, reason: str, by: str, now: datetime) -> None:
        self.months.object_to_case(case, reason, by, now)
        self.looks += 1
        if self.looks == 1:
            sign(self.stage)


def test_what_a_unit_says_while_a_lead_signs_is_not_lost(stage: Stage) -> None:
    closed(stage, cases=1)
    shown_case(stage)
    stage.wiring.unit_desk._months = SignedMeanwhile(stage)
    says(stage)
    assert of_month(stage) == [SAID]
    says(stage)
    assert of_month(stage) == [SAID]


def test_what_a_unit_says_before_the_notice_is_taken_up_with_it(stage: Stage) -> None:
    closed(stage, cases=1)
    shown_case(stage)
    says(stage)
    assert of_month(stage) == []
    sign(stage)
    assert of_month(stage) == [SAID]
    assert {"unit_month_noticed", "month_objected"} <= set(mailed(stage))
    after_term(stage)
    assert refused(stage, lambda: issue(stage)).code == "unruled"


def test_what_it_says_after_the_notice_is_an_objection_at_once(stage: Stage) -> None:
    closed(stage, cases=1)
    shown_case(stage)
    sign(stage)
    says(stage)
    assert of_month(stage) == [SAID]
    after_term(stage)
    assert refused(stage, lambda: says(stage, "and more")).code == "objected_too_late"


def test_what_two_members_have_answered_by_a_label_is_no_objection_any_more(stage: Stage) -> None:
    closed(stage, cases=1)
    number = shown_case(stage)
    says(stage)
    relabel(stage, number)
    approve(stage)
    sign(stage)
    assert of_month(stage) == []


def test_what_was_ruled_on_is_not_taken_up_again(stage: Stage) -> None:
    closed(stage, ["AAA", "ABC"], cases=1)
    shown_case(stage)
    says(stage)
    sign(stage)
    rule(stage)
    call(stage, "U1-2026-05-000", ZHOU)
    amend(stage, "visit U1-2026-05-000")
    approve(stage)
    sign(stage)
    assert of_month(stage) == []
