"""Closed months are amended by two persons, in one commit, and the month after follows."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chalicelib.core.people import Member
from chalicelib.core.saving import Busy
from chalicelib.core.verification import Verification
from chalicelib.services.cases import Why
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
    everything,
    issue,
    mailed,
    object_to,
    refused,
    relabel,
    rule,
    sign,
    stands,
)
from tests.services.months import JUNE, MAY, amounts, close, document, put_forms
from tests.services.test_months import at_once
from tests.stage import Stage

U1_JUNE = UnitMonth("U1", JUNE)
FIRST = f"U1-{MAY}-000"


def voided(
    stage: Stage, visit_id: str = FIRST, by: Member = SUN, noted_by: Member | None = None
) -> None:
    """A form that did not hold, void with a lead's consent: from now on it counts nowhere."""
    made = Verification(
        *("2026-W23", "", "random"),
        outcome="never_answered",
        at=stage.now,
        by=by.mail,
        void="approved",
        void_by=LIN.mail,
        void_at=stage.now,
        noted_by=(noted_by or by).mail,
    )
    stage.storage.commit([], [replace(stage.visit(visit_id), verification=made)])


@pytest.mark.parametrize("by", [SUN, LIN, OU], ids=lambda each: each.role)
def test_supervision_and_audit_propose(stage: Stage, by: Member) -> None:
    closed(stage)
    made = amend(stage, f"visit {FIRST}", by=by)
    assert (made.state, made.proposed_by, made.reason) == ("proposed", by.mail, "other")
    assert amendments(stage) == [replace(made, version=1)]


def test_hr_proposes_nothing_and_decides_nothing(stage: Stage) -> None:
    closed(stage)
    assert refused(stage, lambda: amend(stage, f"visit {FIRST}", by=HU)).code == "role"
    amend(stage, f"visit {FIRST}")
    assert refused(stage, lambda: approve(stage, HU)).code == "role"
    assert refused(stage, lambda: approve(stage, SUN)).code == "role"


def test_who_is_recused_proposes_and_decides_nothing(stage: Stage) -> None:
    closed(stage)
    recused = replace(MEI, recusals=("U1",))
    assert refused(stage, lambda: amend(stage, f"visit {FIRST}", by=recused)).code == "recused"
    amend(stage, f"visit {FIRST}")
    assert refused(stage, lambda: approve(stage, recused)).code == "recused"
    assert refused(stage, lambda: refuse(stage, recused)).code == "recused"


def refuse(stage: Stage, by: Member = OU, words: str = "no need") -> None:
    stage.wiring.amendment_desk.refuse(U1_MAY, "", words, by, stage.now)


@pytest.mark.parametrize(
    ("subjects", "words", "code"),
    [
        ((), "x", "no_subject"),
        (("visit V-9",), "x", "unknown_subject"),
        (("case 123456789",), "x", "unknown_subject"),
        (("rules",), "x", "unknown_subject"),
        ((f"visit {FIRST}",), "  ", "empty_text"),
    ],
)
def test_a_proposal_says_what_and_why(
    stage: Stage, subjects: tuple[str, ...], words: str, code: str
) -> None:
    closed(stage)
    amendment_desk, now = stage.wiring.amendment_desk, stage.now
    error = refused(stage, lambda: amendment_desk.amend(U1_MAY, subjects, words, SUN, now))
    assert error.code == code


def test_to_propose_the_same_once_more_changes_nothing(stage: Stage) -> None:
    closed(stage)
    amend(stage, f"visit {FIRST}")
    before = everything(stage)
    amend(stage, f"visit {FIRST}")
    assert everything(stage) == before


