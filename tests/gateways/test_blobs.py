"""Frozen files: one contract for the folder of a laptop and the bucket of a stage."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest

from chalicelib.gateways.blobs import BlobExistsError, Blobs, BucketBlobs, FolderBlobs

KEY = "draws/2026-W24/0a1b/frame.tsv"
Make = Callable[[], Blobs]


@pytest.fixture(params=["folder", "bucket"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes the blobs of one place, each time as a new process would."""
    if request.param == "folder":
        return lambda: FolderBlobs(tmp_path / "blobs")
    request.getfixturevalue("aws")
    place = {"LocationConstraint": "eu-central-1"}
    boto3.client("s3").create_bucket(Bucket="files", CreateBucketConfiguration=place)
    return lambda: BucketBlobs("files")


@pytest.fixture
def blobs(make: Make) -> Blobs:
    return make()


class TestBlobs:
    @pytest.mark.parametrize("content", [b"", b"V-1\tU1\n", bytes(range(256)) * 1000])
    def test_what_is_put_is_got(self, make: Make, content: bytes) -> None:
        make().put(KEY, content)
        assert make().get(KEY) == content

    def test_what_was_never_put_is_none(self, blobs: Blobs) -> None:
        assert blobs.get(KEY) is None
        blobs.put(KEY, b"x")
        assert blobs.get("draws/2026-W24/0a1b") is None
        assert blobs.get("draws/2026-W24/0a1b/frame") is None

    def test_the_same_content_again_is_fine(self, make: Make) -> None:
        make().put(KEY, b"x")
        make().put(KEY, b"x")
        assert make().get(KEY) == b"x"

    @pytest.mark.parametrize("other", [b"y", b"", b"xx"])
    def test_another_content_is_refused_and_changes_nothing(self, make: Make, other: bytes) -> None:
        make().put(KEY, b"x")
        with pytest.raises(BlobExistsError, match="another content"):
            make().put(KEY, other)
        assert make().get(KEY) == b"x"

    def test_keys_do_not_meet(self, blobs: Blobs) -> None:
        blobs.put("a/b", b"1")
        blobs.put("a/c", b"2")
        assert (blobs.get("a/b"), blobs.get("a/c")) == (b"1", b"2")


def test_of_many_writers_to_a_folder_one_wins_whole(tmp_path: Path) -> None:
    contents = [bytes([place]) * 100_000 for place in range(8)]

    def put(content: bytes) -> bool:
        try:
            FolderBlobs(tmp_path).put(KEY, content)
        except BlobExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(put, contents))
    assert won.count(True) == 1
    assert FolderBlobs(tmp_path).get(KEY) == contents[won.index(True)]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["frame.tsv"]


def test_a_writer_that_dies_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:2])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half)
        with pytest.raises(KeyboardInterrupt):
            FolderBlobs(tmp_path).put(KEY, b"whole")
    FolderBlobs(tmp_path).put(KEY, b"whole")
    assert FolderBlobs(tmp_path).get(KEY) == b"whole"


def test_a_missing_bucket_is_an_error_and_not_an_empty_one(aws: None) -> None:
    error = boto3.client("s3").exceptions.ClientError
    with pytest.raises(error, match="NoSuchBucket"):
        BucketBlobs("nowhere").get(KEY)
    with pytest.raises(error, match="NoSuchBucket"):
        BucketBlobs("nowhere").put(KEY, b"x")
