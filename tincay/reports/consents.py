"""Her words about consent: each is signed, numbered, and stays."""

from collections.abc import Iterable
from datetime import datetime

from tincay.core.clock import local_day
from tincay.core.consent import wishes
from tincay.core.priority import retention_class
from tincay.core.statements import Kind, read_statement
from tincay.reports.application import check_room, lock_and_refresh, log_event, save_columns
from tincay.reports.count_rows import drop_entry, may_be_counted
from tincay.reports.ending import erase_words, rewrite_closed
from tincay.reports.grants import grants, last_number, read_grant, row_of, verified
from tincay.reports.models import ConsentGrant, Report, Task
from tincay.reports.queries import was_answered
from tincay.reports.signed_words import StaleNumber
from tincay.web.strict_json import Signed
from tincay.web.transactions import one_transaction

ASK_RECEIVER = "ask_receiver"
"""The task that a wish makes: ask her which body or service."""


@one_transaction
def change_consent(*, report: Report, grant: Signed, now: datetime) -> ConsentGrant:
    """Keep a signed word about consent. It acts at once; said again, it is the same word.

    Raises NotSigned, Malformed, NoRoom for a yes, and StaleNumber unless it has the number after her last one.
    """
    lock_and_refresh(report)
    same = report.grants.filter(document=grant.document.encode(), signature=grant.signature).first()
    if same and verified(report, same):
        return same
    (row,) = read_grants(report, [grant], last=last_number(report))
    if row.given:  # what she takes back is always taken
        check_room(report)
    # What nobody signed takes no number from her.
    report.grants.filter(signer=row.signer, number=row.number).delete()
    row.save()
    settle_wishes(report, now)
    log_event(report, "consent_changed", now, scope=row.scope, given=int(row.given))
    if row.scope == "store_sealed":
        _keep_words(report, row.given, now)
    if row.scope == "count_statistics" and not may_be_counted(report, now):
        drop_entry(report=report)
    if report.closed:
        rewrite_closed(now=now, also=report)
    return row


def settle_wishes(report: Report, now: datetime) -> None:
    """A yes that names nobody is a wish: somebody has to ask her which body. What she took back is asked no more."""
    wanted = set() if report.closed else set(wishes(grants(report), today=local_day(now)))
    tasks = report.tasks.filter(kind=ASK_RECEIVER)
    tasks.exclude(about__in=wanted).delete()
    for scope in wanted - set(tasks.values_list("about", flat=True)):
        Task.objects.create(subject=report.id, kind=ASK_RECEIVER, about=scope)


def _keep_words(report: Report, keeps: bool, now: datetime) -> None:
    """Her words stay as long as she says now; taken back after the answer they go at once."""
    if keeps != (report.retention_class == "r0_now"):
        return
    report.retention_class = retention_class(report.kind_group, keeps_words=keeps)
    save_columns(report, "retention_class")
    if not keeps and (report.closed or was_answered(report)):
        erase_words(report=report, now=now)


def read_grants(report: Report, grants: Iterable[Signed], *, last: int) -> list[ConsentGrant]:
    """Her words in the order in which she said them, each verified and numbered on from `last`; the rows are not saved.

    Raises NotSigned, Malformed, StaleNumber.
    """
    return [_read_grant(report, grant, number) for number, grant in enumerate(grants, last + 1)]


def _read_grant(report: Report, grant: Signed, number: int) -> ConsentGrant:
    read_statement(bytes(report.signing), Kind.GRANT, grant.statement)
    word = read_grant(report, grant.statement)
    if word.number != number:
        raise StaleNumber
    return row_of(report, word, grant.statement)
