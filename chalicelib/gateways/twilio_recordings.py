"""Recordings at Twilio: fetched whole, and deleted there once our copy is safe."""

from http import HTTPStatus
from typing import Final

API: Final = "https://api.twilio.com"
TIMEOUT: Final = 20
"""Seconds without a byte; three minutes of speech are three megabytes."""


class RecordingError(Exception):
    """The recording did not come whole, or was not deleted: try again later."""


class TwilioRecordings:
    """The account's recordings."""

    def __init__(self, account_sid: str, auth_token: str, api_base: str = "") -> None:
        """`api_base` replaces Twilio's address, for a simulator on this machine."""
        self._credentials = (account_sid, auth_token)
        self._base = f"{api_base or API}/2010-04-01/Accounts/{account_sid}/Recordings"

    def media(self, sid: str) -> bytes | None:
        """The WAV file, checked for its length; None where there is none, or none yet."""
        import requests

        try:
            answer = requests.get(
                f"{self._base}/{sid}.wav", auth=self._credentials, timeout=TIMEOUT
            )
        except requests.RequestException as error:
            raise RecordingError(sid) from error
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        told = answer.headers.get("Content-Length", "")
        whole = not told.isdigit() or int(told) == len(answer.content)
        if answer.status_code != HTTPStatus.OK or not whole or not answer.content:
            raise RecordingError(f"{sid}: status {answer.status_code}, whole: {whole}")
        return answer.content

    def delete(self, sid: str) -> None:
        """Delete it at Twilio; that it is gone already is as good."""
        import requests

        try:
            answer = requests.delete(
                f"{self._base}/{sid}.json", auth=self._credentials, timeout=TIMEOUT
            )
        except requests.RequestException as error:
            raise RecordingError(sid) from error
        if answer.status_code not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND):
            raise RecordingError(f"{sid}: status {answer.status_code}")
