"""Puts the parts together, once for each process and only when the first request needs them."""

import os
from functools import cached_property

from chalicelib import config
from chalicelib.core.upload_notes import MAIL as UPLOADS
from chalicelib.services import call_mails
from chalicelib.services.audit_mails import AuditMails
from chalicelib.services.call_list import CallList
from chalicelib.services.call_mails import CallMails
from chalicelib.services.case_mails import CaseMails
from chalicelib.services.digest_mails import DigestMails
from chalicelib.services.draw_mails import DrawMails
from chalicelib.services.effects import EffectDispatcher
from chalicelib.services.gate import Gate
from chalicelib.services.mails import Mails
from chalicelib.services.month_mails import MonthMails, MonthSources
from chalicelib.services.report_mails import ReportMails
from chalicelib.services.upload_notes import UploadMails
from chalicelib.services.week_mail import WeekMail
from chalicelib.wired.base import Chance
from chalicelib.wired.verification import VerificationCalls

__all__ = ["Chance", "Wiring", "services", "use"]


class Wiring(VerificationCalls):
    """Every service of one process, made when first asked for."""

    @cached_property
    def effects(self) -> EffectDispatcher:
        """Sends mails and other texts."""
        storage = self.storage
        mails = Mails(
            DrawMails(storage.draws, self._week_mail, storage.people, self.blobs, self.rules),
            self._month_mails,
            CaseMails(storage.people, storage.visits, self.rules, self.public_base_url),
            self.rules,
            self.settings.mail_from,
            {
                UPLOADS: UploadMails(storage.upload_notes, storage.people, self.rules),
                "digest": DigestMails(storage.people, self.rules),
                "payroll": self.payrolls,
                "month_report": self._report_mails,
                "facts_missing": AuditMails(storage.people, self.rules),
                **dict.fromkeys(call_mails.READERS, CallMails(storage.people, self.rules)),
            },
        )
        gate = Gate(storage.limits, storage.phones, storage.people, self.rules)
        return EffectDispatcher(
            storage.effects, mails.compose, self._post, self._sender, gate, self.rules
        )

    @property
    def _week_mail(self) -> WeekMail:
        storage = self.storage
        listed = CallList(storage.effects, storage.visits, self.rules)
        weeks = storage.witness
        return WeekMail(storage.draws, storage.visits, storage.people, listed, weeks, self.rules)

    @property
    def _month_mails(self) -> MonthMails:
        storage = self.storage
        told = MonthSources(
            storage.documents, storage.proceedings, storage.amendments, storage.register
        )
        return MonthMails(told, storage.people, self.notices, self.rules)

    @property
    def _report_mails(self) -> ReportMails:
        storage = self.storage
        return ReportMails(
            storage.documents,
            storage.proceedings,
            storage.people,
            self.report_workbooks,
            self.notices,
            self.rules,
        )


_in_use: list[Wiring] = []


def services() -> Wiring:
    """The wiring of this process: by its environment, unless `use` has named another."""
    if not _in_use:
        use(Wiring(config.read(os.environ)))
    return _in_use[-1]


def use(made: Wiring) -> None:
    """Answer from `made` from now on: for programs that bring their own chance or settings."""
    _in_use[:] = [made]
