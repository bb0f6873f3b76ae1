"""What the draws made of planted cheats: measured from the frames and manifests in the bucket.

A visit is `framed` if it stands in a frame, `reasons` are those of the frame files, `picked` means
that the manifest has it. Nothing here knows how the service decides.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.scenario import Job

SHOWS: Final = ("never_answered", "no_visit", "wrong_number", "differs", "first_form")
"""Outcomes of a call by which something came to light that the data did not say."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the files say of one visit over all draws."""

    reasons: frozenset[str]
    picked: bool


@dataclass(frozen=True, slots=True)
class CheatRow:
    """One way to cheat: how many of its visits were planted, framed, had a reason at all, had the
    reason that this way should raise (None: nothing in the data can show it), were picked, and by a
    call were found to be otherwise than the data say."""

    cheat: str
    planted: int
    framed: int
    with_reason: int
    expected: int | None
    picked: int
    shown: int


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason: how many planted visits had it, and how many of the honest ones."""

    reason: str
    planted: int
    honest: int


@dataclass(frozen=True, slots=True)
class CheatTable:
    """All of it; `honest` visits stood in a frame, of which so many had any reason."""

    cheats: tuple[CheatRow, ...]
    reasons: tuple[ReasonRow, ...]
    honest: int
    honest_with_reason: int

    def __str__(self) -> str:
        head = ("planted cheat", "visits", "framed", "with a reason", "the expected one", "picked",
                "shown by a call")  # fmt: skip
        rows = [
            (row.cheat, *map(_shown, (row.planted, row.framed, row.with_reason)),
             _shown(row.expected), _shown(row.picked), _shown(row.shown))
            for row in self.cheats
        ]  # fmt: skip
        share = f"{self.honest_with_reason} of {self.honest} honest visits had a reason."
        alarms = [(row.reason, str(row.planted), str(row.honest)) for row in self.reasons]
        reasons = ("reason to call", "planted visits", "honest visits")
        return f"{_table([head, *rows])}\n\n{_table([reasons, *alarms])}\n{share}"


def measured(
    blobs: Path, jobs: Iterable[Job], expected: Mapping[str, str], outcomes: Mapping[str, str]
) -> CheatTable:
    """The table of the draws that lie in the folder `blobs`.

    `expected`: cheat → its reason, "" for none; `outcomes`: visit id → what a call came to.
    """
    drawn = read_draws(blobs)
    by_cheat: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        by_cheat[job.cheat].append(job)
    honest = [drawn[job.visit_id] for job in by_cheat[""] if job.visit_id in drawn]
    planted = [job for cheat, of in by_cheat.items() if cheat for job in of]
    return CheatTable(
        cheats=tuple(
            _row(name, by_cheat[name], drawn, expected[name], outcomes) for name in expected
        ),
        reasons=tuple(
            _reasons([drawn[j.visit_id] for j in planted if j.visit_id in drawn], honest)
        ),
        honest=len(honest),
        honest_with_reason=sum(bool(each.reasons) for each in honest),
    )


def read_draws(blobs: Path) -> dict[str, Drawn]:
    """Visit id → what all draws say of it, from their frame files and manifests."""
    reasons: dict[str, set[str]] = defaultdict(set)
    picked: set[str] = set()
    for draw in sorted((blobs / "draws").iterdir()):
        manifest = json.loads((draw / "manifest.json").read_text("utf-8"))
        picked |= {pick["id"] for pick in manifest["picks"]}
        frame = draw / manifest["frame_sha256"] / "frame.tsv"
        for visit, why in _framed(frame.read_text("utf-8")):
            reasons[visit] |= set(why)
    return {visit: Drawn(frozenset(why), visit in picked) for visit, why in reasons.items()}


def _framed(frame: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Visit id and reasons of each line of a frame file (DESIGN 7)."""
    for line in filter(None, frame.split("\n")):
        visit, _, _, _, reasons = line.split("\t")
        yield visit, reasons.split(",") if reasons else ()


def _row(
    name: str,
    jobs: Sequence[Job],
    drawn: Mapping[str, Drawn],
    reason: str,
    outcomes: Mapping[str, str],
) -> CheatRow:
    found = [drawn[job.visit_id] for job in jobs if job.visit_id in drawn]
    return CheatRow(
        cheat=name,
        planted=len(jobs),
        framed=len(found),
        with_reason=sum(bool(each.reasons) for each in found),
        expected=sum(reason in each.reasons for each in found) if reason else None,
        picked=sum(each.picked for each in found),
        shown=sum(outcomes.get(job.visit_id) in SHOWS for job in jobs),
    )


def _reasons(planted: Iterable[Drawn], honest: Iterable[Drawn]) -> Iterator[ReasonRow]:
    of_planted = Counter(reason for each in planted for reason in each.reasons)
    of_honest = Counter(reason for each in honest for reason in each.reasons)
    for reason in sorted({*of_planted, *of_honest}):
        yield ReasonRow(reason, of_planted[reason], of_honest[reason])


def _shown(count: int | None) -> str:
    return "-" if count is None else str(count)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, the first to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows
    )
