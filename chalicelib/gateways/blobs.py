"""Frozen files: written once under their key, in a bucket or a folder."""

import os
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4


class BlobExistsError(Exception):
    """Another content already stands under the key."""


class Blobs(Protocol):
    """A place for files that are never changed."""

    def put(self, key: str, content: bytes) -> None:
        """Store; the same content again is fine, another raises BlobExistsError."""

    def get(self, key: str) -> bytes | None:
        """The content, None where there is none."""


class FolderBlobs:
    """Files below a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when first needed."""
        self._folder = folder

    def put(self, key: str, content: bytes) -> None:
        """Store under `key`, whose slashes are folders, whole or not at all."""
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{uuid4().hex}.part")
        draft.write_bytes(content)
        try:
            os.link(draft, path)
        except FileExistsError:
            _refuse_other(key, path.read_bytes(), content)
        finally:
            draft.unlink()

    def get(self, key: str) -> bytes | None:
        """The content of the file, None where there is none."""
        path = self._folder / key
        return path.read_bytes() if path.is_file() else None


class BucketBlobs:
    """Objects in an S3 bucket."""

    def __init__(self, bucket: str) -> None:
        """The client is made when first needed."""
        self._bucket = bucket
        self._s3: Any = None

    def put(self, key: str, content: bytes) -> None:
        """Store unless the key is taken (If-None-Match)."""
        s3 = self._connected()
        try:
            s3.put_object(Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*")
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "412"):
                raise
            _refuse_other(key, self.get(key) or b"", content)

    def get(self, key: str) -> bytes | None:
        """The content of the object, None where there is none."""
        s3 = self._connected()
        try:
            content: bytes = s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            return None
        return content

    def _connected(self) -> Any:  # noqa: ANN401 - boto3 makes the class of a client at run time
        if self._s3 is None:
            import boto3

            self._s3 = boto3.client("s3")
        return self._s3


def _refuse_other(key: str, stored: bytes, content: bytes) -> None:
    if stored != content:
        raise BlobExistsError(f"{key} holds another content and is never overwritten")
