"""No time of a report, and no time at which somebody was called for one, is finer than a minute."""

from datetime import timedelta

import pytest
from django.db import models

from tests.cast import Hands, Helper, Reporter, rows
from tests.reports.test_ending import leads_to_a_report, own_models
from tincay.operations.scheduled import tick
from tincay.people.models import Notice
from tincay.reports.ending import PASSING
from tincay.web.time import now

pytestmark = pytest.mark.django_db


def test_a_lived_life_leaves_whole_minutes_only(clock: Hands, reporter: Reporter, helper: Helper) -> None:
    clock.move(seconds=37, microseconds=412_345)
    report = reporter.send(priority="p2", now=now())
    helper.open_report(report, now=now())
    clock.move(hours=1, seconds=11)
    helper.pause(report, now=now())
    clock.move(days=1, seconds=3)
    helper.resume(report, now=now())
    helper.bring(report, "classified", now=now())
    reporter.write("Khi nào?", now=now())
    clock.move(days=60, seconds=5)
    tick(now=now())
    helper.ask(report, now=now())
    clock.move(seconds=44)
    helper.bring(report, "handled", now=now())

    seen = set()
    walked: list[type[models.Model]] = [*filter(leads_to_a_report, own_models()), Notice]
    for model in walked:
        if model._meta.label in PASSING:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.DateTimeField):
                for at in rows(model).values_list(field.name, flat=True):
                    if at is not None:
                        seen.add(f"{model.__name__}.{field.name}")
                        assert (at.second, at.microsecond) == (0, 0), f"{model.__name__}.{field.name}"
    assert seen >= {
        "Report.received_at", "Report.handled_at", "Report.next_due_at", "Clock.started_at", "Clock.due_at",
        "Clock.met_at", "Pause.begun_at", "Pause.ended_at", "Escalation.at", "Message.posted_at",
        "Notice.created_at", "Notice.sent_at",
    }, seen  # fmt: skip
    assert timedelta(0) <= clock.now - now() < timedelta(minutes=1)
