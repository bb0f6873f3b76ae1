"""The two tables as PynamoDB models: their keys, their index and every attribute a row may have.

The models are the vocabulary of all expressions. No instance of them is made: rows go straight
between the connection and the records of core. `.chalice/resources.json` creates the tables.
"""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model


class DueIndex(GlobalSecondaryIndex["MainRow"]):  # type: ignore[no-untyped-call] # theirs
    """Rows at which something is to be done, by kind and instant; sparse, keys only.

    A hit decides nothing: it is a key to read again.
    """

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_pk = UnicodeAttribute(hash_key=True)
    due_sk = UnicodeAttribute(range_key=True)


class MainRow(Model):
    """Any record but a secret; see docs/decisions.md for the keys."""

    class Meta:
        table_name = "main"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    due = DueIndex()
    version = NumberAttribute(null=True)
    nonce = UnicodeAttribute(null=True)
    body = UnicodeAttribute(null=True)
    due_pk = UnicodeAttribute(null=True)
    due_sk = UnicodeAttribute(null=True)
    ttl = TTLAttribute(null=True)

    fact = UnicodeAttribute(null=True)
    heard = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    completed_at = UnicodeAttribute(null=True)
    received_at = UnicodeAttribute(null=True)
    invited_at = UnicodeAttribute(null=True)
    settled_at = UnicodeAttribute(null=True)
    changed_at = UnicodeAttribute(null=True)
    late_upload = BooleanAttribute(null=True)
    delivery = UnicodeAttribute(null=True)
    delivery_rank = NumberAttribute(null=True)

    taken = NumberAttribute(null=True)

    last = UnicodeAttribute(null=True)
    last_at = UnicodeAttribute(null=True)
    names = UnicodeSetAttribute(null=True)


class VaultRow(Model):
    """A secret; a table of its own, so that a policy can keep everybody else out."""

    class Meta:
        table_name = "vault"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    secret = BinaryAttribute(legacy_encoding=False)
