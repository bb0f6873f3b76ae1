"""The plain draw: from a list of ids and a seed to the lowest tickets."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated, Final

import typer

from chalicelib.core.tickets import lowest

_SLOTS: Final = 1 << 27
"""Bits of the table that finds ids twice: 16 MB; a million ids share some 3,700 slots by chance."""


class FrameFileError(Exception):
    """A line of the frame file is refused: its number and the reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def draw(
    frame: Annotated[Path, typer.Option(help="One id a line; of a frame line its first column.")],
    seed: Annotated[str, typer.Option(help="The opened seed, any text.")],
    n: Annotated[int, typer.Option(min=0, help="How many ids to pick.")],
) -> None:
    """Print the n ids with the lowest tickets, in ticket order."""
    try:
        picks = _picks(frame, seed, n)
    except FrameFileError as error:
        print(f"{frame}:{error.line}: id: {error.reason}", file=sys.stderr)
        raise SystemExit(2) from error
    except OSError as error:
        print(f"{frame}:1: id: cannot be read: {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from error
    except UnicodeEncodeError as error:
        print("--seed:1: seed: is not UTF-8", file=sys.stderr)
        raise SystemExit(2) from error
    typer.echo("".join(f"{id}\n" for id in picks).encode(), nl=False)


def _picks(path: Path, seed: str, n: int) -> list[str]:
    table = bytearray(_SLOTS // 8)
    with _opened(path) as file:
        shared: set[int] = set()
        picks = lowest(seed, _noting_slots(file, table, shared), n)
        if shared:
            _refuse_ids_twice(file, shared)
    return picks


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file, made readable twice: a pipe is copied to a temporary file."""
    with path.open("rb") as file:
        if file.seekable():
            yield file
            return
        with TemporaryFile() as copy:
            shutil.copyfileobj(file, copy)
            copy.seek(0)
            yield copy


def _ids(file: IO[bytes]) -> Iterator[tuple[int, str]]:
    """Line number and id of each line that is not blank."""
    for number, line in enumerate(file, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise FrameFileError(number, "is not UTF-8") from error
        id = text.partition("\t")[0].strip()
        if id:
            yield number, id
        elif text.strip():
            raise FrameFileError(number, "is missing")


def _noting_slots(file: IO[bytes], table: bytearray, shared: set[int]) -> Iterator[str]:
    """The ids, while each takes its slot in `table`; slots taken again go to `shared`.

    A slot is one bit: ids that occur twice share one, and few others do. So the ids themselves
    need not be kept to find one that stands twice.
    """
    for _, id in _ids(file):
        slot = hash(id) % _SLOTS
        byte, bit = slot >> 3, 1 << (slot & 7)
        if table[byte] & bit:
            shared.add(slot)
        table[byte] |= bit
        yield id


def _refuse_ids_twice(file: IO[bytes], shared: set[int]) -> None:
    file.seek(0)
    first: dict[str, int] = {}
    for number, id in _ids(file):
        if hash(id) % _SLOTS in shared and first.setdefault(id, number) != number:
            raise FrameFileError(number, f"{id!r} stands on line {first[id]} already")
