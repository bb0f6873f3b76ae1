"""Check a revealed draw: `python tools/verify_draw.py MANIFEST`, or `python -m tools verify-draw`.

One file, the standard library and nothing of Huifang, so that an auditor can read all of it. A
draw is a chain, and each link is checked by itself against what the manifest says of the others:

    commitment    SHA-256 of the secret; mailed before the frame was known
    frame_sha256  SHA-256 of the frame; mailed before the secret was opened
    seed          HMAC-SHA256 of frame_sha256 under the secret
    ticket        from the seed and the visit's id alone
    quotas        from the frames' sizes, calls_per_week and min_per_unit
    picks         from tickets, quotas, strata and reasons; by unit and, within it, by ticket
    reserve       of each unit the next tickets

Exit status: 0 the draw holds; 1 it differs, each difference on a line of its own; 2 the file cannot
be checked (stderr `file:line: column: reason`): unreadable, no manifest, or not yet revealed.
"""

import hashlib
import hmac
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

# ------------------------------------------------------------------ what a manifest looks like

FRAME_KEYS = {"id": str, "unit": str, "technician": str, "stratum": str, "reasons": list}
PICK_KEYS = {"id": str, "stratum": str, "ticket": str, "why": str}
KEYS = {
    "version": int,
    "key": str,
    "commitment": str,
    "secret": str,
    "frame": list,
    "frame_count": int,
    "frame_sha256": str,
    "seed": str,
    "calls_per_week": int,
    "min_per_unit": int,
    "quotas": dict,
    "picks": list,
    "reserve": list,
}
OPTIONAL_KEYS = {
    "reserve_count": int,  # length of the reserve
    "incidents": dict,  # "unit/technician" → extra calls owed after an incident
}
NAMES = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}


class Line(NamedTuple):
    """A visit of the frame; `stratum` is "unit/technician/answered" or "…/silent"."""

    id: str
    unit: str
    technician: str
    stratum: str
    reasons: list[str]


class Pick(NamedTuple):
    """A visit picked; `why` is "random", one of its reasons, or "incident"."""

    id: str
    stratum: str
    ticket: str
    why: str


class UnreadableError(Exception):
    """The file is no manifest that can be checked; its text is `line: column: reason`."""


def load(path: Path) -> dict[str, Any]:
    """The manifest in `path`, every key there and of its type; else UnreadableError."""
    try:
        manifest = json.loads(path.read_text("utf-8-sig"), object_pairs_hook=no_key_twice)
        json.dumps(manifest, ensure_ascii=False).encode()  # half a surrogate pair has no bytes
    except OSError as error:
        raise UnreadableError(f"1: 1: cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise UnreadableError(f"{error.lineno}: {error.colno}: no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"1: 1: no JSON in UTF-8: {error}") from error
    if isinstance(manifest, dict) and manifest.get("secret", "") is None:
        raise UnreadableError("1: secret: not revealed")
    check_keys(manifest, KEYS, "")
    check_keys(manifest, {k: v for k, v in OPTIONAL_KEYS.items() if k in manifest}, "")
    if manifest["version"] != 1:
        raise UnreadableError("1: version: must be 1")
    for key, keys in (("frame", FRAME_KEYS), ("picks", PICK_KEYS), ("reserve", PICK_KEYS)):
        for index, entry in enumerate(manifest[key]):
            check_keys(entry, keys, f"{key}[{index}].")
            check_all(entry.get("reasons", []), str, f"{key}[{index}].reasons")
    check_all(manifest["quotas"].values(), int, "quotas")
    check_all(manifest.get("incidents", {}).values(), int, "incidents")
    return dict(manifest)


