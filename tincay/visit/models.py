"""A visit: fifteen minutes behind a receipt. Rows hold no address and are gone when the visit is over."""

from datetime import datetime
from typing import Self
from uuid import uuid4

from django.db import models

from tincay.people.tenancy import ScopedQuerySet
from tincay.reports.models import Report


class Dated(ScopedQuerySet["Visit"]):
    def open_at(self, now: datetime) -> Self:
        return self.filter(until__gt=now, receipt=models.F("report__receipt"))


class Visit(models.Model):
    """`recipient` is the public half of the key that is the visit cookie.

    `receipt` is the public key of the code that opened it: with another code in its place the visit is over.
    `sealed` (without JavaScript only) holds the receipt's keys, sealed to that cookie: a copy of the
    database opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    recipient = models.CharField(max_length=80, unique=True)
    # No constraint: her report's row may be written anew at this moment (reports.rewriting).
    report = models.ForeignKey(Report, models.CASCADE, related_name="visits", db_constraint=False)
    receipt = models.CharField(max_length=80)
    sealed = models.BinaryField(null=True)
    until = models.DateTimeField(db_index=True)

    objects = Dated.as_manager()
