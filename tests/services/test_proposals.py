"""Facts that change after their month has its document propose an amendment by themselves."""

from dataclasses import replace

import pytest

from chalicelib.core.amendments import Amendment
from chalicelib.core.cases import Case
from chalicelib.services.cases import Why
from tests.services.case_stage import LIN, MEI, SUN, people
from tests.services.months import MAY, close, put_cases, put_forms
from tests.stage import Stage


def closed_with(stage: Stage, **changes: str) -> Case:
    """May closed with one case; units U1 and U2 have documents."""
    people(stage)
    put_forms(stage, MAY, ["AAA"])
    (case,) = put_cases(stage, MAY, 1, **changes)
    close(stage, MAY)
    return case


def proposed(stage: Stage, unit: str = "U1") -> list[Amendment]:
    return stage.storage.amendments.of_unit(unit, MAY)


def label(stage: Stage, case: Case, reason: str, **to: str) -> None:
    """Two members say the same of a case."""
    desk = stage.wiring.case_desk("desk")
    for by in (SUN, LIN):
        desk.label(case.number, to, Why(reason), by, stage.now)


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ({"standing": "out_of_scope"}, "product"),
        ({"severity": "grave"}, "harm"),
        ({"kind": "enquiry"}, "mistaken"),
    ],
    ids=["standing", "severity", "kind"],
)
def test_a_label_that_money_hangs_on_proposes_an_amendment(
    stage: Stage, to: dict[str, str], reason: str
) -> None:
    case = closed_with(stage)
    label(stage, case, reason, **to)
    (made,) = proposed(stage)
    assert (made.reason, made.subjects) == ("case_changed", (f"case {case.number}",))
    assert (made.state, made.proposed_by) == ("proposed", "service")
    assert made.kin == (LIN.mail, SUN.mail), "whoever had a hand in it does not approve it"


def test_another_unit_is_an_amendment_for_both(stage: Stage) -> None:
    case = closed_with(stage)
    label(stage, case, "other_unit", unit="U2")
    assert [each.unit for each in proposed(stage) + proposed(stage, "U2")] == ["U1", "U2"]


def test_a_case_without_a_unit_is_an_amendment_for_the_one_it_gets(stage: Stage) -> None:
    case = closed_with(stage, unit="")
    desk = stage.wiring.case_desk("desk")
    for by in (SUN, LIN):
        desk.assign(case.number, "U2", by, stage.now)
    assert [each.unit for each in proposed(stage) + proposed(stage, "U2")] == ["U2"]


def test_one_member_alone_proposes_nothing(stage: Stage) -> None:
    case = closed_with(stage)
    desk = stage.wiring.case_desk("desk")
    desk.label(case.number, {"severity": "grave"}, Why("harm"), SUN, stage.now)
    assert proposed(stage) == []


def test_a_category_proposes_nothing(stage: Stage) -> None:
    case = closed_with(stage)
    desk = stage.wiring.case_desk("desk")
    desk.label(case.number, {"category": "price"}, Why(), SUN, stage.now)
    assert proposed(stage) == []


def test_a_month_without_a_document_is_amended_by_none(stage: Stage) -> None:
    people(stage)
    (case,) = put_cases(stage, MAY, 1)
    label(stage, case, "harm", severity="grave")
    assert proposed(stage) == []


@pytest.mark.parametrize(("kind", "amendments"), [("complaint", []), ("enquiry", ["read_later"])])
def test_a_case_that_counted_unread_is_an_amendment_only_if_it_is_no_complaint(
    stage: Stage, kind: str, amendments: list[str]
) -> None:
    case = closed_with(stage)
    unread = replace(stage.storage.cases.get(case.number) or case, kind="unread")
    stage.storage.commit([], [unread])
    desk = stage.wiring.case_desk("desk")
    for by in (SUN, MEI):
        desk.read_case(case.number, kind, by, stage.now)
    assert [each.reason for each in proposed(stage)] == amendments


def test_a_visit_proposes_once_for_each_cause_and_only_after_its_document(stage: Stage) -> None:
    people(stage)
    (visit_id,) = put_forms(stage, MAY, ["AAA"])
    visit, proposals = stage.visit(visit_id), stage.wiring.proposals
    doers = (SUN.mail, "unit:U1:boss@east.example", "clock")
    assert proposals.of_visit(visit, "outcome.1", "outcome", doers, stage.now) == []
    close(stage, MAY)
    (made,) = proposals.of_visit(visit, "outcome.1", "outcome", doers, stage.now)
    assert (made.unit, made.month, made.subjects) == ("U1", MAY, (f"visit {visit_id}",))
    assert made.kin == (SUN.mail,)
    stage.storage.commit([made], [])
    assert proposals.of_visit(visit, "outcome.1", "outcome", doers, stage.now) == []
    assert len(proposals.of_visit(visit, "void.1", "void", doers, stage.now)) == 1
