"""How long a run may begin further work."""

import pytest

from chalicelib import ticks


def test_there_is_time_until_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 100.0, 339.9, 340.0])
    monkeypatch.setattr(ticks, "monotonic", lambda: next(clock))
    has_time = ticks.within()
    assert [has_time() for _ in range(3)] == [True, True, False]
