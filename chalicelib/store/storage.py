"""Everything stored, over one connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.models import Model

from chalicelib.store import transaction
from chalicelib.store.calls import CallStore
from chalicelib.store.cases import CaseStore
from chalicelib.store.devices import DeviceStore
from chalicelib.store.documents import DocumentStore
from chalicelib.store.draws import DrawStore
from chalicelib.store.effects import EffectStore
from chalicelib.store.inbound import InboundStore
from chalicelib.store.incidents import IncidentStore
from chalicelib.store.limits import LimitStore
from chalicelib.store.models import MainRow, VaultRow
from chalicelib.store.months import (
    AmendmentStore,
    ProceedingStore,
    RegisterStore,
    RulebookStore,
    WitnessStore,
)
from chalicelib.store.observations import ObservationStore
from chalicelib.store.paging import PageStore
from chalicelib.store.people import PeopleStore
from chalicelib.store.phones import PhoneStore
from chalicelib.store.runs import RunStore
from chalicelib.store.submissions import CaseLinkStore, SubmissionStore
from chalicelib.store.table import Table
from chalicelib.store.upload_notes import UploadNoteStore
from chalicelib.store.vault import VaultStore
from chalicelib.store.visits import VisitStore
from chalicelib.store.wrong_codes import WrongCodeStore

CONNECT_SECONDS: Final = 1
READ_SECONDS: Final = 2
RETRIES: Final = 2
"""A webhook has 3.5 s for its answer: a lost packet may cost one wait, not all of it."""

CONNECTIONS: Final = 32
"""Kept open for the threads of the local server; Lambda uses one."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The stores of one stage; `commit` saves records of any of them together."""

    table: Table
    visits: VisitStore
    phones: PhoneStore
    inbound: InboundStore
    effects: EffectStore
    runs: RunStore
    cases: CaseStore
    calls: CallStore
    draws: DrawStore
    documents: DocumentStore
    people: PeopleStore
    limits: LimitStore
    submissions: SubmissionStore
    case_links: CaseLinkStore
    devices: DeviceStore
    upload_notes: UploadNoteStore
    wrong_codes: WrongCodeStore
    pages: PageStore
    observations: ObservationStore
    proceedings: ProceedingStore
    amendments: AmendmentStore
    register: RegisterStore
    rulebooks: RulebookStore
    witness: WitnessStore
    incidents: IncidentStore
    vault: VaultStore

    def commit(self, adds: Sequence[object] = (), saves: Sequence[object] = ()) -> None:
        """Add and save all these records or none of them; see `transaction.commit`."""
        transaction.commit(self.table, adds, saves)


def connect(stage: str, endpoint: str | None = None, region: str | None = None) -> Storage:
    """The stores of a stage; nothing is sent before the first call.

    `endpoint` is that of a local engine, None for AWS; region and credentials come from the
    environment.
    """
    connection = Connection(
        region=region,
        host=endpoint,
        connect_timeout_seconds=CONNECT_SECONDS,
        read_timeout_seconds=READ_SECONDS,
        max_retry_attempts=RETRIES,
        max_pool_connections=CONNECTIONS,
    )
    return stores(connection, stage)


def stores(connection: Connection, stage: str) -> Storage:
    """The stores of a stage over a connection there is."""
    table = Table(connection, _known(connection, MainRow, stage))
    return Storage(
        table,
        VisitStore(table),
        PhoneStore(table),
        InboundStore(table),
        EffectStore(table),
        RunStore(table),
        CaseStore(table),
        CallStore(table),
        DrawStore(table),
        DocumentStore(table),
        PeopleStore(table),
        LimitStore(table),
        SubmissionStore(table),
        CaseLinkStore(table),
        DeviceStore(table),
        UploadNoteStore(table),
        WrongCodeStore(table),
        PageStore(table),
        ObservationStore(table),
        ProceedingStore(table),
        AmendmentStore(table),
        RegisterStore(table),
        RulebookStore(table),
        WitnessStore(table),
        IncidentStore(table),
        VaultStore(Table(connection, _known(connection, VaultRow, stage))),
    )


def _known(connection: Connection, model: type[Model], stage: str) -> str:
    """Tell the connection the keys of a model's table, which saves it DescribeTable."""
    name = f"huifang-{stage}-{model.Meta.table_name}"
    schema = model._get_schema()
    indexes = [
        {"IndexName": index["index_name"], "KeySchema": index["key_schema"]}
        for index in schema["global_secondary_indexes"]
    ]
    connection.add_meta_table(
        MetaTable(
            {
                "TableName": name,
                "KeySchema": schema["key_schema"],
                "AttributeDefinitions": schema["attribute_definitions"],
                "GlobalSecondaryIndexes": indexes,
            }
        )
    )
    return name
