"""What happens to the budget and to published numbers. Each is written once; nothing here changes a row."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256

from django.db import connection
from django.db.models import Sum
from django.utils.timezone import localtime

from tincay import __version__
from tincay.core.release.attacks.audit import noise_of
from tincay.core.release.attacks.suite import AttackVerdict, examine
from tincay.core.release.budget import OverBudget
from tincay.core.release.export import files
from tincay.core.release.publish import ReleaseContent, measure_and_publish
from tincay.core.release.rows import Rows
from tincay.core.release.tables import PublishedTable
from tincay.log.actions import append_leaf
from tincay.releases.models import PrivacyBudget, PublishedFile, PublishedNumber, Release, Spend
from tincay.web.transactions import one_transaction


class NotPassed(Exception):
    """An attack got through, or one was too weak to be believed: this is not published. The budget is spent."""

    def __init__(self, verdict: AttackVerdict) -> None:
        self.verdict = verdict
        super().__init__(", ".join(finding.attack for finding in (*verdict.successes, *verdict.weak)))


class InsideTransaction(RuntimeError):
    """A release was asked for inside a transaction: undone with it, a spend could be made again for new noise."""


@one_transaction
def set_budget(*, code: str, micro_rho: int, now: datetime) -> PrivacyBudget:
    """Set the budget of a reporting year, once: it can never be raised afterwards."""
    return PrivacyBudget.objects.create(code=code, micro_rho=micro_rho, made_on=_day(now))


@one_transaction
def charge(*, budget: PrivacyBudget, purpose: str, micro_rho: int, now: datetime) -> Spend:
    """Take a part of the budget, durably, before anything true is read. Raises OverBudget.

    The budget's row is locked, so that two at once cannot spend the same rest; `purpose` is spent only once.
    """
    locked = PrivacyBudget.objects.select_for_update().get(pk=budget.pk)
    left = locked.micro_rho - (locked.spends.aggregate(sum=Sum("micro_rho"))["sum"] or 0)
    if not 0 < micro_rho <= left:
        raise OverBudget(f"{micro_rho} micro-rho are asked for, {left} of {locked.micro_rho} are left.")
    return Spend.objects.create(budget=budget, purpose=purpose, micro_rho=micro_rho, day=_day(now))


def release_rows(
    *,
    budget: PrivacyBudget,
    purpose: str,
    rows: Rows,
    micro_rho: int,
    seed: int,
    most: int = 1,
    now: datetime,
) -> Release:
    """Measure coded rows and publish what comes of them, if every attack fails.

    Not one transaction on purpose: the spend is kept even when everything after it fails, because noise that
    was drawn is privacy that is gone. What is said of the attacks is published too, so they see no true row;
    only the noise itself is held against the rows, and that says yes or no.
    Raises OverBudget, NotPassed, InsideTransaction.
    """
    if connection.in_atomic_block:
        raise InsideTransaction("release_rows spends for good and belongs outside every transaction")
    spends: list[Spend] = []

    def charged(amount: int) -> None:
        spends.append(charge(budget=budget, purpose=purpose, micro_rho=amount, now=now))

    measured = measure_and_publish(rows, micro_rho=micro_rho, seed=seed, charge=charged, most=most)
    verdict = examine(measured).also(noise_of(measured.measurement, rows))
    return _publish(spend=spends[0], measured=measured, verdict=verdict, now=now)


@one_transaction
def _publish(*, spend: Spend, measured: ReleaseContent, verdict: AttackVerdict, now: datetime) -> Release:
    """Keep a release for good: its numbers, its files and its leaf. The gate: raises NotPassed."""
    if not verdict.passed:
        raise NotPassed(verdict)
    if spend.micro_rho != measured.measurement.micro_rho:
        raise ValueError("This was not measured with what was spent on it.")
    contents = files(measured, "csv", list(verdict.lines()))
    digest = _digest(contents)
    appended = append_leaf(
        kind="release_published",
        event={"purpose": spend.purpose, "micro_rho": spend.micro_rho, "files": digest},
        now=now,
    )
    PublishedNumber.objects.bulk_create(_numbers(spend.pk, measured.tables.stored.values()), batch_size=2000)
    PublishedFile.objects.bulk_create(
        PublishedFile(release_id=spend.pk, name=name, content=content) for name, content in contents.items()
    )
    # Last, because it closes the release: the database takes no number or file for one that stands.
    return Release.objects.create(
        pk=spend.pk,
        spend=spend,
        day=_day(now),
        version=__version__,
        people_rows=measured.measurement.most,
        findings=[list(line) for line in verdict.lines()],
        refusals=[[list(refusal.columns), refusal.reason] for refusal in measured.refusals],
        digest=digest,
        opening=appended.opening,
    )


def _numbers(release: int, tables: Iterable[PublishedTable]) -> Iterable[PublishedNumber]:
    for table in tables:
        order = sorted(range(len(table.columns)), key=lambda place: table.columns[place])
        name = "×".join(table.columns[place] for place in order)
        for values, count in table.cells():
            cell = "×".join(values[place] for place in order)
            yield PublishedNumber(
                release_id=release, table=name, cell=cell, value=count, expected_error=table.expected_error
            )


def _digest(contents: Mapping[str, bytes]) -> str:
    named = {name: sha256(content).hexdigest() for name, content in contents.items()}
    return sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


def _day(now: datetime) -> date:
    return localtime(now).date()
