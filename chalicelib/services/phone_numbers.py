"""Numbers as people write them → E.164, and the time zones of their country."""

from functools import cache
from importlib import resources

from chalicelib.core.uploads import ParsedPhone

_REASONS = {
    "INVALID_COUNTRY_CODE": "no such country code",
    "NOT_A_NUMBER": "not a phone number",
    "TOO_SHORT_AFTER_IDD": "too short",
    "TOO_SHORT_NSN": "too short",
    "TOO_SHORT": "too short",
    "TOO_LONG": "too long",
    "IS_POSSIBLE": "not a number that exists in its country",
    "IS_POSSIBLE_LOCAL_ONLY": "the area code is missing",
    "INVALID_LENGTH": "the wrong number of digits for its country",
}
"""libphonenumber's outcome → the reason an uploader reads."""


_ONE_TIME = {"CN": ("Asia/Shanghai",)}
"""Countries that live by one time although the tz database knows more (Asia/Urumqi)."""


def parse(written: str, region: str) -> ParsedPhone | str:
    """The number written, read as dialled in `region` unless it begins with +; else the reason."""
    import phonenumbers as pn

    try:
        number = pn.parse(written, region)
    except pn.NumberParseException as error:
        return _REASONS[_name_of(pn.NumberParseException, error.error_type)]
    if not pn.is_valid_number(number):
        possible = pn.is_possible_number_with_reason(number)
        return _REASONS[_name_of(pn.ValidationResult, possible)]
    if number.extension:
        return "an extension cannot be called back: leave it out"
    kind = pn.number_type(number)
    mobile = kind in (pn.PhoneNumberType.MOBILE, pn.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    e164 = pn.format_number(number, pn.PhoneNumberFormat.E164)
    return ParsedPhone(e164, pn.region_code_for_number(number) or region, mobile)


def _name_of(holder: type, code: int) -> str:
    return next(name for name, value in vars(holder).items() if value == code and name.isupper())


def zones_of(country: str) -> tuple[str, ...]:
    """The time zones of a country by the tz database, its main one first; () if unknown."""
    if country in _ONE_TIME:
        return _ONE_TIME[country]
    return tuple(zone for code, zone in _zone_table() if code == country)


def country_of(zone: str) -> str:
    """The country that a time zone belongs to, "" if the tz database names none."""
    return next((code for code, name in _zone_table() if name == zone), "")


@cache
def _zone_table() -> tuple[tuple[str, str], ...]:
    table = resources.files("tzdata") / "zoneinfo" / "zone.tab"
    lines = table.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return tuple((row[0], row[2]) for row in rows)
