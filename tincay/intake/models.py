"""What intake keeps besides reports: the counts that a flood is measured with, and keys of an hour."""

from django.db import models


class Tally(models.Model):
    """How often something was counted, for all processes that serve (intake.tallies).

    What was counted stands there as a keyed hash. No time is finer than an hour, no row has a number in the order
    of its making, and the table is UNLOGGED: it is no part of what PostgreSQL sends to a replica or archives.
    """

    key = models.BinaryField(max_length=16, primary_key=True)
    hour = models.PositiveIntegerField()
    """Hours since 1970, after which the row is forgotten."""
    count = models.PositiveIntegerField()


class HourKey(models.Model):
    """What all processes sign with that is good for minutes only: another each hour, of the last two hours.

    The table is UNLOGGED as that of the counts is, and left out of dumps.
    """

    hour = models.PositiveIntegerField(primary_key=True)
    key = models.BinaryField(max_length=32)
