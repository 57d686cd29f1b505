"""One message that is sent twice at once, by a trembling finger or a weak network, is one message for both."""

import base64
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import NOW, Helper, Reporter, again, rows
from tests.patience import PATIENCE, wait_until
from tincay.reports.messages import ask, write_message
from tincay.reports.models import Message, Report
from tincay.reports.steps import answer

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [write_message, ask, answer])
def test_the_second_waits_for_the_first_and_is_the_first(
    helper: Helper, reporter: Reporter, verb: Any
) -> None:
    report = reporter.send()
    helper.bring(report, "in_handling", now=NOW)
    before = rows(Message).count()
    posted = helper.reply_json(report, "Tôi đã hỏi chủ quán.", "answer")
    sealed = base64.b64decode(posted["sealed"])
    sent = {"key": posted["key"], "sealed": sealed, "thread": posted["thread"], "author": helper.user}
    answers: list[Message] = []

    def second() -> None:
        try:
            answers.append(verb(report=again(report), now=NOW, **sent))
        finally:
            connection.close()

    twin = threading.Thread(target=second)
    with transaction.atomic():
        list(Report.objects.for_the_rules().select_for_update().filter(pk=report.pk))
        twin.start()
        wait_until(somebody_waits, "the second to wait")
        first = verb(report=again(report), now=NOW, **sent)
    twin.join(timeout=PATIENCE)
    assert [message.pk for message in answers] == [first.pk]
    assert rows(Message).count() == before + 1
