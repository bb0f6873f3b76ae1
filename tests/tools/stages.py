"""A local stage for commands: the test's own tables, and no run of `make run` nearby."""

from pathlib import Path

import pytest

from chalicelib.store.storage import Storage, connect
from tests.conftest import Tables
from tools import connected

NOW = "2026-06-04T11:00:00+08:00"


def stage_on(tables: Tables, folder: Path, patch: pytest.MonkeyPatch) -> Storage:
    """Commands find `tables` through the environment, and it is NOW; the stores, to look at."""
    for name in (*connected.SETTINGS, "HUIFANG_STAGE"):
        patch.delenv(name, raising=False)
    patch.setattr(connected, "STAGE", tables.stage)
    patch.setattr(connected, "RUN_FILE", folder / "run.json")
    patch.setenv("DYNAMODB_ENDPOINT", tables.endpoint)
    patch.setenv("HUIFANG_NOW", NOW)
    return connect(tables.stage, tables.endpoint)
