"""Settings: read once from the environment; what is meant for one machine is refused on Lambda."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

LOCAL_ONLY: Final = (
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_BASE",
    "DYNAMODB_ENDPOINT",
    "MAIL_FOLDER",
    "BLOB_FOLDER",
    "HUIFANG_API_TOKEN",
    "HUIFANG_NOW",
)
REQUIRED: Final = ("PUBLIC_BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_NUMBER")
REQUIRED_ON_LAMBDA: Final = ("HUIFANG_STAGE", "HUIFANG_BUCKET", "HUIFANG_MAIL_FROM")
"""Without these a function would look for its tables, files and sender on a laptop."""

Clock = Callable[[], datetime]


class ConfigError(ValueError):
    """A setting is missing or may not stand here; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings; fields that hold secrets or local addresses are "" when deployed."""

    stage: str
    public_base_url: str
    account_sid: str
    number: str
    bucket: str = ""
    mail_from: str = ""
    auth_token: str = ""
    twilio_api_base: str = ""
    dynamodb_endpoint: str = ""
    mail_folder: str = ""
    blob_folder: str = ""
    api_token: str = ""
    now: str = ""
    rulebook: str = ""


def read(environment: Mapping[str, str]) -> Config:
    """The configuration that `environment` describes; ConfigError names every fault at once."""
    faults = _faults(environment)
    if faults:
        raise ConfigError("; ".join(faults))
    return Config(
        stage=environment.get("HUIFANG_STAGE", "local"),
        public_base_url=environment["PUBLIC_BASE_URL"],
        account_sid=environment["TWILIO_ACCOUNT_SID"],
        number=environment["TWILIO_NUMBER"],
        bucket=environment.get("HUIFANG_BUCKET", ""),
        mail_from=environment.get("HUIFANG_MAIL_FROM", "huifang@localhost"),
        auth_token=environment.get("TWILIO_AUTH_TOKEN", ""),
        twilio_api_base=environment.get("TWILIO_API_BASE", ""),
        dynamodb_endpoint=environment.get("DYNAMODB_ENDPOINT", ""),
        mail_folder=environment.get("MAIL_FOLDER", ""),
        blob_folder=environment.get("BLOB_FOLDER", ""),
        api_token=environment.get("HUIFANG_API_TOKEN", ""),
        now=environment.get("HUIFANG_NOW", ""),
        rulebook=environment.get("HUIFANG_RULEBOOK", ""),
    )


def _faults(environment: Mapping[str, str]) -> list[str]:
    on_lambda = bool(environment.get("AWS_LAMBDA_FUNCTION_NAME"))
    wanted = (*REQUIRED, *(REQUIRED_ON_LAMBDA if on_lambda else ()))
    faults = [f"{name} is not set" for name in wanted if not environment.get(name)]
    if on_lambda:
        faults += [f"{name} is for one machine only: remove it from the function's environment"
                   for name in LOCAL_ONLY if environment.get(name)]  # fmt: skip
    if environment.get("PUBLIC_BASE_URL", "").endswith("/"):
        faults.append("PUBLIC_BASE_URL must not end with a slash")
    return faults


def clock(config: Config) -> Clock:
    """The clock: real time, a fixed instant, or the instant in a file read again at each call."""
    setting = config.now
    if not setting:
        return lambda: datetime.now(UTC)
    if setting.startswith("file:"):
        path = Path(setting.removeprefix("file:"))
        return lambda: _instant(_read(path))
    fixed = _instant(setting)
    return lambda: fixed


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"HUIFANG_NOW names {path}, which cannot be read: {error}") from error


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ConfigError(f"HUIFANG_NOW {text!r} is no ISO instant") from error
    if instant.tzinfo is None:
        raise ConfigError(f"HUIFANG_NOW {text!r} needs a zone, such as 2026-06-03T07:00:00+08:00")
    return instant.astimezone(UTC)
