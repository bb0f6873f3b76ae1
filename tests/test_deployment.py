"""What is deployed, read off its sources: policies, functions, tables, bucket, alarms."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.config import LOCAL_ONLY, REQUIRED

Json = Any
"""What json.loads gives: the files say themselves what they hold."""

CHALICE = Path(__file__).parent.parent / ".chalice"
FUNCTIONS = ("api", "dispatch", "draw", "close", "watch", "sweep")
LOGICAL = {
    "api": "APIHandler",
    "dispatch": "Dispatch",
    "draw": "Draw",
    "close": "Close",
    "watch": "Watch",
    "sweep": "Sweep",
}

ALLOWED = {
    *("logs:CreateLogStream", "logs:PutLogEvents"),
    *("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem"),
    *("dynamodb:Query", "dynamodb:UpdateItem"),
    *("s3:GetObject", "s3:ListBucket", "s3:PutObject"),
    *("ses:SendEmail", "ses:SendRawEmail"),
    "ssm:GetParametersByPath",
}
"""Everything any function may do. Whoever adds a line here says why in the commit."""


def loaded(name: str) -> Json:
    return json.loads((CHALICE / name).read_text("utf-8"))


@pytest.fixture(scope="module")
def template() -> Json:
    return loaded("resources.json")


@pytest.fixture(scope="module")
def resources(template: Json) -> Json:
    return template["Resources"]


def statements(function: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = loaded(f"policy-{function}.json")["Statement"]
    return found


def targets(statement: dict[str, Any]) -> list[str]:
    """The resources of a statement as text, intrinsic functions spelled out."""
    resource = statement["Resource"]
    each = resource if isinstance(resource, list) else [resource]
    return [one if isinstance(one, str) else json.dumps(one) for one in each]


def reaching(name: str) -> set[str]:
    """The functions with a statement on a resource."""
    return {
        function
        for function in FUNCTIONS
        for statement in statements(function)
        if any(name in target for target in targets(statement))
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_only_what_is_on_the_list(function: str) -> None:
    for statement in statements(function):
        assert statement["Effect"] == "Allow"
        assert {"Action", "Resource"} <= statement.keys()
        assert set(statement["Action"]) <= ALLOWED


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_reaches_our_own_resources_only(function: str) -> None:
    ours = ("MainTable", "VaultTable", "Bucket", "huifang", "identity/*")
    for statement in statements(function):
        for target in targets(statement):
            assert target != "*"
            assert any(name in target for name in ours)


def test_only_the_draw_reaches_the_vault() -> None:
    assert reaching("VaultTable") == {"draw"}


def test_only_the_dispatcher_mails_and_only_in_our_name() -> None:
    mailing = {
        function: statement
        for function in FUNCTIONS
        for statement in statements(function)
        if "ses:SendEmail" in statement["Action"]
    }
    assert set(mailing) == {"dispatch"}
    sender = mailing["dispatch"]["Condition"]["StringEquals"]["ses:FromAddress"]
    assert sender == {"Ref": "MailFrom"}


def test_every_function_has_its_own_policy_memory_and_time() -> None:
    stages = loaded("config.json")["stages"]
    assert list(stages) == ["api"]
    functions = stages["api"]["lambda_functions"]
    assert {name: each["iam_policy_file"] for name, each in functions.items()} == {
        "api_handler": "policy-api.json",
        "dispatch": "policy-dispatch.json",
        "draw": "policy-draw.json",
        "close": "policy-close.json",
        "watch": "policy-watch.json",
        "sweep": "policy-sweep.json",
    }
    assert {name: each["lambda_timeout"] for name, each in functions.items()} == {
        "api_handler": 15,
        "dispatch": 300,
        "draw": 300,
        "close": 300,
        "watch": 300,
        "sweep": 300,
    }
    assert functions["api_handler"]["lambda_memory_size"] == 1024


def test_the_schedules_of_the_app_are_the_functions_of_the_configuration() -> None:
    from app import app

    schedules = {source.name for source in app.event_sources}
    functions = loaded("config.json")["stages"]["api"]["lambda_functions"]
    assert schedules == set(functions) - {"api_handler"}


def test_a_function_gets_the_settings_it_requires_and_none_of_a_laptop(template: Json) -> None:
    given = template["Globals"]["Function"]["Environment"]["Variables"]
    assert set(REQUIRED) <= set(given)
    assert set(given) & set(LOCAL_ONLY) == set()
    assert not any("TOKEN" in name or "SECRET" in name for name in given)


@pytest.mark.parametrize("table", ["MainTable", "VaultTable"])
def test_a_table_is_kept_backed_up_and_encrypted(resources: Json, table: str) -> None:
    assert resources[table]["DeletionPolicy"] == "Retain"
    assert resources[table]["UpdateReplacePolicy"] == "Retain"
    told = resources[table]["Properties"]
    assert told["BillingMode"] == "PAY_PER_REQUEST"
    assert told["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert told["SSESpecification"] == {"SSEEnabled": True}
    assert told["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert told["DeletionProtectionEnabled"] is True


def test_the_bucket_is_private_encrypted_versioned_and_kept(resources: Json) -> None:
    bucket = resources["Bucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    told = bucket["Properties"]
    assert set(told["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(told["PublicAccessBlockConfiguration"]) == 4
    assert told["VersioningConfiguration"] == {"Status": "Enabled"}
    assert told["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (policy,) = resources["BucketTlsOnly"]["Properties"]["PolicyDocument"]["Statement"]
    assert policy["Effect"] == "Deny"
    assert policy["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_no_log_of_the_gateway_can_hold_a_path(resources: Json) -> None:
    """A path may hold a customer's token."""
    gateway = resources["RestAPI"]["Properties"]
    (settings,) = gateway["MethodSettings"]
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)
    assert not {"AccessLogSetting", "TracingEnabled"} & gateway.keys()


