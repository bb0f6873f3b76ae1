"""The catalogues as tests need them: read from source, and compiled where that is not done yet."""

import os
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from chalicelib.texts import FOLDER, LOCALES


class Entry(NamedTuple):
    """One text as it is written, and the comment above it."""

    text: str
    comment: str


def entries(language: str, domain: str) -> dict[str, Entry]:
    """Message id → entry, without the catalogue's head."""
    path = FOLDER / LOCALES[language] / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    return {
        str(message.id): Entry(str(message.string), " ".join(message.auto_comments))
        for message in messages
    }


def placeholders(text: str) -> set[str]:
    """The names that a text takes values for."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def compile_catalogues() -> None:
    """Compile each catalogue that is missing or older than its source; safe in parallel runs."""
    for path in _sources():
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            _compile(path, compiled)


def _compile(path: Path, compiled: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)
    fresh = compiled.with_suffix(f".{os.getpid()}.tmp")
    with fresh.open("wb") as out:
        write_mo(out, catalogue, use_fuzzy=True)
    fresh.replace(compiled)


def _sources() -> Iterator[Path]:
    return FOLDER.glob("*/LC_MESSAGES/*.po")
