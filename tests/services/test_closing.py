"""A month is closed once for each unit, whatever happens on the way, and the chain holds."""

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import calendar
from chalicelib.core.people import Unit, technician_code
from tests.services.case_stage import MEI, SUN
from tests.services.crashes import dying
from tests.services.months import (
    JUNE,
    MAY,
    QUARTER,
    amounts,
    close,
    document,
    made_at,
    noon,
    put_cases,
    put_forms,
    put_visit,
)
from tests.stage import Stage

DAY = timedelta(days=1)


@pytest.fixture
def two(stage: Stage) -> Stage:
    """A stage with units U1 and U2."""
    stage.wiring.people.put(Unit("U2", "West", language="zh", since="2026-05"))
    return stage


def chain(stage: Stage, unit: str = "U1") -> list[dict[str, Any]]:
    """A unit's entries in order, each recomputed from what is stored by nobody's code but this."""
    head = stage.storage.documents.head(unit)
    entries, before = [], ""
    for sequence in range(1, head.sequence + 1):
        stored = stage.storage.documents.entry(unit, sequence)
        assert stored is not None
        assert hashlib.sha256(stored.body.encode()).hexdigest() == stored.sha256
        found = json.loads(stored.body)
        assert found["previous_hash"] == stored.previous_sha256 == before
        spelled = json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert spelled == stored.body
        assert head.months is not None
        assert head.months[found["month"]] == sequence
        before = stored.sha256
        entries.append(found)
    assert head.sha256 == before
    return entries


def facts(stage: Stage, found: dict[str, Any]) -> list[list[str]]:
    """The lines of a document's facts file, whose hash the document holds."""
    name = f"facts/{found['month']}/{found['unit']}/{found['facts_sha256']}.tsv.gz"
    content = gzip.decompress(stage.wiring.blobs.get(name) or b"")
    assert hashlib.sha256(content).hexdigest() == found["facts_sha256"]
    return [line.split("\t") for line in content.decode().splitlines()]


LI = technician_code("U1", "Li")
NO_CALL = ["no", *"-----", "2026-W19"]
"""The last columns of a visit of the tenth of May that was never drawn: not late, nothing told."""


def of(found: list[list[str]], word: str) -> list[list[str]]:
    return [columns for columns in found if columns[0] == word]