class TestWhoDecides:
    def test_not_who_proposed(self, stage: Stage) -> None:
        closed(stage)
        voided(stage)
        amend(stage, f"visit {FIRST}", by=OU)
        assert refused(stage, lambda: approve(stage, OU)).code == "kin"
        assert refused(stage, lambda: refuse(stage, OU)).code == "kin"
        approve(stage, MEI)

    def test_not_who_called(self, stage: Stage) -> None:
        closed(stage)
        voided(stage, by=MEI)
        amend(stage, f"visit {FIRST}")
        assert refused(stage, lambda: approve(stage, MEI)).code == "kin"
        assert refused(stage, lambda: approve(stage, LIN)).code == "kin", "he voided the form"
        approve(stage, OU)

    def test_not_who_brought_the_call_in(self, stage: Stage) -> None:
        closed(stage)
        voided(stage, noted_by=MEI)
        amend(stage, f"visit {FIRST}", by=ZHOU)
        assert refused(stage, lambda: approve(stage, MEI)).code == "kin"
        approve(stage, OU)

    def test_not_who_called_after_it_was_proposed(self, stage: Stage) -> None:
        closed(stage)
        amend(stage, f"visit {FIRST}")
        voided(stage, by=MEI)
        assert refused(stage, lambda: approve(stage, MEI)).code == "kin"

    def test_not_who_handled_the_case(self, stage: Stage) -> None:
        closed(stage, cases=1)
        (case,) = stage.storage.cases.of_month("U1", MAY)
        stage.wiring.case_desk("test").label(
            case.number, {"stage": "unboxing"}, Why(), MEI, stage.now
        )
        relabel(stage, case.number)
        assert refused(stage, lambda: approve(stage, MEI)).code == "kin"
        approve(stage, LIN)

    def test_not_who_has_a_hand_in_what_takes_effect_with_it(self, stage: Stage) -> None:
        """Another open amendment of the same facts is read anew by this one's document too."""
        closed(stage)
        voided(stage)
        cause = amend(stage, f"visit {FIRST}").cause
        amend(stage, f"visit {FIRST}", by=MEI)
        assert refused(stage, lambda: approve(stage, MEI, cause)).code == "kin"

    def test_not_who_worked_on_what_takes_effect_with_it(self, stage: Stage) -> None:
        closed(stage)
        cause = amend(stage, f"visit {FIRST}").cause
        propose = stage.wiring.proposals.of_visit
        made = propose(stage.visit(FIRST), "recall.1", "outcome", [MEI.mail], stage.now)
        stage.storage.commit(made, [])
        assert refused(stage, lambda: approve(stage, MEI, cause)).code == "kin"


def test_an_approval_is_the_next_document_of_the_chain(stage: Stage) -> None:
    closed(stage, cases=6)
    before = stage.storage.documents.of_month("U1", MAY)
    assert before is not None
    assert amounts(document(stage, MAY))["complaints"] == -3000
    (case, *_) = stage.storage.cases.of_month("U1", MAY)
    relabel(stage, case.number)
    made = approve(stage)
    after = stage.storage.documents.of_month("U1", MAY)
    assert after is not None
    assert (made.state, made.sequence, made.decided_by) == ("approved", 2, OU.mail)
    assert (after.sequence, after.version_of_month) == (2, 2)
    assert after.previous_sha256 == before.sha256
    assert document(stage, MAY)["supersedes"]["hash"] == before.sha256
    assert amounts(document(stage, MAY))["complaints"] == 0
    old = stage.storage.proceedings.get("U1", 1)
    assert old is not None
    assert (old.state, stands(stage).state) == ("superseded", "closed")


def test_a_refused_amendment_is_kept_with_its_reason(stage: Stage) -> None:
    closed(stage)
    amend(stage, f"visit {FIRST}")
    assert refused(stage, lambda: refuse(stage, words="")).code == "empty_text"
    refuse(stage)
    (made,) = amendments(stage)
    assert (made.state, made.values["refused"], made.due_at) == ("refused", "no need", None)
    assert stands(stage).sequence == 1
    assert refused(stage, lambda: approve(stage, MEI, made.cause)).code == "decided"


def test_what_changes_nothing_is_no_document(stage: Stage) -> None:
    closed(stage)
    amend(stage, f"visit {FIRST}")
    assert refused(stage, lambda: approve(stage)).code == "nothing_changed"


def test_what_another_amendment_has_changed_already_is_no_second_document(stage: Stage) -> None:
    closed(stage)
    voided(stage)
    amend(stage, f"visit {FIRST}")
    amend(stage, f"visit {FIRST}", by=ZHOU)
    first, second = (each.cause for each in amendments(stage))
    approve(stage, cause=first)
    assert approve(stage, cause=second).sequence == 2
    assert stage.storage.documents.head("U1").sequence == 2


def test_several_open_ones_are_decided_by_name(stage: Stage) -> None:
    closed(stage)
    amend(stage, f"visit {FIRST}")
    amend(stage, f"visit U1-{MAY}-001")
    assert refused(stage, lambda: approve(stage)).code == "which"
    assert refused(stage, lambda: approve(stage, cause="nonsense")).code == "no_amendment"


def test_an_approval_twice_is_one_document(stage: Stage) -> None:
    closed(stage)
    voided(stage)
    amend(stage, f"visit {FIRST}")
    cause = amendments(stage)[0].cause
    done = at_once(lambda: approve(stage, OU, cause), lambda: approve(stage, MEI, cause))
    assert done == ["", "decided"]
    assert stage.storage.documents.head("U1").sequence == 2
    assert mailed(stage).count("amendment_decided") == 1
    before = everything(stage)
    decided_by = amendments(stage)[0].decided_by
    approve(stage, next(each for each in (OU, MEI) if each.mail == decided_by), cause)
    assert everything(stage) == before


