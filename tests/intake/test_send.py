"""The envelope's door: what is taken, what is refused and how, and that a flood drowns nobody."""

import json
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from typing import Any
from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Hands, Network, Reporter, base64_text, give_key
from tests.cast.ground import plain_json
from tincay.core.authorship import her_words
from tincay.core.sealing import pad, seal
from tincay.directory.routing import in_force, statement_path
from tincay.intake import flood, tallies
from tincay.reports.envelope import LONGEST_PART, MOST_PARTS
from tincay.reports.models import Report
from tincay.reports.signed_words import signed_words
from tincay.vault.actions import WORDS_LIMIT
from tincay.vault.models import SealedText
from tincay.vault.queries import recipient
from tincay.web.json_views import LONGEST
from tincay.web.strict_json import Malformed

# For real transactions: what is refused here has to be undone as it would be.
pytestmark = pytest.mark.django_db(transaction=True)
Post = Callable[..., Any]


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with nothing received and all nonces unspent."""
    monkeypatch.setattr(tallies, "_in_memory", tallies.InMemory())
    monkeypatch.setattr(flood, "sealed_lane", flood.Rate("sealed"))
    monkeypatch.setattr(flood, "plain_lane", flood.Rate("plain"))


@pytest.fixture
def post(network: Network, clock: Hands, client: Client) -> Post:
    def send(body: Any, path: str = "/send/") -> Any:
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        return client.post(path, content, content_type="application/json")

    return send


def work_on(nonce: str, bits: int) -> dict[str, Any]:
    for counter in count():
        if int.from_bytes(sha256(f"{nonce}:{counter}".encode()).digest()) >> 256 - bits == 0:
            return {"nonce": nonce, "counter": counter}
    raise AssertionError


def test_a_report_is_answered_with_a_promise_and_a_date(post: Post, reporter: Reporter) -> None:
    answer = post(reporter.envelope_json())
    assert answer.status_code == 201
    said = answer.json()
    assert said["promise"] == Report.objects.for_the_rules().get().promise
    assert said["first_look"] == "Người hỗ trợ sẽ đọc, chậm nhất 09:00 thứ Tư 01/07/2026."
    assert not answer.cookies


def test_a_report_costs_few_statements(post: Post, reporter: Reporter) -> None:
    """Each is a way to the database and back, and work of the mapper: they are what a report costs on PostgreSQL."""
    post(reporter.envelope_json())  # what a process reads once
    document = reporter.next_person().envelope_json()
    with CaptureQueriesContext(connection) as asked:
        assert post(document).status_code == 201
    statements = [query["sql"] for query in asked]
    assert len(statements) <= 22, statements


def test_the_date_is_said_in_the_language_of_the_page(post: Post, reporter: Reporter) -> None:
    assert "Wednesday" in post(reporter.envelope_json(), "/en/send/").json()["first_look"]


def test_sent_again_it_is_the_same_report_and_the_same_answer(post: Post, reporter: Reporter) -> None:
    envelope = reporter.envelope_json()
    first, second = post(envelope), post(envelope)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Report.objects.for_the_rules().count() == 1


def test_another_report_cannot_take_a_receipt_that_exists(post: Post, reporter: Reporter) -> None:
    post(reporter.envelope_json())
    assert post(reporter.envelope_json()).json() == {"error": "malformed"}
    assert Report.objects.for_the_rules().count() == 1


def _without(envelope: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in envelope.items() if key != name}


HOSTILE = "age-encryption.org/v1\n" + "-> X25519 AAAA\nAAAA\n" * 400 + "--- AAAA\n"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda e: "",
        lambda e: "{",
        lambda e: "[" * 100_000,
        lambda e: b"\xff\xfe",
        lambda e: _without(e, "key"),
        lambda e: e | {"extra": 1},
        lambda e: e | {"v": 2},
        lambda e: e | {"priority": "p9"},
        lambda e: json.dumps(e)[:-1] + ',"v":1}',
    ],
    ids=["empty", "cut", "deep", "no text", "missing", "extra", "version", "priority", "twice"],
)
def test_what_is_no_envelope_is_refused_in_one_word(
    post: Post, reporter: Reporter, spoil: Callable[[dict[str, Any]], Any]
) -> None:
    answer = post(spoil(reporter.envelope_json()))
    assert answer.status_code == 400
    assert answer.json() == {"error": "malformed"}
    assert not Report.objects.for_the_rules().exists()


def test_a_time_to_keep_that_there_is_none_of_is_refused_though_she_signed_it(
    post: Post, reporter: Reporter
) -> None:
    answer = post(reporter.signed(reporter.envelope_json() | {"retention_class": "for ever"}))
    assert (answer.status_code, answer.json()) == (400, {"error": "malformed"})
    assert not Report.objects.for_the_rules().exists()


def test_a_recipient_that_is_no_key_is_malformed(post: Post, reporter: Reporter) -> None:
    envelope = reporter.envelope_json()
    thread = envelope["compartments"]["thread"]
    thread["recipient"] = thread["recipient"][:-1] + ("q" if thread["recipient"][-1] != "q" else "p")
    answer = post(envelope)
    assert (answer.status_code, answer.json()) == (400, {"error": "malformed"})
    assert not Report.objects.for_the_rules().exists()


def test_a_hostile_age_header_is_refused_by_its_bytes_alone(post: Post, reporter: Reporter) -> None:
    import base64

    envelope = reporter.envelope_json()
    envelope["compartments"]["narrative"]["sealed"] = [base64.b64encode(HOSTILE.encode()).decode()]
    with mock.patch("pyrage.decrypt", side_effect=AssertionError("nobody may parse this")):
        assert post(reporter.signed(envelope)).status_code == 400
    assert not Report.objects.for_the_rules().exists()


def test_too_much_is_refused_before_it_is_read(post: Post) -> None:
    assert post("x" * LONGEST).json() == {"error": "malformed"}
    assert post("x" * (LONGEST + 1)).json() == {"error": "too_long"}


def test_a_page_with_an_old_key_is_given_the_new_ones(
    post: Post, network: Network, reporter: Reporter
) -> None:
    envelope = reporter.envelope_json()
    desk = network.triage
    give_key(desk, network.helper, before=network.helper.desk_key(desk), number=2)
    answer = post(envelope)
    assert answer.status_code == 409
    assert answer.json()["error"] == "stale_desk"
    routed = answer.json()["config"]["routed"]
    assert routed == in_force().for_page
    (later,) = routed["later"][desk.code]
    assert json.loads(later["document"])["recipient"] == desk.recipient
    assert post(reporter.envelope_json()).status_code == 201


def test_a_report_for_a_desk_that_was_not_signed_is_given_where_it_may_go(
    post: Post, network: Network, reporter: Reporter
) -> None:
    answer = post(reporter.signed(reporter.envelope_json()) | {"desk": "khong-co"})
    assert (answer.status_code, answer.json()["error"]) == (409, "stale_desk")
    assert not Report.objects.for_the_rules().exists()


def test_where_nothing_is_signed_nothing_is_taken_and_telephone_numbers_stand(
    post: Post, reporter: Reporter, client: Client
) -> None:
    envelope = reporter.envelope_json()
    statement_path().unlink()
    answer = post(envelope)
    assert (answer.status_code, answer.json()) == (503, {"error": "unsafe_keys"})
    for path in ("/help/", "/help/plain/"):
        page = client.get(path)
        assert page.status_code == 503
        assert "<form" not in page.content.decode()
        assert 'class="card call"' in page.content.decode()
    plain = client.post("/help/plain/", {"plain-code": reporter.code, "plain-need": ["pep"]})
    assert plain.status_code == 503
    assert not Report.objects.for_the_rules().exists()


# --- long stories

MEGABYTE = 1_000_000


def long_story(reporter: Reporter, *parts: str) -> dict[str, Any]:
    """A story that her browser cut into these parts: the answers come with the first one."""
    envelope = reporter.envelope_json(words=parts[0])
    narrative = envelope["compartments"]["narrative"]
    for words in parts[1:]:
        sealed = seal(pad(plain_json({"v": 1, "words": words})), narrative["recipient"])
        narrative["sealed"].append(base64_text(sealed))
    return reporter.signed(envelope)


def test_a_story_of_three_parts_is_kept_whole_and_in_order(
    post: Post, network: Network, reporter: Reporter
) -> None:
    parts = ["Một. " * 30_000, "Hai. " * 30_000, "Ba."]
    answer = post(long_story(reporter, *parts))
    assert answer.status_code == 201, answer.json()
    report = Report.objects.for_the_rules().get()
    for opened in (reporter.open("narrative", report), network.helper.open(report)):
        assert [document["words"] for document in opened] == parts
    words = her_words(bytes(report.signing), signed_words(report))
    of = recipient(report.id, "narrative")
    texts = SealedText.objects.for_the_rules().filter(compartment__recipient=of).order_by("place")
    words.check_whole(of, [bytes(text.sealed) for text in texts])
    assert list(words.hashes(of)) == [sha256(bytes(text.sealed)).hexdigest() for text in texts]


def test_a_story_of_nearly_a_megabyte_is_taken_and_one_part_more_is_not(
    post: Post, reporter: Reporter
) -> None:
    parts = ["x" * LONGEST_PART] * (MEGABYTE // LONGEST_PART)
    assert post(long_story(reporter, *parts)).status_code == 201
    other = reporter.next_person()
    with pytest.raises(Malformed):
        long_story(other, *["x"] * (MOST_PARTS + 1))
    nine = long_story(other, *["x"] * MOST_PARTS)
    nine["compartments"]["narrative"]["sealed"] *= 2
    assert post(nine).json() == {"error": "malformed"}


def test_a_part_that_is_longer_than_one_may_be_is_refused(post: Post, reporter: Reporter) -> None:
    assert post(long_story(reporter, "Một.", "x" * WORDS_LIMIT)).json() == {"error": "malformed"}
    assert not Report.objects.for_the_rules().exists()


@pytest.mark.parametrize(
    ("trouble", "status", "error"),
    [
        (OperationalError("database or disk is full"), 507, "full"),
        (OperationalError("database is locked"), 503, "busy"),
        (InterfaceError("connection already closed"), 503, "busy"),
    ],
)
def test_a_full_disk_and_a_locked_database_are_said_and_nothing_is_half_kept(
    post: Post, reporter: Reporter, trouble: Exception, status: int, error: str
) -> None:
    with mock.patch("tincay.reports.receiving.vault.add_compartments", side_effect=trouble):
        answer = post(reporter.envelope_json())
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert not Report.objects.for_the_rules().exists()


# --- a flood


def test_work_is_taken_once(post: Post, reporter: Reporter) -> None:
    page = flood.new_nonce()
    done = work_on(str(page["nonce"]), int(page["bits"]))
    assert post(reporter.envelope_json() | {"proof_of_work": done}).status_code == 201
    again = post(reporter.next_person().envelope_json() | {"proof_of_work": done})
    assert again.status_code == 409
    assert again.json()["proof_of_work"]["nonce"] != page["nonce"]


@pytest.mark.parametrize("nonce", ["", "x", "1.0.x.y", "1...", "9" * 90])
def test_a_nonce_that_we_did_not_issue_is_no_work(post: Post, reporter: Reporter, nonce: str) -> None:
    answer = post(reporter.envelope_json() | {"proof_of_work": {"nonce": nonce, "counter": 1}})
    assert answer.json()["error"] == "proof_of_work"


def test_more_is_asked_the_more_comes_in_and_never_too_much() -> None:
    asked = []
    for _ in range(2_000):
        flood.sealed_lane.add()
        asked.append(flood.bits_asked())
    assert asked[0] == flood.FIRST_BITS
    assert asked == sorted(asked)
    assert asked[-1] == flood.MOST_BITS


def test_over_the_budget_without_work_it_is_held_and_kept(post: Post, reporter: Reporter) -> None:
    for _ in range(flood.QUIET + 5):
        flood.sealed_lane.add()
    assert post(reporter.envelope_json()).status_code == 201
    assert Report.objects.for_the_rules().get().held


def test_with_work_a_report_passes_the_flood(post: Post, reporter: Reporter) -> None:
    for _ in range(flood.QUIET + 5):
        flood.sealed_lane.add()
    page = flood.new_nonce()
    done = work_on(str(page["nonce"]), int(page["bits"]))
    post(reporter.envelope_json() | {"proof_of_work": done})
    assert not Report.objects.for_the_rules().get().held


def test_a_plain_flood_is_held_too(post: Post, network: Network, client: Client, reporter: Reporter) -> None:
    for _ in range(flood.PLAIN_BUDGET + 1):
        flood.plain_lane.add()
    answer = client.post("/help/plain/", {"plain-code": reporter.code, "plain-need": ["pep"]})
    assert answer.status_code == 200
    assert Report.objects.for_the_rules().get().held
