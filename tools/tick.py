"""python -m tools tick: run the schedules once, on the local stage, now or at a given instant."""

import json
import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chalicelib.core.saving import StoreError
from chalicelib.logs import JsonLines
from tools.connected import NotConnectedError, local_stage

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring

Counts = Mapping[str, int]


def _draw(stage: "Wiring", now: datetime) -> Counts:
    drawn, again = stage.drawing.run(now), stage.recalls.run(now)
    return {"drawn": drawn, "recalls": again, "late_outcomes": stage.late_outcomes.run(now)}


def _close(stage: "Wiring", now: datetime) -> Counts:
    made = 0 if stage.sweeping.is_awaited(now) else stage.closing.run(now)
    audited, late = stage.audit.run(now), stage.late_forms.run(now)
    payrolls, digest = stage.payrolls.run(now), stage.digests.run(now)
    told = {"payrolls": payrolls, "digests": int(digest)}
    return {"documents": made, "audited": audited, "late_forms": late, **told}


def _sweep(stage: "Wiring", now: datetime) -> Counts:
    return {"brought": stage.sweeping.run(now)}


def _watch(stage: "Wiring", now: datetime) -> Counts:
    stage.received_cases.run(now)
    stage.month_alarms.run(now)
    stage.rulebook_watch.run(now)
    return stage.watching.run(now)._asdict()


def _dispatch(stage: "Wiring", now: datetime) -> Counts:
    return {"visits": stage.surveys.run(now), "effects": stage.effects.run(now)}


SCHEDULES: "Final[Mapping[str, Callable[[Wiring, datetime], Counts]]]" = {
    "sweep": _sweep,
    "draw": _draw,
    "close": _close,
    "watch": _watch,
    "dispatch": _dispatch,
}
"""Dispatch comes last, so that the mails the others plan go out in the same tick."""


def tick(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[dispatch|draw|close|watch|sweep]...", help="all of them without a name"
        ),
    ] = None,
    now: Annotated[
        str, typer.Option(metavar="ISO", help="the instant, with its zone; else the clock's")
    ] = "",
) -> None:
    """Run the schedules and print what each did: visits looked at, effects, documents."""
    wanted = names or list(SCHEDULES)
    unknown = [name for name in wanted if name not in SCHEDULES]
    if unknown:
        print(f"{unknown[0]} is no schedule; there are: {', '.join(SCHEDULES)}", file=sys.stderr)
        raise SystemExit(2)
    try:
        stage = local_stage(now=now, sends=True)
        with _warnings_shown():
            done = run(wanted, stage)
    except NotConnectedError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
    except StoreError as error:
        print(f"the database was busy ({error}): the next tick goes on", file=sys.stderr)
        raise SystemExit(2) from error
    print(json.dumps(done))


def run(names: list[str], stage: "Wiring") -> dict[str, object]:
    """What each named schedule did at the stage's present instant, all rounds together.

    A draw goes on as soon as the mail about its last step has left, so the round is repeated as
    long as that takes a draw further.
    """
    at = stage.now()
    done: dict[str, Counter[str]] = {name: Counter() for name in names}
    while True:
        before = stage.storage.draws.all()
        for name in names:
            done[name].update(SCHEDULES[name](stage, at))
        if stage.storage.draws.all() == before:
            return {"now": at.isoformat(), **{name: dict(done[name]) for name in names}}


@contextmanager
def _warnings_shown() -> Iterator[None]:
    """What holds a schedule up is on stderr, as it would be in its log."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    handler.setLevel(logging.WARNING)
    logger = logging.getLogger("chalicelib")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
