"""A device is told from others for a day, and by nothing that names anybody."""

import pytest

from chalicelib.core.devices import Origin, customer_of, device_of, is_anothers
from tests.store.samples import DEVICE_FORM

PHONE = Origin("203.0.113.7", "Mozilla/5.0 (Linux; Android 14)")

OTHERS = {
    "another address": Origin("203.0.113.8", PHONE.agent),
    "another browser": Origin(PHONE.address, "Mozilla/5.0 (iPhone)"),
}


def test_a_device_is_the_same_all_day_and_another_the_next() -> None:
    assert device_of(PHONE, "monday") == device_of(Origin(*PHONE), "monday")
    assert device_of(PHONE, "monday") != device_of(PHONE, "tuesday")


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_address_and_browser_tell_devices_apart(other: Origin) -> None:
    assert device_of(PHONE, "salt") != device_of(other, "salt")


def test_a_household_of_the_newer_internet_is_one_address() -> None:
    assert device_of(Origin("2001:db8:0:1::7"), "s") == device_of(Origin("2001:db8:0:1:9::"), "s")
    assert device_of(Origin("2001:db8:0:1::7"), "s") != device_of(Origin("2001:db8:0:2::7"), "s")


def test_without_an_address_there_is_no_device() -> None:
    assert device_of(Origin("", "Mozilla/5.0"), "salt") == ""


@pytest.mark.parametrize("agent", ["", "x" * 100_000, "\ud800", "a\x00b"])
def test_any_browser_has_a_name(agent: str) -> None:
    assert len(device_of(Origin("203.0.113.7", agent), "salt")) == 24


def test_two_jobs_of_one_customer_are_no_two_customers() -> None:
    mine = customer_of(DEVICE_FORM.device, "+85251230001")
    assert not is_anothers(DEVICE_FORM, DEVICE_FORM.visit_id, mine)
    assert not is_anothers(DEVICE_FORM, "V-2", DEVICE_FORM.customer)
    assert is_anothers(DEVICE_FORM, "V-2", mine)
    assert is_anothers(DEVICE_FORM, "V-2", customer_of(DEVICE_FORM.device, ""))
