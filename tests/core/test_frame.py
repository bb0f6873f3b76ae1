"""The frame as text and as a hash."""

import hashlib

import pytest

from chalicelib.core.frame import (
    FrameError,
    FrameLine,
    Stratum,
    frame_line,
    frame_sha256,
    freeze,
    in_order,
    parse_frame_line,
)
from tests.core.synthetic_weeks import week

LINES = week(7).lines


def test_the_hash_is_over_the_sorted_lines_without_a_last_line_end() -> None:
    lines = [
        FrameLine("V-2", "U1", "李伟", False),
        FrameLine("V-1", "U1", "Ann", True, ("partial", "fast")),
    ]
    text = "V-1\tU1\tAnn\tanswered\tfast,partial\nV-2\tU1\t李伟\tsilent\t"
    assert frame_sha256(lines) == hashlib.sha256(text.encode()).hexdigest()


def test_an_empty_frame_has_the_hash_of_nothing() -> None:
    assert freeze([]).count == 0
    assert freeze([]).sha256 == hashlib.sha256(b"").hexdigest()


def test_the_order_of_visits_changes_nothing() -> None:
    assert frame_sha256(reversed(LINES)) == frame_sha256(LINES)


def test_lines_sort_by_their_utf8_bytes() -> None:
    ids = ["V-10", "V-1", "V.1", "V-1.a", "Z", "a", "0"]
    lines = in_order(
        FrameLine(id, "U1", "\U0001f600" if id == "a" else "\uffee", True) for id in ids
    )
    texts = [frame_line(line).encode() for line in lines]
    assert texts == sorted(texts)


def test_a_line_read_back_is_the_line_written() -> None:
    for line in LINES:
        assert parse_frame_line(frame_line(line)) == line._replace(
            reasons=tuple(sorted(line.reasons))
        )


@pytest.mark.parametrize("text", ["", "V-1", "V-1\tU\tT\tlate\t", "V-1\tU\tT\tsilent", "\t" * 5])
def test_a_text_that_is_no_frame_line_is_refused(text: str) -> None:
    with pytest.raises(FrameError, match="columns"):
        parse_frame_line(text)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(FrameLine("V\t1", "U", "T", True), id="tab"),
        pytest.param(FrameLine("V-1", "U", "T\nV-2", True), id="line-end"),
        pytest.param(FrameLine("V-1", "U", "T\r", True), id="return"),
        pytest.param(FrameLine("V-1", "U", "T", True, ("a,b",)), id="comma-in-reason"),
        pytest.param(FrameLine("V-1", "U", "T", True, ("",)), id="empty-reason"),
    ],
)
def test_no_two_visits_can_share_a_line(line: FrameLine) -> None:
    with pytest.raises(FrameError, match="separator"):
        frame_line(line)


def test_a_reason_given_twice_stands_once() -> None:
    assert frame_line(FrameLine("V", "U", "T", True, ("fast", "fast"))).endswith("\tfast")


def test_an_id_twice_or_a_line_out_of_order_is_refused() -> None:
    one, two = FrameLine("V-1", "U", "T", True), FrameLine("V-2", "U", "T", True)
    with pytest.raises(FrameError, match="order"):
        freeze([two, one])
    with pytest.raises(FrameError, match="duplicate"):
        freeze([one, one._replace(answered=False)])
    with pytest.raises(FrameError, match="duplicate"):
        freeze(in_order([one, two, one._replace(unit="A")]))


def test_sizes_are_counted_per_stratum_and_unit() -> None:
    frozen = freeze(in_order(LINES))
    assert sum(frozen.sizes.values()) == frozen.count == len(LINES)
    for line in LINES:
        name = Stratum(line.unit, line.technician, line.answered)
        assert frozen.sizes[name] == sum(one[1:4] == name for one in LINES)
    assert sum(frozen.unit_sizes().values()) == len(LINES)
