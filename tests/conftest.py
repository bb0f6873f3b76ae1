"""The real database engine for tests, and a guard: no test talks to anything but this machine."""

import ipaddress
import secrets
import socket
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tools.engine import Engine, create_tables, start_engine, table_definitions

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Tables(NamedTuple):
    """The deployed tables under a stage of the test's own."""

    endpoint: str
    stage: str
    main: str
    vault: str


class OutsideError(RuntimeError):
    """A test tried to leave this machine."""


@pytest.fixture(scope="session", autouse=True)
def _dummy_account() -> Iterator[None]:
    """Made-up AWS credentials, so that nobody's own are ever used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_PROFILE", raising=False)
        patch.delenv("AWS_SESSION_TOKEN", raising=False)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Sockets and look-ups of names reach loopback and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_look_up(socket.getaddrinfo))
        yield


def _guarded(method: Callable[..., object]) -> Callable[..., object]:
    """The socket method, after a look at the address, which is its last argument."""

    def call(self: socket.socket, *arguments: Any) -> object:  # noqa: ANN401 # as the method
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_outside(arguments[-1][0])
        return method(self, *arguments)

    return call


def _guarded_look_up(look_up: Callable[..., object]) -> Callable[..., object]:
    def call(host: str | bytes | None, *rest: object, **more: object) -> object:
        _refuse_outside(host)
        return look_up(host, *rest, **more)

    return call


def _refuse_outside(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", "0.0.0.0", "::"):  # noqa: S104 # own listening sockets
        return
    try:
        inside = ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise OutsideError(f"a test tried to reach {name}")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One fresh engine process for the whole run; DDB_ENGINE chooses which."""
    with start_engine() as running:
        yield running


@pytest.fixture(scope="session")
def dynamodb(engine: Engine) -> str:
    """The endpoint of the engine."""
    return engine.endpoint


@pytest.fixture
def tables(dynamodb: str) -> Tables:
    """Both tables, empty, under a stage name no other test has."""
    stage = f"t{secrets.token_hex(6)}"
    create_tables(dynamodb, stage)
    main, vault = (definition["TableName"] for definition in table_definitions(stage).values())
    return Tables(dynamodb, stage, main, vault)