def test_a_month_has_its_document_facts_and_mail(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC", "---"])
    (case,) = put_cases(stage, MAY, 1)
    close(stage, MAY)
    (found,) = chain(stage)
    assert (found["unit"], found["month"], found["version"]) == ("U1", MAY, 1)
    assert found["rulebook_sha256"] == stage.wiring.rules.sha256
    assert facts(stage, found) == [
        [*("case", case.number, "-", "complaint", "minor", "counts", "sms"), "-", "late", *"--0"],
        ["late_uploads", "0"],
        ["month", "U1", MAY],
        ["unassigned", "0"],
        [*("visit", "U1-2026-05-000", LI, "ABC", "answered", "-", "direct", "sms"), *NO_CALL],
        [*("visit", "U1-2026-05-001", LI, "---", "expired", "-", "-", "-"), *NO_CALL],
    ]
    stage.wiring.effects.run(stage.now)
    (mail,) = stage.mails("close~2026-05~U1")
    assert "hu@personnel.example" in mail["To"]


def test_each_months_entry_holds_the_hash_of_the_one_before(two: Stage) -> None:
    months = [MAY, JUNE, "2026-07"]
    for month in months:
        put_forms(two, month, ["AAB", "ABB"], "U1")
        close(two, month)
    assert [each["month"] for each in chain(two, "U1")] == months
    assert [each["month"] for each in chain(two, "U2")] == months, "without forms as well"


def test_a_second_run_changes_nothing(two: Stage) -> None:
    put_forms(two, MAY, ["AAB"])
    assert close(two, MAY) == 2
    two.wiring.effects.run(two.now)
    before = two.everything()
    put_forms(two, MAY, ["EEE"], tag="-later")
    after_visit = len(two.everything())
    for place in range(1, 4):
        two.move(made_at(two, MAY) + place * QUARTER)
        assert two.wiring.closing.run(two.now) == 0
    assert len(two.everything()) == after_visit
    kept = {(row["pk"]["S"], row["sk"]["S"]): row for row in two.everything()}
    assert all(kept[row["pk"]["S"], row["sk"]["S"]] == row for row in before)
    assert len(two.mails("close~")) == 2


def test_missed_months_are_closed_in_order_and_compared(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAC"])
    put_forms(stage, JUNE, ["AAA"])
    assert close(stage, JUNE) == 2
    assert [each["month"] for each in chain(stage)] == [MAY, JUNE]
    assert amounts(document(stage, JUNE))["change"] == 1000


def test_unread_cases_hold_up_their_unit_and_no_other(two: Stage) -> None:
    put_cases(two, MAY, 1, "U1", kind="unread")
    assert close(two, MAY) == 1
    assert two.storage.documents.of_month("U1", MAY) is None
    assert two.storage.documents.of_month("U2", MAY) is not None


def test_a_case_that_is_read_in_time_lets_the_document_be_made(stage: Stage) -> None:
    (case,) = put_cases(stage, MAY, 1, kind="unread")
    close(stage, MAY)
    desk = stage.wiring.case_desk("tools")
    (sun,) = [each for each in stage.wiring.people.members() if each.role == "supervisor"]
    desk.read_case(case.number, "complaint", sun, stage.now)
    assert close(stage, MAY, later=QUARTER) == 1
    assert document(stage, MAY)["complaints"]["count"] == 1
    assert document(stage, MAY)["complaint_details"]["unread"] == 0


def test_after_three_working_days_an_unread_case_counts_as_a_complaint(stage: Stage) -> None:
    put_cases(stage, MAY, 1, kind="unread")
    rules = stage.wiring.rules
    last = calendar.nth_working_day(JUNE, rules.close_working_day + 3, rules)
    close(stage, MAY)
    stage.move(calendar.at(last, rules.calendar.hours[0], rules) - DAY)
    assert stage.wiring.closing.run(stage.now) == 0
    stage.move(calendar.at(last, rules.calendar.hours[0], rules) + DAY)
    assert stage.wiring.closing.run(stage.now) == 1
    found = document(stage, MAY)
    assert amounts(found)["complaints"] == 0
    assert (found["complaints"]["count"], found["complaint_details"]["unread"]) == (1, 1)


def test_a_unit_named_later_gets_no_earlier_month(stage: Stage) -> None:
    stage.wiring.people.put(Unit("U9", "South", since=JUNE))
    close(stage, MAY)
    close(stage, JUNE)
    assert [each["month"] for each in chain(stage, "U9")] == [JUNE]
    assert document(stage, JUNE, "U9")["previous"] is None


def test_a_unit_named_late_gets_the_month_whose_visits_came_in_time(stage: Stage) -> None:
    stage.wiring.people.put(Unit("U9", "South", since=JUNE))
    put_forms(stage, MAY, ["AAC"], "U9")
    close(stage, MAY)
    assert document(stage, MAY, "U9")["forms"] == 1


class Failing:
    """Cases of which those of one unit and month cannot be read."""

    def __init__(self, stage: Stage, unit: str, month: str) -> None:
        self.cases, self.broken = stage.storage.cases, (unit, month)

    def ever_of_month(self, unit: str, month: str) -> Sequence[object]:
        if (unit, month) == self.broken:
            raise RuntimeError("a bug of ours")
        return self.cases.ever_of_month(unit, month)


def test_the_failure_of_one_unit_holds_up_no_other_and_its_next_month_waits(two: Stage) -> None:
    for unit in ("U1", "U2"):
        put_forms(two, MAY, ["AAC"], unit)
        put_forms(two, JUNE, ["AAB"], unit)
    sound = two.storage.cases
    two.wiring.closing._cases = Failing(two, "U1", MAY)  # type: ignore[assignment]
    assert close(two, JUNE) == 2
    assert [each["month"] for each in chain(two, "U2")] == [MAY, JUNE]
    assert chain(two, "U1") == [], "June would be compared with nothing"
    two.wiring.closing._cases = sound
    assert close(two, JUNE, later=QUARTER) == 2
    assert [each["month"] for each in chain(two, "U1")] == [MAY, JUNE]
    assert amounts(document(two, JUNE))["change"] == 1000


def test_wherever_a_run_ends_each_document_is_made_once(stage: Stage) -> None:
    month = MAY
    for point in range(1, 99):
        put_forms(stage, month, ["AAC"])
        stage.move(made_at(stage, month))
        with dying(stage, point) as points:
            stage.wiring.closing.run(stage.now)
        stage.wiring.closing.run(stage.now + QUARTER)
        stage.wiring.effects.run(stage.now + QUARTER)
        assert stage.storage.documents.head("U1").sequence == point
        if points.passed < point:
            break
        month = calendar.next_month(month)
    assert 20 < point < 98, "every call of a run was the last one"
    entries = chain(stage)
    assert [len(stage.mails(f"close~{each['month']}~U1")) for each in entries] == [1] * point
    assert [len(of(facts(stage, each), "visit")) for each in entries] == [1] * point


@contextmanager
def pages_of(stage: Stage, rows: int) -> Iterator[list[str]]:
    """Every query answers so many rows at most; the months of visits that were paged."""
    paged: list[str] = []

    def limit(params: dict[str, Any], **_: object) -> None:
        params["Limit"] = rows
        key = next(iter(params.get("ExpressionAttributeValues", {"": {"S": ""}}).values()))["S"]
        if key.startswith("VM#"):
            paged.append(key)

    events = stage.storage.table.connection.client.meta.events
    events.register("provide-client-params.dynamodb.Query", limit)
    try:
        yield paged
    finally:
        events.unregister("provide-client-params.dynamodb.Query", limit)


def test_a_run_killed_at_any_page_goes_on_to_the_same_bytes(stage: Stage) -> None:
    (unit,) = stage.wiring.people.units()
    month = MAY
    for point in range(1, 99):
        put_forms(stage, month, ["AAC", "---", "EEE", "A-B", "AAA", "BCD", "---"])
        put_cases(stage, month, 1)
        stage.move(made_at(stage, month))
        with pages_of(stage, 2) as pages:
            cases = stage.storage.cases.ever_of_month("U1", month)
            undisturbed = stage.wiring.month_maker.first(unit, month, cases, stage.now).document
        assert pages.count(f"VM#U1#{month}") == 4
        with pages_of(stage, 2), dying(stage, point) as points:
            stage.wiring.closing.run(stage.now)
        with pages_of(stage, 3):
            stage.wiring.closing.run(stage.now + QUARTER)
        stored = stage.storage.documents.of_month("U1", month)
        assert stored is not None
        assert stored.body == undisturbed.body
        if points.passed < point:
            break
        month = calendar.next_month(month)
    assert 30 < point < 98, "every call of a run was the last one"
    assert len(chain(stage)) == point


def test_runs_at_the_same_time_make_each_document_once(two: Stage) -> None:
    put_forms(two, MAY, ["AAC"])
    two.move(made_at(two, MAY))
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: two.wiring.closing.run(two.now), range(6)))
    assert sum(made) == 2
    assert [len(chain(two, unit)) for unit in ("U1", "U2")] == [1, 1]


