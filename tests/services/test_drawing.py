"""Draws in order, once each, with the secret closed until the frame has been mailed."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import pytest

from chalicelib.core import sampling
from chalicelib.core.draws import Draw
from chalicelib.core.frame import freeze, parse_frame_line
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


@pytest.fixture
def committed(stage: Stage) -> Stage:
    """A stage on which the closing draw of May is done and the next one is committed to."""
    tick(stage, START)
    draw_at(stage, CLOSING_MAY)
    return stage


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
    return sampling.draw(freeze(lines), lines, secret, **sizes, incidents={})


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
