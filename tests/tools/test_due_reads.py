"""Reads of a moved clock: asked once until something is written, and then anew."""

from tests.stage import Stage, service, shared_connection, stage
from tools.due_reads import Reads, asked

__all__ = ["service", "shared_connection", "stage"]


class Counted:
    """A read that counts how often it was made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, *of: object) -> int:
        self.times += 1
        return self.times


def test_a_read_is_made_again_only_after_a_write(stage: Stage) -> None:
    reads, read = Reads(stage.storage.table.connection.client), Counted()
    assert [reads(read, "a"), reads(read, "a"), reads(read, "b")] == [1, 1, 2]
    stage.storage.people.sending()
    assert reads(read, "a") == 1, "to look changes nothing"
    stage.upload(stage.row("V-1"))
    assert reads(read, "a") == 3


def test_where_others_write_too_each_read_is_made() -> None:
    read = Counted()
    assert [asked(read, "a"), asked(read, "a")] == [1, 2]