def test_customers_are_in_no_document_and_no_facts(stage: Stage) -> None:
    stage.upload(stage.row("V-1", customer_name="Mrs Secret", phone="+85251230001"))
    put_visit(stage, JUNE, "V-2", "AAA")
    put_cases(stage, JUNE, 1, phone="+85251230001", text="the text of a customer")
    close(stage, JUNE)
    stored = stage.storage.documents.of_month("U1", JUNE)
    assert stored is not None
    told = stored.body + str(facts(stage, json.loads(stored.body)))
    for hidden in ("Secret", "51230001", "the text"):
        assert hidden not in told


def test_a_run_without_time_begins_no_further_unit_and_the_next_goes_on(two: Stage) -> None:
    put_forms(two, MAY, ["AAC"], "U1")
    put_forms(two, MAY, ["AAC"], "U2")
    two.move(made_at(two, MAY))

    def has_time() -> bool:
        return two.storage.documents.head("U1").sequence == 0

    assert two.wiring.closing.run(two.now, has_time) == 1
    assert [len(chain(two, unit)) for unit in ("U1", "U2")] == [1, 0]
    assert two.storage.runs.get("close", MAY).state == "running"
    assert two.wiring.closing.run(two.now + QUARTER) == 1
    assert [len(chain(two, unit)) for unit in ("U1", "U2")] == [1, 1]
    assert two.storage.runs.get("close", MAY).state == "done"


def test_a_case_that_nobody_had_counts_for_the_unit_it_was_given(two: Stage) -> None:
    """Two members assign it; then each unit's document is made, and only its own has the case."""
    two.wiring.people.put(MEI)
    (case,) = put_cases(two, MAY, 1, unit="")
    for by in (SUN, MEI):
        two.wiring.case_desk("test").assign(case.number, "U2", by, noon(MAY, 12))
    close(two, MAY)
    counts = {unit: chain(two, unit)[0]["complaints"]["count"] for unit in ("U1", "U2")}
    assert counts == {"U1": 0, "U2": 1}
