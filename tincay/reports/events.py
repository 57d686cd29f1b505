"""A report's leaf in the public log, with its opening kept in the vault."""

from datetime import datetime

from tincay.core.sealing import Recipient
from tincay.log.actions import Appended, append_leaf
from tincay.reports.models import Report
from tincay.vault.actions import keep_opening


def log_event(report: Report, kind: str, now: datetime, /, **facts: str | int) -> Appended:
    """Append a leaf about this report; what it says is sealed to the thread and to the receipt."""
    event = {"desk": report.desk.code, **facts, "record": report.id.hex}
    appended = append_leaf(kind=kind, event=event, now=now)
    keep_opening(
        owner=report.id,
        appended=appended,
        thread=Recipient(report.thread),
        receipt=Recipient(report.receipt),
    )
    return appended
