"""When a report ends, everything that hangs on it ends as one table says, whatever app it belongs to."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from tests.cast import NOW, Network, Reporter, step_in
from tincay.core.clock import local_day
from tincay.core.consent import allows
from tincay.core.sealing import Sealed, answer_challenge, open_sealed, unwrap
from tincay.core.stages import Withdraw
from tincay.people.tenancy import ScopedQuerySet
from tincay.reports import deadlines, ending, steps
from tincay.reports.ending import ENDING, PASSING, Fate
from tincay.reports.grants import grants
from tincay.reports.models import Clock, CountEntry, Escalation, ReceiptChange, Report
from tincay.vault.models import Opening, Wrap
from tincay.visit.actions import Unknown, accept_proof, ask_for_proof, open_visit
from tincay.web.transactions import one_transaction

pytestmark = pytest.mark.django_db


def leads_to_a_report(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    """By a chain of relations, also of those without a column of their own (a clock's subject), or by the vault's
    `owner`, which is a report's id."""
    if model is Report:
        return True
    for field in model._meta.fields:
        if isinstance(field, models.UUIDField) and field.name == "owner":
            return True
        other = field.related_model
        if isinstance(other, type) and other not in seen and leads_to_a_report(other, seen | {model}):
            return True
    return False


def own_models() -> Iterator[type[models.Model]]:
    yield from (model for model in apps.get_models() if model.__module__.startswith("tincay."))


def test_every_model_that_leads_to_a_report_says_what_becomes_of_it() -> None:
    leading = {model._meta.label for model in own_models() if leads_to_a_report(model)}
    assert leading == set(ENDING), (
        "tincay/reports/ending.py: give each model of the left side one row in ENDING (close, purge, delete); "
        f"missing {leading - set(ENDING)}, gone {set(ENDING) - leading}"
    )


def test_the_walk_sees_what_leads_to_a_report_over_another_row() -> None:
    assert leads_to_a_report(Escalation)
    assert not leads_to_a_report(apps.get_model("people.Notice"))


def test_no_row_that_leads_to_a_report_is_numbered_in_the_order_of_coming() -> None:
    notice = apps.get_model("people.Notice")
    for model in [*filter(leads_to_a_report, own_models()), notice]:
        if model._meta.label != "vault.Opening":
            assert isinstance(model._meta.pk, models.UUIDField), f"{model.__name__}: a random id, please"


# --- one report with a row of every kind


@pytest.fixture
def full(reporter: Reporter, network: Network) -> Report:
    """An open report to which every kind of row hangs that can."""
    grants = [reporter.grant(scope) for scope in ("store_sealed", "count_statistics", "share_service")]
    report = reporter.send(grants=grants, priority="p2")
    steps.open_report(report=report, now=NOW)
    steps.verify(report=report, result="enough", now=NOW)
    steps.classify(
        report=report, classification="violence", count={"report_kind": "incident_report"}, now=NOW
    )
    network.helper.write(report, "…")
    report.refresh_from_db()
    steps.try_to_reach(report=report, author=network.helper.user, now=NOW)
    steps.propose_closing(report=report, reason="duplicate", author=network.helper.user)
    deadlines.pause(report=report, reason="safety", now=NOW)
    Escalation.objects.create(
        clock=Clock.objects.for_the_rules().filter(report=report).earliest("place"), level="e1", at=NOW
    )
    ReceiptChange.objects.create(report=report, number=1, document=b"{}", signature=b"")
    ask_for_proof(locator=bytes(report.locator), now=timezone.now())
    open_visit(report=report, keys=None, now=timezone.now())
    return report


def rows(report: Report, label: str) -> list[dict[str, Any]]:
    found = apps.get_model(label)._default_manager.all()
    if isinstance(found, ScopedQuerySet):
        found = found.for_the_rules()
    return sorted(found.filter(**{ENDING[label].path: report.pk}).values(), key=lambda row: str(row["id"]))


def test_the_full_report_has_a_row_of_every_kind(full: Report) -> None:
    assert [label for label in ENDING if not rows(full, label)] == []


GONE = {ending.delete_rows, ending.erase_vault, ending.gone_with_words, ending.unlink_entry}
"""After these nothing leads from a row to the report any more."""


def left_behind(report: Report, fate_of: Callable[[Fate], ending.End]) -> set[str]:
    return {label for label, fate in ENDING.items() if fate_of(fate) in GONE and rows(report, label)}


def test_closing_leaves_nothing_of_what_the_table_lets_go(full: Report) -> None:
    ending.close(report=full, step=Withdraw(), now=NOW)
    assert left_behind(full, lambda fate: fate.close) == set()
    assert rows(full, "vault.SealedText")
    assert rows(full, "visit.Visit"), "she is still looking"


def test_purging_leaves_nothing_of_what_the_table_lets_go(full: Report) -> None:
    ending.close(report=full, step=Withdraw(), now=NOW)
    ending.purge(report=full, now=NOW)
    assert left_behind(full, lambda fate: fate.purge) == set()


def test_deleting_leaves_nothing_of_what_the_table_lets_go(full: Report) -> None:
    ending.delete(report=full, now=NOW)
    assert left_behind(full, lambda fate: fate.delete) == set()


def test_what_is_kept_stays_as_it_was(full: Report) -> None:
    kept = {label: rows(full, label) for label, fate in ENDING.items() if fate.close is ending.keep}
    del kept["vault.Opening"]  # the closing itself writes one
    ending.close(report=full, step=Withdraw(), now=NOW)
    assert kept
    assert {label: rows(full, label) for label in kept} == kept


def test_no_time_of_a_closed_report_stays(full: Report) -> None:
    ending.close(report=full, step=Withdraw(), now=NOW)
    for label in ("reports.Report", "reports.Clock", "reports.Message"):
        for row in rows(full, label):
            times = {name for name, value in row.items() if name.endswith("_at") and value is not None}
            assert not times, label


def test_nothing_finer_than_a_month_of_a_closed_report_stays(full: Report) -> None:
    ending.close(report=full, step=Withdraw(), now=NOW)
    days = {"purge_on"}  # worked out from the month alone: tests/core/test_stages.py
    for label in set(ENDING) - PASSING:
        for row in rows(full, label):
            finer = {
                name: value
                for name, value in row.items()
                if isinstance(value, date) and name not in days and value.day != 1
            }
            assert not finer, label
        assert not any(b"2026" in bytes(row["document"]) for row in rows(full, "reports.ConsentGrant"))


def test_what_helpers_decided_goes_at_closing(full: Report) -> None:
    ending.close(report=full, step=Withdraw(), now=NOW)
    (row,) = rows(full, "reports.Report")
    blank = ("verification_result", "classification", "handling_result", "promise", "counted", "times_opened")
    assert not any(row[name] for name in blank)


def test_her_signed_consents_can_be_shown_after_closing_by_who_may_read_the_thread(
    full: Report, reporter: Reporter
) -> None:
    signed = {bytes(row["signature"]) + bytes(row["document"]) for row in rows(full, "reports.ConsentGrant")}
    for _ in range(2):  # closed, opened again and closed: sealed once
        ending.close(report=full, step=Withdraw(), now=NOW)
        steps.reopen(report=full, now=NOW)
    row = Wrap.objects.of(full.id).get(compartment__kind="thread", desk=None)
    thread = unwrap(Sealed(bytes(row.sealed)), reporter.keys.identity)
    sealed = [Sealed(bytes(row["document"])) for row in rows(full, "reports.ConsentGrant")]
    assert {open_sealed(one, thread) for one in sealed} == signed


def test_a_consent_holds_after_closing_as_before(full: Report) -> None:
    before = grants(full)
    ending.close(report=full, step=Withdraw(), now=NOW)
    after = grants(full)
    assert [(one.scope, one.given, one.number) for one in after] == [
        (one.scope, one.given, one.number) for one in before
    ]
    assert allows(after, scope="store_sealed", today=local_day(NOW))


def test_what_waits_to_be_counted_waits_on_without_its_link(full: Report) -> None:
    before = full.count_entry
    ending.close(report=full, step=Withdraw(), now=NOW)
    entry = CountEntry.objects.for_the_rules().get()
    assert entry.report_id is None
    assert entry.codes == before.codes
    assert entry.id != before.id, "a backup from before shows the old one beside its report"


def test_what_she_deletes_is_counted_no_more(full: Report) -> None:
    ending.delete(report=full, now=NOW)
    assert not CountEntry.objects.for_the_rules().exists()


def test_a_code_that_was_asked_for_before_opens_no_visit_to_what_she_deleted(
    full: Report, reporter: Reporter
) -> None:
    asked = ask_for_proof(locator=reporter.keys.locator, now=NOW)
    answer = answer_challenge(
        asked.sealed, reporter.keys.identity, reporter.keys.locator, asked.ticket.encode()
    )
    ending.delete(report=full, now=NOW)
    with pytest.raises(Unknown):
        accept_proof(ticket=asked.ticket, answer=answer, now=NOW)
    assert not rows(full, "visit.Visit")


def test_an_emptied_report_says_nothing_that_describes_or_opens_it(full: Report, reporter: Reporter) -> None:
    ending.delete(report=full, now=NOW)
    (row,) = rows(full, "reports.Report")
    empty = (
        "receipt",
        "promise",
        "code_name",
        "thread",
        "verification_result",
        "classification",
        "handling_result",
    )
    assert {name: row[name] for name in empty} == dict.fromkeys(empty, "")
    assert bytes(row["locator"]) != reporter.keys.locator


def test_what_was_purged_keeps_whether_each_step_was_in_time(full: Report) -> None:
    ending.close(report=full, step=Withdraw(), now=NOW)
    before = {clock.rule: clock.in_time for clock in full.clocks.all()}
    ending.purge(report=full, now=NOW)
    assert {clock.rule: clock.in_time for clock in full.clocks.all()} == before
    assert before["org_first_look"] is True


def test_an_end_that_fails_half_way_leaves_everything(full: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError

    monkeypatch.setitem(ENDING, "reports.CountEntry", Fate("report", fails, fails, fails))
    before = {label: rows(full, label) for label in ENDING}
    with pytest.raises(OSError):  # noqa: PT011 -- nothing else is said
        one_transaction(lambda: ending.delete(report=full, now=NOW))()
    assert {label: rows(full, label) for label in ENDING} == before


def test_the_leaf_of_an_end_can_be_read_by_her_until_it_is_purged(full: Report, reporter: Reporter) -> None:
    ending.close(report=full, step=Withdraw(), now=NOW)
    steps = [step_in(row, reporter.keys.identity) for row in Opening.objects.of(full.id)]
    (last,) = (step.event for step in steps if step.event.get("stage") == "closed")
    assert last["day"] == local_day(NOW).isoformat()
