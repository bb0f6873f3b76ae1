"""The stage, for tests of services; what is repeated after a failure is repeated at once."""

import pytest

from tests.stage import service, shared_connection, stage

__all__ = ["service", "shared_connection", "stage"]


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
