"""Before its reveal a draw's secret is in the vault and nowhere else; units learn nothing."""

import base64
import io
import json
import logging
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from itertools import pairwise
from typing import Any
from zipfile import BadZipFile, ZipFile

import pytest

from chalicelib.core.people import Unit
from chalicelib.core.tickets import seed
from chalicelib.logs import JsonLines
from tests.services.draws import draw_at, filled, put, tick, visit
from tests.stage import Stage, plain

DRAWS = 5
MANAGER = "boss@east.example"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the service writes to its log."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("chalicelib")
    logger.addHandler(handler)
    yield text
    logger.removeHandler(handler)


@pytest.fixture
def season(stage: Stage, written: io.StringIO) -> Stage:
    """A stage with some draws drawn and the next one committed to."""
    stage.wiring.people.put(Unit("U1", "East", MANAGER, "en", "2026-05"))
    tick(stage)
    for _ in range(DRAWS):
        draw = stage.storage.draws.all()[-1]
        filled(stage, draw, size=9)
        assert draw.due_at is not None
        draw_at(stage, draw.due_at)
    return stage


def spellings(secret: bytes) -> set[bytes]:
    """The ways in which 32 bytes may stand in a text."""
    encoded = {base64.b64encode(secret), base64.urlsafe_b64encode(secret), secret}
    return {secret.hex().encode(), secret.hex().upper().encode(), *encoded, repr(secret).encode()}


def unpacked(content: bytes) -> bytes:
    """A file, with the parts of a workbook spelled out."""
    try:
        with ZipFile(io.BytesIO(content)) as book:
            return b"".join(book.read(name) for name in book.namelist())
    except BadZipFile:
        return content


def parts(mail: EmailMessage) -> bytes:
    """A mail as written, and each of its parts decoded."""
    decoded = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return bytes(mail) + b"".join(unpacked(each) for each in decoded if isinstance(each, bytes))


def row_bytes(row: Mapping[str, Any]) -> bytes:
    return b"".join(
        value if isinstance(value, bytes) else json.dumps(value).encode()
        for attribute in row.values()
        for value in attribute.values()
    )


def test_a_secret_is_in_no_row_no_mail_no_file_and_no_log_before_its_reveal(
    season: Stage, written: io.StringIO
) -> None:
    """Afterwards it is in the revealed file and its mail alone."""
    vault = season.storage.vault
    draws = season.storage.draws.all()
    assert len(draws) == DRAWS + 1
    secrets = [secret for draw in draws if (secret := vault.secret(draw.key))]
    assert len(set(secrets)) == DRAWS + 1
    files = [path for path in (season.folder / "blobs").rglob("*") if path.is_file()]
    blobs = [path for path in files if path.name != "revealed.json"]
    open_mails = season.mails("draw_revealed")
    mails = [mail for mail in season.mails() if mail["Message-ID"] not in ids(open_mails)]
    assert len(files) - len(blobs) == len(open_mails) == len(revealed(season)) > 1
    rows = [row for row in season.everything() if row["pk"]["S"] not in places(season)]
    haystack = b"\n".join(
        [
            *(row_bytes(row) for row in rows),
            *(unpacked(path.read_bytes()) for path in blobs),
            *(parts(mail) for mail in mails),
            written.getvalue().encode(),
        ]
    )
    assert len(haystack) > 50_000
    for draw, secret in zip(draws, secrets, strict=True):
        hidden = spellings(secret) | ({seed(secret, draw.frame_sha256).encode()})
        assert [each for each in hidden if each in haystack] == []
    opened = b"".join(parts(mail) for mail in open_mails)
    for draw, secret in zip(draws, secrets, strict=True):
        assert (secret.hex().encode() in opened) == (draw.key in revealed(season))


def ids(mails: list[EmailMessage]) -> set[str]:
    return {str(mail["Message-ID"]) for mail in mails}


def revealed(stage: Stage) -> set[str]:
    return {draw.key for draw in stage.storage.draws.all() if draw.revealed_at is not None}


def places(stage: Stage) -> set[str]:
    """The keys of the vault's rows."""
    return {f"SECRET#{draw.key}" for draw in stage.storage.draws.all()}


def test_the_vault_holds_a_secret_for_each_draw_and_nothing_else(season: Stage) -> None:
    rows = [row for row in season.everything() if "secret" in row]
    assert {row["pk"]["S"] for row in rows} == places(season)
    assert {row["pk"]["S"] for row in season.everything(season.storage.vault.table)} == places(
        season
    )
    assert {len(row["secret"]["B"]) for row in rows} == {32}


def test_each_commitment_is_mailed_with_the_list_before_it(season: Stage) -> None:
    draws = season.storage.draws.all()
    (first,) = season.mails("draw_committed")
    assert draws[0].commitment in plain(first)
    for earlier, draw in pairwise(draws):
        (mail,) = season.mails(f"draw~{earlier.key}~draw_list")
        assert draw.commitment in plain(mail)


def test_the_judged_unit_gets_none_of_these_mails(season: Stage) -> None:
    for mail in season.mails("draw~"):
        assert MANAGER not in mail["To"]
        assert set(mail["To"].replace(" ", "").split(",")) <= {
            *("sun@supervision.example", "lin@supervision.example", "ou@audit.example"),
        }


def test_reasons_and_reserve_stay_out_of_mails_and_manifests(season: Stage) -> None:
    put(season, visit("bad", season.now, "EEE"))
    draw = season.storage.draws.all()[-1]
    assert draw.due_at is not None
    draw_at(season, draw.due_at)
    manifest = (season.folder / "blobs" / "draws" / draw.key / "manifest.json").read_text()
    told = json.loads(manifest)
    assert {row["reasons"] for row in told["frame"]} == {None}
    assert {row["why"] for row in told["picks"]} == {None}
    assert (told["secret"], told["seed"], told["reserve"]) == (None, None, None)
    (mail,) = season.mails(f"{draw.key}~draw_list")
    assert b"worst_grade" not in parts(mail)
    assert b"random" not in parts(mail)
