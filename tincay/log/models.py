"""The log as rows. Nothing here names an organisation or holds a time finer than a day.

Only `log.actions`, `log.sequencing` and `log.resuming` write these tables.
"""

from uuid import uuid4

from django.db import models

from tincay.core.ledger.leaf import LENGTH


class Queued(models.Model):
    """A leaf that waits for tonight. Its kind is named only if its number is public, and goes with the row."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    data = models.BinaryField(max_length=LENGTH, unique=True)
    kind = models.CharField(max_length=40)
    day = models.DateField()


class Leaf(models.Model):
    """One place of the log: what stands there, and nothing of what it is."""

    index = models.PositiveBigIntegerField(primary_key=True)
    data = models.BinaryField(max_length=LENGTH, unique=True)

    class Meta:
        ordering = ("index",)


class ClearOpening(models.Model):
    """What a leaf says that is about nobody and has no row of its own: totals, the key of a desk, a log that was
    resumed. Each opens its leaf. The openings of a calendar, a release and an estimate stand in the rows of these.

    Of the totals the last ones of each week are kept: they hold those of the days before.
    """

    kind = models.CharField(max_length=40)
    opening = models.BinaryField()

    class Meta:
        ordering = ("id",)


class Tile(models.Model):
    """256 hashes of the tree. Level 0 is kept once full (until then the leaves are it), above it grows."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["level", "index"], name="one_tile_per_place"),)


class Head(models.Model):
    """The right edge of the tree: one row. Who queues a leaf shares its lock, who signs the day holds it alone."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=bytes)
    day = models.CharField(max_length=10, default="0001-01-01")
    """The day that was signed last: no leaf is queued for an earlier one."""

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="one_head"),)


class Checkpoint(models.Model):
    """The log's signed statement of a day. `note` is public text, word for word as it was signed."""

    day = models.DateField()
    size = models.PositiveBigIntegerField()
    note = models.TextField()

    class Meta:
        ordering = ("size", "day")
        constraints = (
            models.UniqueConstraint(fields=["day", "size"], name="one_checkpoint_per_day_and_size"),
        )


class Cosignature(models.Model):
    """The line with which a witness says that it saw a checkpoint. Public text."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=200)
    line = models.TextField()

    class Meta:
        ordering = ("witness",)
        constraints = (
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="one_cosignature_per_witness"),
        )
