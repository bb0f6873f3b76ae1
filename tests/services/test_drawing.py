"""Draws in order, once each, with the secret closed until the frame has been mailed."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import pytest

from chalicelib.core import sampling
from chalicelib.core.cells import coded_cell
from chalicelib.core.draw_calendar import revealed_with
from chalicelib.core.draws import Draw, incidents_of
from chalicelib.core.frame import FrameLine, freeze, parse_frame_line
from chalicelib.core.people import Technician, technician_code
from chalicelib.core.verification import Incident, Verification
from chalicelib.core.visits import Answer
from chalicelib.services.draw_files import TamperedError
from tests.services.crashes import dying
from tests.services.draws import (
    CLOSING_MAY,
    DAY,
    MONDAY,
    QUARTER,
    START,
    WEEK,
    draw_at,
    filled,
    frame,
    picked,
    put,
    tick,
    visit,
)
from tests.stage import Stage, plain
from tools.verify_draw import differences, load


@pytest.fixture
def committed(stage: Stage) -> Stage:
    """A stage on which the closing draw of May is done and the next one is committed to."""
    tick(stage, START)
    draw_at(stage, CLOSING_MAY)
    return stage


def opened(stage: Stage, owed: int, technician: str = "Li", at: datetime = START) -> None:
    """An incident of this technician of U1."""
    incident = Incident("U1", technician, f"V-{at.isoformat()}", "never_answered", at, owed)
    stage.storage.commit([incident])


def redrawn(stage: Stage, draw: Draw) -> sampling.Drawn:
    """The draw again, from its frame file and the secret in the vault."""
    content = stage.wiring.blobs.get(f"draws/{draw.key}/{draw.frame_sha256}/frame.tsv")
    secret = stage.storage.vault.secret(draw.key)
    assert content is not None
    assert secret is not None
    assert sha256(content).hexdigest() == draw.frame_sha256
    assert sha256(secret).hexdigest() == draw.commitment
    lines = [parse_frame_line(line) for line in content.decode().split("\n") if line]
    rules = stage.wiring.rules
    sizes = {"calls_per_week": rules.calls_per_week, "min_per_unit": rules.min_per_unit}
    owed = incidents_of(draw)
    return sampling.draw(freeze(lines), lines, secret, **sizes, incidents=owed)


def holds(stage: Stage, draw: Draw, ids: Sequence[str]) -> None:
    """The draw is complete, over these visits, and what anybody would draw again."""
    expected = redrawn(stage, draw)
    assert sorted(frame(stage, draw.key)) == sorted(ids)
    assert [each.visit_id for each in picked(stage, draw.key)] == [p.id for p in expected.picks]
    stored = stage.storage.draws.picks(draw.key)
    assert len(stored) == len(expected.picks) + len(expected.reserve)
    for what in ("draw_frozen", "draw_list"):
        assert len(stage.mails(f"draw~{draw.key}~{what}")) == 1
    manifest = json.loads(stage.wiring.blobs.get(f"draws/{draw.key}/manifest.json") or b"")
    assert manifest["frame_sha256"] == draw.frame_sha256
    assert [manifest[name] for name in ("secret", "seed", "reserve")] == [None] * 3


def test_the_first_tick_commits_and_draws_nothing(stage: Stage) -> None:
    put(stage, visit("V-1", START - WEEK, "ABA"))
    assert tick(stage, START) == 0
    (first,) = stage.storage.draws.all()
    assert (first.key, first.state, first.due_at) == ("2026-05-close", "committed", CLOSING_MAY)
    (mail,) = stage.mails("draw_committed")
    assert first.commitment in plain(mail)
    assert tick(stage, CLOSING_MAY - QUARTER) == 0


def test_without_an_earlier_commitment_no_draw_runs_and_the_visits_wait(stage: Stage) -> None:
    put(stage, visit("V-1", START - WEEK, "ABA"))
    tick(stage, MONDAY)
    tick(stage, MONDAY + QUARTER)
    (first,) = stage.storage.draws.all()
    assert first.due_at == MONDAY + WEEK, "the one that was due right now had no commitment"
    draw = draw_at(stage, MONDAY + WEEK)
    assert frame(stage, draw.key) == ["V-1"]


def test_a_week_is_frozen_mailed_drawn_mailed_and_the_next_one_committed_to(
    committed: Stage,
) -> None:
    ids = filled(committed, last(committed), size=9)
    tick(committed, MONDAY)
    (mail,) = committed.mails("2026-W24~draw_frozen")
    frozen = committed.storage.draws.get("2026-W24")
    assert frozen is not None
    assert (frozen.state, frozen.frame_count) == ("frozen", 9)
    assert frozen.frame_sha256 in plain(mail)
    assert committed.storage.draws.picks("2026-W24") == []
    assert tick(committed, MONDAY + QUARTER) == 1
    draw = committed.storage.draws.get("2026-W24")
    assert draw is not None
    holds(committed, draw, ids)
    following = committed.storage.draws.all()[-1]
    assert (following.key, following.state) == ("2026-W25", "committed")
    (mail,) = committed.mails("2026-W24~draw_list")
    assert following.commitment in plain(mail)
    assert tick(committed, MONDAY + 2 * QUARTER) == 0


class WatchedVault:
    """Tells which mails had left when the secret of a draw was opened."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.vault = stage.storage.vault
        self.left: dict[str, set[str]] = {}

    def put_secret(self, key: str, secret: bytes) -> bool:
        return self.vault.put_secret(key, secret)

    def secret(self, key: str) -> bytes | None:
        draw = self.stage.storage.draws.get(key)
        if draw is not None and draw.state != "committed":
            names = {path.name for path in (self.stage.folder / "mail").iterdir()}
            self.left.setdefault(key, names)
        return self.vault.secret(key)