def no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object; Python itself would silently take the last of two equal keys."""
    for key, times in Counter(key for key, _ in pairs).items():
        if times > 1:
            raise ValueError(f"the key {key!r} stands {times} times in one object")
    return dict(pairs)


def check_keys(value: object, keys: Mapping[str, type], where: str) -> None:
    """Raise UnreadableError unless `value` is an object that has these keys of these types."""
    if not isinstance(value, dict):
        raise UnreadableError(f"1: {where.rstrip('.') or 'manifest'}: must be an object")
    for key, kind in keys.items():
        if key not in value:
            raise UnreadableError(f"1: {where}{key}: is missing")
        check_all([value[key]], kind, where + key)


def check_all(values: Iterable[object], kind: type, where: str) -> None:
    """Raise UnreadableError unless all values are of this very type (true is no number)."""
    if any(type(value) is not kind for value in values):
        raise UnreadableError(f"1: {where}: must be {NAMES[kind]}")


# ------------------------------------------------------------------ the rules of a draw


def frame_line(line: Line) -> str:
    """A visit as the frame's hash sees it: five columns with tabs between them."""
    status = line.stratum.rpartition("/")[2]
    return "\t".join((line.id, line.unit, line.technician, status, ",".join(line.reasons)))


def is_clear(line: Line) -> bool:
    """Whether no other visit has the same frame line: nothing in it looks like a separator."""
    columns = "".join((line.id, line.unit, line.technician, *line.reasons))
    return not re.search(r"[\t\r\n]", columns) and all(
        re.search("^[^,]+$", reason) for reason in line.reasons
    )


def ticket(seed: str, id: str) -> str:
    """Rivest's consistent sampling: the lowest ticket, compared as text, is picked first."""
    prefix = hashlib.sha256(seed.encode()).hexdigest()
    number = int(hashlib.sha256((prefix + id).encode()).hexdigest(), 16)
    return "0." + str(number).zfill(64)[::-1]


def queue(sizes: Mapping[str, int], minimum: int, ties: Mapping[str, str]) -> Iterator[str]:
    """Sainte-Laguë: whose turn it is, place after place, until every size is used up.

    Places k ≤ minimum come before all others, then s/(2k−1) of a size s decides; ties by the larger
    size, then by `ties`.
    """
    places = dict.fromkeys(sizes, 1)

    def turn(name: str) -> tuple[bool, Fraction, int, str]:
        size, place = sizes[name], places[name]
        return place > minimum, Fraction(-size, 2 * place - 1), -size, ties[name]

    while places:
        name = min(places, key=turn)
        yield name
        places[name] += 1
        if places[name] > sizes[name]:
            del places[name]


def unit_quotas(sizes: Mapping[str, int], calls: int, minimum: int) -> dict[str, int]:
    """Calls per unit: the minimum first, the rest by Sainte-Laguë, nobody more than its frame."""
    minima = sum(min(minimum, size) for size in sizes.values())
    places = min(max(calls, minima, 0), sum(sizes.values()))
    return dict(Counter(islice(queue(sizes, minimum, ties={unit: unit for unit in sizes}), places)))


