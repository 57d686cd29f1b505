"""Ciphertext and the wraps that open it. Nothing else in the product stores words."""

from collections.abc import Mapping
from typing import ClassVar, Self, TypeVar
from uuid import UUID, uuid4

from django.db import models

from tincay.core.statements import Statement
from tincay.people.models import Desk, User
from tincay.people.tenancy import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


class OwnedSet(ScopedQuerySet[M]):
    """Rows of one report each. The vault knows a report by its id only: `of` is what a related manager is elsewhere."""

    owner_path = "compartment__owner"

    def of(self, *owners: UUID) -> Self:
        """What belongs to these reports, which the caller was allowed to ask for."""
        asked: dict[str, object] = {f"{self.owner_path}__in": owners}
        if len(owners) == 1:
            asked = {self.owner_path: owners[0]}
        return self._scope().filter(**asked)


class CompartmentSet(OwnedSet["Compartment"]):
    owner_path = "owner"


class OpeningSet(OwnedSet["Opening"]):
    owner_path = "owner"

    def of(self, *owners: UUID) -> Self:
        return super().of(*owners).order_by("owner", "number")


class Compartment(models.Model):
    """One record key: its public half. Its secret half exists only inside wraps.

    `owner` is the id of a report; the vault does not know what a report is. When a compartment is rotated
    the old one stays readable for those who could read it and takes no more words (`current` is false).
    """

    KINDS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "narrative": ("desk", "receipt"),
        "contact": ("desk", "receipt"),
        "identity": ("desk", "receipt"),
        "thread": ("desk", "receipt"),
        "notes": ("desk",),
        "evidence": ("desk", "receipt"),
        "case": ("desk", "receipt"),
        "plan": ("desk", "receipt"),
        "assessment": ("desk", "receipt"),
        "coerced": ("person", "receipt"),
        "bundle": ("desk", "slip", "receipt"),
        "sheet": ("desk", "receipt"),
        "kept": ("receipt",),
    }
    """Who may hold a wrap of each kind; `part` tells apart what there may be several of (a set, a bundle, a sheet)."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    owner = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=20)
    part = models.CharField(max_length=32, blank=True)
    # In the order in which the report's compartments came: ids are random and tell none.
    place = models.PositiveSmallIntegerField()
    recipient = models.CharField(max_length=80, unique=True)
    current = models.BooleanField(default=True)

    objects = CompartmentSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "part"],
                condition=models.Q(current=True),
                name="one_current_compartment",
            )
        ]


class Wrap(models.Model):
    """A compartment's identity, sealed to one holder: a desk, the receipt, a person or a slip."""

    HOLDERS = ("desk", "receipt", "person", "slip")

    id = models.UUIDField(primary_key=True, default=uuid4)
    compartment = models.ForeignKey(Compartment, models.CASCADE, related_name="wraps", db_index=False)
    holder_kind = models.CharField(max_length=10)
    desk = models.ForeignKey(Desk, models.PROTECT, null=True, related_name="+", db_index=False)
    recipient = models.CharField(max_length=80)
    sealed = models.BinaryField()
    # A wrap that a member's browser could not open while the desk got a new key: a person has to look.
    unopened = models.BooleanField(default=False)

    objects = OwnedSet["Wrap"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compartment", "recipient"], name="one_wrap_for_a_key"),
            models.CheckConstraint(
                condition=models.Q(holder_kind="desk", desk__isnull=False)
                | models.Q(holder_kind__in=("receipt", "person", "slip"), desk__isnull=True),
                name="a_desk_is_named",
            ),
        ]


class SealedText(models.Model):
    """Words under a compartment's key, in their order there (`place`). `sealed_by` says where they were sealed:
    browser, server, operator."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    compartment = models.ForeignKey(Compartment, models.CASCADE, related_name="texts")
    place = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    sealed_by = models.CharField(max_length=10)

    objects = OwnedSet["SealedText"].as_manager()


class Opening(models.Model):
    """What a leaf of the log says, sealed to the thread and to the receipt. Without it the leaf means nothing.

    Which leaf it is no row says: whoever opens it can compute the leaf, and ask the log where that stands.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    owner = models.UUIDField()
    number = models.PositiveIntegerField()
    for_thread = models.BinaryField()
    for_receipt = models.BinaryField()

    objects = OpeningSet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="openings_in_order")]


class PersonWrap(models.Model):
    """A user's identity, sealed to a key stretched in the browser from a passphrase (scrypt).

    The parameters stand here with a floor that core.sealing enforces.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="wrap")
    salt = models.BinaryField()
    scrypt_n = models.PositiveIntegerField(default=2**17)
    scrypt_r = models.PositiveSmallIntegerField(default=8)
    scrypt_p = models.PositiveSmallIntegerField(default=1)
    sealed = models.BinaryField()

    objects = ScopedQuerySet["PersonWrap"].as_manager()


class DeskWrap(models.Model):
    """A desk's identity, sealed to one member. `of` is its public half.

    While a desk gets a new key its members hold two: the old one opens what was not wrapped anew yet. `voucher` and
    `signature` are the desk's word that `recipient` is the member's own key (core.authorship.vouch).
    """

    desk = models.ForeignKey(Desk, models.CASCADE, related_name="wraps")
    user = models.ForeignKey(User, models.CASCADE, related_name="desk_wraps")
    of = models.CharField(max_length=80)
    recipient = models.CharField(max_length=80)
    sealed = models.BinaryField()
    voucher = models.BinaryField()
    signature = models.BinaryField()

    objects = ScopedQuerySet["DeskWrap"].as_manager()

    @property
    def statement(self) -> Statement:
        return Statement(bytes(memoryview(self.voucher)), bytes(memoryview(self.signature)))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "recipient"], name="one_desk_wrap_for_a_key")]
