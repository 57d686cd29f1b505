"""What can happen to figures: claims are written down, a table is asked, an answer is published for good."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from tincay.core.estimate.histories import Table
from tincay.directory.models import Province
from tincay.estimates.compute import EFFORTS, code_version, digest, made_with
from tincay.estimates.models import BUSY, Claim, PublishedRun, Run
from tincay.estimates.publishing import RunNotPublished, public_range, refusal_to_publish
from tincay.estimates.tables import check_names, counts_key, in_order, table_hash
from tincay.log.actions import append_leaf
from tincay.people.models import User
from tincay.web.packs import codes
from tincay.web.transactions import one_transaction

LINKAGES = ("exact", "tokens", "by_hand", "not_stated")
MOST_ATTEMPTS = 2
"""A run that lost its server twice may be what stopped it."""


@dataclass(frozen=True)
class About:
    """What a table is about: the place (None: the country), who is counted, the years, how people were matched."""

    place: Province | None
    population: str
    first_year: int
    last_year: int
    linkage: str


@one_transaction
def load_claims(*, entries: Iterable[Mapping[str, Any]]) -> int:
    """Write down the claims of a pack; how many there are. Raises core.codes.UnknownCode for an unknown kind."""
    number = 0
    for entry in entries:
        codes().check("estimate_kind", entry["kind"])
        Claim.objects.update_or_create(code=entry["code"], defaults=_claim(entry))
        number += 1
    return number


def _claim(entry: Mapping[str, Any]) -> dict[str, Any]:
    texts = {
        f"{name}_{language}": entry.get(name, {}).get(language, "")
        for name in ("population", "source", "caveat")
        for language in ("vi", "en")
    }
    numbers = {name: entry.get(name) for name in ("value", "low", "high", "first_year", "last_year")}
    return {
        "kind": entry["kind"],
        "at_least": entry.get("at_least", False),
        "place_id": entry.get("place"),
        **numbers,
        **texts,
    }


@one_transaction
def add_claim(*, fields: Mapping[str, Any]) -> Claim:
    """Write down a claim that somebody found; `fields` are checked columns of Claim without its code."""
    codes().check("estimate_kind", fields["kind"])
    last = Claim.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Claim.objects.create(code=f"added-{last + 1}", **fields)


@one_transaction
def begin_run(
    *, by: User, table: Table, about: About, effort: str, seed: int, now: datetime, made_from: Run | None = None,
    change: str = "",
) -> Run:  # fmt: skip
    """Keep a table's counts, in their own order, and let a run wait for them.

    Raises tables.Unreadable for names that are not names.
    """
    check_names(list(table.lists))
    assert effort in EFFORTS
    assert about.linkage in LINKAGES
    table, salt = in_order(table), secrets.token_hex(32)
    return Run.objects.create(
        organisation=by.organisation,
        by=by,
        counts={"lists": list(table.lists), "counts": [int(count) for count in table.counts[1:]]},
        table_hash=table_hash(table, salt),
        salt=salt,
        seed=seed,
        effort=effort,
        version=code_version(),
        made_from=made_from,
        change=change,
        made_at=now,
        **vars(about),
    )


@one_transaction
def take_next(*, now: datetime) -> Run | None:
    """Take the run that waits longest or has lost its server, so that nobody else works on it.

    None when nothing waits, and while any server of the install works on another: one at a time.
    """
    # Everybody who takes locks the same rows, so the second to come sees what the first has taken.
    busy = Run.objects.for_the_rules().filter(state__in=BUSY).order_by("made_at", "pk")
    queue = list(busy.select_for_update())
    if any(run.state == "running" and not run.stuck(now) for run in queue):
        return None
    for run in queue:
        if run.attempts < MOST_ATTEMPTS:
            run.state, run.begun_at, run.attempts = "running", now, run.attempts + 1
            run.save(update_fields=["state", "begun_at", "attempts"])
            return run
        end_run(run=run, result=None, now=now)
    return None


@one_transaction
def end_run(*, run: Run, result: dict[str, Any] | None, now: datetime) -> None:
    """Keep what was found and with what; without a result the run has failed. Whoever ends it first, ends it."""
    state = "done" if result is not None else "failed"
    still_running = Run.objects.for_the_rules().filter(pk=run.pk, state="running")
    still_running.update(
        state=state, result=result, ended_at=now, version=code_version(), made_with=made_with()
    )


@one_transaction
def wait_again(*, run: Run, now: datetime) -> None:
    """A run that failed or lost its server goes back to the end of the queue."""
    Run.objects.for_the_rules().filter(pk=run.pk).update(
        state="waiting", begun_at=None, made_at=now, attempts=0
    )


@one_transaction
def publish_run(*, run: Run, now: datetime) -> PublishedRun:
    """Publish a run for good, with its leaf. Raises NotPublished with the rule that forbids it."""
    reason = refusal_to_publish(run)
    if reason:
        raise RunNotPublished(reason)
    assert run.result
    result_hash = digest(run.result, run.salt)
    facts: dict[str, str | int] = {
        "table": run.table_hash,
        "seed": run.seed,
        "effort": run.effort,
        "version": run.version,
        "result": result_hash,
    }
    appended = append_leaf(kind="indicator_published", event=facts, now=now)
    copied = ("organisation", "place", "population", "linkage", "counts", "table_hash", "salt", "seed", "effort",
              "version", "result", "made_with", "first_year", "last_year")  # fmt: skip
    return PublishedRun.objects.create(
        **{name: getattr(run, name) for name in copied},
        **public_range(run.result)._asdict(),
        day=localtime(now).date(),
        counts_key=counts_key(run.table),
        digest=result_hash,
        opening=appended.opening,
    )
