"""The post: a folder of whole .eml files, or Amazon SES with one entry for each reader."""

from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends

from chalicelib.gateways.mail import FolderPost, SesPost


def mail(subject: str = "回访", to: str = "a@x.example, b@y.example") -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = "<close~2026-05~U1.0@supervision.example>"
    message["From"] = "Huifang 回访 <h@supervision.example>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Zeile 1\n第二行\n")
    message.add_attachment(b"\x00\xff", maintype="application", subtype="zip", filename="a.zip")
    return message


def test_a_mail_is_one_file_that_reads_as_it_was_written(tmp_path: Path) -> None:
    FolderPost(tmp_path / "mail").send(mail())
    (path,) = (tmp_path / "mail").iterdir()
    assert path.name == "close~2026-05~U1.0.eml"
    read = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert read["Subject"] == "回访"
    (attachment,) = read.iter_attachments()
    assert attachment.get_content() == b"\x00\xff"


def test_a_repeat_replaces_the_file(tmp_path: Path) -> None:
    FolderPost(tmp_path).send(mail("once"))
    FolderPost(tmp_path).send(mail("twice"))
    (path,) = tmp_path.iterdir()
    assert b"Subject: twice" in path.read_bytes()


def test_repeats_at_the_same_time_leave_one_whole_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: FolderPost(tmp_path).send(mail()), range(32)))
    (path,) = tmp_path.iterdir()
    read = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert [each.get_content() for each in read.iter_attachments()] == [b"\x00\xff"]


def test_a_mail_that_is_cut_short_is_no_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(KeyboardInterrupt):
        FolderPost(tmp_path).send(mail())
    assert list(tmp_path.glob("*.eml")) == []


def test_ses_gets_the_whole_mail_and_each_reader_by_itself(aws: None) -> None:
    boto3.client("sesv2").create_email_identity(EmailIdentity="h@supervision.example")
    SesPost().send(mail())
    (sent,) = sesv2_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].core_backend.sent_messages
    assert sent.source == "h@supervision.example"
    assert set(sent.destinations) == {"a@x.example", "b@y.example"}
    read = message_from_bytes(sent.raw_data.encode(), policy=policy.default)
    assert read["Subject"] == "回访"
    assert read["Message-ID"] == "<close~2026-05~U1.0@supervision.example>"


def test_ses_that_refuses_raises(aws: None) -> None:
    error = boto3.client("sesv2").exceptions.ClientError
    with pytest.raises(error, match="MessageRejected"):
        SesPost().send(mail())
