"""The stage, for tests of routes."""

from tests.stage import service, shared_connection, stage

__all__ = ["service", "shared_connection", "stage"]
