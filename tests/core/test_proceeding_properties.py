"""Whatever is done to a closed month in whatever order, it is issued only when it may be."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Final

import pytest

from chalicelib.core import month_steps, proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import Act
from chalicelib.core.proceedings import Proceeding
from tests.core.test_proceedings import RULES, WEDNESDAY, closed

WALKS, STEPS = 300, 40
ORDER: Final = ("closed", "noticed", "issued", "superseded")
WHO: Final = ("lin@s.example", "mei@s.example", "zhou@s.example", "hu@p.example")

Do = Callable[[Proceeding, Act, Random], Proceeding]


def _object(of: Proceeding, act: Act, random: Random) -> Proceeding:
    about = random.choice([*month_steps.LINES, "case ABCD-2345", "nonsense"])
    return month_steps.object_to(of, act, about, random.choice(["x", "y", ""]), "", RULES)


def _rule(of: Proceeding, act: Act, random: Random) -> Proceeding:
    number, result = random.choice(["", "1", "2"]), random.choice(["upheld", "rejected", "no"])
    return month_steps.rule(of, act, number, result, "because", random.sample(WHO, 1), RULES)


def _issue(of: Proceeding, act: Act, random: Random) -> Proceeding:
    return month_steps.issue(of, act, random.choice([(), (), ("open",)]), RULES)


def _follow(of: Proceeding, act: Act, random: Random) -> Proceeding:
    """Another document takes its place, and what is open goes on there."""
    sequence = of.sequence + 1
    return proceedings.begun(of.unit, sequence, of.month, act.at, RULES, of)


ACTS: Final[tuple[Do, ...]] = (
    lambda of, act, random: month_steps.sign(of, act, "a" * 64, RULES),
    _object,
    _rule,
    lambda of, act, random: month_steps.question(of, act, "why?", RULES),
    lambda of, act, random: month_steps.answer(of, act, random.choice(["", "1"]), "so", RULES),
    _issue,
    _follow,
)
OFTEN: Final = (3, 3, 4, 1, 3, 8, 1)


def waiting(of: Proceeding) -> list[str]:
    """The words of every objection and question to which nobody has said anything."""
    matters = [*proceedings.objections(of), *proceedings.questions(of)]
    return sorted(
        matter.step.values.get("reason", "") + matter.step.values.get("words", "")
        for matter in matters
        if matter.answer is None
    )


def check(before: Proceeding, after: Proceeding, act: Act) -> None:
    """What holds of every step."""
    if after.sequence != before.sequence:
        assert waiting(after) == waiting(before), "nothing open is lost or made up"
        return
    assert after.steps[: len(before.steps)] == before.steps, "history is only added to"
    assert ORDER.index(after.state) >= ORDER.index(before.state)
    assert after.due_at == proceedings.next_due(after, RULES)
    if (before.state, after.state) == ("noticed", "issued"):
        assert waiting(after) == []
        assert proceedings.term_is_over(after, act.at, RULES)
    if len(proceedings.objections(after)) > len(proceedings.objections(before)):
        assert not proceedings.term_is_over(before, act.at, RULES)
    for matter in proceedings.objections(after):
        if matter.answer is not None:
            assert matter.answer.by != matter.step.by


@pytest.mark.parametrize("seed", range(4))
def test_a_month_is_issued_only_when_it_may_be_and_nothing_open_is_lost(seed: int) -> None:
    random = Random(seed)  # noqa: S311 # a walk that comes again
    issued = 0
    for _ in range(WALKS):
        month, now = closed(), WEDNESDAY
        for _ in range(STEPS):
            now += timedelta(hours=random.randrange(30))
            act = Act(random.choice(WHO), now, "test")
            try:
                after = random.choices(ACTS, OFTEN)[0](month, act, random)
            except ActError:
                continue
            check(month, after, act)
            month = after
            if month.state == "issued":
                issued += 1
                break
    assert issued > WALKS // 10, "the walks come to an end now and then"
