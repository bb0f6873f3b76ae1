"""python -m tools act: members' acts by hand, each refused with a sentence and exit status 2."""

import ast
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeGuard

import pytest
from typer.testing import CliRunner, Result

from chalicelib.core.acts import MAY
from chalicelib.core.cases import Case, CaseEvent, case_number
from chalicelib.core.paging import Page
from chalicelib.core.people import Member, Unit
from chalicelib.services.case_unit import Answer, At
from chalicelib.store.storage import Storage
from tests.conftest import Tables
from tests.tools.stages import NOW, stage_on
from tools.__main__ import app
from tools.act import SENTENCES, VERBS, act
from tools.connected import local_stage

ROOT = Path(__file__).parents[2]
NUMBER = case_number(4711)
RECEIVED = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)
MEMBERS = (
    Member("陈立", "chen@s.example", "lead"),
    Member("Zhao Min", "zhao@s.example", "supervisor"),
    Member("Zhou", "zhou@h.example", "hr"),
    Member("Li", "li.1@s.example", "supervisor", recusals=("north-1",)),
    Member("Li", "li.2@s.example", "admin"),
)


@pytest.fixture
def storage(tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    made = stage_on(tables, tmp_path, monkeypatch)
    for member in MEMBERS:
        made.people.put(member)
    case = Case(NUMBER, RECEIVED, "2026-06", "sms", "north-1", text="投诉 漏水")
    made.commit([case, CaseEvent(NUMBER, 0, RECEIVED, "received", "customer", "sms")], [])
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["act", *words])


def done(*words: str) -> dict[str, Any]:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    return dict(json.loads(result.stdout))


def refused(*words: str) -> str:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.strip()


def test_a_case_is_read_as_a_complaint_unless_said_otherwise(storage: Storage) -> None:
    assert done("read-case", NUMBER, "--by", "zhao@s.example") == {
        "verb": "read-case",
        "id": NUMBER,
        "by": "zhao@s.example",
        "result": "read",
        "kind": "complaint",
        "unit": "north-1",
        "month": "2026-06",
        "state": "received",
        "standing": "counts",
        "severity": "minor",
        "channel": "sms",
    }
    assert storage.cases.events(NUMBER)[-1] == CaseEvent(
        NUMBER,
        1,
        datetime.fromisoformat(NOW),
        "read",
        "zhao@s.example",
        "tools",
        {"kind": "complaint"},
    )


def test_another_kind_takes_another_member(storage: Storage) -> None:
    proposed = done("read-case", NUMBER, "--kind", "enquiry", "--by", "Zhao Min")
    assert (proposed["result"], proposed["kind"]) == ("proposed", "unread")
    told = refused("read-case", NUMBER, "--kind", "enquiry", "--by", "ZHAO@s.example")
    assert told == "you have said enquiry yourself: another member has to confirm it"
    read = done("--by", "陈立", "read-case", "--kind=enquiry", NUMBER)
    assert (read["result"], read["kind"], read["by"]) == ("read", "enquiry", "chen@s.example")
    assert [event.what for event in storage.cases.events(NUMBER)] == [
        "received",
        "read_proposed",
        "read",
    ]


SUN = ("--by", "chen@s.example")
ZHAO = ("--by", "zhao@s.example")


def events(storage: Storage) -> list[str]:
    return [event.what for event in storage.cases.events(NUMBER)]


def test_a_case_lives_by_hand_from_reading_to_its_end(storage: Storage) -> None:
    done("read-case", NUMBER, *ZHAO)
    done("label-case", NUMBER, "--category", "quality", *ZHAO)
    forwarded = done("forward", NUMBER, "--summary", "It leaks", *ZHAO)
    assert (forwarded["result"], forwarded["state"]) == ("done", "forwarded")
    case = storage.cases.get(NUMBER)
    assert case is not None
    unit, at = local_stage().unit_desk, At("north-1", case.reference)
    now = datetime.fromisoformat(NOW)
    unit.ask_pause(at, "waiting_part", "2026-06-09", "link", now)
    assert done("grant-pause", NUMBER, "--until", "2026-06-08", *ZHAO)["events"] == [
        "pause_granted"
    ]
    assert done("end-pause", NUMBER, *ZHAO)["events"] == ["pause_ended"]
    unit.ask_pause(at, "customer_unavailable", "2026-06-09", "link", now)
    assert done("refuse-pause", NUMBER, *ZHAO)["events"] == ["pause_refused"]
    unit.answer(at, Answer("leaks", "seal", "new seal"), "link", now)
    closed = done("follow-up", NUMBER, "--result", "fixed", "--note", "thanks", *ZHAO)
    assert (closed["events"], closed["state"]) == (["confirmed", "closed"], "closed")
    shown = done("show-case", NUMBER, *ZHAO)
    assert [line[1] for line in shown["history"]] == events(storage)
    assert shown["owner"] == "zhao@s.example"
    kept = {step: held for step, _, _, held in shown["clocks"]}
    assert kept == {"forward": "broken", "answer": "kept", "solve": "kept", "promise": "kept"}


