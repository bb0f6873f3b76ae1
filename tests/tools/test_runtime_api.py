"""Functions under AWS's runtime client and our Runtime API."""

from pathlib import Path

import pytest

from tools.runtime_api import Function, FunctionError, make_runtime

HANDLERS = """
import os, sys, time

def echo(event, context):
    return {"event": event, "left": context.get_remaining_time_in_millis() > 0}

def environment(event, context):
    return dict(os.environ)

def path(event, context):
    return sys.path

def fail(event, context):
    print("about to fail")
    raise ValueError("no such month")

def end(event, context):
    os._exit(3)

def sleep(event, context):
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_runtime(tmp_path_factory.mktemp("runtime"))


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    (folder / "handlers.py").write_text(HANDLERS)
    return folder


def test_a_handler_answers_event_after_event(python: Path, task: Path) -> None:
    with Function(python, task, "handlers.echo", {}) as function:
        for number in range(3):
            assert function.invoke({"n": number, "字": "回访"}) == {
                "event": {"n": number, "字": "回访"},
                "left": True,
            }


def test_a_function_sees_lambdas_environment_and_what_it_is_given(
    python: Path, task: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "of-this-machine")
    with Function(python, task, "handlers.environment", {"HUIFANG_STAGE": "dev"}) as function:
        seen = function.invoke({})
    assert seen["HUIFANG_STAGE"] == "dev"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "huifang-environment"
    assert "TWILIO_AUTH_TOKEN" not in seen


def test_a_function_finds_nothing_of_this_projects_packages(python: Path, task: Path) -> None:
    with Function(python, task, "handlers.path", {}) as function:
        found = [Path(entry) for entry in function.invoke({}) if "site-packages" in entry]
    assert len(found) == 1
    assert {path.name.partition("-")[0] for path in found[0].glob("*.dist-info")} == {
        "awslambdaric",
        "simplejson",
        "snapshot_restore_py",
    }


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        pytest.param("handlers.fail", "no such month", id="raises"),
        pytest.param("handlers.absent", "Handler 'absent' missing", id="no-such-handler"),
        pytest.param("absent.echo", "No module named 'absent'", id="no-such-module"),
        pytest.param("handlers.end", "no answer", id="process-ends"),
    ],
)
def test_a_failure_is_told_with_its_reason(
    python: Path, task: Path, handler: str, says: str
) -> None:
    with Function(python, task, handler, {}) as function, pytest.raises(FunctionError, match=says):
        function.invoke({})


def test_what_a_handler_prints_is_in_the_log(python: Path, task: Path) -> None:
    with Function(python, task, "handlers.fail", {}) as function:
        with pytest.raises(FunctionError):
            function.invoke({})
        assert "about to fail" in function.log()


def test_a_handler_that_hangs_is_given_up(python: Path, task: Path) -> None:
    with (
        Function(python, task, "handlers.sleep", {}) as function,
        pytest.raises(FunctionError, match=r"no answer in 0\.2 s"),
    ):
        function.invoke({}, timeout_s=0.2)
