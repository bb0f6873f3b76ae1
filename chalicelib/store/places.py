"""Where each record lies: the keys that stores ask for by name, in one place."""

from chalicelib.core.paging import Page
from chalicelib.core.visits import VisitKey
from chalicelib.store.codec import escaped, instant
from chalicelib.store.table import Key


def visit_key(key: Key) -> VisitKey:
    """The visit whose row lies at `key`."""
    _, unit, month = key.pk.split("#")
    return VisitKey(unit, month, key.sk)


def visit_place(key: VisitKey) -> Key:
    """Where a visit lies: sorted by its id under its unit's month."""
    return Key(f"VM#{key.unit}#{key.month}", key.visit_id)


def phone_place(phone_number: str) -> Key:
    """Where a phone lies; its texts, opt events and cases lie under the same key."""
    return Key(f"PH#{phone_number}")


def effect_place(cause: str, effect_number: int) -> Key:
    """Where an effect lies."""
    return Key(f"FX#{cause}#{effect_number}")


def case_month_place(unit: str, month: str) -> str:
    """The key under which the cases of a unit's month are listed; cases without a unit have "-"."""
    return f"CM#{unit or '-'}#{month}"


def page_place(page: Page) -> Key:
    """Where a page lies: all of them under one key, by their instants."""
    return Key("PAGES", f"{instant(page.opened_at)}#{page.cause}")


def wrong_codes_place(place: str) -> Key:
    """Where a count of wrong codes lies."""
    return Key(f"LIM#{place}")


def call_place(sid: str) -> Key:
    """Where a call lies; its requests and recordings lie under the same key."""
    return Key(f"CALL#{sid}")


def fact_place(sid: str, name: str) -> Key:
    """Where one request of a call lies."""
    return Key(f"CALL#{sid}", f"STEP#{name}")


def recording_place(sid: str, recording: str) -> Key:
    """Where a recording of a call lies."""
    return Key(f"CALL#{sid}", f"REC#{recording}")


def document_place(unit: str, sequence: int) -> Key:
    """Where an entry of a unit's chain lies; the head lies beside them."""
    return Key(f"DOC#{unit}", f"{sequence:06d}")


def proceeding_place(unit: str, sequence: int) -> Key:
    """Where the proceeding of a document lies, beside the chain."""
    return Key(f"DOC#{unit}", f"PROC#{sequence:06d}")


def amendment_place(unit: str, month: str, cause: str) -> Key:
    """Where an amendment lies, beside the chain."""
    return Key(f"DOC#{unit}", f"AMD#{month}#{escaped(cause)}")
