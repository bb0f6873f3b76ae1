"""Whatever happens in whatever order: nothing raises, nothing is sent that may not be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib import rulebook
from chalicelib.core import answering, questions
from chalicelib.core.answering import EVIDENCE_OF, Given
from chalicelib.core.grades import ITEMS
from chalicelib.core.replies import STORED
from chalicelib.core.turns import Turn
from chalicelib.core.visits import Visit, merged
from tests.catalogues import compile_catalogues
from tests.core.replay import NUMBERS, Happened, World, instant, shown
from tests.core.visit_samples import INVITED, RULES

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NUMBER = NUMBERS["en"]
OPENS, CLOSES = RULES.sending_hours
START = instant("2026-06-16 15:00")
"""Three days before a holiday of three days."""

TEXTS = (
    *("ABA", "B C D", "全E", "CDB 谢谢", "quality C", "质量B", "A", "B B", "AAB", "timeliness e"),
    *(
        "satisfied",
        "满意",
        "都满意",
        "5",
        "10/10",
        "bad",
        "b c a",
        "AB",
        "A or B",
        "全A，除了态度C",
    ),
    *("y", "yes", "n", "no", "是", "不是", "ok", "好", "1", "no, ABA", "yes A A A"),
    *("STOP", "退订", "cancel", "取消", "t", "START", "恢复", "HELP", "?", "??"),
    *("not me", "不是我", "还没修好", "not fixed yet AAB", "call me", "给我回电 AAB"),
    *("complaint he was rude", "投诉 AAB", "AAB，我要投诉", "差点要投诉你们", "would complain"),
    *(
        "gas leak!",
        "AAB 漏气了",
        "the gas bill",
        "status",
        "进度 100000011",
        "",
        " ",
        "👍",
        "\ud800",
    ),
)
CODES = (21211, 21610, 30003, 30005, 30007, 30008, 30036, 12345)
OUTCOMES = ("sent", "sent", "sent", "unsure", "found", "429", "stopped", *CODES)
GRADES = (
    st.tuples(*[st.sampled_from("-ABCDE")] * len(ITEMS)).map("".join).filter(lambda g: g != "---")
)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


# --- answers ----------------------------------------------------------------------------------


ANSWERS = st.lists(
    st.tuples(
        GRADES,
        st.sampled_from(sorted(EVIDENCE_OF)),
        st.integers(0, 6 * 24 * 60).map(lambda minutes: minutes // 30 * 30),
    ),
    min_size=1,
    max_size=30,
)
CLOSE = instant("2026-07-10 09:00")


def act(place: int, spelled: tuple[str, str, int], begins: datetime) -> Given:
    """One act among others; several may fall on the same instant."""
    code, channel, minutes = spelled
    graded = {item: grade for item, grade in zip(ITEMS, code, strict=True) if grade != "-"}
    at = begins + minutes * MINUTE
    return Given(graded, channel, EVIDENCE_OF[channel], at, f"act-{place:02}")


def form_after(acts: Sequence[Given]) -> tuple[object, ...]:
    visit = INVITED
    for given_ in acts:
        visit = answering.answered(visit, given_, RULES).visit
    counted = merged(visit.answers, with_late=False)
    return merged(visit.answers, with_late=True), counted, visit.survey.state


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    spelled=ANSWERS,
    begins=st.sampled_from([INVITED.received_at, CLOSE - 3 * DAY]),
    random=st.randoms(use_true_random=False),
)
def test_any_order_and_any_copies_of_the_same_answers_make_the_same_form(
    spelled: list[tuple[str, str, int]],
    begins: datetime,
    random: Any,  # noqa: ANN401 # hypothesis' own
) -> None:
    acts = [act(place, each, begins) for place, each in enumerate(spelled)]
    expected = form_after(acts)
    for _ in range(4):
        delivered = acts + random.choices(acts, k=len(acts) // 2)
        random.shuffle(delivered)
        assert form_after(delivered) == expected


def test_every_order_of_one_answer_of_each_evidence_ends_with_the_strongest() -> None:
    spelled = [("AAA", "paper"), ("BBB", "keypad"), ("CCC", "sms"), ("DD-", "call")]
    acts = [
        act(place, (code, channel, 0), INVITED.received_at)
        for place, (code, channel) in enumerate(spelled)
    ]
    forms = {tuple(form_after(order)[0].items()) for order in permutations(acts)}  # type: ignore[attr-defined]
    assert forms == {(("timeliness", "D"), ("quality", "D"), ("attitude", "C"))}


# --- everything at once -----------------------------------------------------------------------


class Watched(World):
    """A world that keeps what a turn of a text was, and the phone before it."""

    turn: Turn | None = None

    def _took(self, turn: Turn, phone: Any, text: Any) -> None:  # noqa: ANN401 # as World's
        self.turn = turn
        super()._took(turn, phone, text)


class SurveyMachine(RuleBasedStateMachine):
    """Three visits of one number and everything that can happen to them."""

    def __init__(self) -> None:
        """An empty world on the afternoon of START."""
        super().__init__()
        self.world = Watched(rulebook.load(), "en")
        self.world.now = START

    @initialize()
    def first_visit(self) -> None:
        self.visit_comes_in(30)

    def move(self, minutes: int, sends: Sequence[object] = ()) -> None:
        until = shown(self.world.now + minutes * MINUTE)
        out = {phone.number for phone in self.world.phones.values() if phone.opted_out_at}
        happened = self.world.play({"pass": until, "sends": list(sends)})
        assert not (happened.said and out), "nothing is sent to a number that left"
        for said in happened.said:
            at = datetime.fromisoformat(said[:16])
            assert OPENS <= at.time() < CLOSES, said
            assert at.date() not in RULES.calendar.holidays, said

    @precondition(lambda self: len(self.world.visits) < 3)
    @rule(age=st.integers(0, 9 * 24 * 60))
    def visit_comes_in(self, age: int) -> None:
        completed = shown(self.world.now - age * MINUTE)
        name = f"V{len(self.world.visits) + 1}"
        at = shown(self.world.now)
        self.world.play({"visit": name, "completed": completed, "at": at, "phone": NUMBER})

    @rule(
        minutes=st.sampled_from([1, 5, 61, 180, 12 * 60, 26 * 60, 50 * 60, 8 * 24 * 60]),
        sends=st.lists(st.sampled_from(OUTCOMES), max_size=4),
    )
    def time_passes(self, minutes: int, sends: list[object]) -> None:
        self.move(minutes, sends)
        overdue = [v for v in self.world.visits.values() if self.is_overdue(v)]
        assert overdue == []

    def is_overdue(self, visit: Visit) -> bool:
        due = visit.survey.due_at
        return due is not None and due <= self.world.now

    @rule(body=st.sampled_from(TEXTS), minutes=st.sampled_from([0, 1, 90]))
    def text_comes_in(self, body: str, minutes: int) -> None:
        self.move(minutes)
        before = {key: visit.answers for key, visit in self.world.visits.items()}
        self.world.play({"text": body, "from": NUMBER})
        turn = self.world.turn
        assert turn is not None
        after = {key: visit.answers for key, visit in self.world.visits.items()}
        changed = [key for key in after if after[key] != before[key]]
        assert not changed or turn.reading.kind in STORED, "grades come from readings of grades"
        assert set(changed) <= {self.world.phone(NUMBER).current}
        for key in changed:
            kept = set(before[key])
            (new,) = [answer for answer in after[key] if answer not in kept]
            read = turn.reading.grades
            assert {i: g for i, g in zip(ITEMS, new.grades, strict=True) if g != "-"} == read

    @rule(
        place=st.integers(1, 3),
        channel=st.sampled_from(["link", "keypad", "paper", "call"]),
        grades=GRADES,
    )
    def answer_comes_in(self, place: int, channel: str, grades: str) -> None:
        if not self.world.has(f"V{place}"):
            return
        visit = self.world.named(f"V{place}")
        if channel == "call" and visit.survey.contacts >= 3:
            return
        left = self.world.phone(NUMBER).opted_out_at is not None
        self.move(1)
        event = {"answer": channel, "grades": grades, "of": f"V{place}"}
        happened: Happened = self.world.play(event)
        assert not (happened.said and left), "no echo to a number that left"
        for said in happened.said:
            assert OPENS <= datetime.fromisoformat(said[:16]).time() < CLOSES

    @rule(place=st.integers(1, 3), code=st.sampled_from(CODES), number=st.integers(1, 3))
    def text_of_ours_fails(self, place: int, code: int, number: int) -> None:
        if self.world.has(f"V{place}") and self.world.named(f"V{place}").survey.outbox:
            self.world.play({"failed": code, "of": f"V{place}", "number": number})

    @invariant()
    def contacts_are_at_most_three(self) -> None:
        for visit in self.world.visits.values():
            assert 0 <= visit.survey.contacts <= 3, visit.survey

    @invariant()
    def one_question_is_open_on_the_number(self) -> None:
        current = self.world.phone(NUMBER).current
        asking = [
            key
            for key, visit in self.world.visits.items()
            if questions.open_question(visit.conversation, self.world.now)
        ]
        assert set(asking) <= {current}

    @invariant()
    def what_is_over_has_no_timer_and_what_is_not_has_one(self) -> None:
        for visit in self.world.visits.values():
            survey = visit.survey
            on_its_way = survey.outbox is not None and survey.outbox.state == "unknown"
            if survey.state in ("scheduled", "waiting", "invited"):
                assert survey.due_at is not None, survey
            elif not on_its_way:
                assert survey.due_at is None, survey
                assert survey.settled_at is not None, survey


TestSurveyMachine = SurveyMachine.TestCase
TestSurveyMachine.settings = settings(
    max_examples=80, stateful_step_count=30, deadline=None, derandomize=True
)
