"""Verification calls by hand: python -m tools act, from the list to the void."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.conftest import Tables
from tests.services.calls import CALLED, LIN, SUN, WEN, picked
from tests.stage import Stage, service, shared_connection, stage
from tests.tools.stages import stage_on
from tools.__main__ import app
from tools.call_acts import SENTENCES

__all__ = ["service", "shared_connection", "stage"]

BY_SUN = ("--by", SUN.mail)
BY_LIN = ("--by", LIN.mail)
KNOWS = ("--answered", "yes", "--work", "new valve")


@pytest.fixture
def on(stage: Stage, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage of which the programs beside it know the tables and the clock."""
    stage_on(tables, tmp_path, monkeypatch)
    monkeypatch.setenv("HUIFANG_NOW", CALLED.isoformat())
    for member in (SUN, WEN, LIN):
        stage.wiring.people.put(member)
    picked(stage, "V-1", "ABA")
    return stage


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


def test_a_call_from_the_list_to_the_choice(on: Stage) -> None:
    (listed,) = done("show-calls", "all", *BY_SUN)["calls"]
    assert (listed["visit_id"], listed["state"], listed["both"]) == ("V-1", "open", None)
    at = "2026-06-08T09:30"
    noted = done("call-attempt", "V-1", "--reached", "no_answer", "--at", at, *BY_SUN)
    assert (noted["result"], noted["outcome"]) == ("noted", "open")
    again = done("call-attempt", "V-1", "--reached", "no_answer", "--at", at, *BY_SUN)
    assert again["result"] == "unchanged"
    done("call-attempt", "V-1", "--reached", "reached", *BY_SUN)
    told = done("call-told", "V-1", "--grades", "ABE", *KNOWS, *BY_SUN)
    assert (told["result"], told["outcome"], told["form"]) == ("asks", "differs", "ABA")
    chosen = done("call-choose", "V-1", "--which", "form", *BY_SUN)
    assert (chosen["result"], chosen["held"]) == ("saved", "ABA")
    (shown,) = done("show-calls", "V-1", *BY_SUN)["calls"]
    assert (shown["state"], shown["both"]["told"]) == ("finished", "ABE")


def test_a_void_by_a_second_person(on: Stage) -> None:
    done("call-attempt", "V-1", "--reached", "no_visit", *BY_SUN)
    assert "reason" in refused("approve-void", "V-1", *BY_LIN)
    approved = done("approve-void", "V-1", "--reason", "nobody came", *BY_LIN)
    assert approved["result"] == "approved"
    assert done("approve-void", "V-1", "--reason", "x", *BY_LIN)["result"] == "unchanged"
    assert "was decided before" in refused("refuse-void", "V-1", "--reason", "x", *BY_LIN)


REFUSALS = {
    "another caller": (
        ("call-told", "V-1", "--grades", "ABA", "--by", WEN.mail),
        "the visit V-1 is another caller's",
    ),
    "nobody reached": (("call-told", "V-1", "--grades", "ABA", *BY_SUN), "note first that"),
    "no such result": (
        ("call-attempt", "V-1", "--reached", "gone", *BY_SUN),
        "this cannot be noted as --reached: unknown_result",
    ),
    "no instant": (
        ("call-attempt", "V-1", "--reached", "no_answer", "--at", "noon", *BY_SUN),
        "this cannot be noted as --at: no ISO instant",
    ),
    "no such visit": (("call-attempt", "V-9", *BY_SUN), "there is no visit V-9"),
    "nothing to choose": (("call-choose", "V-1", "--which", "form", *BY_SUN), "about V-1 nothing"),
    "nothing to void": (
        ("refuse-void", "V-1", "--reason", "x", *BY_LIN),
        "nobody has proposed to take V-1 out",
    ),
    "nothing to call again": (
        ("call-again", "V-1", "--grades", "ABA", *BY_SUN),
        "chance chose nobody",
    ),
    "no phone": (("call-bridge", "V-1", *BY_SUN), f"the telephone number of {SUN.mail}"),
    "nobody owed": (("call-done", "+85251239999", *BY_SUN), "no call to +85251239999 is due"),
    "a supervisor voiding": (
        ("approve-void", "V-1", "--reason", "x", *BY_SUN),
        "approve-void is for lead, not for supervisor",
    ),
}


@pytest.mark.parametrize(("words", "told"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_is_refused_with_its_reason(
    on: Stage, words: tuple[str, ...], told: str
) -> None:
    before = on.everything()
    assert refused(*words).startswith(told)
    assert on.everything() == before


def test_every_sentence_is_whole() -> None:
    facts = dict.fromkeys(("visit", "most", "field", "why", "whose"), "x")
    assert all("{" not in sentence.format(**facts) for sentence in SENTENCES.values())
