"""python -m tools people: load units, technicians, members and tokens from a file.

On the local stage, or with HUIFANG_STAGE naming another on a deployed one, by the AWS credentials
of whoever runs it: somebody has to let the first members in.
"""

import json
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from chalicelib import toml_values as toml
from chalicelib.core.saving import StoreError
from chalicelib.services.people import PeopleError
from chalicelib.services.people import load as load_people
from chalicelib.toml_values import Flaw
from tools.connected import NotConnectedError, stage_of_people


class PeopleFileError(Exception):
    """The file is refused; the text has a line for each flaw, `file:line: column: reason`."""


def people(
    file: Annotated[Path, typer.Argument(help="TOML, as docs/people.example.toml shows")],
    dynamodb: Annotated[
        str, typer.Option(metavar="URL", help="the local database; else that of `make run`")
    ] = "",
) -> None:
    """Load units, technicians, members and tokens; repeatable. Exit 2: nothing was written.

    On the local stage; with HUIFANG_STAGE=dev and AWS_REGION in the environment,
    on that deployed one.
    """
    try:
        source, parsed = read(file)
        told = load(file, source, parsed, dynamodb)
    except (PeopleFileError, NotConnectedError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
    except StoreError as error:
        print(f"{file}: loaded in part ({error}): run it again", file=sys.stderr)
        raise SystemExit(2) from error
    print(json.dumps(told, ensure_ascii=False))


def read(file: Path) -> tuple[str, dict[str, object]]:
    """The file's text and its tables; PeopleFileError where it is no TOML."""
    try:
        data = file.read_bytes()
        source = data.decode("utf-8-sig").replace("\r\n", "\n")
        return source, tomllib.loads(source)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PeopleFileError(f"{file}:{line}: file: is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        line = toml.syntax_line(error, source)
        raise PeopleFileError(f"{file}:{line}: file: {error}") from error
    except OSError as error:
        raise PeopleFileError(f"{file}:1: file: cannot be read: {error.strerror}") from error


def load(file: Path, source: str, parsed: Mapping[str, Any], dynamodb: str) -> dict[str, object]:
    """What was done, table by table; PeopleFileError names every flaw by its line."""
    stage = stage_of_people(dynamodb)
    commit = stage.storage.commit
    try:
        done = load_people(
            stage.people, parsed, stage.rules, stage.now(), lambda mail: commit([mail])
        )
    except PeopleError as error:
        found = sorted((line_of(source, parsed, flaw), str(flaw)) for flaw in error.flaws)
        lines = [f"{file}:{line}: {told}" for line, told in found]
        raise PeopleFileError("\n".join(lines)) from error
    return {**done.counts, "members_not_in_file": done.others}


def line_of(source: str, parsed: Mapping[str, Any], flaw: Flaw) -> int:
    """The line of what a flaw speaks of.

    Of a table [[x]] only the row in question is searched: in a file of thousands of technicians
    the general search takes minutes.
    """
    table, *below = flaw.place
    if not below:
        return toml.line_of(source, flaw.place)
    index, *inside = below
    lines = source.split("\n")
    header = re.compile(rf"\s*\[\[\s*{re.escape(str(table))}\s*\]\]")
    starts = [number for number, line in enumerate(lines) if header.match(line)]
    if len(starts) != len(parsed[str(table)]):
        return toml.line_of(source, flaw.place)
    begins = starts[int(index)]
    after = (n for n in range(begins + 1, len(lines)) if re.match(r"\s*\[", lines[n]))
    row = "\n".join(lines[begins : next(after, len(lines))])
    return begins + toml.line_of(row, (str(table), 0, *inside))
