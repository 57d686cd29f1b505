"""The log as rows. Nothing here names an organisation or holds a time finer than a day.

Only `log.actions` writes these tables.
"""

from django.db import models

from tincay.core.ledger.leaf import LENGTH


class Leaf(models.Model):
    """One step of some report. In clear: where it stands, its kind and its month; the rest is committed."""

    index = models.PositiveBigIntegerField(primary_key=True)
    data = models.BinaryField(max_length=LENGTH)
    kind = models.CharField(max_length=40)
    month = models.CharField(max_length=7)

    class Meta:
        ordering = ("index",)
        indexes = (models.Index(fields=["kind", "index"], name="leaves_by_kind"),)


class Tile(models.Model):
    """256 hashes of the tree. Level 0 is kept once full (until then the leaves are it), above it grows."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["level", "index"], name="one_tile_per_place"),)


class Head(models.Model):
    """The right edge of the tree: one row, and the lock behind which every leaf is appended."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=bytes)
    day = models.CharField(max_length=10, default="0001-01-01")
    """The latest day that a leaf or checkpoint has: what comes behind the lock is never of an earlier one."""

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
