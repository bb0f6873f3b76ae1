"""Secrets of a deployed stage: all parameters under one path, fetched once in one call."""

from collections.abc import Mapping


def fetch(path: str) -> Mapping[str, str]:
    """The decrypted parameters directly under `path`, by their last name."""
    import boto3

    pages = boto3.client("ssm").get_paginator("get_parameters_by_path")
    found = pages.paginate(Path=path, WithDecryption=True)
    return {
        parameter["Name"].rsplit("/", 1)[1]: parameter["Value"]
        for page in found
        for parameter in page["Parameters"]
    }
