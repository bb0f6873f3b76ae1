"""Recordings over Twilio's REST API: their bytes, fetched, listed, deleted.

The bytes are at the RecordingUrl itself (WAV), and at that with `.wav` or `.mp3`; the account's
credentials are asked for, as a careful account's settings have it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from operator import attrgetter
from re import Match
from typing import Any, Final

from tools.listener import Answer, Request
from tools.phone.account import API_VERSION, Account
from tools.phone.paging import Filter, Listing, ListingError, dated, equal
from tools.phone.recordings import Recording, Recordings
from tools.phone.rest_answers import Form, Operation, RestError, Routes, json_answer, read_query
from tools.phone.tones import mp3, wav

SID: Final = r"(?P<sid>RE[0-9a-f]{32})"
OF_CALL: Final = r"/Calls/(?P<call>CA[0-9a-f]{32})"

FORMATS: Final[Mapping[str, tuple[str, Callable[[str, int], bytes]]]] = {
    "": ("audio/x-wav", wav),
    ".wav": ("audio/x-wav", wav),
    ".mp3": ("audio/mpeg", mp3),
}
"""What follows the SID → media type and how the bytes are made."""


@dataclass(frozen=True)
class RecordingRest:
    """The resource Recordings, of the account and of one call."""

    account: Account
    recordings: Recordings

    def routes(self) -> Routes:
        return (
            (r"/Recordings\.json", "GET", self._list),
            (rf"{OF_CALL}/Recordings\.json", "GET", self._list),
            (rf"/Recordings/{SID}\.json", "GET", self._fetch),
            (rf"/Recordings/{SID}\.json", "DELETE", self._delete),
            (rf"{OF_CALL}/Recordings/{SID}\.json", "GET", self._fetch),
            (rf"{OF_CALL}/Recordings/{SID}\.json", "DELETE", self._delete),
            (rf"/Recordings/{SID}(?P<format>|\.wav|\.mp3)", "GET", self._media),
            (rf"/Recordings/{SID}(?P<format>|\.wav|\.mp3)", "HEAD", self._media),
        )

    def _list(self, request: Request, found: Match[str]) -> Operation:
        call = found.groupdict().get("call")
        query = {**read_query(request), **({"CallSid": call} if call else {})}
        return Operation("list", "", lambda _: self._listed(query))

    def _listed(self, query: Form) -> Answer:
        try:
            return json_answer(200, RECORDINGS.page(self.account, self.recordings.all(), query))
        except ListingError as error:
            raise RestError(20001, str(error)) from error

    def _fetch(self, _: Request, found: Match[str]) -> Operation:
        recording = self._known(found)
        return Operation(
            "fetch",
            recording.handset,
            lambda _: json_answer(200, recording_json(self.account, self._known(found))),
        )

    def _delete(self, _: Request, found: Match[str]) -> Operation:
        recording = self._known(found)
        return Operation("delete", recording.handset, lambda _: self._deleted(recording.sid))

    def _deleted(self, sid: str) -> Answer:
        if not self.recordings.delete(sid):
            raise RestError(20404, sid)
        return Answer(204)

    def _media(self, _: Request, found: Match[str]) -> Operation:
        recording = self._known(found)
        return Operation("media", recording.handset, lambda _: self._bytes(found))

    def _bytes(self, found: Match[str]) -> Answer:
        """404 until the recording is there, and for one that never will be."""
        recording = self._known(found)
        if recording.status != "completed":
            raise RestError(20404, recording.sid)
        media_type, made = FORMATS[found["format"]]
        body = made(recording.sid, recording.seconds)
        return Answer(200, (("Content-Type", media_type),), body)

    def _known(self, found: Match[str]) -> Recording:
        recording = self.recordings.find(found["sid"])
        call = found.groupdict().get("call")
        if recording is None or (call and recording.call_sid != call):
            raise RestError(20404, found["sid"])
        return recording


def recording_json(account: Account, recording: Recording) -> Mapping[str, Any]:
    """A recording as Twilio's API gives it; dates in RFC 2822."""
    base = f"/{API_VERSION}/Accounts/{account.sid}/Recordings/{recording.sid}"
    return {
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "channels": recording.channels,
        "conference_sid": None,
        "date_created": format_datetime(recording.created),
        "date_updated": format_datetime(recording.updated),
        "duration": str(recording.seconds) if recording.status == "completed" else "-1",
        "encryption_details": None,
        "error_code": recording.error_code,
        "media_url": recording.url,
        "price": None,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": recording.source,
        "start_time": format_datetime(recording.created),
        "status": recording.status,
        "subresource_uris": {
            "add_on_results": f"{base}/AddOnResults.json",
            "transcriptions": f"{base}/Transcriptions.json",
        },
        "uri": f"{base}.json",
    }


FILTERS: Final[Mapping[str, Filter[Recording]]] = {
    "CallSid": equal(attrgetter("call_sid")),
    **dated("DateCreated", attrgetter("created")),
}

RECORDINGS: Final = Listing("Recordings", "recordings", FILTERS, recording_json)
