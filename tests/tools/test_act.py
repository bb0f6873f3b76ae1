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
from chalicelib.core.people import Member
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
    tools = [ROOT / "tools" / name for name in ("act.py", "case_acts.py")]
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