def test_the_secret_is_opened_only_after_the_frame_was_mailed(committed: Stage) -> None:
    vault = WatchedVault(committed)
    committed.wiring.drawing._vault = vault
    committed.wiring.drawing._files._vault = vault
    for number in range(3):
        filled(committed, last(committed))
        draw_at(committed, MONDAY + number * WEEK)
    assert sorted(vault.left) == ["2026-W24", "2026-W25", "2026-W26"]
    for key, names in vault.left.items():
        assert f"draw~{key}~draw_frozen.0.eml" in names
        assert f"draw~{key}~draw_list.0.eml" not in names


class NoPost:
    def send(self, message: object) -> None:
        raise TimeoutError("the post is down")


def test_while_no_mail_leaves_no_frame_is_frozen_and_no_secret_opened(committed: Stage) -> None:
    post, ids = committed.wiring._post, filled(committed, last(committed))
    committed.wiring.__dict__.pop("effects")
    committed.wiring._post = NoPost()
    for place in range(4):
        assert tick(committed, MONDAY + place * QUARTER) == 0
    draw = committed.storage.draws.get("2026-W24")
    assert draw is not None
    assert draw.state == "frozen"
    committed.wiring.__dict__.pop("effects")
    committed.wiring._post = post
    for place in range(20):
        tick(committed, MONDAY + (4 + place) * QUARTER)
    draw = committed.storage.draws.get("2026-W24")
    assert draw is not None
    holds(committed, draw, ids)


def test_missed_weeks_are_drawn_in_order_once_each(committed: Stage) -> None:
    weeks = []
    for number in range(4):
        settled = MONDAY + (number - 1) * WEEK + 2 * DAY
        weeks.append([f"W{number}-{place}" for place in range(3)])
        put(committed, *(visit(each, settled) for each in weeks[-1]))
    late = MONDAY + 3 * WEEK + DAY
    drawn = [tick(committed, late + place * QUARTER) for place in range(12)]
    assert sum(drawn) == 4
    assert max(drawn) == 1, "each waits for the mail with its commitment"
    draws = committed.storage.draws.all()
    keys = ["2026-05-close", "2026-W24", "2026-W25", "2026-W26", "2026-W27", "2026-06-close"]
    assert [each.key for each in draws] == keys
    for draw, ids in zip(draws[1:5], weeks, strict=True):
        holds(committed, draw, ids)


def test_wherever_a_run_ends_the_same_draw_comes_of_it(committed: Stage) -> None:
    for point in range(1, 90):
        draw = last(committed)
        ids, due = filled(committed, draw), draw.due_at
        assert due is not None
        died = [dies(committed, due, point)]
        until(committed, "frozen")
        died.append(dies(committed, committed.now + QUARTER, point))
        until(committed, "committed")
        drawn = committed.storage.draws.get(draw.key)
        assert drawn is not None
        holds(committed, drawn, ids)
        if not any(died):
            break
    assert 30 < point < 89, "every call of a run was the last one"
    revealed_once(committed)


def revealed_once(stage: Stage) -> None:
    """Each draw of long ago was revealed and mailed once, and holds; no other was."""
    draws, rules = stage.storage.draws.all(), stage.wiring.rules
    for draw in draws:
        due = revealed_with(draw, draws, rules) is not None
        assert (draw.revealed_at is not None) == due
        assert len(stage.mails(f"draw~{draw.key}~draw_revealed")) == due
        if due:
            assert differences(load(stage.folder / f"blobs/draws/{draw.key}/revealed.json")) == []


