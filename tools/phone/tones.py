"""The bytes of a recording: a tone of the length asked for, as WAV or as MP3.

Which tone follows from the recording's SID, so that two recordings never have the same bytes and
one has the same each time it is fetched.
"""

import hashlib
import io
import wave
from typing import Final

RATE: Final = 8000
"""Samples a second of Twilio's WAV: 16 bits, one channel."""

MP3_HEADER: Final = bytes.fromhex("fff340c4")
"""MPEG-2 layer III, 32 kbit/s, 22.05 kHz, one channel, no checksum."""

MP3_FRAME: Final = 104
"""Bytes of such a frame: 72 × 32000 / 22050, cut off."""

MP3_SIDE: Final = 9
"""Bytes of side information; all zero says that no sound follows."""

MP3_SAMPLES: Final = 576
"""Samples of such a frame."""


def wav(sid: str, seconds: int) -> bytes:
    """A square wave between 200 and 455 Hz; its first samples are what only this SID has.

    >>> len(wav("RE1", 1)) - 44
    16000
    """
    mark, length = _mark(sid), RATE * seconds * 2
    half = RATE // 2 // (200 + mark[0])
    period = b"\x00\x08" * half + b"\x00\xf8" * half
    click = b"".join(bytes((each, 0)) for each in mark)
    sound = (click + period * (length // len(period) + 1))[:length]
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound)
    return written.getvalue()


def mp3(sid: str, seconds: int) -> bytes:
    """Frames of silence; what tells recordings apart stands where a decoder does not look."""
    room = MP3_FRAME - len(MP3_HEADER) - MP3_SIDE
    frame = MP3_HEADER + bytes(MP3_SIDE) + _mark(sid).ljust(room, b"\x00")
    return frame * -(-22050 * seconds // MP3_SAMPLES)


def _mark(sid: str) -> bytes:
    return hashlib.sha256(sid.encode()).digest()