def test_what_money_hangs_on_takes_another_member(storage: Storage) -> None:
    done("read-case", NUMBER, *ZHAO)
    label = ("label-case", NUMBER, "--standing", "out_of_scope", "--reason", "misuse")
    assert done(*label, *ZHAO)["result"] == "proposed"
    assert refused(*label, *ZHAO).startswith("you have said standing out_of_scope misuse yourself")
    assert done(*label, *SUN)["standing"] == "out_of_scope"
    assert refused("object", NUMBER, *ZHAO) == "say the words"
    assert done("object", NUMBER, "--words", "it is not", *ZHAO)["events"] == ["objected"]
    rule = ("rule", NUMBER, "--result", "upheld", "--reason", "it is ours")
    assert refused(*rule, *SUN) == "you had a hand in this case: another lead has to rule"
    storage.people.put(Member("Mei", "mei@s.example", "lead"))
    assert done(*rule, "--by", "Mei")["standing"] == "counts"


def test_an_unmatched_case_is_assigned_by_two(storage: Storage) -> None:
    storage.people.put(Unit("south-1", "South"))
    other = case_number(4712)
    storage.commit([Case(other, RECEIVED, "2026-06", "web", text="…")], [])
    storage.commit([CaseEvent(other, 0, RECEIVED, "received", "customer", "web")], [])
    assign = ("assign-case", other, "--unit", "south-1")
    assert [done(*assign, *by)["result"] for by in (ZHAO, SUN)] == ["proposed", "done"]
    assert refused("assign-case", other, "--unit", "north-9", *SUN) == "there is no unit north-9"


def test_an_observation_is_kept_without_who_entered_it(storage: Storage) -> None:
    storage.people.put(Unit("north-1", "North"))
    seen = ("--code-word", "Amsel", "--technician", "王小明", "--note", "asked for an A")
    assert done("observe", "north-1", *seen, *ZHAO)["result"] == "noted"
    assert done("observe", "north-1", *seen, *ZHAO)["result"] == "unchanged"
    (noted,) = storage.observations.of_unit("north-1", RECEIVED)
    assert (noted.code_word, noted.technician) == ("Amsel", "王小明")
    assert "zhao" not in repr(noted)


def test_a_page_is_taken_over_at_the_desk(storage: Storage) -> None:
    storage.commit([Page("SM1", datetime.fromisoformat(NOW), "+8613800138000")], [])
    assert done("acknowledge", "SM1", *ZHAO)["pages"] == 1
    assert done("acknowledge", "all", *ZHAO)["result"] == "unchanged"
    (page,) = storage.pages.since(RECEIVED)
    assert page.acknowledged_by == "zhao@s.example"


def test_sending_is_stopped_and_started(storage: Storage) -> None:
    by = ("--by", "chen@s.example")
    assert done("stop-sending", "all", *by)["result"] == "stopped"
    assert not storage.people.sending()
    assert done("stop-sending", "all", *by)["result"] == "unchanged"
    assert done("start-sending", "all", *by)["result"] == "started"
    assert storage.people.sending()