def unit_picks(lines: list[Line], quota: int, tickets: Mapping[str, str]) -> dict[str, list[str]]:
    """Visit → what may be said of why, for the picks of one unit; its `lines` by ticket.

    Half of the quota, rounded down, goes to visits with a reason; the rest to the strata in turn,
    the first place of each before any second. A place takes the lowest ticket of its stratum that
    is not picked yet; where all are picked it passes on.
    """
    with_reason = [line for line in lines if line.reasons]
    picks = {line.id: line.reasons for line in with_reason[: max(quota, 0) // 2]}
    strata: dict[str, list[str]] = {}
    for line in lines:
        strata.setdefault(line.stratum, []).append(line.id)
    sizes = {name: len(ids) for name, ids in strata.items()}
    turns = queue(sizes, 1, ties={name: tickets[ids[0]] for name, ids in strata.items()})
    while len(picks) < min(quota, len(lines)):
        left = [id for id in strata[next(turns)] if id not in picks]
        picks |= {id: ["random"] for id in left[:1]}
    return picks


def incident_picks(
    lines: list[Line], picks: Mapping[str, object], owed: Mapping[str, int]
) -> dict[str, list[str]]:
    """Outside the quota: a technician's lowest tickets not picked otherwise, as many as owed."""
    found: dict[str, list[str]] = {}
    used: Counter[str] = Counter()
    for line in lines:
        technician = line.stratum.rpartition("/")[0]
        if line.id not in picks and used[technician] < owed.get(technician, 0):
            used[technician] += 1
            found[line.id] = ["incident"]
    return found


# ------------------------------------------------------------------ the chain, link by link


def differences(manifest: dict[str, Any]) -> list[str]:
    """Every link that does not hold, as `what: why`."""
    frame = [Line(*(entry[key] for key in FRAME_KEYS)) for entry in manifest["frame"]]
    picks = [Pick(*(entry[key] for key in PICK_KEYS)) for entry in manifest["picks"]]
    reserve = [Pick(*(entry[key] for key in PICK_KEYS)) for entry in manifest["reserve"]]
    tickets = {line.id: ticket(manifest["seed"], line.id) for line in frame}
    units: dict[str, list[Line]] = {}
    for line in sorted(frame, key=lambda line: (line.unit.encode(), tickets[line.id])):
        units.setdefault(line.unit, []).append(line)
    return [
        *check_secret(manifest),
        *check_frame(manifest, frame),
        *check_quotas(manifest, units),
        *check_entries("picks", picks, frame, tickets),
        *check_picks(manifest, picks, units, tickets),
        *check_entries("reserve", reserve, frame, tickets),
        *check_reserve(manifest, picks, reserve, units),
    ]


def compare(what: str, given: object, derived: object) -> Iterator[str]:
    """The difference between what the manifest says and what follows, if there is one."""
    if given != derived:
        yield f"{what}: is {given!r}, must be {derived!r}"


def check_secret(manifest: dict[str, Any]) -> Iterator[str]:
    """The secret is the one committed to, and the seed follows from it."""
    if not re.fullmatch("[0-9a-f]{64}", manifest["secret"]):
        yield "secret: is not 32 bytes in lower-case hex"
        return
    secret, message = bytes.fromhex(manifest["secret"]), manifest["frame_sha256"].encode()
    yield from compare("commitment", manifest["commitment"], hashlib.sha256(secret).hexdigest())
    yield from compare("seed", manifest["seed"], hmac.digest(secret, message, "sha256").hex())


def check_frame(manifest: dict[str, Any], frame: list[Line]) -> Iterator[str]:
    """The frame is well formed, in order, and the one whose count and hash were mailed."""
    yield from compare("frame_count", manifest["frame_count"], len(frame))
    for id, times in Counter(line.id for line in frame).items():
        if times > 1:
            yield f"frame: {id!r} stands {times} times"
    for index, line in enumerate(frame):
        strata = [f"{line.unit}/{line.technician}/{status}" for status in ("answered", "silent")]
        if line.stratum not in strata:
            yield f"frame[{index}].stratum: is {line.stratum!r}, must be {' or '.join(strata)!r}"
        if line.reasons != sorted(set(line.reasons)):
            yield f"frame[{index}].reasons: are not sorted, each once"
        if not is_clear(line):
            yield f"frame[{index}]: has a separator inside a column, or an empty reason"
    lines = [frame_line(line).encode() for line in frame]
    if lines != sorted(lines):
        yield "frame: is not in the order of its lines' UTF-8 bytes"
    digest = hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()
    yield from compare("frame_sha256", manifest["frame_sha256"], digest)


def check_quotas(manifest: dict[str, Any], units: Mapping[str, list[Line]]) -> Iterator[str]:
    """Every unit of the frame has its calls, and no other unit has any."""
    sizes = {unit: len(lines) for unit, lines in units.items()}
    derived = unit_quotas(sizes, manifest["calls_per_week"], manifest["min_per_unit"])
    for unit in sorted(sizes.keys() | manifest["quotas"].keys()):
        expected = derived.get(unit, 0) if unit in sizes else None
        yield from compare(f"quotas.{unit}", manifest["quotas"].get(unit), expected)


def check_entries(
    key: str, entries: list[Pick], frame: list[Line], tickets: Mapping[str, str]
) -> Iterator[str]:
    """Each pick, or reserve, agrees with the frame's line of that visit and stands once."""
    strata = {line.id: line.stratum for line in frame}
    for id, times in Counter(entry.id for entry in entries).items():
        if times > 1:
            yield f"{key}: {id!r} stands {times} times"
    for index, entry in enumerate(entries):
        if entry.id not in strata:
            yield f"{key}[{index}].id: {entry.id!r} is not in the frame"
            continue
        yield from compare(f"{key}[{index}].stratum", entry.stratum, strata[entry.id])
        yield from compare(f"{key}[{index}].ticket", entry.ticket, tickets[entry.id])


def check_picks(
    manifest: dict[str, Any],
    picks: list[Pick],
    units: Mapping[str, list[Line]],
    tickets: Mapping[str, str],
) -> Iterator[str]:
    """The picks are those that were drawn, in their order, each for its reason.

    A manifest that does not say how many incident calls were owed is taken at its picks' word.
    """
    said = Counter(p.stratum.rpartition("/")[0] for p in picks if p.why == "incident")
    derived: dict[str, list[str]] = {}
    for unit, lines in units.items():
        drawn = unit_picks(lines, manifest["quotas"].get(unit, 0), tickets)
        drawn |= incident_picks(lines, drawn, manifest.get("incidents", said))
        derived |= {line.id: drawn[line.id] for line in lines if line.id in drawn}
    given = {pick.id: pick.why for pick in picks}
    yield from (f"picks: {id!r} was not drawn" for id in given if id not in derived)
    yield from (f"picks: {id!r} was drawn and is missing" for id in derived if id not in given)
    if given.keys() == derived.keys() and list(given) != list(derived):
        yield "picks: are not in the order of unit, then ticket"
    for index, pick in enumerate(picks):
        if pick.why not in (reasons := derived.get(pick.id, [pick.why])):
            yield f"picks[{index}].why: is {pick.why!r}, must be {' or '.join(reasons)!r}"


def check_reserve(
    manifest: dict[str, Any],
    picks: list[Pick],
    reserve: list[Pick],
    units: Mapping[str, list[Line]],
) -> Iterator[str]:
    """The reserve has of each unit the lowest tickets that were not picked, as many as it keeps."""
    yield from compare("reserve_count", manifest.get("reserve_count", len(reserve)), len(reserve))
    picked = {pick.id for pick in picks}
    for unit, lines in units.items():
        ids = {line.id: line.id in picked for line in lines}
        kept = [entry.id for entry in reserve if entry.id in ids]
        if kept != [id for id, is_picked in ids.items() if not is_picked][: len(kept)]:
            yield f"reserve: has not the next tickets of unit {unit!r} in their order"
    for index, entry in enumerate(reserve):
        yield from compare(f"reserve[{index}].why", entry.why, "random")


# ------------------------------------------------------------------ the command


def main(arguments: list[str]) -> int:
    """Check the manifest named in `arguments` and say what was found; returns the exit status."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names a console cannot show
    if len(arguments) != 1:
        print("usage: verify_draw.py MANIFEST", file=sys.stderr)
        return 2
    try:
        manifest = load(Path(arguments[0]))
    except UnreadableError as error:
        print(f"{arguments[0]}:{error}", file=sys.stderr)
        return 2
    found = differences(manifest)
    if found:
        print(*found, f"{manifest['key']!r} differs", sep="\n")
        return 1
    sizes = f"{len(manifest['picks'])} picks of {manifest['frame_count']} visits"
    print(f"{manifest['key']!r} holds: {sizes}, {len(manifest['reserve'])} in reserve.")
    print("Compare with the mails that came before:")
    print(f"  commitment    {manifest['commitment']}\n  frame_sha256  {manifest['frame_sha256']}")
    return 0


def verify_draw(manifest: Path) -> None:
    """Derive a revealed draw again: status 0 it holds, 1 it differs, 2 it cannot be checked."""
    raise SystemExit(main([str(manifest)]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