def test_two_amendments_approved_at_once_are_two_documents(stage: Stage) -> None:
    closed(stage, ["AAA", "ABC"])
    second = f"U1-{MAY}-001"
    for visit in (FIRST, second):
        voided(stage, visit)
        amend(stage, f"visit {visit}")
    causes = [each.cause for each in amendments(stage)]
    done = at_once(*[lambda c=each: approve(stage, OU, c) for each in causes])
    assert done == ["", ""]
    assert stage.storage.documents.head("U1").sequence == 3
    assert document(stage, MAY)["forms"] == 0
    steps = [one.state for one in stage.storage.proceedings.of_unit("U1")]
    assert steps == ["superseded", "superseded", "closed"]


class TestAllAtOnce:
    def test_are_one_document_that_names_each(self, stage: Stage) -> None:
        closed(stage, ["AAA", "ABC"], cases=6)
        for visit in (FIRST, f"U1-{MAY}-001"):
            voided(stage, visit)
            amend(stage, f"visit {visit}")
        (case, *_) = stage.storage.cases.of_month("U1", MAY)
        relabel(stage, case.number)
        done = stage.wiring.amendment_desk.approve(U1_MAY, "all", OU, stage.now)
        assert [each.sequence for each in done] == [2, 2, 2]
        assert stage.storage.documents.head("U1").sequence == 2
        found = document(stage, MAY)
        assert {each["cause"] for each in found["supersedes"]["amendments"]} == {
            each.cause for each in amendments(stage)
        }
        assert (found["forms"], found["complaints"]["count"]) == (0, 5)
        assert mailed(stage).count("amendment_decided") == 3
        assert {each.state for each in amendments(stage)} == {"approved"}

    def test_are_those_on_which_he_may_decide(self, stage: Stage) -> None:
        closed(stage, ["AAA", "ABC"])
        second = f"U1-{MAY}-001"
        voided(stage, FIRST)
        voided(stage, second, by=MEI)
        first = amend(stage, f"visit {FIRST}").cause
        amend(stage, f"visit {second}")
        done = stage.wiring.amendment_desk.approve(U1_MAY, "all", MEI, stage.now)
        assert [each.cause for each in done] == [first]
        desk = stage.wiring.amendment_desk
        assert refused(stage, lambda: desk.approve(U1_MAY, "all", MEI, stage.now)).code == "kin"

    def test_are_refused_for_one_reason(self, stage: Stage) -> None:
        closed(stage, ["AAA", "ABC"])
        for visit in (FIRST, f"U1-{MAY}-001"):
            amend(stage, f"visit {visit}")
        desk = stage.wiring.amendment_desk
        assert refused(stage, lambda: desk.approve(U1_MAY, "all", OU, stage.now)).code == (
            "nothing_changed"
        )
        desk.refuse(U1_MAY, "all", "no need", OU, stage.now)
        assert {each.state for each in amendments(stage)} == {"refused"}
        error = refused(stage, lambda: desk.approve(U1_MAY, "all", OU, stage.now))
        assert error.code == "no_amendment"


def test_facts_that_are_gone_are_told_of(stage: Stage) -> None:
    closed(stage)
    voided(stage)
    amend(stage, f"visit {FIRST}")
    for path in (stage.folder / "blobs" / "facts").rglob("*.gz"):
        path.unlink()
    assert refused(stage, lambda: approve(stage)).code == "no_facts"


def test_an_approval_and_the_issue_at_once_leave_nothing_in_between(stage: Stage) -> None:
    """Either the old document was issued first, or the new one waits for its signature."""
    closed(stage)
    sign(stage)
    after_term(stage)
    voided(stage)

    def amended() -> None:
        amend(stage, f"visit {FIRST}")
        approve(stage)

    at_once(lambda: issue(stage), amended)
    old = stage.storage.proceedings.get("U1", 1)
    assert old is not None
    entered = [entry.sequence for entry in stage.storage.register.of_month(MAY)]
    assert (old.state, entered) in [("issued", [1]), ("superseded", [])]
    assert (stands(stage).sequence, stands(stage).state) == (2, "closed")


def test_open_objections_and_questions_go_over_to_the_new_document(stage: Stage) -> None:
    closed(stage)
    sign(stage)
    object_to(stage)
    desk(stage).question(U1_MAY, "why?", HU, stage.now)
    voided(stage)
    amend(stage, f"visit {FIRST}")
    approve(stage)
    assert [step.what for step in stands(stage).steps] == ["closed", "objected", "questioned"]
    rule(stage)
    desk(stage).answer(U1_MAY, "", "so", SUN, stage.now)
    sign(stage)
    after_term(stage)
    issue(stage)
    assert stands(stage).state == "issued"


