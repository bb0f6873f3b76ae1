"""A stand-in for AWS: SSM, S3 and SES kept in memory, DynamoDB passed on to the local engine.

It notes what each function asked for, in the words of a policy, so that the hand-written policies
can be held against what the functions really do.
"""

import base64
import email
import email.policy
import http.client
import json
from dataclasses import dataclass, field
from email.message import EmailMessage
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from tools.listener import Answer, Request

Json = Any
"""What json.loads gives."""

TABLES: Final = {"main": "MainTable", "vault": "VaultTable"}
"""End of a table's name → its logical id in the template."""


class Call(NamedTuple):
    """One thing asked of AWS; the resource as the policies write it, without account and region."""

    action: str
    resource: str


@dataclass
class Aws:
    """What there is: `secrets` by parameter name, the engine's address, the bucket's name."""

    secrets: dict[str, str]
    engine: str
    bucket: str
    objects: dict[str, bytes] = field(default_factory=dict)
    mails: list[tuple[Json, EmailMessage]] = field(default_factory=list)
    calls: dict[str, set[Call]] = field(default_factory=dict)

    def answer(self, function: str, request: Request) -> Answer:
        """Answer a function; what is unknown here raises, and is a 500 there."""
        service, _, operation = request.header("X-Amz-Target").partition(".")
        if service == "DynamoDB_20120810":
            self._note(function, *_database_calls(operation, json.loads(request.body)))
            return self._passed_on(request)
        if operation == "GetParametersByPath":
            return self._parameters(function, json.loads(request.body))
        if request.path == "/v2/email/outbound-emails":
            return self._mail(function, json.loads(request.body))
        if request.path.startswith(f"/{self.bucket}/"):
            return self._object(function, request)
        raise LookupError(f"{function} asked for {request.method} {request.path} {operation}")

    def _note(self, function: str, *calls: Call) -> None:
        self.calls.setdefault(function, set()).update(calls)

    def _passed_on(self, request: Request) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.engine).netloc, timeout=10)
        connection.request(request.method, request.target, request.body, dict(request.headers))
        answer = connection.getresponse()
        passed = Answer(
            answer.status, (("Content-Type", "application/x-amz-json-1.0"),), answer.read()
        )
        connection.close()
        return passed

    def _parameters(self, function: str, asked: Json) -> Answer:
        self._note(function, Call("ssm:GetParametersByPath", f"parameter{asked['Path']}"))
        found = [
            {"Name": name, "Type": "SecureString", "Value": value}
            for name, value in self.secrets.items()
            if name.startswith(asked["Path"].rstrip("/") + "/") and asked["WithDecryption"]
        ]
        return Answer(200, body=json.dumps({"Parameters": found}).encode())

    def _mail(self, function: str, sent: Json) -> Answer:
        for action in ("ses:SendEmail", "ses:SendRawEmail"):
            self._note(function, Call(action, "identity/" + sent["FromEmailAddress"]))
        raw = base64.b64decode(sent["Content"]["Raw"]["Data"])
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((sent, mail))
        return Answer(200, body=b'{"MessageId": "1"}')

    def _object(self, function: str, request: Request) -> Answer:
        key = request.path.split("/", 2)[2]
        verb = {"PUT": "s3:PutObject", "GET": "s3:GetObject"}[request.method]
        self._note(function, Call(verb, f"Bucket/{key}"))
        if request.method == "GET" and key not in self.objects:
            self._note(function, Call("s3:ListBucket", "Bucket"))  # else a missing file is a 403
            return Answer(404, body=b"<Error><Code>NoSuchKey</Code></Error>")
        if request.method == "GET":
            return Answer(200, (("Content-Type", "binary/octet-stream"),), self.objects[key])
        if key in self.objects and request.header("If-None-Match") == "*":
            return Answer(412, body=b"<Error><Code>PreconditionFailed</Code></Error>")
        self.objects[key] = _plain(request)
        return Answer(200, (("ETag", '"1"'),))


def _database_calls(operation: str, body: Json) -> list[Call]:
    """The permissions an operation needs (DynamoDB developer guide, "API permissions")."""
    if operation == "TransactWriteItems":
        each = [pair for item in body["TransactItems"] for pair in item.items()]
        kinds = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}
        return [
            Call(f"dynamodb:{kinds.get(kind, 'ConditionCheckItem')}", _table(write["TableName"]))
            for kind, write in each
        ]
    if operation == "BatchGetItem":
        return [Call("dynamodb:BatchGetItem", _table(name)) for name in body["RequestItems"]]
    index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
    return [Call(f"dynamodb:{operation}", _table(body["TableName"]) + index)]


def _table(name: str) -> str:
    return TABLES[name.rpartition("-")[2]]


def _plain(request: Request) -> bytes:
    """An uploaded body without the chunk sizes and checksums that botocore may put around it."""
    if "aws-chunked" not in request.header("Content-Encoding"):
        return request.body
    plain, rest = b"", request.body
    while size := int(rest.partition(b"\r\n")[0].partition(b";")[0], 16):
        rest = rest.partition(b"\r\n")[2]
        plain, rest = plain + rest[:size], rest[size + 2 :]
    return plain


def permits(policy: Json, stage: str, call: Call) -> bool:
    """Whether a hand-written policy, deployed for `stage`, allows a call."""
    return any(
        call.action in statement["Action"]
        and any(fnmatchcase(call.resource, pattern) for pattern in _patterns(statement, stage))
        for statement in policy["Statement"]
    )


def _patterns(statement: Json, stage: str) -> list[str]:
    resource = statement["Resource"]
    return [
        _short(each, stage) for each in (resource if isinstance(resource, list) else [resource])
    ]


def _short(resource: Json, stage: str) -> str:
    """A policy's resource as `Call` writes it."""
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    text = str(resource["Fn::Sub"]).replace("${Stage}", stage).replace(".Arn}", "}")
    text = text.rpartition("${AWS::AccountId}:")[2]
    return text.replace("${", "").replace("}", "")
