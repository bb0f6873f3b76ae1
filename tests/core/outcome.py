"""What an event of a conversation led to, by the names that its file uses."""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.core.grades import letters
from chalicelib.core.visits import Visit, merged
from tests.core.replay import Happened, Json, World, shown


def found(world: World, happened: Happened, expected: Json, visit_id: str) -> dict[str, Any]:
    """What is there of the keys that are expected; what is said, called and opened always."""
    facts: dict[str, Any] = {}
    if happened.said or "say" in expected:
        facts["say"] = happened.said
    if happened.call or "call" in expected:
        facts["call"] = happened.call
    if happened.case or "case" in expected:
        facts["case"] = happened.case
    visit = world.named(visit_id) if world.has(visit_id) else None
    for name in expected:
        if name in facts:
            continue
        if name == "words":
            facts[name] = happened.words
        elif name == "of":
            facts[name] = {
                each: found(world, Happened(), wanted, each)
                for each, wanted in expected[name].items()
            }
        elif name in _OF_WORLD:
            facts[name] = _OF_WORLD[name](world)
        else:
            assert visit is not None
            facts[name] = _OF_VISIT[name](visit)
    return facts


_OF_VISIT: Final[Mapping[str, Any]] = {
    "state": lambda visit: visit.survey.state,
    "reason": lambda visit: visit.survey.reason,
    "due": lambda visit: shown(visit.survey.due_at),
    "settled": lambda visit: shown(visit.survey.settled_at),
    "contacts": lambda visit: visit.survey.contacts,
    "grades": lambda visit: _letters(visit, with_late=True),
    "counted": lambda visit: _letters(visit, with_late=False),
    "answers": lambda visit: [f"{a.grades} {a.channel}" for a in visit.answers],
    "late": lambda visit: any(answer.late for answer in visit.answers),
    "comment": lambda visit: visit.comment,
    "remarks": lambda visit: list(visit.remarks),
    "question": lambda visit: visit.conversation.question,
}


def _letters(visit: Visit, *, with_late: bool) -> str:
    grades = merged(visit.answers, with_late=with_late)
    return letters(grades) if grades else ""


def _call_list(world: World) -> list[str]:
    """Who is to be called or read by now."""
    entries = [each for each in world.calls.values() if each.due_at and each.due_at <= world.now]
    return [each.what for each in entries]


_OF_WORLD: Final[Mapping[str, Any]] = {
    "opted_out": lambda world: any(phone.opted_out_at for phone in world.phones.values()),
    "current": lambda world: next(
        (phone.current.visit_id for phone in world.phones.values() if phone.current), None
    ),
    "call_list": _call_list,
}
