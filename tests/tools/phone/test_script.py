"""Scripts of those at a telephone: what an act is, and when it is done."""

import pytest

from tools.phone.script import MAX_ACTS, Script, ScriptError, read_script


@pytest.mark.parametrize(
    ("text", "kind", "keys", "count"),
    [
        ("1", "keys", "1", None),
        ("*12#", "keys", "*12#", None),
        ("speak:8", "speak", "", 8),
        ("wait", "wait", "", None),
        ("wait:3", "wait", "", 3),
        ("listen", "listen", "", None),
        ("hear:0", "hear", "", 0),
        ("hangup", "hangup", "", None),
    ],
)
def test_act_is_read(text: str, kind: str, keys: str, count: int | None) -> None:
    (act,) = read_script([text])
    assert (act.kind, act.text, act.keys, act.count) == (kind, text, keys, count)


@pytest.mark.parametrize(
    "text",
    [
        *["", "shout", "speak", "speak:", "speak:-1", "speak:1.5", "speak:86401", "wait:"],
        *["1 2", "１", "a", "hangup ", 1, None],
    ],
)
def test_what_is_no_act_is_refused_by_name(text: object) -> None:
    with pytest.raises(ScriptError, match=repr(text)[:12]):
        read_script(["1", text])


def test_script_without_end_is_refused() -> None:
    with pytest.raises(ScriptError, match=str(MAX_ACTS)):
        read_script(["wait"] * (MAX_ACTS + 1))


def test_hear_counts_sayings_and_then_the_next_act_is_done_at_once() -> None:
    script = Script(read_script(["hear:2", "1", "2"]))
    for _ in range(2):
        assert not script.cuts_in()
        script.heard_one()
    assert script.cuts_in()
    assert script.take() == read_script(["1"])[0]
    assert not script.cuts_in()


def test_end_of_a_script_hangs_up() -> None:
    assert Script(()).hangs_up
    assert Script(read_script(["hangup"])).hangs_up
    assert not Script(read_script(["wait"])).hangs_up


def test_listening_ends_with_the_document_and_waiting_does_not() -> None:
    script = Script(read_script(["1", "listen", "wait"]))
    script.take()
    script.stop_listening()
    script.stay_silent()
    assert script.rest() == ["listen", "wait"]
    for _ in range(2):
        script.stop_listening()
        script.stay_silent()
    assert script.rest() == ["wait"]