LEAD = ("--by", "chen@s.example")
REFUSALS = {
    "an unknown verb": (
        ("dance", "all", *LEAD),
        "there is no act dance; there are: read-case, show-case, label-case, assign-case, forward",
    ),
    "an unknown verb alone": (("dance",), "there is no act dance"),
    "no id": (("read-case", *LEAD), "say: act VERB ID"),
    "two ids": (("read-case", NUMBER, NUMBER, *LEAD), "say: act VERB ID"),
    "nobody": (("read-case", NUMBER), "say who does it: --by MEMBER"),
    "a stranger": (("read-case", NUMBER, "--by", "x@y.example"), "no member has the mail"),
    "a name of two": (
        ("read-case", NUMBER, "--by", "Li"),
        "several members are called Li: name one by mail, li.1@s.example, li.2@s.example",
    ),
    "a role that reads nothing": (
        ("read-case", NUMBER, "--by", "Zhou"),
        "read-case is for supervisor, lead, not for hr",
    ),
    "a role that switches nothing": (
        ("stop-sending", "all", "--by", "Zhao Min"),
        "stop-sending is for lead, admin, not for supervisor",
    ),
    "a recused member": (
        ("read-case", NUMBER, "--by", "li.1@s.example"),
        "this member is recused from unit north-1",
    ),
    "no such case": (("read-case", "572", *LEAD), "there is no case 572"),
    "no such kind": (
        ("read-case", NUMBER, "--kind", "rant", *LEAD),
        "rant is no kind; there are: complaint, suggestion, praise, enquiry, repair_request, empty",
    ),
    "forwarding what nobody has read": (
        ("forward", NUMBER, *LEAD),
        "nobody has read the case yet: say first what it is, by read-case",
    ),
    "a pause nobody asked for": (("grant-pause", NUMBER, *LEAD), "the unit has asked for no pause"),
    "ending no pause": (("end-pause", NUMBER, *LEAD), "no pause holds now"),
    "following up what was not answered": (
        ("follow-up", NUMBER, "--result", "fixed", *LEAD),
        "follow-up is not for a case that is received",
    ),
    "a result nobody knows": (
        ("follow-up", NUMBER, "--result", "done", *LEAD),
        "'done' is no result; there are: fixed, not_fixed, unreachable, returned",
    ),
    "a label without its reason": (
        ("label-case", NUMBER, "--severity", "grave", *LEAD),
        "--reason '' is none for this; there are: harm, repeated",
    ),
    "no label": (("label-case", NUMBER, *LEAD), "say one label, such as --severity grave"),
    "a duplicate of nothing": (
        ("label-case", NUMBER, "--standing", "duplicate", "--reason", "duplicate", *LEAD),
        "say of which other case this is a duplicate: --of NUMBER",
    ),
    "another unit for an unmatched case alone": (
        ("assign-case", NUMBER, "--unit", "north-1", *LEAD),
        "there is no unit north-1",
    ),
    "a ruling by a supervisor": (
        ("rule", NUMBER, "--result", "upheld", "--by", "Zhao Min"),
        "rule is for lead, not for supervisor",
    ),
    "a ruling on nothing": (
        ("rule", NUMBER, "--result", "upheld", "--reason", "x", *LEAD),
        "no objection waits for a ruling",
    ),
    "an objection to nothing": (("object", NUMBER, *LEAD), "nothing was changed that the customer"),
    "an observation of nowhere": (
        ("observe", "nowhere", "--code-word", "Amsel", *LEAD),
        "there is no unit nowhere",
    ),
    "HR looking into a case": (
        ("show-case", NUMBER, "--by", "Zhou"),
        "show-case is for supervisor, lead, auditor, not for hr",
    ),
    "an unknown key": (
        ("read-case", NUMBER, "--severity", "grave", *LEAD),
        "read-case takes no --severity; it takes: --kind",
    ),
    "a key for a verb without": (
        ("stop-sending", "all", "--kind", "x", *LEAD),
        "stop-sending takes no --kind; it takes: none",
    ),
    "a key twice": (
        ("read-case", NUMBER, "--kind", "empty", "--kind=praise", *LEAD),
        "--kind stands there twice",
    ),
    "a key without a value": (("read-case", NUMBER, *LEAD, "--kind"), "--kind has no value"),
    "one number alone": (("stop-sending", "+8613800000001", *LEAD), "this act is for `all`, not"),
}


@pytest.mark.parametrize(("words", "told"), REFUSALS.values(), ids=REFUSALS.keys())
def test_what_cannot_be_is_refused_with_its_reason(
    storage: Storage, words: tuple[str, ...], told: str
) -> None:
    before = storage.cases.events(NUMBER)
    assert refused(*words).startswith(told)
    assert storage.cases.events(NUMBER) == before
    assert storage.people.sending()


def test_a_case_that_was_read_keeps_its_kind(storage: Storage) -> None:
    done("read-case", NUMBER, *LEAD)
    assert done("read-case", NUMBER, "--by", "Zhao Min")["result"] == "unchanged"
    told = refused("read-case", NUMBER, "--kind", "praise", "--by", "Zhao Min")
    assert told.startswith("the case was read already, as complaint")


def test_a_deployed_stage_is_refused(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIFANG_STAGE", "dev")
    assert "is a deployed stage" in refused("read-case", NUMBER, *LEAD)
    assert len(storage.cases.events(NUMBER)) == 1


def test_other_programs_act_by_the_same_function(storage: Storage) -> None:
    told = act("read-case", NUMBER, {}, "chen@s.example", local_stage())
    assert (told["result"], told["kind"]) == ("read", "complaint")


def test_nothing_a_customer_wrote_is_printed(storage: Storage) -> None:
    assert "漏水" not in run("read-case", NUMBER, *LEAD).stdout


def test_every_code_of_a_refusal_has_its_sentence() -> None:
    tools = [ROOT / "tools" / name for name in ("act.py", "case_acts.py", "month_acts.py")]
    files = [*(ROOT / "chalicelib").rglob("*.py"), *tools]
    assert {code for path in files for code in codes_in(path)} == set(SENTENCES)


def codes_in(path: Path) -> list[str]:
    """The codes of the ActErrors that a module raises."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if is_error(node)]
    return [ast.literal_eval(call.args[0]) for call in calls]


def is_error(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ActError"


def test_every_verb_has_its_roles() -> None:
    assert set(VERBS) == set(MAY)
