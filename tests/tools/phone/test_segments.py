"""Segments as Twilio counts them."""

import pytest

from tools.phone.segments import count_segments


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        pytest.param("", 1, id="empty"),
        pytest.param("a" * 160, 1, id="one GSM segment"),
        pytest.param("a" * 161, 2, id="two GSM segments"),
        pytest.param("a" * 306, 2, id="two full ones"),
        pytest.param("a" * 307, 3, id="three"),
        pytest.param("€" * 80, 1, id="extension characters cost two"),
        pytest.param("€" * 81, 2, id="81 of them are 162"),
        pytest.param("a" * 159 + "’", 3, id="one curly quote makes it UCS-2"),
        pytest.param("好" * 70, 1, id="one UCS-2 segment"),
        pytest.param("好" * 71, 2, id="two"),
        pytest.param("😀" * 35, 1, id="two code units each"),
        pytest.param("😀" * 36, 2, id="72 code units"),
    ],
)
def test_segments(text: str, segments: int) -> None:
    assert count_segments(text) == segments