def test_what_the_gateway_refuses_by_itself_looks_like_our_own_refusals(resources: Json) -> None:
    for response in resources["RestAPI"]["Properties"]["GatewayResponses"].values():
        body = response["ResponseTemplates"]["application/json"]
        told = json.loads(body.replace("$context.error.messageString", '"why"'))
        assert set(told["error"]) == {"code", "message"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_somebody_hears_when_a_function_fails_or_is_refused(resources: Json, function: str) -> None:
    watched = {
        alarm["Properties"]["MetricName"]
        for alarm in resources.values()
        if alarm.get("Type") == "AWS::CloudWatch::Alarm"
        and {"Name": "FunctionName", "Value": {"Ref": LOGICAL[function]}}
        in alarm["Properties"]["Dimensions"]
        and alarm["Properties"]["AlarmActions"] == [{"Ref": "Operations"}]
    }
    silent = set() if function == "api" else {"Invocations"}
    assert watched == {"Errors", "Throttles"} | silent


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_writes_to_the_log_that_its_policy_names(resources: Json, function: str) -> None:
    name = f"huifang-${{Stage}}-{function}"
    group = "ApiHandlerLogGroup" if function == "api" else f"{LOGICAL[function]}LogGroup"
    assert resources[LOGICAL[function]]["Properties"]["FunctionName"] == {"Fn::Sub": name}
    assert resources[group]["Properties"]["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/{name}"}
    (log,) = [each for each in statements(function) if each["Sid"] == "OwnLog"]
    assert f"/aws/lambda/{name}:*" in targets(log)[0]


def test_nobody_puts_over_a_record_and_only_the_vault_takes_a_put() -> None:
    """The store creates and changes records by conditional updates alone."""
    putting = [
        target
        for function in FUNCTIONS
        for statement in statements(function)
        if "dynamodb:PutItem" in statement["Action"]
        for target in targets(statement)
    ]
    assert putting == ['{"Fn::GetAtt": ["VaultTable", "Arn"]}']
