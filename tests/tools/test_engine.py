"""The local engine: which one, that it starts, keeps, stops, and carries the deployed tables."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.conftest import Tables
from tools import engine
from tools.engine import EngineError, choose, create_tables, start_engine, table_definitions

LINUX, MAC = "linux-x64", "darwin-arm64"


def client(endpoint: str) -> Any:  # noqa: ANN401 # botocore makes its clients at run time
    return boto3.client("dynamodb", endpoint_url=endpoint)


@pytest.fixture
def _own_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start a process even where the run was given a running engine."""
    monkeypatch.delenv("DYNAMODB_ENDPOINT", raising=False)


@pytest.mark.parametrize(
    ("environ", "machine", "java", "expected"),
    [
        pytest.param({}, LINUX, 0, "dynoxide", id="linux"),
        pytest.param({}, LINUX, 17, "dynoxide", id="linux-with-java"),
        pytest.param({}, MAC, 17, "dynamodb-local", id="mac-with-java"),
        pytest.param({}, MAC, 21, "dynamodb-local", id="newer-java"),
        pytest.param({"DDB_ENGINE": "dynamodb-local"}, LINUX, 17, "dynamodb-local", id="asked"),
        pytest.param({"DYNAMODB_ENDPOINT": "http://127.0.0.1:1"}, MAC, 0, "given", id="given"),
        pytest.param(
            {"DYNAMODB_ENDPOINT": "http://127.0.0.1:1", "DDB_ENGINE": "dynamodb-local"},
            LINUX,
            17,
            "given",
            id="given-wins",
        ),
    ],
)
def test_the_engine_follows_the_setting_then_the_machine(
    environ: dict[str, str], machine: str, java: int, expected: str
) -> None:
    assert choose(environ, machine, java) == expected


@pytest.mark.parametrize(
    ("environ", "machine", "java", "names"),
    [
        pytest.param({}, MAC, 0, "openjdk-17", id="nothing-fits"),
        pytest.param({}, MAC, 11, "found: 11", id="old-java"),
        pytest.param({"DDB_ENGINE": "dynamodb-local"}, LINUX, 0, "openjdk-17", id="asked-no-java"),
        pytest.param({"DDB_ENGINE": "dynoxide"}, MAC, 21, "linux-x64 only", id="asked-elsewhere"),
        pytest.param({"DDB_ENGINE": "sqlite"}, LINUX, 17, "is not known", id="unknown"),
    ],
)
def test_where_no_engine_fits_the_message_says_what_to_install(
    environ: dict[str, str], machine: str, java: int, names: str
) -> None:
    with pytest.raises(EngineError, match=names):
        choose(environ, machine, java)


def test_a_missing_npm_is_named_with_what_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "INSTALLED", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="apt install npm"):
        engine.install("dynoxide")


def test_the_local_tables_are_the_deployed_ones(tables: Tables) -> None:
    database = client(tables.endpoint)
    for definition in table_definitions(tables.stage).values():
        found = database.describe_table(TableName=definition["TableName"])["Table"]
        assert found["KeySchema"] == definition["KeySchema"]
        assert found["TableStatus"] == "ACTIVE"
    (index,) = database.describe_table(TableName=tables.main)["Table"]["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "due"
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    lifetime = database.describe_time_to_live(TableName=tables.main)["TimeToLiveDescription"]
    assert lifetime["AttributeName"] == "ttl"


def test_tables_that_are_there_are_kept_with_what_they_hold(tables: Tables) -> None:
    database = client(tables.endpoint)
    item = {"pk": {"S": "A"}, "sk": {"S": "-"}}
    database.put_item(TableName=tables.main, Item=item)
    create_tables(tables.endpoint, tables.stage)
    assert database.get_item(TableName=tables.main, Key=item)["Item"] == item


def test_two_tests_never_see_each_others_tables(tables: Tables, dynamodb: str) -> None:
    create_tables(dynamodb, "tother")
    assert f"huifang-{tables.stage}-main" == tables.main != "huifang-tother-main"


def test_only_items_with_a_due_key_are_in_the_index(tables: Tables) -> None:
    database = client(tables.endpoint)
    due = {"due_pk": {"S": "effect"}, "due_sk": {"S": "2026-06-03"}}
    database.put_item(TableName=tables.main, Item={"pk": {"S": "A"}, "sk": {"S": "-"}} | due)
    database.put_item(TableName=tables.main, Item={"pk": {"S": "B"}, "sk": {"S": "-"}})
    found = database.query(
        TableName=tables.main,
        IndexName="due",
        KeyConditionExpression="due_pk = :kind",
        ExpressionAttributeValues={":kind": {"S": "effect"}},
    )
    assert [item["pk"]["S"] for item in found["Items"]] == ["A"]


@pytest.mark.usefixtures("_own_engine")
def test_a_folder_keeps_the_data_for_the_next_start(tmp_path: Path) -> None:
    item = {"pk": {"S": "A"}, "sk": {"S": "-"}}
    with start_engine(tmp_path) as running:
        create_tables(running.endpoint, "kept")
        client(running.endpoint).put_item(TableName="huifang-kept-main", Item=item)
    with start_engine(tmp_path) as running:
        found = client(running.endpoint).get_item(TableName="huifang-kept-main", Key=item)
    assert found["Item"] == item


@pytest.mark.usefixtures("_own_engine")
def test_two_engines_have_two_addresses_and_stop_by_themselves() -> None:
    with start_engine() as first, start_engine() as second:
        assert first.endpoint != second.endpoint
        processes = [first.process, second.process]
    assert [process.poll() is not None for process in processes if process] == [True, True]


@pytest.mark.usefixtures("_own_engine")
def test_another_port_is_taken_when_someone_was_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], engine._free_port()])
        monkeypatch.setattr(engine, "_free_port", lambda: next(ports))
        with start_engine() as running:
            assert not running.endpoint.endswith(f":{taken.getsockname()[1]}")


@pytest.mark.usefixtures("_own_engine")
def test_a_port_that_was_asked_for_and_is_taken_is_an_error() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(EngineError, match="did not start"),
    ):
        start_engine(port=taken.getsockname()[1])


@pytest.mark.usefixtures("_own_engine")
def test_an_engine_dies_with_a_killed_parent() -> None:
    program = (
        "from tools.engine import start_engine\n"
        "running = start_engine()\n"
        "print(running.process.pid, flush=True)\n"
        "input()\n"
    )
    parent = subprocess.Popen(  # noqa: S603 # the program above
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        group = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    assert _gone(group)


def _gone(group: int) -> bool:
    for _ in range(500):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
