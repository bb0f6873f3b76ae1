"""The bench runs on little work; what it measures is for a quiet machine to say."""

import pytest
from typer.testing import CliRunner

from tests.catalogues import compile_catalogues
from tools.__main__ import app
from tools.bench import Ratio


def test_every_ratio_stands_beside_its_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_catalogues()
    monkeypatch.setattr("tools.bench.ROUNDS", 1)
    monkeypatch.setattr("chalicelib.wiring._in_use", [])
    words = ["bench", "--forms", "40", "--frame", "60", "--replies", "12"]
    found = CliRunner().invoke(app, words)
    assert found.exit_code in (0, 1), found.output
    for what in ("close ÷ paging", "draw ÷ SHA-256", "reply ÷ botocore", "MB"):
        assert what in found.stdout


def test_a_ratio_is_ours_to_bare() -> None:
    assert Ratio("x", 3.0, 2.0, 1.6, "").value == 1.5
