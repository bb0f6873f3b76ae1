"""The contract of DeviceStore."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from chalicelib.core.devices import KEPT
from chalicelib.store.storage import Storage
from chalicelib.store.table import Key, number
from tests.store.samples import DAY_SALT, DEVICE_FORM, HOUR


def test_a_day_has_one_salt_whoever_asks_first(storage: Storage) -> None:
    offered = [replace(DAY_SALT, salt=f"{place:064x}") for place in range(16)]
    with ThreadPoolExecutor(16) as pool:
        salts = set(pool.map(storage.devices.salt, offered))
    assert len(salts) == 1
    assert storage.devices.salt(DAY_SALT) in salts
    assert storage.devices.salt(replace(DAY_SALT, day="2026-06-05")) == DAY_SALT.salt


def test_forms_are_found_by_their_device_the_earliest_first(storage: Storage) -> None:
    later = replace(DEVICE_FORM, at=DEVICE_FORM.at + HOUR, visit_id="V2")
    at_once = replace(DEVICE_FORM, source="f" * 64, visit_id="V3")
    storage.commit([later, DEVICE_FORM, at_once, replace(DEVICE_FORM, device="f" * 24)], [])
    assert storage.devices.forms(DEVICE_FORM.device) == [DEVICE_FORM, at_once, later]
    assert storage.devices.forms("0" * 24) == []


def test_salts_and_forms_go_by_themselves(storage: Storage) -> None:
    storage.devices.salt(DAY_SALT)
    storage.commit([DEVICE_FORM], [])
    salt = storage.table.get(Key(f"SALT#{DAY_SALT.day}"))
    assert number(salt or {}, "ttl") == int(DAY_SALT.ends.timestamp())
    (form,) = storage.table.rows(f"DEV#{DEVICE_FORM.device}")
    assert number(form, "ttl") == int((DEVICE_FORM.at + KEPT).timestamp())