def test_an_issued_month_stays_issued_and_the_newer_brings_the_difference(stage: Stage) -> None:
    closed(stage, cases=6)
    sign(stage)
    after_term(stage)
    issue(stage)
    (case, *_) = stage.storage.cases.of_month("U1", MAY)
    relabel(stage, case.number)
    approve(stage)
    old = stage.storage.proceedings.get("U1", 1)
    assert old is not None
    assert old.state == "issued"
    sign(stage)
    after_term(stage)
    issue(stage)
    entries = stage.storage.register.of_month(MAY)
    assert [(each.sequence, each.amount, each.before) for each in entries] == [
        (1, -3000, 0),
        (2, 0, -3000),
    ]


def test_a_case_that_goes_to_another_unit_leaves_one_document_and_enters_the_other(
    stage: Stage,
) -> None:
    closed(stage, cases=6)
    (case, *_) = stage.storage.cases.of_month("U1", MAY)
    relabel(stage, case.number, "other_unit", unit="U2")
    approve(stage)
    approve(stage, at=UnitMonth("U2", MAY))
    counts = [document(stage, MAY, unit)["complaints"]["count"] for unit in ("U1", "U2")]
    assert counts == [5, 1]


class TestTheMonthAfter:
    """May 3.5, June 4: June earned the award of a rise."""

    def closed_twice(self, stage: Stage, june: str = "AAC") -> None:
        closed(stage, ["AAA", "EEE"])
        put_forms(stage, JUNE, [june])
        close(stage, JUNE)

    def test_follows_if_its_change_line_moves(self, stage: Stage) -> None:
        self.closed_twice(stage)
        assert amounts(document(stage, JUNE))["change"] == 1000
        voided(stage, f"U1-{MAY}-001")
        amend(stage, f"visit U1-{MAY}-001")
        approve(stage)
        (made,) = amendments(stage, U1_JUNE)
        assert (made.cause, made.subjects) == ("previous.3", ("previous",))
        assert (made.reason, made.proposed_by) == ("previous_month", "service")
        assert made.kin == (LIN.mail, SUN.mail)
        approve(stage, at=U1_JUNE)
        assert amounts(document(stage, JUNE))["change"] == -1000
        assert document(stage, JUNE)["sequence"] == 4
        assert amendments(stage, UnitMonth("U1", "2026-07")) == []

    def test_stays_if_its_money_does(self, stage: Stage) -> None:
        self.closed_twice(stage, june="AAA")
        voided(stage, f"U1-{MAY}-000")
        amend(stage, f"visit U1-{MAY}-000")
        approve(stage)
        assert amounts(document(stage, JUNE))["change"] == 1000
        assert amendments(stage, U1_JUNE) == []

    def test_is_compared_with_what_it_was_compared_with_before(self, stage: Stage) -> None:
        """May changes twice before June follows: the line moves with the second one back."""
        self.closed_twice(stage)
        visit = f"U1-{MAY}-001"
        whole = stage.visit(visit)
        voided(stage, visit)
        amend(stage, f"visit {visit}")
        approve(stage)
        stage.storage.commit([], [replace(whole, version=stage.visit(visit).version)])
        amend(stage, f"visit {visit}", by=ZHOU)
        approve(stage)
        assert [each.cause for each in amendments(stage, U1_JUNE)] == ["previous.3"]
        approve(stage, cause="previous.3", at=U1_JUNE)
        assert amounts(document(stage, JUNE))["change"] == 1000, "May is again as it was"

    def test_rises_from_month_to_month(self, stage: Stage) -> None:
        self.closed_twice(stage)
        put_forms(stage, "2026-07", ["AAB"])
        close(stage, "2026-07")
        for month, visit in ((MAY, f"U1-{MAY}-001"), (JUNE, f"U1-{JUNE}-000")):
            voided(stage, visit)
            made = amend(stage, f"visit {visit}", at=UnitMonth("U1", month))
            approve(stage, cause=made.cause, at=UnitMonth("U1", month))
        july = UnitMonth("U1", "2026-07")
        assert [each.cause for each in amendments(stage, july)] == ["previous.5"]
        approve(stage, at=july)
        assert stage.storage.documents.head("U1").sequence == 6
        changes = [amounts(document(stage, month))["change"] for month in (JUNE, "2026-07")]
        assert changes == [0, 0], "a month without forms is compared with nothing"


def test_an_approval_that_is_cut_off_leaves_nothing_behind(stage: Stage) -> None:
    """It is one commit: whoever repeats it begins anew."""
    closed(stage)
    voided(stage)
    amend(stage, f"visit {FIRST}")
    before = everything(stage)

    def cut(adds: Sequence[object], saves: Sequence[object]) -> None:
        raise Busy

    killed = stage.wiring.amendment_desk
    killed._commit = cut
    with pytest.raises(Busy):
        killed.approve(U1_MAY, "", OU, stage.now)
    assert everything(stage) == before
    approve(stage)
    assert stands(stage).sequence == 2
