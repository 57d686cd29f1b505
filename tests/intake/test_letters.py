"""Letters are counted as people see them, and nothing is cut: in the plain form and in messages."""

import unicodedata

import pytest
from django.http import QueryDict
from django.test import Client

from tests.cast import Hands, Network, Reporter
from tincay.core.sealing import stretch_receipt
from tincay.intake.forms import PlainReport
from tincay.intake.plain import _content, _says
from tincay.intake.seal_on_server import _pieces, as_counted, dumps, too_long
from tincay.reports.envelope import LONGEST_PART, LONGEST_STORY
from tincay.reports.models import Report
from tincay.web.models import this_install

WORD = "chuyện"


@pytest.mark.parametrize(
    "words",
    [
        "x" * LONGEST_STORY,
        unicodedata.normalize("NFD", WORD) * (LONGEST_STORY // len(WORD.encode())),
        "x\r\n" * (LONGEST_STORY // 3) + "x",
        "x" * LONGEST_STORY + "\0",
    ],
)
def test_what_fits_as_it_is_seen_is_not_too_long_however_it_was_sent(words: str) -> None:
    assert too_long(words) == 0
    assert too_long(as_counted(words) + "x" * (LONGEST_STORY + 7)) > 0


def test_she_is_told_exactly_how_many_letters_are_too_many() -> None:
    assert too_long("x" * (LONGEST_STORY + 7)) == 7
    assert too_long("ệ" * (LONGEST_PART // 3 + 5), LONGEST_PART) == 5


def test_a_long_story_falls_into_parts_that_fit_and_are_the_words_again() -> None:
    story = (WORD + "\n“🙂”\n") * 30_000
    parts = _pieces(story)
    assert len(parts) > 2
    assert "".join(parts) == story
    assert all(len(dumps(part)) - 2 <= LONGEST_PART for part in parts)
    assert _pieces("") == [""]


@pytest.mark.django_db(transaction=True)
def test_a_long_plain_story_is_sealed_whole(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    sent = QueryDict(mutable=True)
    sent.update({"plain-code": reporter.code, "plain-need": "pep", "plain-words": (WORD + " ") * 60_000})
    assert client.post("/help/plain/", sent.dict()).status_code == 200
    form = PlainReport(sent, kind="help")
    assert form.is_valid()
    keys = stretch_receipt(reporter.code, bytes(this_install().salt))
    assert _says(Report.objects.for_the_rules().get(), _content(form), keys)


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_seen_is_left_out_and_no_foreign_sentence_is_shown(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    sent = {"plain-code": reporter.code, "plain-need": "pep", "plain-words": "Một\0 hai", "go": "send"}
    html = client.post("/help/plain/", sent).content.decode()
    assert "Null characters" not in html
    assert "Một hai" in html


@pytest.mark.django_db(transaction=True)
def test_with_nobody_harmed_no_two_sentences_say_who_reads_it_differently(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    sent = {"plain-code": reporter.code, "plain-need": "other", "plain-harmed": "no"}
    html = client.post("/tell/plain/", sent).content.decode()
    assert "Không ai khác được xem" not in html
    assert "Chỉ nhóm nhận tin đọc lời này." in html
