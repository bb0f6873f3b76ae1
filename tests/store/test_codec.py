"""Records as JSON text: nothing lost, nothing inexact, fields may be added."""

import doctest
import json
from collections.abc import Mapping
from dataclasses import dataclass, make_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.visits import Conversation, Facts, Survey, Visit
from chalicelib.store import codec
from chalicelib.store.codec import CodecError, decode, dumps, encode, escaped, instant, unescaped
from chalicelib.store.layouts import LAYOUTS
from tests.store.samples import RECORDS, VISIT


def joined(text: str) -> str:
    """The text with each pair of surrogates as the one character it spells."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


ANY_TEXT = st.text(st.characters()).map(joined)
ANY_MOMENT = st.datetimes(
    datetime(1900, 1, 1), datetime(2200, 1, 1),  # noqa: DTZ001 # hypothesis adds the zones
    timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)  # fmt: skip


class Pair(NamedTuple):
    left: str
    right: int = 7


@dataclass(frozen=True)
class Inner:
    at: datetime
    flags: Mapping[str, bool] | None = None


@dataclass(frozen=True)
class Everything:
    """One field of every type that rows hold."""

    text: str
    number: int = 0
    truth: bool = False
    moment: datetime | None = None
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    pair: Pair | None = None
    counts: Mapping[str, int] | None = None


INNER = st.builds(
    Inner, ANY_MOMENT, st.none() | st.dictionaries(ANY_TEXT, st.booleans(), max_size=3)
)
EVERYTHING = st.builds(
    Everything,
    ANY_TEXT,
    st.integers(),
    st.booleans(),
    st.none() | ANY_MOMENT,
    st.none() | INNER,
    st.lists(INNER, max_size=3).map(tuple),
    st.none() | st.builds(Pair, ANY_TEXT, st.integers()),
    st.none() | st.dictionaries(ANY_TEXT, st.integers(), max_size=3),
)


@settings(deadline=None)
@given(EVERYTHING)
def test_whatever_is_written_is_read_back(record: Everything) -> None:
    text = dumps(encode(record))
    text.encode("utf-8")
    assert decode(Everything, json.loads(text)) == record


@settings(deadline=None)
@given(ANY_TEXT)
def test_any_text_may_stand_alone(text: str) -> None:
    escaped(text).encode("utf-8")
    assert unescaped(escaped(text)) == text


@settings(deadline=None)
@given(st.lists(ANY_MOMENT, min_size=2))
def test_instants_sort_like_time(moments: list[datetime]) -> None:
    assert sorted(moments) == sorted(moments, key=instant)
    assert {len(instant(moment)) for moment in moments} == {27}


@pytest.mark.parametrize("text", ["王小明", "A b", "a#b", ""])
def test_an_ordinary_name_stays_as_it_is(text: str) -> None:
    assert escaped(text) == text


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_every_kind_of_record_is_read_back(record: Any) -> None:  # noqa: ANN401 # of any kind
    assert decode(type(record), json.loads(dumps(encode(record)))) == record


def test_every_record_has_a_sample() -> None:
    assert {type(record) for record in RECORDS} == set(LAYOUTS)


def test_what_equals_its_default_is_left_out() -> None:
    assert encode(Everything("x")) == {"text": "x"}
    assert encode(Conversation()) == {}


def test_a_row_from_before_a_field_was_added_gets_its_default() -> None:
    newer = make_dataclass(
        "Everything",
        [("text", str), ("level", int, 3), ("survey", Survey, Survey("waiting"))],
        frozen=True,
    )
    read: Any = decode(newer, json.loads('{"text": "x"}'))
    assert (read.text, read.level, read.survey) == ("x", 3, Survey("waiting"))


def test_a_row_from_after_a_field_was_added_is_read_without_it() -> None:
    tree = encode(VISIT) | {"mood": {"fine": True}}
    assert decode(Visit, tree) == VISIT


def test_a_tuple_that_was_shorter_gets_its_default() -> None:
    assert decode(Everything, {"text": "x", "pair": ["a"]}).pair == Pair("a", 7)


def test_a_value_that_was_set_back_to_its_default_is_the_default() -> None:
    facts = replace(VISIT.facts, language="en")
    assert encode(facts)["language"] == "en"
    assert "language" not in encode(replace(facts, language="zh"))


WRONG = {
    "a float for a number": replace(VISIT, version=1.0),  # type: ignore[arg-type]
    "a truth for a number": replace(VISIT, version=True),
    "a number for a truth": replace(VISIT, late_upload=1),  # type: ignore[arg-type]
    "bytes for a text": replace(VISIT, comment=b"x"),  # type: ignore[arg-type]
    "nothing for a text": replace(VISIT, comment=None),  # type: ignore[arg-type]
    "a moment without a zone": replace(VISIT, received_at=datetime(2026, 6, 3)),  # noqa: DTZ001
    "a text for a moment": replace(VISIT, received_at="2026-06-03"),  # type: ignore[arg-type]
    "a list for a tuple": replace(VISIT, answers=[]),  # type: ignore[arg-type]
    "a tuple for its named kind": Everything("x", pair=("a", 1)),  # type: ignore[arg-type]
    "a list for a mapping": Everything("x", counts=[("a", 1)]),  # type: ignore[arg-type]
    "a float in a mapping": Everything("x", counts={"a": 0.5}),  # type: ignore[dict-item]
    "a number as a key": Everything("x", counts={1: 1}),  # type: ignore[dict-item]
    "a stranger": replace(VISIT, survey=VISIT.facts),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("record", WRONG.values(), ids=WRONG.keys())
def test_a_value_of_another_type_is_refused(record: Any) -> None:  # noqa: ANN401 # of any kind
    with pytest.raises(CodecError):
        encode(record)


@pytest.mark.parametrize(
    "hint",
    [float, float | None, tuple[float, ...], Mapping[str, float], Mapping[int, str],
     tuple[int, str], int | str, bytes, object, Any, list[str]],
    ids=str,
)  # fmt: skip
def test_a_type_that_rows_cannot_hold_is_refused(hint: Any) -> None:  # noqa: ANN401 # of any kind
    kind = make_dataclass("Wrong", [("value", hint, None)])
    with pytest.raises(CodecError):
        encode(kind())


def test_a_refusal_names_the_field_and_not_its_value() -> None:
    secret = replace(VISIT, facts=replace(VISIT.facts, phone=8613800138000))  # type: ignore[arg-type]
    with pytest.raises(CodecError, match=r"^Visit\.facts: Facts\.phone: int is no str$"):
        encode(secret)


def test_the_examples_hold() -> None:
    assert doctest.testmod(codec, extraglobs={"UTC": UTC}).failed == 0
    assert encode(Facts("1", "u", "t", datetime(2026, 6, 3, tzinfo=UTC)))["completed_at"] == (
        "2026-06-03T00:00:00.000000Z"
    )
