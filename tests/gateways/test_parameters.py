"""Secrets of a deployed stage from the parameter store."""

import boto3

from chalicelib.gateways import parameters


def test_every_parameter_of_the_stage_is_fetched_and_no_other(aws: None) -> None:
    ssm = boto3.client("ssm")
    wanted = {f"name_{place:02}": f"secret {place}" for place in range(25)}
    for name, value in wanted.items():
        ssm.put_parameter(Name=f"/huifang/dev/{name}", Value=value, Type="SecureString")
    ssm.put_parameter(Name="/huifang/prod/name_00", Value="other", Type="SecureString")
    ssm.put_parameter(Name="/huifang/dev/below/name", Value="deeper", Type="SecureString")
    assert parameters.fetch("/huifang/dev") == wanted


def test_a_stage_without_parameters_has_none(aws: None) -> None:
    assert parameters.fetch("/huifang/none") == {}