def last(stage: Stage) -> Draw:
    return stage.storage.draws.all()[-1]


def dies(stage: Stage, at: datetime, point: int) -> bool:
    """Whether a run died at this point; else it came to its end."""
    stage.move(at)
    with dying(stage, point) as points:
        stage.wiring.drawing.run(stage.now)
    return points.passed >= point


def until(stage: Stage, state: str) -> None:
    """Ticks until the draw at hand is in this state."""
    for _ in range(3):
        tick(stage, stage.now + QUARTER)
        if last(stage).state == state:
            return
    raise AssertionError(f"{last(stage)} is not {state}")


def test_runs_at_the_same_time_draw_once(committed: Stage) -> None:
    ids = filled(committed, last(committed), size=9)
    for place in range(4):
        committed.move(MONDAY + place * QUARTER)
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: committed.wiring.drawing.run(committed.now), range(6)))
        committed.wiring.effects.run(committed.now)
    draw = committed.storage.draws.get("2026-W24")
    assert draw is not None
    holds(committed, draw, ids)
    assert [each.key for each in committed.storage.draws.all()][-1] == "2026-W25"


def test_two_first_ticks_commit_once(stage: Stage) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: stage.wiring.drawing.run(START), range(6)))
    (first,) = stage.storage.draws.all()
    secret = stage.storage.vault.secret(first.key)
    assert secret is not None
    assert sha256(secret).hexdigest() == first.commitment


def test_numbers_of_calls_that_change_after_the_freeze_change_nothing(committed: Stage) -> None:
    ids = filled(committed, last(committed), size=9)
    rules = committed.wiring.rules
    tick(committed, MONDAY)
    committed.wiring.__dict__.pop("drawing")
    committed.wiring.rules = replace(rules, calls_per_week=1, min_per_unit=1)
    tick(committed, MONDAY + QUARTER)
    committed.wiring.rules = rules
    draw = committed.storage.draws.get("2026-W24")
    assert draw is not None
    holds(committed, draw, ids)


def test_a_frame_file_that_is_not_the_frozen_one_is_never_drawn_from(committed: Stage) -> None:
    filled(committed, last(committed), size=9)
    tick(committed, MONDAY)
    (file,) = (committed.folder / "blobs").glob("draws/2026-W24/*/frame.tsv")
    lines = file.read_bytes().split(b"\n")
    file.write_bytes(b"\n".join(lines[1:]))
    with pytest.raises(TamperedError, match="2026-W24"):
        tick(committed, MONDAY + QUARTER)
    assert committed.storage.draws.picks("2026-W24") == []
    assert committed.mails("2026-W24~draw_list") == []
    committed.wiring.effects.run(committed.now)
    assert len(committed.mails("2026-W24~draw_tampered")) == 1


# --- cells, marks, incidents --------------------------------------------------------------------


def few_calls(stage: Stage, calls: int) -> None:
    """Draws of so many calls a week, so that some visits are not picked."""
    stage.wiring.rules = replace(stage.wiring.rules, calls_per_week=calls, min_per_unit=0)
    stage.wiring.__dict__.pop("drawing", None)


def test_the_cells_of_the_frame_are_kept_without_a_technicians_name(committed: Stage) -> None:
    committed.wiring.people.put(Technician("U1", "王小明"))
    put(
        committed,
        visit("may", MONDAY - 8 * DAY, "ABA", technician="王小明"),
        visit("june-1", MONDAY - DAY, "ABA", technician="王小明"),
        visit("june-2", MONDAY - DAY, "AAA", technician="王小明"),
        visit("june-3", MONDAY - DAY, "EAA", technician="王小明"),
        visit("june-4", MONDAY - DAY, technician="王小明"),
    )
    draw = draw_at(committed, MONDAY)
    place = f"draws/{draw.key}/{draw.frame_sha256}/cells.json"
    content = committed.wiring.blobs.get(place) or b""
    code = technician_code("U1", "王小明")
    cells = {
        f"2026-W24/U1/{code}/answered/none": 2,
        f"2026-W24/U1/{code}/answered/reason": 1,
        f"2026-W24/U1/{code}/silent/none": 1,
    }
    assert json.loads(content)["U1"]["2026-06"] == cells
    assert sum(sum(by.values()) for by in json.loads(content)["U1"].values()) == draw.frame_count
    assert "王小明" not in content.decode()


