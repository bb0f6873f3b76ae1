"""The local stage, as a program beside it finds it: by the environment, or through var/run.json.

What acts in a member's name works on this stage alone: who sits at a deployed one is not known
before there is a sign-in. Loading people works on any stage, by the rights of an AWS account.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.engine import ROOT

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring

STAGE = "local"
RUN_FILE: Final = ROOT / "var" / "run.json"
"""What `make run` writes while it is up (tools.run)."""

SETTINGS: Final = (
    *("PUBLIC_BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_NUMBER", "TWILIO_AUTH_TOKEN"),
    *("TWILIO_API_BASE", "DYNAMODB_ENDPOINT", "MAIL_FOLDER", "BLOB_FOLDER"),
    *("HUIFANG_API_TOKEN", "HUIFANG_NOW", "HUIFANG_MAIL_FROM", "HUIFANG_RULEBOOK"),
)
"""What the environment may say of the local stage."""

TO_SEND: Final = ("TWILIO_AUTH_TOKEN", "TWILIO_API_BASE", "MAIL_FOLDER", "BLOB_FOLDER")
"""Without these a program would look for the real providers."""

SENDS_NOTHING: Final = {
    "PUBLIC_BASE_URL": "http://127.0.0.1",
    "TWILIO_ACCOUNT_SID": "none",
    "TWILIO_NUMBER": "none",
}
"""In place of required settings, for programs that reach the database and nobody else."""


class NotConnectedError(Exception):
    """The local stage cannot be reached; the text says what to do."""


def local_stage(*, dynamodb: str = "", now: str = "", sends: bool = False) -> "Wiring":
    """The services of the local stage; NotConnectedError where it is not to be found.

    `dynamodb` and `now` go before what is found. Only with `sends` texts, mails and files work.
    """
    given = {"DYNAMODB_ENDPOINT": dynamodb, "HUIFANG_NOW": now}
    environ = {**os.environ, **{name: value for name, value in given.items() if value}}
    found = settings(environ, RUN_FILE)
    missing = [name for name in TO_SEND if sends and name not in found]
    if missing or "DYNAMODB_ENDPOINT" not in found:
        wanted = ", ".join(missing or ["DYNAMODB_ENDPOINT"])
        raise NotConnectedError(f"nothing runs here: start `make run`, or set {wanted}")
    # Imported when needed: they take half a second, which the offline commands need not wait.
    from chalicelib import config, rulebook
    from chalicelib.wiring import Wiring
    from tools.local import LOCAL_AWS

    for name, value in LOCAL_AWS.items():
        os.environ.setdefault(name, value)
    try:
        made = Wiring(config.read(found if sends else {**SENDS_NOTHING, **found}))
        _look_at(made)
    except (rulebook.RulebookError, ValueError, OSError) as error:
        raise NotConnectedError(str(error)) from error
    return made


def stage_of_people(dynamodb: str = "") -> "Wiring":
    """The stage that people are loaded into: the one HUIFANG_STAGE names, else the local one.

    A deployed one is reached through AWS by the credentials and the region of the environment, and
    the program says on stderr which it is. NotConnectedError where it cannot be reached.
    """
    name = os.environ.get("HUIFANG_STAGE") or STAGE
    if name == STAGE:
        return local_stage(dynamodb=dynamodb)
    if dynamodb or os.environ.get("DYNAMODB_ENDPOINT"):
        raise NotConnectedError(
            f"HUIFANG_STAGE={name} is a deployed stage and its database is at AWS:"
            " leave out --dynamodb and DYNAMODB_ENDPOINT"
        )
    from chalicelib import config
    from chalicelib.wiring import Wiring

    made = Wiring(config.read({**SENDS_NOTHING, "HUIFANG_STAGE": name}))
    _look_at(made)
    region = made.storage.table.connection.client.meta.region_name
    print(f"stage {name} in {region}", file=sys.stderr)
    return made


def _look_at(made: "Wiring") -> None:
    """Find out now, before anything is done, whether clock, rulebook and database are there."""
    from botocore.exceptions import BotoCoreError
    from pynamodb.exceptions import PynamoDBException

    from chalicelib.core.saving import StoreError

    made.now()
    _ = made.rules
    try:
        made.people.sending()
    except (StoreError, PynamoDBException, BotoCoreError) as error:
        endpoint, stage = made.settings.dynamodb_endpoint, made.settings.stage
        where = f"at {endpoint}, is `make run` up?" if endpoint else "that these credentials reach"
        told = f"no tables of the stage {stage} {where} ({error})"
        raise NotConnectedError(told) from error


def settings(environ: Mapping[str, str], run_file: Path) -> dict[str, str]:
    """What is known of the local stage: the environment, over what `run_file` tells.

    The file is left aside where the environment names another database: it is of another run.
    """
    stage = environ.get("HUIFANG_STAGE") or STAGE
    if stage != STAGE:
        raise NotConnectedError(
            f"HUIFANG_STAGE={stage} is a deployed stage: until members can sign in there,"
            f" this is done on the stage {STAGE} alone"
        )
    named = {name: environ[name] for name in SETTINGS if environ.get(name)}
    running = _running(run_file)
    ours = named.get("DYNAMODB_ENDPOINT", "").rstrip("/")
    if ours and ours != running.get("DYNAMODB_ENDPOINT", "").rstrip("/"):
        running = {}
    return {**running, **named, "HUIFANG_STAGE": STAGE}


def _running(run_file: Path) -> dict[str, str]:
    """The settings of the run that `run_file` tells of; {} if none is up."""
    try:
        told = json.loads(run_file.read_text("utf-8"))
        folder = Path(told["mail_folder"]).parent
        return {
            "PUBLIC_BASE_URL": told["service"],
            "TWILIO_ACCOUNT_SID": told["account_sid"],
            "TWILIO_NUMBER": told["number"],
            "TWILIO_AUTH_TOKEN": told["auth_token"],
            "TWILIO_API_BASE": told["simulator"],
            "DYNAMODB_ENDPOINT": told["dynamodb"],
            "MAIL_FOLDER": told["mail_folder"],
            "BLOB_FOLDER": str(folder / "blobs"),
            "HUIFANG_API_TOKEN": told["api_token"],
            "HUIFANG_NOW": f"file:{folder / 'now'}",
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotConnectedError(f"{run_file} cannot be read: start `make run` again") from error
