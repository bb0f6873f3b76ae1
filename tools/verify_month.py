"""python -m tools verify-month: a month's document made again from its facts, byte for byte."""

import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from chalicelib import rulebook
from chalicelib.core import facts_reading
from chalicelib.core.assessment import canonical, document_hash
from chalicelib.core.counted import Counted
from chalicelib.core.facts import Facts
from chalicelib.core.facts_reading import FactsError
from chalicelib.core.month_document import Place, month_document, place_of
from chalicelib.core.rules import Rulebook
from chalicelib.texts import LOCALES, translator
from tools.sheet import InputError

Document = Mapping[str, Any]

GZIP: Final = b"\x1f\x8b"

_BESIDE: Final = ("state", "hash")
"""What the service says beside a document and does not hash."""

_HEX: Final = frozenset("0123456789abcdef")


def verify_month(
    document: Annotated[Path, typer.Argument(metavar="DOC", help="the document, JSON")],
    facts_file: Annotated[
        Path, typer.Option("--facts", help="its facts file, of the bucket or var/run/blobs")
    ],
    rules_file: Annotated[
        Path | None, typer.Option("--rulebook", help="a rulebook other than the deployed one")
    ] = None,
    mailed: Annotated[str, typer.Option("--hash", help="the hash as it was mailed")] = "",
) -> None:
    """Make a month's document again: status 0 it holds, 1 it differs, 2 it cannot be read."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what a console cannot show
    try:
        written = document.read_bytes()
        found = _document(document, written)
        content = _unpacked(facts_file)
        rules = rulebook.load(rules_file)
    except (InputError, OSError, rulebook.RulebookError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    differing = list(differences(found, written, content, rules, mailed))
    if differing:
        print(*differing, f"{_named(found)} differs", sep="\n")
        raise typer.Exit(1)
    print(f"{_named(found)} holds: every byte follows from its facts and its rulebook.")
    if not (mailed or found.get("hash")):
        print("Its place in the chain is checked by verify-chain, or here with --hash of the mail.")
    print("Compare with the mails that came before:")
    for name, value in (("hash", document_hash(found)), *_told(found)):
        print(f"  {name:<16}{value or '-'}")


def _named(document: Document) -> str:
    named = (document.get(name) for name in ("unit", "month", "version"))
    return "document {} {} version {}".format(*named)


def _told(document: Document) -> list[tuple[str, str]]:
    names = ("previous_hash", "facts_sha256", "rulebook_sha256")
    return [(name, str(document[name])) for name in names]


def _document(path: Path, written: bytes) -> Document:
    try:
        found = json.loads(written.decode("utf-8"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InputError(path, error.lineno, str(error.colno), error.msg) from None
    except ValueError as error:
        raise InputError(path, 1, "1", str(error)) from None
    if not isinstance(found, dict) or "units" in found:
        raise InputError(path, 1, "1", "is no document of one unit's month")
    missing = [name for name in Place.__slots__ if name not in found]
    if missing:
        raise InputError(path, 1, missing[0], "is missing")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _unpacked(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(path, 1, "1", "is a folder: name the .tsv.gz file in it")
    content = path.read_bytes()
    if not content.startswith(GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(path, 1, "1", str(error)) from None


# ------------------------------------------------------------------ what does not hold


def differences(
    document: Document, written: bytes, content: bytes, rules: Rulebook, mailed: str = ""
) -> Iterator[str]:
    """Each field, or line of the facts, that does not hold, as `what: why`.

    `written` are the document's bytes, `content` the facts' unpacked.
    """
    digest = sha256(content).hexdigest()
    known = _facts(content)
    if isinstance(known, FactsError):
        yield from _compared("facts_sha256", document.get("facts_sha256"), digest)
        yield f"facts: {known}"
        return
    misplaced = list(_misplaced(document))
    if misplaced:
        yield from misplaced
        return
    place = place_of(document)
    say = translator(place.language)
    again = month_document(known, Counted(known.visits), digest, rules, place, say)
    frozen = {name: value for name, value in document.items() if name not in _BESIDE}
    found = list(_differing("", frozen, again))
    yield from found
    if found:
        return
    if written != canonical(again) and frozen == document:
        yield "document: every field holds, but it is not spelled as it was frozen"
    for name, told in (("hash", document.get("hash")), ("--hash", mailed)):
        if told:
            yield from _compared(name, told, document_hash(document))


def _facts(content: bytes) -> Facts | FactsError:
    """The facts, or why they are none; the bytes decide on their lines, not what a reader sees."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return FactsError(content.count(b"\n", 0, error.start) + 1, "is no UTF-8")
    if text and not text.endswith("\n"):
        return FactsError(text.count("\n") + 1, "has no line feed at its end")
    try:
        return facts_reading.parse(text.split("\n")[:-1])
    except FactsError as error:
        return error


def _misplaced(document: Document) -> Iterator[str]:
    """What of a document's place in its chain cannot be: nothing else can say it again."""
    sequence, version = document["sequence"], document["version"]
    first = sequence == 1
    if type(sequence) is not int or type(version) is not int or not 1 <= version <= sequence:
        yield f"sequence, version: {sequence!r}, {version!r} is no place in a chain"
        return
    if not isinstance(document["language"], str) or document["language"] not in LOCALES:
        yield f"language: {document['language']!r} is none of {', '.join(LOCALES)}"
    if not _is_hash(document["previous_hash"], none=first):
        yield f"previous_hash: {document['previous_hash']!r} is no hash of the entry before"
    if not _is_superseding(document["supersedes"], sequence, version):
        yield "supersedes: is not the entry whose place a version after the first takes"


def _is_hash(value: object, *, none: bool) -> bool:
    if none:
        return value == ""
    return isinstance(value, str) and len(value) == 64 and set(value) <= _HEX


def _is_superseding(value: object, sequence: int, version: int) -> bool:
    if version == 1 or value is None:
        return version == 1 and value is None
    if not isinstance(value, dict) or set(value) != {"sequence", "hash", "amendments"}:
        return False
    before = value["sequence"]
    return type(before) is int and before < sequence and _is_hash(value["hash"], none=False)


def _compared(what: str, given: object, derived: object) -> Iterator[str]:
    if given != derived or type(given) is not type(derived):
        yield f"{what}: is {_short(given)}, must be {_short(derived)}"


def _differing(where: str, given: object, derived: object) -> Iterator[str]:
    """Every leaf in which two JSON values differ, by its path."""
    if isinstance(given, dict) and isinstance(derived, dict):
        for name in sorted({*given, *derived}):
            path = f"{where}.{name}" if where else name
            if name not in given or name not in derived:
                yield f"{path}: {'is missing' if name not in given else 'is none of a document'}"
            else:
                yield from _differing(path, given[name], derived[name])
    elif isinstance(given, list) and isinstance(derived, list) and len(given) == len(derived):
        for place, (one, other) in enumerate(zip(given, derived, strict=True)):
            yield from _differing(f"{where}[{place}]", one, other)
    else:
        yield from _compared(where, given, derived)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 200 else f"{text[:200]}…"
