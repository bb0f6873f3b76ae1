"""The vault: the secrets of draws, in a table that only the draw function may read."""

from dataclasses import dataclass

from chalicelib.store.models import VaultRow
from chalicelib.store.table import Key, Table


@dataclass(frozen=True, slots=True)
class VaultStore:
    """Secrets by the key of their draw; they are put once and never change."""

    table: Table

    def put_secret(self, key: str, secret: bytes) -> bool:
        """Keep the secret of a draw; False if the draw has another one already."""
        created = self.table.put(
            _place(key), {"secret": {"B": secret}}, VaultRow.pk.does_not_exist()
        )
        return created or self.secret(key) == secret

    def secret(self, key: str) -> bytes | None:
        """The secret of a draw."""
        item = self.table.get(_place(key))
        return bytes(item["secret"]["B"]) if item else None


def _place(key: str) -> Key:
    return Key(f"SECRET#{key}")
