"""python -m tools bench: what the service costs beside the bare calls it cannot do without.

Each part is measured in turn with its bare counterpart, on one engine of its own, and the best of a
few rounds is taken: what else runs on this machine makes both slower.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from tools.engine import EngineError, start_engine

ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Ratio:
    """Seconds of the service and of the bare calls for the same work; `goal` is the most."""

    what: str
    ours: float
    bare: float
    goal: float
    size: str

    @property
    def value(self) -> float:
        """How many times the bare calls it takes."""
        return self.ours / self.bare


def bench(
    forms: Annotated[int, typer.Option(help="forms of the month that is closed")] = 50_000,
    frame: Annotated[int, typer.Option(help="visits of the frame that is drawn from")] = 300_000,
    replies: Annotated[int, typer.Option(help="texts that are answered")] = 300,
) -> None:
    """Measure close, draw and reply beside bare calls: status 1 where a goal is missed."""
    from tools.bench_parts import close, draw, reply
    from tools.local import LOCAL_AWS

    for name, value in LOCAL_AWS.items():
        os.environ.setdefault(name, value)
    try:
        with start_engine() as engine:
            found = [
                Ratio("close ÷ paging", *close(engine.endpoint, forms), 1.3, f"{forms} forms"),
                Ratio("draw ÷ SHA-256", *draw(frame), 1.5, f"{frame} visits"),
                Ratio(
                    "reply ÷ botocore", *reply(engine.endpoint, replies), 1.25, f"{replies} texts"
                ),
            ]
    except EngineError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    print(f"{'what':<18}{'of':>16}{'ours s':>10}{'bare s':>10}{'ratio':>8}{'goal':>8}")
    for one in found:
        print(
            f"{one.what:<18}{one.size:>16}{one.ours:>10.3f}{one.bare:>10.3f}"
            f"{one.value:>8.2f}{one.goal:>8.2f}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"memory at its peak, with everything that measures: {peak} MB (goal of a close: 256)")
    if any(one.value > one.goal for one in found):
        raise typer.Exit(1)


def best(*works: Callable[[], object]) -> tuple[float, ...]:
    """The best time of each of these, measured in turn."""
    times = [[_seconds(work) for work in works] for _ in range(ROUNDS)]
    return tuple(min(column) for column in zip(*times, strict=True))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    typer.run(bench)