def test_every_pick_has_its_cell_and_is_marked_on_its_visit(committed: Stage) -> None:
    filled(committed, last(committed), size=9)
    put(committed, visit("bad", MONDAY - DAY, "EEE"))
    few_calls(committed, 4)
    draw = draw_at(committed, MONDAY)
    lines = {line.id: line for line in frame_lines(committed, draw)}
    picks = picked(committed, draw.key)
    assert len(picks) == 4
    for pick in committed.storage.draws.picks(draw.key):
        assert pick.cell == coded_cell(draw.key, lines[pick.visit_id])
        mark = committed.visit(pick.visit_id).verification
        expected = Verification(draw.key, pick.cell, pick.why, pick.rank)
        assert mark == (None if pick.reserve else expected)
    assert any(pick.cell.endswith("/reason") for pick in picks)


def frame_lines(stage: Stage, draw: Draw) -> list[FrameLine]:
    content = stage.wiring.blobs.get(f"draws/{draw.key}/{draw.frame_sha256}/frame.tsv") or b""
    return [parse_frame_line(line) for line in content.decode().split("\n") if line]


def test_an_outcome_of_an_earlier_draw_stays_and_an_open_mark_gives_way(committed: Stage) -> None:
    put(committed, visit("called", MONDAY - DAY, "AAA"), visit("open", MONDAY - DAY, "AAA"))
    first = draw_at(committed, MONDAY)
    before = committed.visit("called")
    assert before.verification is not None
    told = replace(before.verification, outcome="confirmed", at=MONDAY, by="sun")
    committed.storage.visits.save(replace(before, verification=told))
    for each in ("called", "open"):
        corrected(committed, each, MONDAY + DAY)
    second = draw_at(committed, MONDAY + WEEK)
    assert sorted(frame(committed, second.key)) == ["called", "open"]
    assert committed.visit("called").verification == told
    mark = committed.visit("open").verification
    assert mark is not None
    assert (mark.draw, first.key) == ("2026-W25", "2026-W24")


def corrected(stage: Stage, visit_id: str, at: datetime) -> None:
    before = stage.visit(visit_id)
    answer = Answer("BBB", "sms", "direct", at, f"SM-{at.isoformat()}")
    stage.storage.visits.save(replace(before, answers=(*before.answers, answer)))


def test_what_incidents_owe_is_fixed_with_the_frame_and_called_outside_the_quota(
    committed: Stage,
) -> None:
    filled(committed, last(committed), size=9)
    few_calls(committed, 2)
    opened(committed, owed=3)
    tick(committed, MONDAY)
    opened(committed, owed=5, at=MONDAY + QUARTER / 2)
    tick(committed, MONDAY + QUARTER)
    draw = committed.storage.draws.get("2026-W24")
    assert draw is not None
    assert draw.incidents == {"U1/Li": 3}
    assert [pick.why for pick in picked(committed, draw.key)].count("incident") == 3
    assert len(picked(committed, draw.key)) == 5
    assert [incident.owed for incident in committed.storage.incidents.all()] == [0, 5]
    manifest = json.loads(committed.wiring.blobs.get("draws/2026-W24/manifest.json") or b"")
    assert manifest["incidents"] == {"U1/Li": 3}


def test_calls_that_no_visit_was_left_for_stay_owed(committed: Stage) -> None:
    filled(committed, last(committed), size=3)
    few_calls(committed, 1)
    opened(committed, owed=10)
    draw_at(committed, MONDAY)
    assert [incident.owed for incident in committed.storage.incidents.all()] == [8]
    filled(committed, last(committed), size=3)
    draw_at(committed, MONDAY + WEEK)
    assert [incident.owed for incident in committed.storage.incidents.all()] == [6]


def test_wherever_a_run_ends_incidents_are_served_once(committed: Stage) -> None:
    few_calls(committed, 1)
    opened(committed, owed=500)
    for point in range(1, 90):
        draw = last(committed)
        assert draw.due_at is not None
        filled(committed, draw, size=3)
        before = owed(committed)
        tick(committed, draw.due_at)
        died = dies(committed, draw.due_at + QUARTER, point)
        until(committed, "committed")
        extra = [pick for pick in picked(committed, draw.key) if pick.why == "incident"]
        assert len(extra) == 2
        assert before - owed(committed) == 2
        if not died:
            break
    assert 20 < point < 89
    revealed_once(committed)


def owed(stage: Stage) -> int:
    return sum(incident.owed for incident in stage.storage.incidents.all())
