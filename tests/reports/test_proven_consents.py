"""What a row says of her consent counts only as far as it was signed; numbers of hers have no gap."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from tests.cast import NOW, TODAY, Helper, Network, Reporter, again, rows
from tincay.core.consent import Grant, allows, grant_document
from tincay.core.sealing import desk_signing_seed
from tincay.core.stages import Withdraw
from tincay.core.statements import Kind, NotSigned, make_statement
from tincay.desk.pages import consents, consents_changed
from tincay.reports import ending, steps
from tincay.reports.consents import change_consent
from tincay.reports.count_rows import may_be_counted
from tincay.reports.grants import grants, record_of
from tincay.reports.models import ConsentGrant, CountEntry, Report
from tincay.reports.signed_words import StaleNumber

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(reporter: Reporter) -> Report:
    """An open report with one yes of hers."""
    return reporter.send(grants=[reporter.grant("store_sealed")])


def allowed(report: Report, scope: str) -> bool:
    return allows(grants(again(report)), scope=scope, today=TODAY)


def forge(report: Report, **columns: Any) -> ConsentGrant:
    told = {
        "number": 9, "scope": "contact_me", "given": True, "day": TODAY, "document": b"{}",
        "signature": b"\0", "method": "web_choice", "signer": "receipt",
    }  # fmt: skip
    return ConsentGrant.objects.create(report=report, **{**told, **columns})


def changed(report: Report) -> bool:
    return record_of(again(report)).changed


# --- what is not signed


@pytest.mark.parametrize("signature", [b"", b"\0", bytes(32), bytes(64)])
@pytest.mark.parametrize("mark", [b"", bytes(32)])
def test_a_made_up_yes_allows_nothing_and_is_told(
    report: Report, network: Network, signature: bytes, mark: bytes
) -> None:
    assert not changed(report)
    for number, scope in enumerate(("contact_me", "count_statistics"), 2):
        forge(report, scope=scope, number=number, signature=signature, mark=mark)
    assert not allowed(report, "contact_me")
    assert not may_be_counted(again(report), NOW)
    assert allowed(report, "store_sealed")
    assert len(consents(again(report), NOW)) == 1
    assert consents_changed(again(report))


def test_a_made_up_yes_keeps_no_words(reporter: Reporter, helper: Helper) -> None:
    report = reporter.send()
    forge(report, scope="store_sealed", number=1)
    helper.bring(report, "answered")
    assert helper.open(report, "narrative") == []


def test_a_made_up_wish_is_no_task(report: Report, reporter: Reporter) -> None:
    forge(report, scope="share_service")
    reporter.consent("contact_me")
    assert not again(report).tasks.exists()


def test_a_word_is_read_from_what_she_signed_and_not_from_its_columns(
    report: Report, reporter: Reporter
) -> None:
    reporter.consent("contact_me", given=False)
    rows(ConsentGrant).filter(number=2).update(given=True)
    rows(ConsentGrant).filter(number=1).update(scope="count_statistics")
    assert not allowed(report, "contact_me")
    assert not allowed(report, "count_statistics")
    assert allowed(report, "store_sealed")
    assert changed(report)


def test_a_word_of_another_report_counts_nowhere_else(report: Report, reporter: Reporter) -> None:
    other = reporter.next_person()
    word = other.grant("contact_me")
    forge(report, document=word.document.encode(), signature=word.signature, number=1, signer="staff:1")
    assert not allowed(report, "contact_me")
    assert changed(report)


def test_an_old_yes_of_hers_put_in_again_does_not_outlive_her_no(report: Report, reporter: Reporter) -> None:
    reporter.consent("store_sealed", given=False)
    row = rows(ConsentGrant).get(number=1)
    forge(report, scope="store_sealed", document=row.document, signature=row.signature)
    assert not allowed(report, "store_sealed")
    assert changed(report)


@pytest.mark.parametrize("how", ["removed", "broken"])
def test_where_a_word_of_hers_is_missing_no_yes_before_it_counts(
    report: Report, reporter: Reporter, how: str
) -> None:
    reporter.consent("store_sealed", given=False)
    reporter.consent("contact_me")
    no = rows(ConsentGrant).filter(number=2)
    no.delete() if how == "removed" else no.update(signature=bytes(64))
    assert not allowed(report, "store_sealed")
    assert allowed(report, "contact_me")
    assert changed(report)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "columns", ["items = '[[1]]'", "items = 'null'", "day = 'x'", "signature = 'x'", "given = 'x'"]
)
def test_what_no_column_of_its_kind_can_hold_is_no_error_of_the_page(report: Report, columns: str) -> None:
    forge(report)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE reports_consentgrant SET {columns} WHERE number = 9")
    assert not allowed(report, "contact_me")
    assert changed(report)


# --- what somebody wrote down for her


def recorded(network: Network, *, seed: bytes | None = None, scope: str = "contact_me") -> dict[str, Any]:
    """A row as a helper would write down what she said."""
    said = Grant("contact_me", None, frozenset(), True, 1, TODAY, method="spoken_operator", signer="staff:1")
    seed = seed or desk_signing_seed(network.helper.desk_key(network.triage))
    statement = make_statement(
        seed, Kind.GRANT, grant_document(said, text_version="2026-06") | {"scope": scope}
    )
    return {
        "document": statement.document, "signature": statement.signature, "signer": "staff:1", "number": 1,
        "method": "spoken_operator", "scope": scope,
    }  # fmt: skip


def test_a_recorded_word_counts_when_her_desk_signed_it(report: Report, network: Network) -> None:
    forge(report, **recorded(network))
    assert allowed(report, "contact_me")
    assert not changed(report)


def test_a_recorded_word_of_another_key_and_a_yes_that_only_she_may_give_count_nothing(
    report: Report, network: Network, reporter: Reporter
) -> None:
    forge(report, **recorded(network, seed=bytes(32)))
    forge(report, **recorded(network, scope="story") | {"number": 2})
    forge(report, **recorded(network, seed=reporter.keys.signing_seed) | {"number": 3})
    assert not allowed(report, "contact_me")
    assert not allowed(report, "story")
    assert changed(report)


# --- what the server cannot verify any more


def test_what_she_said_with_the_old_code_counts_under_the_new_one(report: Report, reporter: Reporter) -> None:
    fresh = reporter.change_code()
    assert allowed(report, "store_sealed")
    assert not changed(report)
    fresh.consent("contact_me")
    assert allowed(report, "contact_me")
    assert [row.number for row in rows(ConsentGrant).order_by("number")] == [1, 2]
    fresh.change_code()
    assert allowed(report, "contact_me")
    assert not changed(report)


def test_a_new_code_does_not_make_a_made_up_word_hers(report: Report, reporter: Reporter) -> None:
    forge(report)
    reporter.change_code()
    assert not allowed(report, "contact_me")
    assert changed(report)


@pytest.mark.parametrize("code", ["same", "new"])
def test_what_she_allowed_before_it_closed_counts_when_it_is_open_again(
    report: Report, reporter: Reporter, code: str
) -> None:
    if code == "new":
        reporter.change_code()
    for _ in range(2):
        ending.close(report=again(report), step=Withdraw(), now=NOW)
        assert not changed(report)
        steps.reopen(report=again(report), now=NOW)
        assert allowed(report, "store_sealed")
        assert not changed(report)
    assert rows(ConsentGrant).get().day.day == 1


def test_closing_does_not_make_a_made_up_word_hers(report: Report) -> None:
    forge(report)
    rows(ConsentGrant).filter(number=1).update(scope="count_statistics")
    ending.close(report=again(report), step=Withdraw(), now=NOW)
    steps.reopen(report=again(report), now=NOW)
    assert not allowed(report, "contact_me")
    assert not allowed(report, "count_statistics")
    assert allowed(report, "store_sealed")
    assert {row.day.day for row in rows(ConsentGrant)} == {1}


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "contact_me"}, {"given": False}, {"items": ["need"]}, {"receiver": "body:a"}, {"number": 2},
        {"day": date(2020, 1, 1)}, {"until": date(2030, 1, 1)}, {"signer": "staff:1"}, {"method": "paper"},
    ],
    ids=str,
)  # fmt: skip
def test_a_marked_word_is_bound_in_everything_that_it_says(report: Report, change: dict[str, Any]) -> None:
    ending.close(report=again(report), step=Withdraw(), now=NOW)
    steps.reopen(report=again(report), now=NOW)
    assert not changed(report)
    rows(ConsentGrant).update(**change)
    assert grants(again(report)) == []
    assert changed(report)


def test_a_marked_word_is_bound_to_its_report(report: Report, reporter: Reporter) -> None:
    ending.close(report=again(report), step=Withdraw(), now=NOW)
    other = reporter.next_person().send()
    rows(ConsentGrant).update(report=other)
    assert grants(other) == []
    assert changed(other)


# --- numbers


@pytest.mark.parametrize("number", [1, 3, 10_000])
def test_a_word_has_the_number_after_her_last_one(report: Report, reporter: Reporter, number: int) -> None:
    with pytest.raises(StaleNumber):
        reporter.consent("contact_me", number=number)
    reporter.consent("store_sealed", given=False, number=2)
    assert not allowed(report, "store_sealed")


def test_a_report_comes_with_words_numbered_from_one(reporter: Reporter) -> None:
    for numbers in ((2,), (1, 3), (2, 1)):
        words = [reporter.grant("contact_me", number=number) for number in numbers]
        with pytest.raises(NotSigned):
            reporter.send(grants=words)
    assert not rows(Report).exists()


@pytest.mark.parametrize("number", [2, 10_000])
def test_what_nobody_signed_takes_no_number_from_her(report: Report, reporter: Reporter, number: int) -> None:
    forge(report, number=number)
    reporter.consent("store_sealed", given=False, number=2)
    assert not allowed(report, "store_sealed")


def test_a_word_that_was_put_there_broken_can_be_said(report: Report, reporter: Reporter) -> None:
    word = reporter.grant("contact_me")
    forge(report, number=2, document=word.document.encode(), signature=word.signature, mark=bytes(32))
    assert not allowed(report, "contact_me")
    change_consent(report=again(report), grant=word, now=NOW)
    assert allowed(report, "contact_me")


def test_what_was_counted_by_a_made_up_yes_is_dropped_at_closing(report: Report) -> None:
    CountEntry.objects.create(report=report, quarter="2026-Q2", codes={})
    forge(report, scope="count_statistics")
    ending.close(report=again(report), step=Withdraw(), now=NOW)
    assert not CountEntry.objects.for_the_rules().exists()
