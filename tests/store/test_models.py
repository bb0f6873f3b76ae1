"""The models describe the tables that are deployed."""

from typing import Any

import pytest
from pynamodb.models import Model

from chalicelib.store.models import MainRow, VaultRow
from chalicelib.store.storage import connect
from tools.engine import table_definitions

DEPLOYED = dict(zip((MainRow, VaultRow), table_definitions("s").values(), strict=True))


@pytest.mark.parametrize("model", DEPLOYED, ids=lambda model: model.__name__)
class TestModel:
    def test_it_has_the_keys_of_its_table(self, model: type[Model]) -> None:
        deployed = DEPLOYED[model]
        schema = model._get_schema()
        assert schema["key_schema"] == deployed["KeySchema"]
        assert _named(schema["attribute_definitions"]) == _named(deployed["AttributeDefinitions"])

    def test_it_has_the_indexes_of_its_table(self, model: type[Model]) -> None:
        deployed: list[dict[str, Any]] = DEPLOYED[model].get("GlobalSecondaryIndexes", [])
        described = [
            {
                "IndexName": index["index_name"],
                "KeySchema": index["key_schema"],
                "Projection": index["projection"],
            }
            for index in model._get_schema()["global_secondary_indexes"]
        ]
        assert described == deployed


def test_the_stores_use_the_deployed_names() -> None:
    storage = connect("s", "http://127.0.0.1:1")
    names = [table["TableName"] for table in DEPLOYED.values()]
    assert [storage.table.name, storage.vault.table.name] == names


def _named(attributes: list[Any]) -> dict[str, str]:
    return {each["AttributeName"]: each["AttributeType"] for each in attributes}
