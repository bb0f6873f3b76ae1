"""The frame: the list a draw chooses from, frozen as text before its secret is opened."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

STATUS: Final = ("silent", "answered")
"""How a frame line says whether the visit has a form; indexed by `FrameLine.answered`."""


class FrameError(ValueError):
    """A frame that cannot be frozen or drawn from; `code` and the visit's `id`.

    Codes: `separator` (a field holds a tab or line end, a reason a comma), `columns` (a text is no
    frame line), `order` (not sorted), `duplicate`.
    """

    def __init__(self, code: str, id: str) -> None:
        super().__init__(f"{code}: {id!r}")
        self.code, self.id = code, id


class FrameLine(NamedTuple):
    """One visit of a frame; `reasons` are codes of `core/signals.py`, in any order."""

    id: str
    unit: str
    technician: str
    answered: bool
    reasons: tuple[str, ...] = ()


class Stratum(NamedTuple):
    """One technician's answered, or one technician's silent, visits of a frame."""

    unit: str
    technician: str
    answered: bool

    def __str__(self) -> str:
        return f"{self.unit}/{self.technician}/{STATUS[self.answered]}"


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is fixed and mailed before the secret is opened, and the sizes the quotas need."""

    count: int
    sha256: str
    sizes: Mapping[Stratum, int]

    def unit_sizes(self) -> dict[str, int]:
        """Visits of the frame per unit."""
        found: Counter[str] = Counter()
        for stratum, size in self.sizes.items():
            found[stratum.unit] += size
        return dict(found)


def stratum(line: FrameLine) -> Stratum:
    """The stratum a visit is drawn in."""
    return Stratum(line.unit, line.technician, line.answered)


def frame_line(line: FrameLine) -> str:
    """The visit as the frame file has it: `id TAB unit TAB technician TAB status TAB reasons`.

    Reasons are sorted, each once, and joined by ",". A field that holds a separator would let two
    visits share a line: it raises FrameError.

    >>> frame_line(FrameLine("V-1", "U1", "Li", True, ("partial", "fast")))
    'V-1\\tU1\\tLi\\tanswered\\tfast,partial'
    """
    id, unit, technician, answered, reasons = line
    marks = _joined(reasons) if reasons else ""
    text = f"{id}\t{unit}\t{technician}\t{STATUS[answered]}\t{marks}"
    if text.count("\t") != 4 or "\n" in text or "\r" in text:
        raise FrameError("separator", id)
    return text


def _joined(reasons: tuple[str, ...]) -> str:
    if any(not reason or "," in reason for reason in reasons):
        raise FrameError("separator", ",".join(reasons))
    return ",".join(sorted(set(reasons)))


def parse_frame_line(text: str) -> FrameLine:
    """The inverse of `frame_line`; a text of another form raises FrameError.

    >>> parse_frame_line("V-1\\tU1\\tLi\\tsilent\\t")
    FrameLine(id='V-1', unit='U1', technician='Li', answered=False, reasons=())
    """
    columns = text.split("\t")
    if len(columns) != 5 or columns[3] not in STATUS:
        raise FrameError("columns", columns[0])
    id, unit, technician, status, reasons = columns
    return FrameLine(
        id, unit, technician, status == "answered", tuple(reasons.split(",")) if reasons else ()
    )


def in_order(lines: Iterable[FrameLine]) -> list[FrameLine]:
    """The lines as a frame file has them: sorted by the UTF-8 bytes of their text.

    Code points sort as their UTF-8 bytes do, so the texts themselves are compared.
    """
    return sorted(lines, key=frame_line)


def freeze(lines: Iterable[FrameLine]) -> Frozen:
    """Count, SHA-256 and sizes of a frame whose lines come in the order of `in_order`.

    The hash is over the lines joined by a line feed, none at the end, in UTF-8. Memory grows with
    the strata, not with the lines. Lines out of order or an id twice raise FrameError.
    """
    sizes: Counter[Stratum] = Counter()
    digest = sha256()
    joint = b""
    for line, text in _ascending(lines):
        digest.update(joint + text.encode())
        joint = b"\n"
        sizes[stratum(line)] += 1
    return Frozen(sizes.total(), digest.hexdigest(), dict(sizes))


def frame_sha256(lines: Iterable[FrameLine]) -> str:
    """The hash a frame is known by, whatever order its lines come in."""
    return freeze(in_order(lines)).sha256


def _ascending(lines: Iterable[FrameLine]) -> Iterator[tuple[FrameLine, str]]:
    last_id, last_text = "", ""
    for line in lines:
        text = frame_line(line)
        if line.id == last_id:
            raise FrameError("duplicate", line.id)
        if text < last_text:
            raise FrameError("order", line.id)
        last_id, last_text = line.id, text
        yield line, text
