"""Settings: every fault named at once, laptops' settings refused on Lambda, the clock re-read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib import config
from chalicelib.config import LOCAL_ONLY, REQUIRED, REQUIRED_ON_LAMBDA, ConfigError

PLAIN = {
    "PUBLIC_BASE_URL": "https://service.example/api",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_NUMBER": "+862158386666",
}
ON_LAMBDA = {
    **PLAIN,
    "AWS_LAMBDA_FUNCTION_NAME": "huifang-prod-api",
    "HUIFANG_STAGE": "prod",
    "HUIFANG_BUCKET": "files",
    "HUIFANG_MAIL_FROM": "h@service.example",
}
NOW = datetime(2026, 6, 3, tzinfo=UTC)


def refused(environment: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as found:
        config.read(environment)
    return str(found.value)


def test_three_settings_are_enough_on_a_laptop() -> None:
    read = config.read(PLAIN)
    assert (read.stage, read.public_base_url) == ("local", "https://service.example/api")
    assert (read.number, read.auth_token, read.dynamodb_endpoint) == ("+862158386666", "", "")


def test_every_missing_setting_is_named_at_once() -> None:
    told = refused({})
    assert all(f"{name} is not set" in told for name in REQUIRED)
    told = refused({"AWS_LAMBDA_FUNCTION_NAME": "x"})
    assert all(f"{name} is not set" in told for name in (*REQUIRED, *REQUIRED_ON_LAMBDA))


def test_an_empty_setting_is_none() -> None:
    assert "TWILIO_NUMBER is not set" in refused({**PLAIN, "TWILIO_NUMBER": ""})


@pytest.mark.parametrize("name", LOCAL_ONLY)
def test_a_laptops_setting_is_refused_on_lambda(name: str) -> None:
    assert config.read({**PLAIN, name: "2026-06-03T00:00:00Z"})
    told = refused({**ON_LAMBDA, name: "2026-06-03T00:00:00Z"})
    assert told.startswith(f"{name} is for one machine only")


def test_all_faults_stand_in_one_message() -> None:
    environment = dict.fromkeys(LOCAL_ONLY, "x") | {"AWS_LAMBDA_FUNCTION_NAME": "x"}
    environment["PUBLIC_BASE_URL"] = "https://service.example/"
    told = refused(environment)
    assert all(name in told for name in (*LOCAL_ONLY, "TWILIO_NUMBER", "must not end with a slash"))


def test_a_function_has_no_secret_and_no_local_address_in_its_settings() -> None:
    read = config.read(ON_LAMBDA)
    assert (read.stage, read.bucket, read.mail_from) == ("prod", "files", "h@service.example")
    assert {read.auth_token, read.twilio_api_base, read.dynamodb_endpoint, read.now} == {""}
    assert {read.mail_folder, read.blob_folder, read.api_token} == {""}


def test_without_a_setting_time_runs() -> None:
    clock = config.clock(config.read(PLAIN))
    first, second = clock(), clock()
    assert first.tzinfo is not None
    assert timedelta() <= second - first < timedelta(minutes=1)


def test_a_fixed_instant_stands_still_and_is_utc() -> None:
    clock = config.clock(config.read({**PLAIN, "HUIFANG_NOW": "2026-06-03T08:00:00+08:00"}))
    assert clock() == clock() == NOW
    assert clock().utcoffset() == timedelta()


def test_a_clock_file_is_read_again_at_each_call(tmp_path: Path) -> None:
    path = tmp_path / "now"
    path.write_text(" 2026-06-03T00:00:00+00:00\n")
    clock = config.clock(config.read({**PLAIN, "HUIFANG_NOW": f"file:{path}"}))
    assert clock() == NOW
    path.write_text("2026-06-03T09:00:00+08:00")
    assert clock() == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("instant", "told"),
    [("2026-06-03T08:00:00", "needs a zone"), ("tomorrow", "no ISO instant"), ("file:/no", "/no")],
)
def test_a_clock_that_cannot_be_read_says_so(instant: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        config.clock(config.read({**PLAIN, "HUIFANG_NOW": instant}))()
